"""A contract with accounts, ownership, roles, relations, rules and transitions: a small library."""

from smartforge.contract import (
    Access,
    Accounts,
    Aggregate,
    Choice,
    Computed,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Ordered,
    Permissions,
    Reference,
    Resource,
    Text,
    Timestamp,
    Transition,
    UniqueTogether,
    validate,
)

ANYONE = Access()
USER = Access("user")
OWNER = Access("owner")
STAFF = Access("role", ("librarian",))

LENDING = validate(
    Contract(
        "Lending library",
        accounts=Accounts("user", ("email",), roles=("member", "librarian")),
        resources=(
            Resource(
                "user",
                "users",
                (Field("email", Email(), unique=True),),
                actions=("read",),
                access=Permissions(read=OWNER),
                owner="id",
            ),
            Resource(
                "book",
                "books",
                (
                    Field("title", Text()),
                    Field("isbn", Text(10, 17), unique=True),
                    Field("price", Decimal("0", "999.99")),
                ),
                access=Permissions(
                    list=ANYONE, read=ANYONE, create=STAFF, update=STAFF, delete=STAFF
                ),
                sortable=("id", "title"),
                ranges=("price",),
                searched=("title",),
                computed=(
                    Computed("average_rating", Aggregate("average", "review", "book_id", "rating")),
                ),
            ),
            Resource(
                "review",
                "reviews",
                (
                    Field("rating", Integer(1, 5)),
                    Field("book_id", Reference("book", "cascade")),
                    Field("user_id", Reference("user", "cascade", nested=False), written="never"),
                ),
                access=Permissions(
                    list=ANYONE, read=ANYONE, create=USER, update=OWNER, delete=OWNER
                ),
                owner="user_id",
                filters=("rating",),
                rules=(UniqueTogether(("book_id", "user_id")),),
            ),
            Resource(
                "loan",
                "loans",
                (
                    Field("book_id", Reference("book", "restrict", nested=False)),
                    Field("starts_on", Date()),
                    Field("ends_on", Date()),
                    Field(
                        "status",
                        Choice(("asked", "lent", "returned")),
                        required=False,
                        default="asked",
                        written="update",
                    ),
                    Field("returned_at", Timestamp(), required=False, written="never"),
                    Field("user_id", Reference("user", "cascade", nested=False), written="never"),
                ),
                access=Permissions(list=OWNER, read=OWNER, create=USER, update=OWNER, delete=OWNER),
                owner="user_id",
                rules=(Ordered("starts_on", "ends_on"),),
                transitions=(
                    Transition("lend", "status", "lent", ("asked",), access=OWNER),
                    Transition("give_back", "status", "returned", ("lent",), "returned_at", OWNER),
                ),
            ),
        ),
    )
)
