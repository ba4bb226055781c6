"""Recipes about money: prices with tax and discount, tips, loans, interest, percentages."""

from smartforge.contract.fields import Decimal, Field, Integer
from smartforge.contract.recipes.recipe import Form, Told

_AMOUNT = Decimal("0", "1000000000", 2)
_PERCENT = Decimal("0", "100", 4)

PRICE = Form(
    "prices with tax and discount",
    "Work out a price with its discount and tax",
    (
        Field("net", _AMOUNT),
        Field("tax_percent", _PERCENT, False, 0),
        Field("discount_percent", _PERCENT, False, 0),
        Field("discount_amount", _AMOUNT, False, 0),
        Field("quantity", Integer(1, 100_000), False, 1),
    ),
    (
        Told("subtotal", "number"),
        Told("discount", "number", "The percentage first, then the amount; never below nothing."),
        Told("taxable", "number"),
        Told("tax", "number"),
        Told("gross", "number"),
    ),
    {"net": 19.99, "tax_percent": 19, "discount_percent": 10, "quantity": 3},
    {"subtotal": 59.97, "discount": 6, "taxable": 53.97, "tax": 10.25, "gross": 64.22},
)

PERCENTAGE = Form(
    "percentages",
    "Work out a percentage",
    (
        Field("amount", Decimal("-1000000000", "1000000000", 4)),
        Field("percent", Decimal("-10000", "10000", 4)),
    ),
    (
        Told("share", "number", "So many percent of the amount."),
        Told("increased", "number", "The amount with the share."),
        Told("decreased", "number", "The amount without the share."),
    ),
    {"amount": 80, "percent": 15},
    {"share": 12, "increased": 92, "decreased": 68},
)

TIP = Form(
    "tips and shared bills",
    "Add a tip to a bill and share it",
    (
        Field("bill", _AMOUNT),
        Field("tip_percent", _PERCENT, False, 10),
        Field("people", Integer(1, 1_000), False, 1),
    ),
    (
        Told("tip", "number"),
        Told("total", "number"),
        Told("per_person", "number", "Rounded up to a cent, so that the bill is paid."),
    ),
    {"bill": 100, "tip_percent": 15, "people": 3},
    {"tip": 15, "total": 115, "per_person": 38.34},
)

LOAN = Form(
    "loans",
    "Work out what a loan costs every month",
    (
        Field("principal", Decimal("1", "1000000000", 2)),
        Field("annual_rate_percent", _PERCENT),
        Field("months", Integer(1, 600)),
    ),
    (
        Told("monthly_payment", "number"),
        Told("total_paid", "number"),
        Told("total_interest", "number"),
    ),
    {"principal": 100000, "annual_rate_percent": 6, "months": 360},
    {"monthly_payment": 599.55, "total_paid": 215838.19, "total_interest": 115838.19},
)

INTEREST = Form(
    "compound interest",
    "Work out what savings grow to",
    (
        Field("principal", _AMOUNT),
        Field("annual_rate_percent", _PERCENT),
        Field("years", Integer(0, 100)),
        Field("times_per_year", Integer(1, 365), False, 1),
    ),
    (Told("final_amount", "number"), Told("interest", "number")),
    {"principal": 1000, "annual_rate_percent": 10, "years": 2},
    {"final_amount": 1210, "interest": 210},
)
