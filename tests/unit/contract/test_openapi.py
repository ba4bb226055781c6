import json

import msgspec
from hypothesis import given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator

from smartforge.contract import (
    Boolean,
    Choice,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Resource,
    Text,
    TextList,
    Timestamp,
    Url,
)
from smartforge.contract.openapi import openapi
from tests.unit.contract.strategies import contracts

FIELDS = (
    Field("title", Text(1, 50), description="What it is called"),
    Field("pages", Integer(1, 5000), False),
    Field("price", Decimal("0", "99.5"), False, "1.50"),
    Field("read", Boolean(), False, False),
    Field("published", Date(), False),
    Field("sold_at", Timestamp()),
    Field("contact", Email(), False),
    Field("link", Url(), False),
    Field("status", Choice(("new", "old")), False, "new"),
    Field("tags", TextList(5), False, []),
)
BOOK = Resource("book_copy", "book_copies", FIELDS, sortable=("id", "created_at", "title"))
DOCUMENT = openapi(Contract("Book API", (BOOK,)))
SCHEMAS = DOCUMENT["components"]["schemas"]


@settings(max_examples=12, deadline=None)
@given(contracts())
def test_every_sound_contract_gives_a_valid_document(contract: Contract) -> None:
    OpenAPIV31SpecValidator(openapi(contract)).validate()


@settings(max_examples=10, deadline=None)
@given(contracts())
def test_equal_contracts_give_equal_bytes(contract: Contract) -> None:
    again = msgspec.convert(msgspec.to_builtins(contract), Contract)
    assert json.dumps(openapi(contract)) == json.dumps(openapi(again))


def test_the_document_names_every_operation() -> None:
    operations = {
        operation["operationId"]: f"{method.upper()} {path}"
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }
    assert operations == {
        "health": "GET /health",
        "list_book_copies": "GET /book-copies",
        "create_book_copy": "POST /book-copies",
        "get_book_copy": "GET /book-copies/{book_copy_id}",
        "update_book_copy": "PATCH /book-copies/{book_copy_id}",
        "delete_book_copy": "DELETE /book-copies/{book_copy_id}",
    }


def test_the_statuses_are_those_of_the_guide() -> None:
    item = DOCUMENT["paths"]["/book-copies/{book_copy_id}"]
    collection = DOCUMENT["paths"]["/book-copies"]
    assert set(collection["get"]["responses"]) == {"200", "422"}
    assert set(collection["post"]["responses"]) == {"201", "422"}
    assert set(item["get"]["responses"]) == {"200", "404", "422"}
    assert set(item["patch"]["responses"]) == {"200", "404", "422"}
    assert set(item["delete"]["responses"]) == {"204", "404", "422"}
    assert "Location" in collection["post"]["responses"]["201"]["headers"]
    assert "application/problem+json" in item["get"]["responses"]["404"]["content"]


def test_lists_have_bounds_defaults_and_an_order() -> None:
    limit, offset, sort = DOCUMENT["paths"]["/book-copies"]["get"]["parameters"]
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert offset["schema"]["maximum"] == 1_000_000_000
    assert sort["schema"]["enum"] == [
        "id",
        "-id",
        "created_at",
        "-created_at",
        "title",
        "-title",
    ]
    assert sort["schema"]["default"] == "id"


def test_creation_demands_what_is_required_and_gives_defaults() -> None:
    create = SCHEMAS["BookCopyCreate"]
    assert create["required"] == ["title", "sold_at"]
    assert create["additionalProperties"] is False
    assert create["properties"]["price"] == {
        "type": "number",
        "minimum": 0,
        "maximum": 99.5,
        "default": 1.5,
    }
    assert create["properties"]["pages"]["anyOf"][1] == {"type": "null"}
    assert create["properties"]["title"]["description"] == "What it is called"
    assert create["properties"]["tags"]["default"] == []


def test_a_change_needs_at_least_one_field_and_none_in_particular() -> None:
    update = SCHEMAS["BookCopyUpdate"]
    assert update["minProperties"] == 1
    assert "required" not in update
    assert not any("default" in schema for schema in update["properties"].values())


def test_answers_are_closed_and_hold_everything() -> None:
    answer = SCHEMAS["BookCopy"]
    assert answer["required"] == ["id", *(field.name for field in FIELDS), "created_at"]
    assert answer["additionalProperties"] is False
    assert SCHEMAS["BookCopyPage"]["required"] == ["items", "total", "limit", "offset"]


def test_what_is_not_offered_is_not_described() -> None:
    resource = msgspec.structs.replace(BOOK, actions=("list", "read"))
    document = openapi(Contract("Book API", (resource,)))
    assert set(document["paths"]["/book-copies"]) == {"get"}
    assert set(document["paths"]["/book-copies/{book_copy_id}"]) == {"get"}
    assert "BookCopyCreate" not in document["components"]["schemas"]


def test_changing_a_document_changes_no_other() -> None:
    openapi(Contract("A", (BOOK,)))["components"]["schemas"]["Health"]["properties"].clear()
    assert openapi(Contract("A", (BOOK,)))["components"]["schemas"]["Health"]["properties"]
