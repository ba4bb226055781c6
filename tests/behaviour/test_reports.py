"""Totals per group and per day, of the rows that the list's filters leave."""

import datetime
from typing import Any

import pytest

from smartforge.contract import (
    Access,
    Boolean,
    Choice,
    Computed,
    Contract,
    Date,
    Decimal,
    Field,
    Integer,
    Product,
    Reference,
    Report,
    Resource,
    Text,
    Timestamp,
)
from tests.behaviour.apis import Api

pytestmark = pytest.mark.xdist_group("behaviour_reports")

ANYONE = Access()
PAID_FOR = ("paid", "sent")
CONTRACT = Contract(
    "Spending",
    (
        Resource("shop", "shops", (Field("name", Text()),)),
        Resource(
            "expense",
            "expenses",
            (
                Field("category", Choice(("food", "fun", "rent"))),
                Field("amount", Decimal("0", "10000")),
                Field("items", Integer(1, 100), required=False),
                Field("spent_on", Date()),
                Field("paid_at", Timestamp(), required=False),
                Field("private", Boolean(), False, False),
                Field("note", Text(), required=False),
                Field("shop_id", Reference("shop", "clear"), required=False),
            ),
            filters=("category", "private"),
            ranges=("spent_on", "amount"),
            searched=("note",),
            reports=(
                Report("by_category", "category", field="amount"),
                Report("per_day", "spent_on", "day", "amount"),
                Report("per_month", "spent_on", "month"),
                Report("paid_per_day", "paid_at", "day"),
                Report("made_per_day", "created_at", "day"),
                Report("by_shop", "shop_id", field="items"),
                Report("by_privacy", "private"),
                Report("summary", field="amount"),
            ),
        ),
        Resource("maker", "makers", (Field("country", Text()),)),
        Resource(
            "product",
            "products",
            (
                Field("kind", Choice(("book", "toy"))),
                Field("price", Decimal("0", "1000")),
                Field("maker_id", Reference("maker", "clear"), required=False),
            ),
        ),
        Resource(
            "order",
            "orders",
            (Field("status", Choice(("open", "paid", "sent"))), Field("paid_on", Date(), False)),
        ),
        Resource(
            "line",
            "lines",
            (
                Field("order_id", Reference("order", "cascade")),
                Field("product_id", Reference("product")),
                Field("quantity", Integer(1, 100)),
                Field("unit_price", Decimal("0", "1000")),
            ),
            computed=(Computed("amount", Product(("quantity", "unit_price"))),),
            filters=("product_id",),
            reports=(
                Report("revenue", "order_id.paid_on", "month", "amount", also=("product_id.kind",)),
                Report("countries", "product_id.maker_id.country", field="quantity"),
                Report(
                    "paid", "product_id.kind", "", "amount", ANYONE, (), "order_id.status", PAID_FOR
                ),
                Report("best", "product_id", field="amount", top=2),
                Report("list_prices", "product_id.kind", field="product_id.price"),
                Report("weeks", "order_id.paid_on", "week"),
                Report("quarters", "order_id.paid_on", "quarter"),
                Report("years", "created_at", "year"),
            ),
        ),
    ),
)
# Of each line: its order, its product, how many, at which price.
LINES = [(0, 0, 3, 0.1), (0, 1, 1, 9.99), (1, 0, 2, 0.1), (1, 2, 1, 5), (2, 1, 4, 0.25)]
ROWS: list[dict[str, Any]] = [
    {"category": "fun", "amount": 10.1, "spent_on": "2026-01-31", "note": "Cinema"},
    {"category": "food", "amount": 0.1, "spent_on": "2026-02-01", "items": 2, "private": True},
    {"category": "food", "amount": 0.2, "spent_on": "2026-02-01", "items": 3, "note": "cinema"},
    {"category": "food", "amount": 3, "spent_on": "2025-12-24"},
]
PAID = ("2026-01-31T23:30:00-02:00", "2026-02-01T00:30:00Z", None, "2025-12-24T12:00:00Z")


@pytest.fixture(scope="module")
def spent(api: Api) -> Api:
    shop = api.post("/shops", {"name": "Corner"})["id"]
    for row, paid in zip(ROWS, PAID, strict=True):
        more = {"shop_id": shop} if "items" in row else {}
        api.post("/expenses", {**row, **more, "paid_at": paid})
    return api


def groups(api: Api, name: str, **query: Any) -> list[dict[str, Any]]:
    report = api.get(f"/expenses/{name}", **query)
    assert list(report) == ["items"]
    return report["items"]


def test_sums_are_exact_and_averages_rounded(spent: Api) -> None:
    assert groups(spent, "by-category") == [
        {"category": "food", "count": 3, "total": 3.3, "average": 1.1},
        {"category": "fun", "count": 1, "total": 10.1, "average": 10.1},
    ]


def test_days_and_months_in_their_order(spent: Api) -> None:
    assert groups(spent, "per-day") == [
        {"day": "2025-12-24", "count": 1, "total": 3, "average": 3},
        {"day": "2026-01-31", "count": 1, "total": 10.1, "average": 10.1},
        {"day": "2026-02-01", "count": 2, "total": 0.3, "average": 0.15},
    ]
    assert groups(spent, "per-month") == [
        {"month": "2025-12", "count": 1},
        {"month": "2026-01", "count": 1},
        {"month": "2026-02", "count": 2},
    ]


def test_days_of_moments_are_those_of_utc_and_nothing_comes_last(spent: Api) -> None:
    assert groups(spent, "paid-per-day") == [
        {"day": "2025-12-24", "count": 1},
        {"day": "2026-02-01", "count": 2},
        {"day": None, "count": 1},
    ]
    made = groups(spent, "made-per-day")
    assert sum(group["count"] for group in made) == 4
    days = [datetime.date.fromisoformat(group["day"]) for group in made]
    assert days == sorted(days)


def test_groups_of_references_and_booleans(spent: Api) -> None:
    shop = spent.ids("/shops")[0]
    assert groups(spent, "by-shop") == [
        {"shop_id": shop, "count": 2, "total": 5, "average": 2.5},
        {"shop_id": None, "count": 2, "total": 0, "average": None},
    ]
    assert groups(spent, "by-privacy") == [
        {"private": False, "count": 3},
        {"private": True, "count": 1},
    ]


@pytest.mark.parametrize(
    ("query", "count", "total"),
    [
        ({}, 4, 13.4),
        ({"category": "food"}, 3, 3.3),
        ({"private": "true"}, 1, 0.1),
        ({"spent_on_from": "2026-01-01", "spent_on_to": "2026-01-31"}, 1, 10.1),
        ({"amount_min": 0.2, "amount_max": 3}, 2, 3.2),
        ({"q": "cinema"}, 2, 10.3),
    ],
    ids=str,
)
def test_reports_take_what_lists_take(
    spent: Api, query: dict[str, Any], count: int, total: float
) -> None:
    found = groups(spent, "summary", **query)
    assert [(one["count"], one["total"]) for one in found] == [(count, total)]


def test_no_rows_make_no_groups_but_one_summary(spent: Api) -> None:
    assert groups(spent, "by-category", category="rent") == []
    empty = [{"count": 0, "total": 0, "average": None}]
    assert groups(spent, "summary", category="rent") == empty
    spent.get("/expenses/by-category", 422, category="nonsense")


# ---- groups of what rows belong to ------------------------------------------------------------


@pytest.fixture(scope="module")
def sold(api: Api) -> Api:
    maker = api.post("/makers", {"country": "Peru"})["id"]
    kinds = (("book", 8, maker), ("toy", 2.5, maker), ("book", 4.5, None))
    orders = (("paid", "2024-12-30"), ("sent", "2025-01-05"), ("open", None))
    for kind, price, made_by in kinds:
        api.post("/products", {"kind": kind, "price": price, "maker_id": made_by})
    for status, day in orders:
        api.post("/orders", {"status": status, "paid_on": day})
    products, bought = api.ids("/products"), api.ids("/orders")
    for order, product, quantity, price in LINES:
        line = {"order_id": bought[order], "product_id": products[product]}
        api.post("/lines", {**line, "quantity": quantity, "unit_price": price})
    return api


def of_lines(api: Api, name: str, **query: Any) -> list[tuple[Any, ...]]:
    """The values of each group, in the order of its names."""
    return [tuple(one.values()) for one in api.get(f"/lines/{name}", **query)["items"]]


def test_months_and_what_rows_belong_to_together(sold: Api) -> None:
    assert sold.get("/lines/revenue")["items"][0] == {
        "month": "2024-12",
        "kind": "book",
        "count": 1,
        "total": 0.3,
        "average": 0.3,
    }
    assert of_lines(sold, "revenue") == [
        ("2024-12", "book", 1, 0.3, 0.3),
        ("2024-12", "toy", 1, 9.99, 9.99),
        ("2025-01", "book", 2, 5.2, 2.6),
        (None, "toy", 1, 1, 1),
    ]


def test_two_references_away_and_nothing_there(sold: Api) -> None:
    assert of_lines(sold, "countries") == [("Peru", 4, 10, 2.5), (None, 1, 1, 1)]
    assert of_lines(sold, "list-prices") == [("book", 3, 20.5, 6.83), ("toy", 2, 5, 2.5)]


def test_only_rows_of_the_named_states_count(sold: Api) -> None:
    assert of_lines(sold, "paid") == [("book", 3, 5.5, 1.83), ("toy", 1, 9.99, 9.99)]


def test_the_greatest_first_and_no_more_than_asked_for(sold: Api) -> None:
    first, second, third = sold.ids("/products")
    assert of_lines(sold, "best") == [(second, 2, 10.99, 5.5), (third, 1, 5, 5)]
    assert of_lines(sold, "best", product_id=first) == [(first, 2, 0.5, 0.25)]


def test_weeks_belong_to_the_year_of_their_thursday(sold: Api) -> None:
    assert of_lines(sold, "weeks") == [("2025-W01", 4), (None, 1)]
    assert of_lines(sold, "quarters") == [("2024-Q4", 2), ("2025-Q1", 2), (None, 1)]
    made = of_lines(sold, "years")
    assert [count for _, count in made] == [5]
    assert len(made[0][0]) == 4
