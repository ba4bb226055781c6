"""Fields that follow from other rows, or from other fields of the same row."""

import pytest

from smartforge.contract import (
    Aggregate,
    Computed,
    Contract,
    Decimal,
    Field,
    Integer,
    Product,
    Reference,
    Resource,
    Text,
)
from tests.behaviour.apis import Api

pytestmark = pytest.mark.xdist_group("behaviour_computed")


def over_reviews(name: str, function: str, field: str = "rating") -> Computed:
    formula = Aggregate(function, "review", "recipe_id", field)  # pyright: ignore[reportArgumentType]
    return Computed(name, formula)


CONTRACT = Contract(
    "Kitchen",
    (
        Resource(
            "recipe",
            "recipes",
            (Field("title", Text()),),
            computed=(
                over_reviews("review_count", "count", ""),
                over_reviews("rating_sum", "sum"),
                over_reviews("average_rating", "average"),
                over_reviews("lowest_rating", "minimum"),
                over_reviews("highest_rating", "maximum"),
            ),
        ),
        Resource(
            "review",
            "reviews",
            (
                Field("rating", Integer(1, 5), required=False),
                Field("recipe_id", Reference("recipe", "cascade")),
            ),
        ),
        Resource(
            "order",
            "orders",
            (Field("customer", Text()),),
            computed=(Computed("total", Aggregate("sum", "line", "order_id", "price")),),
        ),
        Resource(
            "line",
            "lines",
            (
                Field("quantity", Integer(1, 1000)),
                Field("unit_price", Decimal("0", "10000"), required=False),
                Field("order_id", Reference("order", "cascade")),
            ),
            computed=(Computed("price", Product(("quantity", "unit_price"))),),
        ),
    ),
)


def recipe(api: Api, *ratings: int | None) -> dict[str, object]:
    made = api.post("/recipes", {"title": "Soup"})
    for rating in ratings:
        api.post("/reviews", {"rating": rating, "recipe_id": made["id"]})
    found = api.get(f"/recipes/{made['id']}")
    assert found in api.get("/recipes", limit=100)["items"]
    return found


def test_nothing_to_work_out_from(api: Api) -> None:
    made = api.post("/recipes", {"title": "Soup"})
    assert (made["review_count"], made["rating_sum"]) == (0, 0)
    assert made["average_rating"] is None
    assert made["lowest_rating"] is None
    assert made["highest_rating"] is None


def test_rows_are_counted_summed_and_averaged(api: Api) -> None:
    recipe(api, 1, 1)
    found = recipe(api, 5, 4, 2)
    assert (found["review_count"], found["rating_sum"], found["average_rating"]) == (3, 11, 3.67)
    assert (found["lowest_rating"], found["highest_rating"]) == (2, 5)


@pytest.mark.parametrize(
    ("ratings", "average"), [((1, 2), 1.5), ((1,) * 7 + (2,), 1.13), ((5, 5), 5), ((1, 1, 2), 1.33)]
)
def test_averages_are_rounded_half_up(api: Api, ratings: tuple[int, ...], average: float) -> None:
    assert recipe(api, *ratings)["average_rating"] == average


def test_rows_without_the_number_are_counted_alone(api: Api) -> None:
    found = recipe(api, 4, None)
    assert (found["review_count"], found["rating_sum"], found["average_rating"]) == (2, 4, 4)


def test_it_follows_every_change(api: Api) -> None:
    made = recipe(api, 1)
    path = f"/recipes/{made['id']}"
    review = api.get(f"{path}/reviews")["items"][0]
    api.patch(f"/reviews/{review['id']}", {"rating": 5})
    assert api.get(path)["average_rating"] == 5
    api.delete(f"/reviews/{review['id']}")
    assert api.get(path)["average_rating"] is None


def test_clients_never_write_it(api: Api) -> None:
    api.post("/recipes", {"title": "Soup", "average_rating": 5}, 422)
    made = recipe(api)
    api.patch(f"/recipes/{made['id']}", {"review_count": 5}, 422)


def test_products_and_what_is_summed_of_them(api: Api) -> None:
    order = api.post("/orders", {"customer": "Ann"})
    assert order["total"] == 0
    lines = [
        api.post("/lines", {"quantity": 3, "unit_price": 0.1, "order_id": order["id"]}),
        api.post("/lines", {"quantity": 2, "unit_price": 19.99, "order_id": order["id"]}),
        api.post("/lines", {"quantity": 2, "order_id": order["id"]}),
    ]
    assert [line["price"] for line in lines] == [0.3, 39.98, None]
    assert api.get(f"/orders/{order['id']}")["total"] == 40.28
    assert api.patch(f"/lines/{lines[2]['id']}", {"unit_price": 1})["price"] == 2
    assert api.get(f"/orders/{order['id']}")["total"] == 42.28
