"""What a client could notice is a difference; what it could not is none."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge.checks.contract import compare
from smartforge.checks.differences import differences
from smartforge.checks.surface import TooComplex, surface
from smartforge.contract.openapi import openapi
from tests.sandboxes import promised

Json = dict[str, Any]


def found(served: Json, wanted: Json | None = None) -> list[str]:
    return differences(surface(served), surface(wanted or guarded()))


def guarded() -> Json:
    """The promise of books, with a token for creating them, conflicts, and covers to upload."""
    document = promised()
    document["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    challenge: Json = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    creating = operation(document, "POST /books")
    creating["security"] = [{"key": []}]
    creating["responses"]["401"] = {"description": "No token", "headers": challenge}
    creating["responses"]["409"] = {"description": "Taken"}
    file: Json = {"type": "string", "contentMediaType": "application/octet-stream"}
    form: Json = {"type": "object", "properties": {"file": file}, "required": ["file"]}
    document["paths"]["/covers"] = {
        "put": {
            "operationId": "put_cover",
            "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
            "responses": {"200": {"description": "Bytes", "content": {"image/png": {}}}},
        }
    }
    return document


def operation(document: Json, name: str) -> Json:
    method, path = name.split(" ")
    return document["paths"][path][method.lower()]


def schema(document: Json, name: str) -> Json:
    return document["components"]["schemas"][name]


def limit(document: Json) -> Json:
    return document["components"]["parameters"]["Limit"]


def _set(holder: Callable[[Json], Json], key: str, value: object) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        holder(document)[key] = value

    return change


def _drop(holder: Callable[[Json], Json], key: str) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        del holder(document)[key]

    return change


def _fields(document: Json) -> Json:
    return schema(document, "NewBook")["properties"]


MUTANTS: dict[str, tuple[Callable[[Json], None], str]] = {
    "a path is missing": (
        _drop(lambda d: d["paths"], "/health"),
        "GET /health: missing",
    ),
    "a path too many": (
        _set(lambda d: d["paths"], "/debug", {"get": {"responses": {}}}),
        "GET /debug: served, but not promised",
    ),
    "a method is missing": (
        _drop(lambda d: d["paths"]["/books"], "post"),
        "POST /books: missing",
    ),
    "a method too many": (
        _set(lambda d: d["paths"]["/books"], "delete", {"responses": {}}),
        "DELETE /books: served, but not promised",
    ),
    "another status": (
        lambda d: operation(d, "POST /books")["responses"].update(
            {"200": operation(d, "POST /books")["responses"].pop("201")}
        ),
        "POST /books: answer 201: missing",
    ),
    "a status too many": (
        _set(lambda d: operation(d, "GET /books")["responses"], "500", {"description": ""}),
        "GET /books: answer 500: served, but not promised",
    ),
    "another content type": (
        lambda d: operation(d, "GET /health")["responses"]["200"].update(
            content={"text/plain": {"schema": {"type": "string"}}}
        ),
        "GET /health: answer 200 application/json: missing",
    ),
    "a wider bound": (
        _set(lambda d: limit(d)["schema"], "maximum", 1000),
        "GET /books: parameter query limit: maximum is 1000, promised 100",
    ),
    "no bound": (
        _drop(lambda d: limit(d)["schema"], "minimum"),
        "GET /books: parameter query limit: minimum is none, promised 1",
    ),
    "another default": (
        _set(lambda d: limit(d)["schema"], "default", 10),
        "GET /books: parameter query limit: default is 10, promised 20",
    ),
    "another type": (
        _set(lambda d: limit(d)["schema"], "type", "number"),
        'GET /books: parameter query limit: type is "number", promised "integer"',
    ),
    "a parameter is required": (
        _set(limit, "required", True),
        "GET /books: parameter query limit: is required, promised optional",
    ),
    "a parameter is missing": (
        _drop(lambda d: operation(d, "GET /books"), "parameters"),
        "GET /books: parameter query limit: missing",
    ),
    "a parameter stands elsewhere": (
        _set(limit, "in", "header"),
        "GET /books: parameter header limit: served, but not promised",
    ),
    "a parameter has another name": (
        lambda d: d["paths"]["/books/{book_id}"]["parameters"][0].update(name="id"),
        "GET /books/{book_id}: parameter path book_id: missing",
    ),
    "a body is optional": (
        _set(lambda d: operation(d, "POST /books")["requestBody"], "required", False),
        "POST /books: body: is optional, promised required",
    ),
    "no body": (
        _drop(lambda d: operation(d, "POST /books"), "requestBody"),
        "POST /books: body: missing",
    ),
    "a field is optional": (
        _set(lambda d: schema(d, "NewBook"), "required", ["title"]),
        "POST /books: body application/json: pages is optional, promised required",
    ),
    "a field is required": (
        _set(lambda d: schema(d, "NewBook"), "required", ["genre", "title", "pages"]),
        "POST /books: body application/json: genre is required, promised optional",
    ),
    "a field is missing": (
        _drop(_fields, "subtitle"),
        "POST /books: body application/json .subtitle: missing",
    ),
    "a field too many": (
        _set(_fields, "secret", {"type": "string"}),
        "POST /books: body application/json .secret: served, but not promised",
    ),
    "a value is missing": (
        _set(lambda d: _fields(d)["genre"], "enum", ["novel"]),
        "POST /books: body application/json .genre: enum is novel, promised novel, poetry",
    ),
    "a value too many": (
        _set(lambda d: _fields(d)["genre"], "enum", ["novel", "poetry", "essay"]),
        "POST /books: body application/json .genre: enum is essay, novel, poetry, "
        "promised novel, poetry",
    ),
    "a longer text": (
        _set(lambda d: _fields(d)["title"], "maxLength", 300),
        "POST /books: body application/json .title: maxLength is 300, promised 200",
    ),
    "a format": (
        _set(lambda d: _fields(d)["title"], "format", "email"),
        'POST /books: body application/json .title: format is "email", promised none',
    ),
    "no null": (
        _set(lambda d: _fields(d)["subtitle"], "type", "string"),
        "POST /books: body application/json .subtitle: may not be null, promised that it may",
    ),
    "null": (
        _set(lambda d: _fields(d)["title"], "type", ["string", "null"]),
        "POST /books: body application/json .title: may be null, promised not",
    ),
    "an open object": (
        _drop(lambda d: schema(d, "NewBook"), "additionalProperties"),
        'POST /books: body application/json: additionalProperties is none, promised {"not": {}}',
    ),
    "one for many": (
        lambda d: operation(d, "GET /books")["responses"]["200"]["content"].update(
            {"application/json": {"schema": {"$ref": "#/components/schemas/Book"}}}
        ),
        'GET /books: answer 200 application/json: type is "object", promised "array"',
    ),
    "a deep field": (
        _set(lambda d: schema(d, "Book")["properties"]["id"], "type", "string"),
        'GET /books: answer 200 application/json[] .id: type is "string", promised "integer"',
    ),
    "another name of the operation": (
        _set(lambda d: operation(d, "GET /books"), "operationId", "books"),
        'GET /books: operationId is "books", promised "list_books"',
    ),
    "a lock": (
        lambda d: (
            d["components"]["securitySchemes"].update(b={"type": "http", "scheme": "bearer"}),
            operation(d, "GET /books").update(security=[{"b": []}]),
        )[1],
        'GET /books: security: is [[{"scheme": "bearer", "type": "http"}, []]], '
        "promised open to all",
    ),
    "a lock that is gone": (
        _drop(lambda d: operation(d, "POST /books"), "security"),
        "POST /books: security: is open to all, "
        'promised [[{"scheme": "bearer", "type": "http"}, []]]',
    ),
    "another scheme": (
        _set(lambda d: d["components"]["securitySchemes"]["key"], "scheme", "basic"),
        'POST /books: security: is [[{"scheme": "basic", "type": "http"}, []]], '
        'promised [[{"scheme": "bearer", "type": "http"}, []]]',
    ),
    "a lock that may be left out": (
        lambda d: operation(d, "POST /books")["security"].append({}),
        'POST /books: security: is [[{"scheme": "bearer", "type": "http"}, []]] or [], '
        'promised [[{"scheme": "bearer", "type": "http"}, []]]',
    ),
    "a conflict that is gone": (
        _drop(lambda d: operation(d, "POST /books")["responses"], "409"),
        "POST /books: answer 409: missing",
    ),
    "a challenge that is gone": (
        _drop(lambda d: operation(d, "POST /books")["responses"]["401"], "headers"),
        "POST /books: answer 401 header www-authenticate: missing",
    ),
    "a form that became JSON": (
        lambda d: operation(d, "PUT /covers")["requestBody"].update(
            content={"application/json": {"schema": {"type": "object"}}}
        ),
        "PUT /covers: body multipart/form-data: missing",
    ),
    "a file that became text": (
        _drop(
            lambda d: operation(d, "PUT /covers")["requestBody"]["content"]["multipart/form-data"][
                "schema"
            ]["properties"]["file"],
            "contentMediaType",
        ),
        "PUT /covers: body multipart/form-data .file: contentMediaType is none, "
        'promised "application/octet-stream"',
    ),
    "a file of another type": (
        lambda d: operation(d, "PUT /covers")["responses"]["200"].update(
            content={"application/json": {}}
        ),
        "PUT /covers: answer 200 image/png: missing",
    ),
    "a header is missing": (
        _set(
            lambda d: operation(d, "GET /health")["responses"]["200"],
            "headers",
            {"X-Load": {"schema": {"type": "integer"}}},
        ),
        "GET /health: answer 200 header x-load: served, but not promised",
    ),
    "a dangling reference": (
        _set(lambda d: d["components"]["schemas"], "Problem", None),
        'GET /books/{book_id}: answer 404 application/json: type is none, promised "object"',
    ),
}


@pytest.mark.parametrize("name", list(MUTANTS))
def test_every_mutant_is_caught_and_named(name: str) -> None:
    mutate, line = MUTANTS[name]
    served = guarded()
    mutate(served)
    assert line in found(served)


def test_the_same_document_has_no_differences() -> None:
    assert found(guarded()) == []


EQUAL: dict[str, Callable[[Json], object]] = {
    "words for people": lambda d: (
        d["info"].update(title="Other", description="Words"),
        schema(d, "Book").update(title="A book", description="...", examples=[{}]),
        operation(d, "GET /books").update(summary="All", description="Every book"),
    ),
    "order of parameters and required": lambda d: schema(d, "NewBook")["required"].reverse(),
    "null as an alternative": lambda d: _fields(d).update(
        subtitle={"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 100}]}
    ),
    "null in the old way": lambda d: _fields(d).update(
        subtitle={"type": "string", "maxLength": 100, "nullable": True}
    ),
    "whole numbers with a point": lambda d: limit(d)["schema"].update(maximum=100.0),
    "references instead of text": lambda d: (
        schema(d, "NewBook")["properties"].update(
            genre={"$ref": "#/components/schemas/Genre", "default": "novel"}
        ),
        d["components"]["schemas"].update(Genre={"type": "string", "enum": ["novel", "poetry"]}),
    ),
    "what is implied": lambda d: limit(d)["schema"].update(uniqueItems=False, readOnly=False),
    "a default of null": lambda d: _fields(d)["subtitle"].update(default=None),
    "one thing in allOf": lambda d: limit(d).update(
        schema={"allOf": [limit(d)["schema"]], "description": "x"}
    ),
    "extensions": lambda d: limit(d)["schema"].update({"x-order": 3}),
    "servers": lambda d: d.update(servers=[{"url": "http://127.0.0.1:8001"}]),
}


@pytest.mark.parametrize("name", list(EQUAL))
def test_what_no_client_can_notice_is_no_difference(name: str) -> None:
    served = guarded()
    EQUAL[name](served)
    assert found(served) == []


def test_a_constant_equals_a_single_value() -> None:
    one, other = guarded(), guarded()
    _fields(one)["genre"] = {"const": "novel"}
    _fields(other)["genre"] = {"type": "string", "enum": ["novel"]}
    assert found(one, other) == []


def test_true_is_not_one() -> None:
    one, other = guarded(), guarded()
    limit(one)["schema"]["default"] = True
    limit(other)["schema"]["default"] = 1
    assert found(one, other) == ["GET /books: parameter query limit: default is true, promised 1"]


def test_recursive_schemas_are_compared() -> None:
    def tree(name: str, kind: str) -> Json:
        document = promised()
        node: Json = {
            "type": "object",
            "properties": {
                "value": {"type": kind},
                "children": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
            },
        }
        document["components"]["schemas"][name] = node
        _fields(document)["tree"] = {"$ref": f"#/components/schemas/{name}"}
        return document

    assert found(tree("Node", "string"), tree("Branch", "string")) == []
    assert found(tree("Node", "string"), tree("Branch", "integer"))


def test_references_that_multiply_are_refused_in_time() -> None:
    document = promised()
    schemas = document["components"]["schemas"]
    for level in range(40):
        reference = {"$ref": f"#/components/schemas/L{level + 1}"}
        schemas[f"L{level}"] = {"properties": {"a": reference, "b": reference}}
    _fields(document)["bomb"] = {"$ref": "#/components/schemas/L0"}
    with pytest.raises(TooComplex):
        surface(document)


def test_references_in_a_circle_are_refused() -> None:
    document = promised()
    document["components"]["parameters"]["Limit"] = {"$ref": "#/components/parameters/Limit"}
    with pytest.raises(TooComplex):
        surface(document)


def test_deep_nesting_is_refused() -> None:
    document = promised()
    deep: Json = {"type": "string"}
    for _ in range(200):
        deep = {"type": "array", "items": deep}
    _fields(document)["deep"] = deep
    with pytest.raises(TooComplex):
        surface(document)


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        (b"no json", "/openapi.json is not sound JSON"),
        (b"\xff\xfe", "/openapi.json is not sound JSON"),
        (b"[" * 100_000, "/openapi.json is not sound JSON"),
        (b"[]", "/openapi.json is not an object"),
        (b"{}", "missing"),
        (b'{"paths": {"/books": {"get": []}}}', "missing"),
    ],
)
def test_nonsense_gives_a_verdict(body: bytes, summary: str) -> None:
    verdict = compare(body, promised())
    assert verdict.outcome == "failed"
    assert summary in verdict.summary


def test_the_evidence_holds_the_first_differences_and_says_how_many_there_are() -> None:
    verdict = compare(b'{"paths": {}}', many := _many())
    assert verdict.evidence["total"] == len(many["paths"])
    assert len(verdict.evidence["differences"]) == 20
    assert verdict.evidence["curl"] == "curl -i http://127.0.0.1:8001/openapi.json"


def _many() -> Json:
    return {"paths": {f"/p{number}": {"get": {"responses": {}}} for number in range(30)}}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
places = st.sampled_from(
    [
        ("paths",),
        ("paths", "/books"),
        ("paths", "/books", "post"),
        ("paths", "/books", "post", "responses"),
        ("paths", "/books", "post", "requestBody"),
        ("paths", "/books", "get", "parameters"),
        ("components",),
        ("components", "schemas", "NewBook"),
        ("components", "schemas", "NewBook", "properties"),
        ("components", "schemas", "NewBook", "required"),
        ("components", "parameters", "Limit", "schema"),
    ]
)


@given(places, json_values)
def test_any_json_anywhere_gives_readable_lines(place: tuple[str, ...], value: object) -> None:
    served: Json = promised()
    *above, last = place
    holder: Json = served
    for key in above:
        holder = holder[key]
    holder[last] = value
    for line in found(served):
        assert line == line.strip()
        assert line.isprintable()
        line.encode()


def test_a_document_is_not_changed_by_comparing() -> None:
    document = promised()
    before = deepcopy(document)
    found(document)
    assert document == before


def test_what_the_contract_renders_equals_itself() -> None:
    from tests.fakes import CONTRACT

    assert found(openapi(CONTRACT), openapi(CONTRACT)) == []
