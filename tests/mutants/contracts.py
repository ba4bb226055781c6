"""Small contracts that hold every rule; the wrong variants are variants of their projects."""

from smartforge.contract import (
    FORMS,
    Access,
    Accounts,
    Adjusts,
    Aggregate,
    AtMost,
    Choice,
    Code,
    Computed,
    Contract,
    Date,
    Decimal,
    Different,
    Email,
    Field,
    Idempotency,
    Integer,
    Mark,
    Marked,
    NoOverlap,
    OneOpen,
    Ordered,
    Paging,
    Permissions,
    Product,
    RateLimit,
    Recipe,
    Redirect,
    Reference,
    Report,
    Resource,
    Text,
    TextList,
    Timestamp,
    Transition,
    UniqueTogether,
    Upload,
    Url,
)

KEPT = ("list", "create", "read")

USER = Access("user")
SHOP = Contract(
    "Shop",
    (
        Resource(
            "product",
            "products",
            (
                Field("name", Text(1, 80)),
                Field("quantity", Integer(0, 1000), False, 0, written="creation"),
                Field("colour", Choice(("red", "green", "blue")), False, "red"),
                Field("labels", TextList(5), False),
                Field("note", Text(1, 200), False),
            ),
            sortable=("id", "name", "quantity", "created_at"),
            filters=("colour", "labels"),
            ranges=("quantity", "created_at"),
            searched=("name", "note"),
            computed=(Computed("sold", Aggregate("sum", "sale", "product_id", "amount")),),
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
            "sale",
            "sales",
            (
                Field("product_id", Reference("product", "cascade")),
                Field("amount", Integer(1, 10)),
            ),
            actions=KEPT,
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
            actions=KEPT,
            rules=(
                Different("from_product_id", "to_product_id"),
                Adjusts("from_product_id", "amount", "quantity", taking=("",)),
                Adjusts("to_product_id", "amount", "quantity"),
            ),
        ),
        Resource(
            "seat",
            "seats",
            (
                Field("row", Integer(1, 500)),
                Field("number", Integer(1, 500)),
                Field("view", Text(), False),
            ),
            sortable=("id", "row", "view", "created_at"),
            paging=Paging(style="cursor"),
            rules=(UniqueTogether(("row", "number")),),
        ),
    ),
)

HOTEL = Contract(
    "Hotel",
    (
        Resource("room", "rooms", (Field("name", Text(), unique=True),)),
        Resource(
            "booking",
            "bookings",
            (
                Field("room_id", Reference("room", "cascade")),
                Field("starts_at", Timestamp()),
                Field("ends_at", Timestamp()),
                Field("status", Choice(("booked", "cancelled")), False, "booked", written="never"),
                Field("cancelled_at", Timestamp(), False, written="never"),
            ),
            rules=(
                Ordered("starts_at", "ends_at"),
                NoOverlap("starts_at", "ends_at", ("room_id",), "status", ("cancelled",)),
            ),
            transitions=(
                Transition("cancel", "status", "cancelled", ("booked",), "cancelled_at"),
                Transition("rebook", "status", "booked", ("cancelled",)),
            ),
        ),
        Resource(
            "cleaning",
            "cleanings",
            (
                Field("room_id", Reference("room", "restrict")),
                Field("state", Choice(("open", "done")), False, "open", written="never"),
            ),
            rules=(OneOpen(("room_id",), "state", ("open",)),),
            transitions=(
                Transition("finish", "state", "done", ("open",)),
                Transition("reopen", "state", "open", ("done",)),
            ),
        ),
        Resource("guest", "guests", (Field("name", Text(1, 80)),)),
        Resource(
            "expense",
            "expenses",
            (
                Field("guest_id", Reference("guest", "clear"), False),
                Field("kind", Choice(("food", "laundry"))),
                Field("day", Date()),
                Field("price", Decimal("0", "1000"), False),
                Field("count", Integer(1, 50)),
            ),
            computed=(Computed("cost", Product(("price", "count"))),),
            reports=(
                Report("by_kind", "kind", field="price"),
                Report("by_month", "day", "month"),
            ),
        ),
        Resource(
            "opinion",
            "opinions",
            (Field("room_id", Reference("room", "cascade")), Field("stars", Integer(1, 5))),
            actions=KEPT,
        ),
        Resource(
            "suite",
            "suites",
            (Field("name", Text()),),
            computed=(
                Computed("opinions", Aggregate("count", "view", "suite_id")),
                Computed("stars", Aggregate("average", "view", "suite_id", "stars")),
            ),
        ),
        Resource(
            "view",
            "views",
            (Field("suite_id", Reference("suite", "cascade")), Field("stars", Integer(1, 5))),
        ),
    ),
)

FORUM = Contract(
    "Forum",
    (
        Resource("user", "users", (Field("email", Email(), unique=True),), actions=("read",)),
        Resource(
            "post",
            "posts",
            (
                Field("user_id", Reference("user", "cascade"), written="never"),
                Field("title", Text()),
                Field("state", Choice(("draft", "shown")), False, "draft", written="never"),
            ),
            owner="user_id",
            access=Permissions(
                create=Access("user"), update=Access("owner"), delete=Access("owner")
            ),
            computed=(Computed("likes", Marked("like")),),
            marks=(Mark("like"),),
            transitions=(
                Transition(
                    "show", "state", "shown", ("draft",), access=Access("role", ("editor",))
                ),
            ),
        ),
        Resource(
            "claim",
            "claims",
            (
                Field("user_id", Reference("user", "cascade"), written="never"),
                Field("state", Choice(("open", "approved")), False, "open", written="never"),
            ),
            owner="user_id",
            access=Permissions(create=Access("user")),
            actions=KEPT,
            transitions=(
                Transition(
                    "approve",
                    "state",
                    "approved",
                    ("open",),
                    access=Access("role", ("editor",)),
                    not_owner=True,
                ),
            ),
        ),
        Resource(
            "wallet",
            "wallets",
            (
                Field("user_id", Reference("user", "cascade"), written="never"),
                Field("balance", Integer(0, 1_000), False, 0, written="creation"),
                Field("label", Text(), False),
            ),
            owner="user_id",
            actions=(*KEPT, "update"),
            access=Permissions(create=USER, update=Access("owner", ("editor",))),
        ),
        Resource(
            "gift",
            "gifts",
            (
                Field("from_wallet_id", Reference("wallet", nested=False)),
                Field("to_wallet_id", Reference("wallet", nested=False)),
                Field("amount", Integer(1, 2_000)),
            ),
            actions=KEPT,
            access=Permissions(create=USER),
            rules=(
                Adjusts("from_wallet_id", "amount", "balance", taking=("",), own=True),
                Adjusts("to_wallet_id", "amount", "balance"),
            ),
        ),
        Resource(
            "link",
            "links",
            (
                Field("url", Url(), unique=True),
                Field("code", Code(8), written="never"),
                Field("visits", Integer(0, 1_000_000), False, 0, written="never"),
            ),
            actions=KEPT,
            idempotent="url",
            redirect=Redirect("code", "url", "visits"),
        ),
        Resource(
            "picture",
            "pictures",
            (Field("title", Text()),),
            actions=KEPT,
            upload=Upload(("image/png", "image/jpeg"), 100_000),
        ),
        Resource(
            "memo",
            "memos",
            (
                Field("text", Text()),
                Field("state", Choice(("draft", "sent")), False, "draft", written="never"),
            ),
            access=Permissions(create=Access("user"), update=Access("user")),
            transitions=(Transition("send", "state", "sent", access=Access("user")),),
            history=True,
        ),
    ),
    accounts=Accounts(roles=("member", "editor")),
)

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

OFFICE = Contract(
    "Office",
    (
        Resource("folder", "folders", (Field("name", Text(), unique=True),), soft_delete=True),
        Resource("letter", "letters", (Field("subject", Text()),), versioned=True),
        Resource(
            "bill",
            "bills",
            (Field("number", Text(), unique=True), Field("amount", Integer(1, 1_000_000))),
            idempotency=Idempotency(),
        ),
    ),
)

OWN = Permissions(USER, USER, Access("owner"), Access("owner"), Access("owner"))
# Has no wrong variants: its rules stand in each other's way.
SCHOOL = Contract(
    "School",
    (
        Resource("school", "schools", (Field("name", Text()),)),
        Resource(
            "teacher",
            "teachers",
            (
                Field("email", Email(), unique=True),
                Field("school_id", Reference("school", "restrict"), False),
            ),
            actions=("read", "delete"),
            access=Permissions(read=Access("owner"), delete=Access("owner")),
            owner="id",
        ),
        Resource(
            "course",
            "courses",
            (
                Field("least", Integer(0, 100)),
                Field("most", Integer(0, 100)),
                Field("teacher_id", Reference("teacher", "cascade"), written="never"),
            ),
            access=OWN,
            owner="teacher_id",
            rules=(Ordered("least", "most"), AtMost(3, ("teacher_id",))),
        ),
        Resource(
            "lesson",
            "lessons",
            (Field("course_id", Reference("course", "cascade"), False), Field("title", Text())),
            access=Permissions(USER, USER, USER, USER, USER),
            rules=(UniqueTogether(("course_id", "title")),),
        ),
    ),
    accounts=Accounts("teacher"),
)
TOOLS = Contract("Tools", (), recipes=tuple(Recipe(kind, kind) for kind in FORMS))

CONTRACTS = {
    "shop": SHOP,
    "hotel": HOTEL,
    "forum": FORUM,
    "club": CLUB,
    "office": OFFICE,
    "school": SCHOOL,
    "tools": TOOLS,
}
