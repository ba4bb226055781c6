"""What a hostile client tries on the shop; run inside its project, as one more of its tests."""

# The project's own modules cannot be seen from here.
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.expect import AS_JSON, Row, assert_invalid, assert_problem

BOOK: Row = {"title": "x", "pages": 1, "price": 1, "status": "draft"}


def test_bodies_that_break_parsers_are_refused(client: TestClient) -> None:
    for content in (
        b"[" * 100_000 + b"]" * 100_000,
        b'{"pages": ' + b"9" * 10_000 + b"}",
        b'{"pages": 1e400}',
        b'{"price": NaN}',
        b'{"price": -Infinity}',
        b'{"price": 1e400}',
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b'{"title": "\xed\xa0\x80"}',
    ):
        assert_problem(client.post("/books", content=content, headers=AS_JSON), 422)


def test_a_wrong_type_of_content_is_refused(client: TestClient) -> None:
    for kind in ("text/plain", "application/xml", "multipart/form-data", "nonsense", ""):
        response = client.post("/books", content=json.dumps(BOOK), headers={"Content-Type": kind})
        assert_problem(response, 422)


def test_decimals_are_exact(client: TestClient) -> None:
    for price in ("0.1", "0.07", "1.15", "4.35", "9999.99", "1e3", "10.00", "-0.0"):
        content = json.dumps(BOOK).replace('"price": 1', f'"price": {price}')
        made = client.post("/books", content=content, headers=AS_JSON)
        assert made.status_code == 201, made.text
        assert made.json()["price"] == float(price)
        assert isinstance(made.json()["price"], int | float)
    for price in ("0.001", "1e-9", "0.30000000000000004"):
        content = json.dumps(BOOK).replace('"price": 1', f'"price": {price}')
        assert_invalid(client.post("/books", content=content, headers=AS_JSON), "body", "price")


def test_whole_floats_are_integers(client: TestClient) -> None:
    assert client.post("/books", json=BOOK | {"pages": 7.0}).json()["pages"] == 7
    assert_invalid(client.post("/books", json=BOOK | {"pages": 7.5}), "body", "pages")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/ ",
        "http:example.com",
        "https://",
        "javascript:alert(1)",
        "https://ex ample.com",
        "https://exämple.com/",
        "https://example.com/\n",
    ],
)
def test_what_is_no_url_is_refused(client: TestClient, url: str) -> None:
    assert_invalid(client.post("/books", json=BOOK | {"website": url}), "body", "website")


def test_urls_are_answered_as_they_were_sent(client: TestClient) -> None:
    for url in ("https://example.com", "HTTP://EXAMPLE.com:80/a?b=%20#c", "http://[::1]:8000/x"):
        response = client.post("/books", json=BOOK | {"website": url})
        assert response.status_code == 201, response.text
        assert response.json()["website"] == url


@pytest.mark.parametrize(
    "moment",
    [
        "1",
        "2026-05-01",
        "2026-05-01 09:30:00Z",
        "2026-05-01T09:30Z",
        "2026-05-01T09:30:00+25:00",
        "9999-12-31T23:59:59-01:00",
        "2026-05-01T09:30:00Z ",
        "٢٠٢٦-05-01T09:30:00Z",
    ],
)
def test_what_is_no_moment_is_refused(client: TestClient, moment: str) -> None:
    assert_invalid(client.post("/books", json=BOOK | {"read_at": moment}), "body", "read_at")


def test_lists_are_sorted_with_nulls_last(client: TestClient) -> None:
    ids = [
        client.post("/books", json=BOOK | {"read_at": moment}).json()["id"]
        for moment in (None, "2026-05-02T00:00:00Z", "2026-05-01T23:00:00-02:00", None)
    ]
    for sort, order in (("read_at", (1, 2, 0, 3)), ("-read_at", (2, 1, 0, 3))):
        items = client.get("/books", params={"sort": sort}).json()["items"]
        assert [item["id"] for item in items] == [ids[place] for place in order]


def test_other_methods_are_told_which_ones_there_are(client: TestClient) -> None:
    for path, allowed in (("/books", "GET, POST"), ("/books/1", "DELETE, GET, PATCH")):
        for method in ("PUT", "OPTIONS", "TRACE", "PROPFIND"):
            response = client.request(method, path)
            assert_problem(response, 405)
            assert response.headers["Allow"] == allowed
        head = client.head(path)
        assert (head.status_code, head.headers["Allow"]) == (405, allowed)


def test_paths_that_are_nearly_right_are_not_found(client: TestClient) -> None:
    for path in ("/books/", "//books", "/books/1/", "/BOOKS", "/books/1/2", "/%00", "/\ud7ff"):
        assert_problem(client.get(path, follow_redirects=False), 404)


def test_ids_are_never_given_twice(client: TestClient) -> None:
    first = client.post("/books", json=BOOK).json()["id"]
    client.delete(f"/books/{first}")
    assert client.post("/books", json=BOOK).json()["id"] > first


def test_the_document_is_not_read_from_the_contract() -> None:
    from app.main import app

    Path("openapi.yaml").rename("elsewhere.yaml")
    try:
        assert app.openapi()["paths"]
    finally:
        Path("elsewhere.yaml").rename("openapi.yaml")


def test_pages_to_try_it_are_served(client: TestClient) -> None:
    assert client.get("/docs").status_code == 200
