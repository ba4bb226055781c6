"""A contract with accounts, for the tests of what stands around the resources."""

from smartforge.contract import (
    Access,
    Accounts,
    Contract,
    Decimal,
    Email,
    Field,
    Integer,
    NotMade,
    Permissions,
    Reference,
    Resource,
    Text,
    validate,
)

ANYONE = Access()
USER = Access("user")
ADMIN = Access("role", ("admin",))
OWNER = Access("owner", ("admin",))

BOOKSTORE = validate(
    Contract(
        "Bookstore API",
        (
            Resource(
                "user",
                "users",
                (Field("email", Email(), unique=True), Field("name", Text(1, 100))),
                access=Permissions(ADMIN, ADMIN, OWNER, OWNER, OWNER),
                owner="id",
                stamped=True,
            ),
            Resource(
                "book",
                "books",
                (
                    Field("title", Text()),
                    Field("isbn", Text(10, 17), unique=True),
                    Field("price", Decimal("0", "9999.99", 2)),
                ),
                access=Permissions(create=USER, update=USER, delete=ADMIN),
                searched=("title",),
            ),
            Resource(
                "review",
                "reviews",
                (
                    Field("rating", Integer(1, 5)),
                    Field("book_id", Reference("book", "cascade")),
                    Field("user_id", Reference("user", "cascade"), written="never"),
                ),
                access=Permissions(create=USER, update=OWNER, delete=OWNER),
                owner="user_id",
            ),
        ),
        accounts=Accounts("user", ("email",), ("reader", "admin")),
        not_made=(NotMade("send_newsletter", "Send a newsletter by e-mail"),),
    )
)
