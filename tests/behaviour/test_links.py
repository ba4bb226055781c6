"""Codes that redirect, slugs, creation that may be repeated, and what was not made."""

import pytest

from smartforge.contract import (
    Code,
    Contract,
    Field,
    Integer,
    Json,
    NotMade,
    Redirect,
    Resource,
    Slug,
    Text,
    Url,
)
from tests.behaviour.apis import Api, statuses

pytestmark = pytest.mark.xdist_group("behaviour_links")

CONTRACT = Contract(
    "Links",
    (
        Resource(
            "link",
            "links",
            (
                Field("target", Url()),
                Field("code", Code(6), written="never"),
                Field("visits", Integer(0), False, 0, written="never"),
            ),
            redirect=Redirect("code", "target", "visits"),
        ),
        Resource(
            "article",
            "articles",
            (Field("title", Text(1, 200)), Field("slug", Slug("title"), written="never")),
            filters=("slug",),
        ),
        Resource(
            "payment_event",
            "payment_events",
            (
                Field("event_id", Text(1, 60), unique=True, written="creation"),
                Field("kind", Text(1, 60)),
                Field("payload", Json(1000)),
            ),
            filters=("kind",),
            idempotent="event_id",
        ),
    ),
    not_made=(NotMade("convert_currency", "Convert amounts between currencies"),),
)


def test_a_code_leads_to_its_address_and_counts(api: Api) -> None:
    made = api.post("/links", {"target": "https://example.org/a?b=1&c=ü"[:-1]})
    assert len(made["code"]) == 6
    assert made["code"].isalnum()
    assert made["visits"] == 0
    for _ in range(3):
        answer = api.send("GET", f"/r/{made['code']}")
        assert answer.status_code == 307
        assert answer.headers["location"] == made["target"]
    assert api.get(f"/links/{made['id']}")["visits"] == 3


def test_visits_at_once_are_all_counted(api: Api) -> None:
    made = api.post("/links", {"target": "https://example.org/"})
    answers = api.at_once(16, "GET", f"/r/{made['code']}")
    assert statuses(answers) == [307] * 16
    assert api.get(f"/links/{made['id']}")["visits"] == 16


def test_codes_differ_and_lead_nowhere_when_unknown(api: Api) -> None:
    codes = {api.post("/links", {"target": "https://example.org"})["code"] for _ in range(10)}
    assert len(codes) == 10
    api.get("/r/nothing", 404)
    api.get("/r/x", 404)
    gone = api.post("/links", {"target": "https://example.org"})
    api.delete(f"/links/{gone['id']}")
    api.get(f"/r/{gone['code']}", 404)


@pytest.mark.parametrize(
    "target", ["", "example.org", "ftp://example.org", "javascript:alert(1)", "https://", 5, None]
)
def test_only_addresses_are_taken(api: Api, target: object) -> None:
    api.post("/links", {"target": target}, 422)


def test_a_code_is_not_chosen(api: Api) -> None:
    api.post("/links", {"target": "https://example.org", "code": "mycode"}, 422)


def test_slugs_are_made_of_the_title_and_never_the_same(api: Api) -> None:
    titles = ["Hello, World!", "Hello World", "hello-world", "Ünïcode Café", "!!!", "!!!"]
    slugs = [api.post("/articles", {"title": title})["slug"] for title in titles]
    assert slugs[:4] == ["hello-world", "hello-world-2", "hello-world-3", "unicode-cafe"]
    assert all(slugs)
    assert len(set(slugs)) == len(slugs)
    long = [api.post("/articles", {"title": "word " * 40})["slug"] for _ in range(2)]
    assert long[0] != long[1]
    assert all(len(slug) <= 80 for slug in long)
    assert len(api.ids("/articles", slug="hello-world-2")) == 1


def test_the_same_title_many_times_at_once(api: Api) -> None:
    answers = api.at_once(8, "POST", "/articles", json={"title": "All at once"})
    assert statuses(answers) == [201] * 8
    assert len({answer.json()["slug"] for answer in answers}) == 8


def test_a_slug_stays_when_the_title_changes(api: Api) -> None:
    made = api.post("/articles", {"title": "First title"})
    changed = api.patch(f"/articles/{made['id']}", {"title": "Other"})
    assert changed["slug"] == "first-title"


def test_creation_may_be_repeated(api: Api) -> None:
    body = {"event_id": "evt_1", "kind": "paid", "payload": {"amount": 5, "deep": [1, None, "é"]}}
    first = api.post("/payment-events", body)
    again = api.post("/payment-events", {**body, "kind": "other"}, 200)
    assert again == first
    assert first["payload"] == body["payload"]
    assert api.ids("/payment-events", kind="paid") == [first["id"]]
    api.post("/payment-events", {"event_id": "evt_1", "kind": "paid"}, 422)


def test_of_many_who_create_the_same_at_once_one_does(api: Api) -> None:
    body = {"event_id": "evt_2", "kind": "sent", "payload": {"amount": 1}}
    answers = api.at_once(8, "POST", "/payment-events", json=body)
    assert statuses(answers) == [200] * 7 + [201]
    assert len({one.json()["id"] for one in answers}) == 1


def test_payloads_are_objects_of_bounded_size(api: Api) -> None:
    refused: tuple[object, ...] = ([], "text", 5, None, {"x": "y" * 1000}, {"x": "\0"})
    for payload in refused:
        api.post("/payment-events", {"event_id": "evt_3", "kind": "a", "payload": payload}, 422)


def test_what_could_not_be_made_says_so(api: Api) -> None:
    problem = api.post("/not-made/convert_currency", status=501)
    assert "Convert amounts between currencies" in problem["detail"]
    api.post("/not-made/nothing", status=404)
    assert "not-made" not in str(api.get("/openapi.json")["paths"])
