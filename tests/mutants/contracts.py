"""Small contracts that hold every rule; the wrong variants are variants of their projects."""

from smartforge.contract import (
    Adjusts,
    Choice,
    Contract,
    Field,
    Integer,
    Reference,
    Resource,
    Text,
    UniqueTogether,
)

SHOP = Contract(
    "Shop",
    (
        Resource(
            "product",
            "products",
            (
                Field("name", Text(1, 80)),
                Field("quantity", Integer(0, 1000), False, 0, written="creation"),
            ),
        ),
        Resource(
            "movement",
            "movements",
            (
                Field("product_id", Reference("product", "cascade")),
                Field("amount", Integer(1, 10_000)),
                Field("direction", Choice(("in", "out"))),
            ),
            actions=("list", "create", "read"),
            rules=(Adjusts("product_id", "amount", "quantity", "direction", ("out",)),),
        ),
        Resource(
            "sale",
            "sales",
            (
                Field("product_id", Reference("product", "cascade")),
                Field("amount", Integer(1, 10)),
            ),
            actions=("list", "create", "read"),
            rules=(Adjusts("product_id", "amount", "quantity", taking=("",)),),
        ),
        Resource(
            "seat",
            "seats",
            (Field("row", Integer(1, 500)), Field("number", Integer(1, 500))),
            rules=(UniqueTogether(("row", "number")),),
        ),
    ),
)

CONTRACTS = {"shop": SHOP}
