"""The prompts whose projects get the defects; all have accounts."""

from smartforge.contract import Contract, validate
from smartforge.planners.offline import plan

PROMPTS = {
    "bookstore": (
        "Bookstore API with books, authors and orders. Users register and log in with JWT. Books "
        "have title, isbn (unique), price, stock. An author has many books. Users place orders for "
        "books; only admins may add books. Reviews with rating 1 to 5, only the owner can edit a "
        "review."
    ),
    "expenses": (
        "Expense tracker with sign up and JWT. Each user only sees their own expenses. Expense: "
        "amount, category (groceries, leisure, health, others), date, note. Filter by date range "
        "and give me totals per category."
    ),
    "desk": (
        "Help desk API. Users register with email and password and log in. A ticket has a title, a "
        "description, a priority (low, normal, high) and a status (open, in progress, closed). "
        "Tickets have comments. Only admins may delete tickets."
    ),
    "library": (
        "Library API with members who log in. Books with title, author, isbn (unique) and copies. "
        "Loans of books with due date. Only admins may add or delete books."
    ),
    "crm": (
        "Multi-tenant CRM backend with JWT. Companies sign up, each company has its own users, "
        "contacts (name, email, phone) and deals (title, amount, stage). A user from one company "
        "must never see another company's data."
    ),
    "gym": (
        "Gym API. Members register and log in. Classes have name, trainer and capacity. "
        "Members book classes; a booking belongs to its member and only its owner can cancel it. "
        "Only admins create classes."
    ),
}


def contract(name: str) -> Contract:
    return validate(plan((PROMPTS[name],)).contract)
