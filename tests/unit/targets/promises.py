"""Contracts that promise more than rows: accounts, rules, transitions, tenants, files, links."""

from smartforge.contract import (
    Accounts,
    Adjusts,
    Aggregate,
    Boolean,
    Bulk,
    Choice,
    Code,
    Computed,
    Contract,
    Date,
    Decimal,
    Field,
    Idempotency,
    Integer,
    Json,
    Mark,
    Marked,
    NoOverlap,
    NotMade,
    OneOpen,
    Ordered,
    Paging,
    Permissions,
    Product,
    Redirect,
    Reference,
    References,
    Report,
    Resource,
    Slug,
    Text,
    TextList,
    Timestamp,
    Transition,
    UniqueTogether,
    Upload,
    Url,
    validate,
)
from tests.unit.targets.promised_bank import BANK
from tests.unit.targets.promised_parts import (
    ADMIN,
    ANYONE,
    FOR_USERS,
    NAME,
    OPEN_TO_READ,
    OWNER,
    OWNER_OR_ADMIN,
    OWNER_OR_STAFF,
    STAFF,
    USER,
    by,
    user,
)

BOOKSTORE = validate(
    Contract(
        "Bookstore",
        (
            user(),
            Resource(
                "author",
                "authors",
                (NAME, Field("born", Date(), required=False)),
                access=OPEN_TO_READ,
                sortable=("id", "name"),
                sorted_by="name",
                searched=("name",),
                computed=(Computed("book_count", Aggregate("count", "book", "author_id")),),
            ),
            Resource("tag", "tags", (Field("label", Text(1, 30), unique=True),)),
            Resource(
                "book",
                "books",
                (
                    Field("title", Text(1, 200)),
                    Field("slug", Slug("title"), written="never"),
                    Field("isbn", Text(10, 17), unique=True),
                    Field("price", Decimal("0", "9999.99", 2)),
                    Field("format", Choice(("cloth", "paper")), required=False, default="paper"),
                    Field("published", Date(), required=False),
                    Field("in_print", Boolean(), required=False, default=True),
                    Field("keywords", TextList(5), required=False, default=[]),
                    Field("extra", Json(200), required=False),
                    Field("author_id", Reference("author")),
                    Field("tag_ids", References("tag", 10), required=False, default=[]),
                ),
                access=OPEN_TO_READ,
                stamped=True,
                sortable=("id", "title", "price", "updated_at"),
                sorted_by="-price",
                filters=("author_id", "format", "in_print", "tag_ids", "keywords", "price"),
                ranges=("price", "published", "created_at"),
                searched=("title", "isbn"),
                computed=(
                    Computed("review_count", Aggregate("count", "review", "book_id")),
                    Computed("mean", Aggregate("average", "review", "book_id", "rating"), "Mean"),
                    Computed("best", Aggregate("maximum", "review", "book_id", "rating")),
                    Computed("likes", Marked("like")),
                ),
                marks=(Mark("like"),),
                reports=(
                    Report("formats", "format", "", "price"),
                    Report("months", "created_at", "month", "price"),
                    Report("days", "published", "day"),
                    Report("overall", field="price"),
                    Report("authors", "created_at", "quarter", "price", also=("author_id.name",)),
                    Report("first", "author_id", "", "price", ANYONE, (), "format", ("paper",), 2),
                ),
                history=True,
            ),
            Resource(
                "review",
                "reviews",
                (
                    Field("rating", Integer(1, 5)),
                    Field("comment", Text(0, 2000), required=False),
                    Field("book_id", Reference("book", "cascade"), written="creation"),
                    by("user_id", nested=True),
                ),
                access=Permissions(create=USER, update=OWNER, delete=OWNER),
                owner="user_id",
                filters=("book_id", "user_id", "rating"),
                rules=(UniqueTogether(("book_id", "user_id")),),
                reports=(
                    Report("weeks", "book_id.published", "week", also=("book_id.author_id.name",)),
                    Report("prices", "book_id.format", "", "book_id.price", top=1),
                ),
            ),
        ),
        accounts=Accounts(),
        not_made=(NotMade("send_newsletter", "Send a newsletter every week"),),
    )
)

TICKETS = validate(
    Contract(
        "Tickets",
        (
            user(
                actions=("list", "create", "read", "update", "delete"),
                # Who may not look at accounts may still name their own.
                access=Permissions(ADMIN, ADMIN, ADMIN, OWNER_OR_ADMIN, ADMIN),
            ),
            Resource(
                "ticket",
                "tickets",
                (
                    Field("subject", Text(1, 120)),
                    Field(
                        "status",
                        Choice(("open", "started", "resolved", "closed")),
                        required=False,
                        default="open",
                        written="update",
                    ),
                    Field("urgent", Boolean(), required=False, default=False, written="never"),
                    Field("resolved_at", Timestamp(), required=False, written="never"),
                    Field(
                        "assignee_id", Reference("user", "clear"), required=False, written="update"
                    ),
                    by("requester_id"),
                ),
                owner="requester_id",
                stamped=True,
                access=Permissions(OWNER_OR_STAFF, USER, OWNER_OR_STAFF, OWNER_OR_STAFF, ADMIN),
                filters=("status", "assignee_id"),
                ranges=("resolved_at",),
                soft_delete=True,
                versioned=True,
                idempotency=Idempotency(),
                history=True,
                searched=("subject",),
                transitions=(
                    Transition("start", "status", "started", ("open",), access=STAFF),
                    Transition(
                        "resolve", "status", "resolved", ("open", "started"), "resolved_at", STAFF
                    ),
                    Transition("close", "status", "closed", ("resolved",), access=OWNER_OR_STAFF),
                    Transition("escalate", "urgent", True, (False,), access=STAFF),
                ),
                reports=(Report("statuses", "status", access=OWNER_OR_STAFF),),
            ),
            Resource(
                "comment",
                "comments",
                (
                    Field("text", Text(1, 500)),
                    Field("ticket_id", Reference("ticket", "cascade"), written="creation"),
                    Field("speaker_id", Reference("user", "cascade"), written="creation"),
                    by("user_id"),
                ),
                owner="user_id",
                access=Permissions(USER, USER, USER, OWNER, OWNER_OR_ADMIN),
            ),
        ),
        accounts=Accounts(
            roles=("customer", "agent", "admin"), refresh=True, password_change=True, api_keys=True
        ),
    )
)

BOOKINGS = validate(
    Contract(
        "Bookings",
        (
            Resource(
                "room",
                "rooms",
                (NAME,),
                stamped=True,
                paging=Paging(bare=True),
                self_url="url",
                bulk=Bulk(20),
                computed=(Computed("hours", Aggregate("sum", "booking", "room_id", "hours")),),
            ),
            Resource(
                "booking",
                "bookings",
                (
                    Field("room_id", Reference("room", "cascade")),
                    Field("starts_at", Timestamp()),
                    Field("ends_at", Timestamp()),
                    Field("hours", Integer(1, 1000)),
                    Field("rate", Decimal("0", "99.99", 2)),
                    Field(
                        "status",
                        Choice(("pending", "confirmed", "cancelled")),
                        required=False,
                        default="pending",
                        written="never",
                    ),
                ),
                rules=(
                    Ordered("starts_at", "ends_at"),
                    NoOverlap("starts_at", "ends_at", ("room_id",), "status", ("cancelled",)),
                ),
                computed=(Computed("cost", Product(("hours", "rate"))),),
                transitions=(
                    Transition("confirm", "status", "confirmed", ("pending",)),
                    Transition("cancel", "status", "cancelled", ("pending", "confirmed")),
                    Transition("restore", "status", "pending", ("cancelled",)),
                ),
                reports=(Report("days", "starts_at", "day", "rate"),),
            ),
            Resource(
                "slot",
                "slots",
                (Field("court", Text(1, 20)), Field("begins", Date()), Field("ends", Date())),
                rules=(NoOverlap("begins", "ends", ("court",)),),
                paging=Paging(style="cursor"),
                soft_delete=True,
                versioned=True,
                version_required=True,
                idempotency=Idempotency(required=True),
            ),
        ),
        cors=("https://bookings.example.com",),
    )
)

STOCK = validate(
    Contract(
        "Stock",
        (
            Resource(
                "product",
                "products",
                (
                    NAME,
                    Field("sku", Text(1, 20), unique=True),
                    Field(
                        "stock",
                        Integer(0, 1_000_000),
                        required=False,
                        default=0,
                        written="creation",
                    ),
                    Field(
                        "weight",
                        Decimal("-5", "1000", 1),
                        required=False,
                        default="0",
                        written="never",
                    ),
                ),
                stamped=True,
                idempotent="sku",
            ),
            Resource(
                "movement",
                "movements",
                (
                    Field("product_id", Reference("product"), written="creation"),
                    Field("quantity", Integer(1, 1_000_000)),
                    Field("direction", Choice(("in", "out"))),
                ),
                actions=("list", "create"),
                rules=(Adjusts("product_id", "quantity", "stock", "direction", ("out",)),),
            ),
            Resource(
                "weighing",
                "weighings",
                (Field("product_id", Reference("product", "cascade")), Field("kg", Integer(1, 9))),
                actions=("list", "create"),
                rules=(Adjusts("product_id", "kg", "weight"),),
            ),
            Resource(
                "loan",
                "loans",
                (
                    Field("product_id", Reference("product", "cascade")),
                    Field("after_id", Reference("loan", "clear"), required=False),
                    Field(
                        "status",
                        Choice(("out", "it's: back")),
                        required=False,
                        default="out",
                        written="never",
                    ),
                ),
                rules=(OneOpen(("product_id",), "status", ("out",)),),
                transitions=(
                    Transition("give_back", "status", "it's: back", ("out",)),
                    Transition("lend_again", "status", "out"),
                ),
                computed=(Computed("followers", Aggregate("count", "loan", "after_id")),),
            ),
        ),
    )
)

CRM = validate(
    Contract(
        "CRM",
        (
            Resource(
                "organization",
                "organizations",
                (NAME,),
                actions=("read", "update"),
                access=Permissions(read=USER, update=ADMIN),
            ),
            user(
                by("organization_id", "organization"),
                actions=("list", "create", "read"),
                access=Permissions(USER, ADMIN, USER, ADMIN, ADMIN),
            ),
            Resource(
                "contact",
                "contacts",
                (NAME, by("owner_id"), by("organization_id", "organization")),
                tenant="organization_id",
                owner="owner_id",
                access=Permissions(OWNER_OR_ADMIN, USER, OWNER_OR_ADMIN, OWNER, OWNER_OR_ADMIN),
                searched=("name",),
                marks=(Mark("star"),),
                history=True,
            ),
            Resource(
                "deal",
                "deals",
                (
                    Field("amount", Decimal()),
                    Field("contact_id", Reference("contact")),
                    Field("watcher_ids", References("user"), required=False, default=[]),
                    by("organization_id", "organization"),
                ),
                tenant="organization_id",
                access=FOR_USERS,
                filters=("contact_id", "watcher_ids"),
                reports=(Report("totals", "contact_id", "", "amount", USER),),
                history=True,
            ),
        ),
        accounts=Accounts(roles=("member", "admin"), tenant="organization_id"),
    )
)

FILES = validate(
    Contract(
        "Files",
        (
            user(),
            Resource(
                "document",
                "documents",
                (
                    Field("title", Text(1, 100)),
                    Field("pages", Integer(1, 99), required=False),
                    Field("shared", Boolean(), required=False, default=False),
                    Field("price", Decimal("0", "99.99", 2), required=False, default="1.50"),
                    Field("labels", TextList(3), required=False, default=[]),
                    by("owner_id"),
                ),
                owner="owner_id",
                access=Permissions(OWNER, USER, OWNER, OWNER, OWNER),
                upload=Upload(("image/png", "application/pdf"), 1_000),
                filters=("shared", "price"),
            ),
        ),
        accounts=Accounts(),
    )
)

SHORTENER = validate(
    Contract(
        "Shortener",
        (
            Resource(
                "link",
                "links",
                (
                    Field("url", Url(), unique=True),
                    Field("code", Code(6), written="never"),
                    Field("visits", Integer(0), required=False, default=0, written="never"),
                ),
                idempotent="url",
                redirect=Redirect("code", "url", "visits"),
            ),
        ),
    )
)

PROMISES = (BOOKSTORE, TICKETS, BOOKINGS, STOCK, CRM, BANK, FILES, SHORTENER)
