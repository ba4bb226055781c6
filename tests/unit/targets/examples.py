"""Contracts for the tests of targets: an everyday one, one of every kind, and a nasty one."""

from smartforge.contract import (
    Boolean,
    Choice,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Paging,
    Resource,
    Text,
    TextList,
    Timestamp,
    Url,
    validate,
)
from smartforge.contract.resources import Action


def text(name: str) -> Field:
    return Field(name, Text(1, 20))


def one(
    name: str, plural: str, *fields: str, actions: tuple[Action, ...] | None = None
) -> Resource:
    shape = Resource(name, plural, tuple(map(text, fields or ("x",))))
    return Resource(name, plural, shape.fields, actions) if actions else shape


TODO = validate(
    Contract(
        "Todo API",
        (
            Resource(
                "todo",
                "todos",
                (Field("title", Text()), Field("done", Boolean(), required=False, default=False)),
                sortable=("id", "created_at", "title", "done"),
            ),
        ),
    )
)

SHOP = validate(
    Contract(
        title='Bücher & "mehr"',
        description='Sells `books` <b>\n"""\\ {{ 7 * 7 }} ${HOME}',
        version="1.2.3",
        resources=(
            Resource(
                "book",
                "books",
                (
                    Field("title", Text(1, 200)),
                    Field("blurb", Text(0, 5000), required=False, default=""),
                    Field("pages", Integer(1, 10_000)),
                    Field("price", Decimal("0", "9999.99", 2)),
                    Field("weight", Decimal("-5.5", "5.5", 1), required=False, default="1.5"),
                    Field("in_print", Boolean(), required=False, default=True),
                    Field("published", Date(), required=False, default="2020-02-29"),
                    Field("read_at", Timestamp(), required=False),
                    Field(
                        "printed_at",
                        Timestamp(),
                        required=False,
                        default="2026-01-01T00:00:00.5+02:00",
                    ),
                    Field("contact", Email(), required=False, description="Whom to write to"),
                    Field("website", Url(), required=False),
                    Field("status", Choice(("draft", "out of print", "it's"))),
                    Field("medium", Choice(("paper",)), required=False, default="paper"),
                    Field("tags", TextList(5), required=False, default=["a", "b"]),
                ),
                sortable=("id", "created_at", "title", "pages", "price", "published", "read_at"),
                description="Something to read.",
            ),
            one("order_item", "order_items", "note"),
        ),
    )
)

# Names that mean something to Python, SQL, pydantic, SQLAlchemy, or to the generated code itself.
WORDS = (
    "class import select order user from none true false date datetime decimal str int bool list "
    "type format hash input filter mapped_column base re model model_name model_dump_x key value "
    "keys values get set state status limit offset sort db response body row rows name names "
    "annotated field literal id_ xmin rowid router items total page schemas models"
)

NASTY = validate(
    Contract(
        '"""\\ ${x} {{ y }} {% z %} # – ’',
        description="'''\n\"\"\"\nimport os\n{% raw %}",
        resources=(
            Resource(
                "class",
                "classes",
                tuple(text(word) for word in WORDS.split() if not word.endswith("_")),
                sortable=("id", "class", "date", "order", "xmin", "created_at"),
            ),
            Resource(
                "import",
                "import_things",
                (
                    Field("from", Date()),
                    Field("date", Date(), required=False),
                    Field("datetime", Timestamp(), required=False, default="2026-02-03T04:05:06Z"),
                    Field("decimal", Decimal()),
                    Field("str", Integer(0, 5)),
                    Field("int", Boolean()),
                    Field("bool", Text(0, 5), required=False, default=""),
                    Field("list", TextList(3), required=False, default=["x"]),
                    Field("annotated", Url()),
                    Field("utc_time", Timestamp()),
                    Field("class", Choice(("only",)), required=False, default="only"),
                ),
            ),
            one("field", "fields", "field", "value", "field_value"),
            one("date", "dates", "date"),
            one("string", "strings", "string"),
            one("string_row", "string_rows"),
            one("field_schema", "field_schemas"),
            one("base", "bases", "base"),
            one("router", "routers", "router"),
            one("list", "lists", "list"),
            one("type", "types", "type"),
            one("item", "items", "items", "total"),
            one("page", "pages", "page"),
            one("setting", "settings", "settings"),
            one("session", "sessions", "session"),
            one("model", "models", "model"),
            one("test", "tests", "test"),
            one("app", "app", "app"),
            one("db", "dbs"),
            one("agreement", "contract"),
            one("issue", "problems"),
            one("attempt", "try"),
            one("lambda", "lambdas", "lambda"),
            one("json", "jsons"),
            one("sqlite_thing", "sqlite_things"),
            one("event_log", "event_logs", actions=("delete",)),
            one("news", "news", actions=("list", "read", "delete")),
            one("hit", "hits", actions=("create",)),
            one("gauge", "gauges", actions=("update",)),
            one("stream", "streams", actions=("list",)),
            one("view", "views", actions=("read",)),
            Resource(
                "tiny",
                "tinies",
                (
                    Field("five", Integer(5, 5)),
                    Field("one", Decimal("1", "1", 0)),
                    Field("letter", Text(1, 1)),
                    Field("long", Text(500, 500)),
                ),
                paging=Paging(1, 1),
            ),
            Resource(
                "a" * 60,
                "b" * 60,
                tuple(
                    Field(letter * 60, Choice(("x" * 100, "\N{GRINNING FACE}" * 100, "quo\"te'\\")))
                    for letter in "cd"
                ),
                sortable=("id", "c" * 60),
            ),
        ),
    )
)
