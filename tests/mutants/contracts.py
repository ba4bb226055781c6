"""Small contracts that hold every rule; the wrong variants are variants of their projects."""

from smartforge.contract import (
    Access,
    Accounts,
    Adjusts,
    AtMost,
    Choice,
    Contract,
    Different,
    Email,
    Field,
    Integer,
    Permissions,
    RateLimit,
    Reference,
    Resource,
    Text,
    Transition,
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
            "transfer",
            "transfers",
            (
                Field("from_product_id", Reference("product", nested=False)),
                Field("to_product_id", Reference("product", nested=False)),
                Field("amount", Integer(1, 10_000)),
            ),
            actions=("list", "create", "read"),
            rules=(
                Different("from_product_id", "to_product_id"),
                Adjusts("from_product_id", "amount", "quantity", taking=("",)),
                Adjusts("to_product_id", "amount", "quantity"),
            ),
        ),
        Resource(
            "seat",
            "seats",
            (Field("row", Integer(1, 500)), Field("number", Integer(1, 500))),
            rules=(UniqueTogether(("row", "number")),),
        ),
    ),
)

USER = Access("user")
CLUB = Contract(
    "Club",
    (
        Resource("user", "users", (Field("email", Email(), unique=True),), actions=()),
        Resource(
            "loan",
            "loans",
            (
                Field("user_id", Reference("user", "cascade"), written="never"),
                Field("book", Text()),
                Field("status", Choice(("out", "back")), False, "out", written="never"),
            ),
            access=Permissions(USER, USER, USER, USER, USER),
            owner="user_id",
            rules=(AtMost(3, ("user_id",), "status", ("out",)),),
            transitions=(Transition("return", "status", "back", ("out",), access=USER),),
        ),
        Resource(
            "post",
            "posts",
            (
                Field("user_id", Reference("user", "cascade"), written="never"),
                Field("body", Text()),
            ),
            access=Permissions(USER, USER, USER, USER, USER),
            owner="user_id",
            rules=(AtMost(4, ("user_id",), period="day"),),
        ),
    ),
    accounts=Accounts(
        refresh=True, password_change=True, api_keys=True, login_limit=RateLimit(5, 60)
    ),
    rate_limit=RateLimit(20, 60),
)

CONTRACTS = {"shop": SHOP, "club": CLUB}
