"""The document of contracts with relations, accounts, rules and further operations."""

from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from openapi_spec_validator import OpenAPIV31SpecValidator

from smartforge.contract import (
    Access,
    Accounts,
    Aggregate,
    Choice,
    Code,
    Computed,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Mark,
    Marked,
    NotMade,
    OneOpen,
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
from smartforge.contract.openapi import openapi
from smartforge.contract.operations import operations
from tests.unit.contract.strategies import contracts

USER = Access("user")
OWNER = Access("owner", ("admin",))
ADMIN = Access("role", ("admin",))
OPEN = Permissions(create=USER, update=OWNER, delete=ADMIN)
OWN = Permissions(OWNER, USER, OWNER, OWNER, OWNER)
ID = {"type": "integer", "minimum": 1, "maximum": 2_147_483_647}

ACCOUNT = Resource(
    "user",
    "users",
    (
        Field("email", Email(), unique=True),
        Field("bio", Text(0, 9), False),
        Field("firm_id", Reference("firm"), written="never"),
    ),
    actions=("list", "create", "delete"),
    access=Permissions(USER, ADMIN, USER, USER, ADMIN),
    tenant="firm_id",
)
ARTICLE = Resource(
    "article",
    "articles",
    (
        Field("title", Text(1, 60)),
        Field("slug", Slug("title"), written="never"),
        Field("tag_ids", References("tag", 5), False, []),
        Field("words", TextList(), False, []),
        Field("price", Decimal("0", "99.5")),
        Field("pages", Integer(1, 900), False),
        Field("day", Date()),
        Field("state", Choice(("draft", "out")), False, "draft", written="never"),
        Field("out_at", Timestamp(), False, written="never"),
        Field("author_id", Reference("user"), written="never"),
    ),
    sortable=("id", "price"),
    sorted_by="-price",
    filters=("state", "tag_ids", "words", "author_id"),
    ranges=("price", "day", "created_at"),
    searched=("title",),
    access=OPEN,
    owner="author_id",
    stamped=True,
    computed=(
        Computed("comments", Aggregate("count", "comment", "article_id")),
        Computed("stars", Aggregate("average", "comment", "article_id", "stars"), "Of all"),
        Computed("most", Aggregate("maximum", "comment", "article_id", "stars")),
        Computed("due", Aggregate("sum", "comment", "article_id", "worth")),
        Computed("value", Product(("price", "pages"))),
        Computed("likes", Marked("like")),
    ),
    transitions=(
        Transition("publish", "state", "out", ("draft",), "out_at", OWNER),
        Transition("withdraw", "state", "draft", access=USER),
    ),
    marks=(Mark("like"),),
    reports=(
        Report("per_day", "day", "day", "price", USER),
        Report("by_author", "author_id", field="pages"),
        Report("summary"),
    ),
)
COMMENT = Resource(
    "comment",
    "comments",
    (
        Field("article_id", Reference("article", "cascade")),
        Field("stars", Integer(1, 5)),
        Field("worth", Decimal("0", "9")),
        Field("owner_id", Reference("user", "cascade", nested=False), written="never"),
    ),
    access=OWN,
    owner="owner_id",
    filters=("article_id", "stars"),
    rules=(UniqueTogether(("article_id", "owner_id")),),
)
CONTRACT = Contract(
    "Articles",
    (
        Resource("firm", "firms", (Field("name", Text(2, 50)),), actions=()),
        ACCOUNT,
        Resource("tag", "tags", (Field("name", Text(), unique=True),), idempotent="name"),
        ARTICLE,
        COMMENT,
        Resource(
            "picture",
            "pictures",
            (Field("caption", Text(), False),),
            actions=("create", "read"),
            upload=Upload(("image/png",)),
        ),
        Resource(
            "link",
            "links",
            (Field("to", Url(), written="creation"), Field("code", Code(7), written="never")),
            actions=("create",),
            redirect=Redirect("code", "to"),
        ),
        Resource("ping", "pings", (Field("n", Integer(), False, 0, written="never"),), ("create",)),
    ),
    accounts=Accounts(roles=("member", "admin"), tenant="firm_id"),
    not_made=(NotMade("fly", "Fly away"),),
)
DOCUMENT = openapi(validate(CONTRACT))
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS: dict[str, Any] = {
    operation["operationId"]: operation
    for item in DOCUMENT["paths"].values()
    for operation in item.values()
}


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def queries(name: str) -> dict[str, Any]:
    parameters = OPERATIONS[name]["parameters"]
    return {one["name"]: one["schema"] for one in parameters if one["in"] == "query"}


@settings(max_examples=12, deadline=None)
@given(contracts())
def test_no_two_operations_of_a_sound_contract_meet(contract: Contract) -> None:
    made = operations(contract)
    document = openapi(contract)
    assert len({one.id for one in made}) == len({(one.method, one.path) for one in made})
    served = [
        (method.upper(), path, operation["operationId"])
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    assert sorted(served) == sorted((one.method, one.path, one.id) for one in made)


def test_the_document_is_valid() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("register", "201 409 422"),
        ("login", "200 401 422"),
        ("get_me", "200 401"),
        ("list_users", "200 401 422"),
        ("create_user", "201 401 403 409 422"),
        ("delete_user", "204 401 403 404 409 422"),
        ("set_user_role", "200 401 403 404 422"),
        ("create_tag", "200 201 422"),
        ("update_tag", "200 404 409 422"),
        ("delete_tag", "204 404 422"),
        ("list_articles", "200 422"),
        ("create_article", "201 401 422"),
        ("get_article", "200 404 422"),
        ("update_article", "200 401 403 404 422"),
        ("delete_article", "204 401 403 404 422"),
        ("publish_article", "200 401 403 404 409 422"),
        ("withdraw_article", "200 401 404 422"),
        ("like_article", "200 401 404 422"),
        ("unlike_article", "200 401 404 422"),
        ("per_day_of_articles", "200 401 422"),
        ("summary_of_articles", "200 422"),
        ("list_user_articles", "200 404 422"),
        ("list_article_comments", "200 401 404 422"),
        ("create_comment", "201 401 409 422"),
        ("get_comment", "200 401 404 422"),
        ("update_comment", "200 401 404 409 422"),
        ("create_picture", "201 413 415 422"),
        ("get_picture_content", "200 404 422"),
        ("create_link", "201 422"),
        ("follow_link", "307 404"),
        ("create_ping", "201 422"),
    ],
)
def test_the_statuses_are_those_that_can_happen(name: str, statuses: str) -> None:
    assert sorted(OPERATIONS[name]["responses"]) == statuses.split()


def test_secured_operations_say_so_and_others_do_not() -> None:
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    assert DOCUMENT["components"]["securitySchemes"] == {"bearerAuth": bearer}
    for name, operation in OPERATIONS.items():
        secured = "401" in operation["responses"] and name != "login"
        assert operation.get("security") == ([{"bearerAuth": []}] if secured else None)
    challenge = OPERATIONS["get_me"]["responses"]["401"]["headers"]["WWW-Authenticate"]
    assert challenge["required"] is True


def test_what_keeps_a_row_also_keeps_what_would_take_it_along() -> None:
    def deletion(after: Any) -> set[str]:
        made = Contract(
            "A",
            (
                Resource("shelf", "shelves", (Field("name", Text()),)),
                Resource("book", "books", (Field("shelf_id", Reference("shelf", "cascade")),)),
                Resource("loan", "loans", (Field("book_id", Reference("book", after)),)),
            ),
        )
        item = openapi(validate(made))["paths"]["/shelves/{shelf_id}"]
        return set(item["delete"]["responses"])

    assert "409" in deletion("restrict")
    assert "409" not in deletion("cascade")


def test_a_rule_that_creation_cannot_break_is_no_refusal() -> None:
    def creation(default: str) -> set[str]:
        state = Field("state", Choice(("open", "shut")), False, default, written="never")
        rule = OneOpen(("name",), "state", ("open",))
        made = Resource("gate", "gates", (Field("name", Text()), state), rules=(rule,))
        paths = openapi(validate(Contract("A", (made,))))["paths"]
        return set(paths["/gates"]["post"]["responses"])

    assert "409" in creation("open")
    assert "409" not in creation("shut")


def test_accounts_are_registered_with_what_they_need() -> None:
    registration = SCHEMAS["Registration"]
    assert registration["required"] == ["email", "password", "firm_name"]
    assert list(registration["properties"]) == ["email", "bio", "password", "firm_name"]
    password = {"type": "string", "minLength": 8, "maxLength": 128}
    assert registration["properties"]["password"] == password
    assert registration["properties"]["firm_name"]["maxLength"] == 50
    assert SCHEMAS["Login"]["required"] == ["email", "password"]
    assert SCHEMAS["Login"]["properties"]["password"]["minLength"] == 1
    assert SCHEMAS["Token"]["properties"]["token_type"] == {"type": "string", "enum": ["bearer"]}
    roles = {"type": "string", "enum": ["member", "admin"]}
    assert SCHEMAS["UserCreate"]["properties"]["role"] == roles | {"default": "member"}
    assert list(SCHEMAS["UserCreate"]["properties"]) == ["email", "bio", "password", "role"]
    assert SCHEMAS["UserNewRole"]["properties"] == {"role": roles}
    assert list(SCHEMAS["User"]["properties"]) == [
        "id",
        "email",
        "bio",
        "firm_id",
        "role",
        "created_at",
    ]
    assert (
        "Registration"
        not in openapi(Contract("A", CONTRACT.resources[2:3]))["components"]["schemas"]
    )


def test_answers_hold_everything_in_its_order() -> None:
    article = SCHEMAS["Article"]
    fields = [field.name for field in ARTICLE.fields]
    worked = ["comments", "stars", "most", "due", "value", "likes"]
    assert list(article["properties"]) == ["id", *fields, *worked, "created_at", "updated_at"]
    assert article["required"] == list(article["properties"])
    assert article["additionalProperties"] is False
    number = {"type": "number"}
    properties = {name: without_hints(one) for name, one in article["properties"].items()}
    assert properties["comments"] == {"type": "integer", "minimum": 0}
    assert properties["likes"] == {"type": "integer", "minimum": 0}
    assert properties["stars"] == nullable(number) | {"description": "Of all"}
    assert properties["most"] == nullable({"type": "integer"})
    assert properties["due"] == number
    assert properties["value"] == nullable(number)
    assert properties["author_id"] == ID
    many = {"type": "array", "items": ID, "maxItems": 5, "uniqueItems": True}
    assert properties["tag_ids"] == many
    assert properties["slug"] == {"type": "string", "minLength": 1, "maxLength": 80}


def without_hints(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in schema.items() if not name.startswith("x-")}


def test_clients_send_what_they_may_write() -> None:
    sent = ["title", "tag_ids", "words", "price", "pages", "day"]
    assert list(SCHEMAS["ArticleCreate"]["properties"]) == sent
    assert list(SCHEMAS["ArticleUpdate"]["properties"]) == sent
    assert SCHEMAS["ArticleCreate"]["required"] == ["title", "price", "day"]


def test_what_would_be_empty_is_not_there() -> None:
    assert "requestBody" not in OPERATIONS["create_ping"]
    assert "requestBody" not in OPERATIONS["publish_article"]
    assert not {"PingCreate", "LinkUpdate", "Firm", "FirmPage", "PicturePage"} & set(SCHEMAS)
    assert all(schema["properties"] for schema in SCHEMAS.values())
    assert [tag["name"] for tag in DOCUMENT["tags"]] == [
        *("auth", "firms", "users", "tags", "articles", "comments", "pictures", "links", "pings")
    ]
    assert not any("not-made" in path for path in DOCUMENT["paths"])


def test_lists_are_narrowed_by_query_parameters() -> None:
    found = queries("list_articles")
    assert found["sort"]["default"] == "-price"
    assert found["state"] == {"type": "string", "enum": ["draft", "out"]}
    assert found["tag_id"] == found["author_id"] == ID
    assert found["word"] == {"type": "string", "minLength": 1, "maxLength": 100}
    bounds = {"type": "number", "minimum": 0, "maximum": 99.5}
    assert found["price_min"] == found["price_max"] == bounds
    assert found["day_from"] == found["day_to"] == {"type": "string", "format": "date"}
    assert found["created_at_from"] == {"type": "string", "format": "date-time"}
    assert found["q"] == {"type": "string", "minLength": 1, "maxLength": 100}
    required = [one["required"] for one in OPERATIONS["list_articles"]["parameters"]]
    assert not any(required)


def test_a_list_under_its_parent_does_not_filter_by_it() -> None:
    assert set(queries("list_comments")) - set(queries("list_article_comments")) == {"article_id"}
    (path, *_) = OPERATIONS["list_article_comments"]["parameters"]
    assert (path["name"], path["in"], path["schema"]) == ("article_id", "path", ID)


def test_reports_tell_of_groups() -> None:
    assert set(queries("summary_of_articles")) == set(queries("list_articles")) - {
        *("limit", "offset", "sort")
    }
    answer = OPERATIONS["per_day_of_articles"]["responses"]["200"]["content"]["application/json"]
    assert answer["schema"] == {"$ref": "#/components/schemas/ArticlePerDayReport"}
    day = SCHEMAS["ArticlePerDayReportGroup"]["properties"]
    assert list(day) == ["day", "count", "total", "average"]
    assert day["day"] == {"type": "string", "format": "date"}
    author = SCHEMAS["ArticleByAuthorReportGroup"]["properties"]
    assert (author["author_id"], author["total"]) == (ID, {"type": "integer"})
    assert list(SCHEMAS["ArticleSummaryReportGroup"]["properties"]) == ["count"]


def test_groups_lie_at_the_ends_of_ways_and_are_told_as_they_were_promised() -> None:
    report = Report("by_name", "out_at", "week", "pages", also=("author_id.bio",), top=3)
    changed = replace(ARTICLE, reports=(report,))
    resources = tuple(changed if one is ARTICLE else one for one in CONTRACT.resources)
    document = openapi(validate(replace(CONTRACT, resources=resources)))
    group = document["components"]["schemas"]["ArticleByNameReportGroup"]["properties"]
    assert list(group) == ["week", "bio", "count", "total", "average"]
    assert group["week"] == nullable({"type": "string", "minLength": 8, "maxLength": 8})
    told = document["paths"]["/articles/by-name"]["get"]["x-report"]
    assert (told["also"], told["top"]) == (["author_id.bio"], 3)


def test_a_group_may_be_null_where_its_field_may() -> None:
    changed = replace(ARTICLE, reports=(Report("by_end", "out_at", "month"),))
    resources = tuple(changed if one is ARTICLE else one for one in CONTRACT.resources)
    schemas = openapi(validate(replace(CONTRACT, resources=resources)))["components"]["schemas"]
    month = schemas["ArticleByEndReportGroup"]["properties"]["month"]
    assert month == nullable({"type": "string", "minLength": 7, "maxLength": 7})


def test_uploads_are_forms_and_their_bytes_come_back() -> None:
    content = OPERATIONS["create_picture"]["requestBody"]["content"]
    assert list(content) == ["multipart/form-data"]
    create = SCHEMAS["PictureCreate"]
    assert list(create["properties"]) == ["file", "caption"]
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    assert create["properties"]["file"] == file | {"x-media-types": ["image/png"]}
    assert create["required"] == ["file"]
    answer = OPERATIONS["get_picture_content"]["responses"]["200"]["content"]
    assert answer == {"image/png": {}}
    told = ["id", "caption", "filename", "content_type", "size", "created_at"]
    assert list(SCHEMAS["Picture"]["properties"]) == told


def test_redirects_say_where_to() -> None:
    follow = OPERATIONS["follow_link"]
    assert follow["responses"]["307"]["headers"]["Location"]["required"] is True
    (code,) = follow["parameters"]
    assert (code["name"], code["in"], code["schema"]) == ("code", "path", {"type": "string"})


def test_who_may_not_read_a_row_is_told_that_there_is_none() -> None:
    """Where only admins read accounts, and may change them too, nobody is left for a 403."""
    closed = Permissions(ADMIN, ADMIN, ADMIN, OWNER, OWNER)
    fields = tuple(one for one in ACCOUNT.fields if one.name in ("email", "bio"))
    users = Resource("user", "users", fields, owner="id", access=closed)
    contract = validate(Contract("Closed", (users,), accounts=Accounts(roles=("user", "admin"))))
    of_one = openapi(contract)["paths"]["/users/{user_id}"]
    assert "403" in of_one["get"]["responses"]
    assert "403" not in of_one["patch"]["responses"]
    assert "403" not in of_one["delete"]["responses"]
