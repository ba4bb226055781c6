"""Movements that change the number of what they belong to, never beyond its bounds."""

import pytest

from smartforge.contract import Adjusts, Choice, Contract, Field, Integer, Reference, Resource, Text
from tests.behaviour.apis import Api, statuses

pytestmark = pytest.mark.xdist_group("behaviour_stock")

KEPT = ("list", "create", "read")
CONTRACT = Contract(
    "Warehouse",
    (
        Resource(
            "product",
            "products",
            (
                Field("sku", Text(1, 40), unique=True),
                Field("quantity", Integer(0, 1000), False, 0, written="creation"),
                Field("held", Integer(0, 5), False, 0, written="never"),
            ),
            ranges=("quantity",),
        ),
        Resource(
            "movement",
            "movements",
            (
                Field("product_id", Reference("product", "cascade")),
                Field("amount", Integer(1, 10_000)),
                Field("direction", Choice(("in", "out"))),
            ),
            actions=KEPT,
            rules=(Adjusts("product_id", "amount", "quantity", "direction", ("out",)),),
        ),
        Resource(
            "hold",
            "holds",
            (
                Field("product_id", Reference("product", "cascade")),
                Field("amount", Integer(1, 10), False, 1),
            ),
            actions=KEPT,
            rules=(Adjusts("product_id", "amount", "held"),),
        ),
        Resource(
            "sale",
            "sales",
            (
                Field("product_id", Reference("product", "cascade")),
                Field("amount", Integer(1, 10)),
            ),
            actions=KEPT,
            rules=(Adjusts("product_id", "amount", "quantity", taking=("",)),),
        ),
    ),
)


def product(api: Api, sku: str, quantity: int) -> str:
    return f"/products/{api.post('/products', {'sku': sku, 'quantity': quantity})['id']}"


def move(api: Api, path: str, amount: int, direction: str, status: int = 201) -> None:
    body = {"product_id": int(path.rsplit("/", 1)[1]), "amount": amount, "direction": direction}
    api.post("/movements", body, status)


def test_movements_change_the_stock(api: Api) -> None:
    path = product(api, "a", 5)
    move(api, path, 10, "in")
    assert api.get(path)["quantity"] == 15
    move(api, path, 15, "out")
    assert api.get(path)["quantity"] == 0
    assert api.get(f"{path}/movements")["total"] == 2


def test_what_is_not_there_is_not_taken(api: Api) -> None:
    path = product(api, "b", 5)
    move(api, path, 6, "out", 409)
    assert api.get(path)["quantity"] == 5
    assert api.get(f"{path}/movements")["total"] == 0
    move(api, path, 0, "out", 422)
    move(api, path, 1, "away", 422)


def test_no_more_goes_in_than_fits(api: Api) -> None:
    path = product(api, "c", 995)
    move(api, path, 6, "in", 409)
    move(api, path, 5, "in")
    assert api.get(path)["quantity"] == 1000


def test_without_a_direction_it_always_adds_or_always_takes(api: Api) -> None:
    path = product(api, "d", 10)
    body = {"product_id": int(path.rsplit("/", 1)[1])}
    api.post("/holds", body)
    api.post("/holds", body | {"amount": 4})
    api.post("/holds", body, 409)
    assert api.get(path)["held"] == 5
    api.post("/sales", body | {"amount": 7})
    api.post("/sales", body | {"amount": 4}, 409)
    assert api.get(path)["quantity"] == 3


def test_the_stock_changes_in_no_other_way(api: Api) -> None:
    path = product(api, "e", 5)
    api.patch(path, {"quantity": 50}, 422)
    move(api, path, 1, "out")
    movement = api.get(f"{path}/movements")["items"][0]
    api.expect(405, "PATCH", f"/movements/{movement['id']}", json={"amount": 5})
    api.expect(405, "DELETE", f"/movements/{movement['id']}")
    move(api, "/products/999999", 1, "in", 422)


def test_of_many_who_take_at_once_only_as_many_succeed_as_there_is_stock(api: Api) -> None:
    path = product(api, "f", 3)
    body = {"product_id": int(path.rsplit("/", 1)[1]), "amount": 1, "direction": "out"}
    answers = api.at_once(12, "POST", "/movements", json=body)
    assert statuses(answers) == [201] * 3 + [409] * 9
    assert api.get(path)["quantity"] == 0


def test_low_stock_is_a_range(api: Api) -> None:
    low = product(api, "g", 421)
    product(api, "h", 430)
    assert api.ids("/products", quantity_min=420, quantity_max=425) == [int(low.rsplit("/", 1)[1])]
