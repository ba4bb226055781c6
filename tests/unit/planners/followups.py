"""What follow-ups are tried on, and how a test tells what became of it."""

import functools

from smartforge.contract import Contract
from smartforge.contract.parts import changes
from smartforge.planners.base import Planned
from smartforge.planners.offline import plan
from smartforge.planners.offline.followup import follow

BASES = {
    "shop": (
        "A bookstore API. A book has a title, an isbn, a price, an author, a year and optional "
        "tags. A review has a rating from 1 to 5 and a comment and belongs to a book."
    ),
    "todo": (
        "A todo API. Todos have a title, a due date, a priority (low, medium, high) and are done "
        "or not."
    ),
    "blog": (
        "A blog with users who register and log in. Posts have a title, a body and a status "
        "(draft, published). Comments have a text. Users can only edit their own posts. Only "
        "admins can delete comments."
    ),
    "library": (
        "Libraries: authors, books and loans. An author has a name and a country. A book has a "
        "title, isbn (unique), pages and belongs to an author. A loan has a borrower name, a start "
        "date and an end date and belongs to a book. Search books by title and filter them by "
        "author."
    ),
    "store": (
        "Books have a title and a price. Reviews have a text and belong to a book. Anyone can "
        "browse, but you need to be logged in to add or change anything."
    ),
    "flow": (
        "Orders API: customers, products with a price and stock, orders go from draft to paid to "
        "shipped"
    ),
    "rooms": (
        "Rooms have a name, a capacity and a floor. A booking is for a room and has a start time, "
        "an end time and a purpose. No two bookings of the same room may overlap."
    ),
    "orders": (
        "Products have a name, a price, a stock and a category. Customers have a name and a unique "
        "email. Orders belong to a customer and have a status (new, paid, shipped). An order item "
        "belongs to an order and a product and has a quantity."
    ),
}


@functools.cache
def base(name: str) -> Contract:
    return plan((BASES[name],)).contract


def say(name: str, said: str) -> Planned:
    return follow(said, base(name))


_SIGNS = {"added": "+", "removed": "-", "changed": "~", "renamed": ">"}


def changed(name: str, said: str) -> set[str]:
    """What became of which part: `+book/fields/price`, `~` changed, `-` removed, `>` renamed.

    Of a resource that comes or goes as a whole, its name alone; of accounts that come, `+user`.
    """
    found = changes(base(name), say(name, said).contract)
    told = {f"{_SIGNS[one.kind]}{one.part.removeprefix('resources/')}" for one in found}
    whole = {one for one in told if one[0] in "+-" and "/" not in one}
    inner = {one for one in told if one.partition("/")[0] in whole and "/" in one}
    return {one for one in told - inner if "/sortable/" not in one}


def access(home: str, *actions: str) -> str:
    named = actions or ("list", "create", "read", "update", "delete")
    return " ".join(f"~{home}/access/{one}" for one in named)


ACCOUNTS = "+accounts +user"
REVIEWS = f"{ACCOUNTS} {access('review')}"
