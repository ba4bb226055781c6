"""A list at the root, planned from a prompt, asked all that Todo-Backend's public suite asks."""

from typing import Any

import pytest

from smartforge.planners.offline import plan
from tests.behaviour.apis import Api

pytestmark = pytest.mark.xdist_group("behaviour_root_lists")

PROMPT = (
    "A chore backend. GET / returns a JSON array of all chores. POST / creates a chore with a "
    "title and an optional order. New chores are not completed. Each chore has a url field, an "
    "absolute URL at which it can be fetched. PATCH on that url changes title, completed and "
    "order. DELETE on that url deletes the chore. DELETE / deletes all chores. CORS must be "
    "enabled for all origins."
)
CONTRACT = plan((PROMPT,)).contract
PAGE = {"Origin": "https://pages.example"}


@pytest.fixture(autouse=True)
def nothing_there(api: Api) -> None:
    api.delete("/")


def made(api: Api, **fields: Any) -> dict[str, Any]:
    return api.post("/", {"title": "wash up", **fields})


def test_the_root_answers_pages_of_other_origins(api: Api) -> None:
    answer = api.send("GET", "/", headers=PAGE)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_browser_may_ask_before_it_sends_json(api: Api) -> None:
    for path, method in (("/", "POST"), ("/", "DELETE"), ("/1", "PATCH"), ("/1", "DELETE")):
        asking = {
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "content-type",
        }
        answer = api.send("OPTIONS", path, headers=PAGE | asking)
        assert answer.status_code == 200
        assert method in answer.headers["access-control-allow-methods"]
        assert "content-type" in answer.headers["access-control-allow-headers"].lower()


def test_posting_to_the_root_answers_what_was_posted(api: Api) -> None:
    assert made(api, title="water the fern")["title"] == "water the fern"


def test_deleting_the_root_leaves_an_empty_array(api: Api) -> None:
    made(api)
    api.delete("/")
    assert api.get("/") == []


def test_what_was_posted_is_in_the_array(api: Api) -> None:
    chore = made(api, title="water the fern")
    assert api.get("/") == [chore]


def test_a_new_one_is_not_completed(api: Api) -> None:
    assert made(api)["completed"] is False
    assert api.get("/")[0]["completed"] is False


def test_each_has_an_absolute_url_that_answers_it(api: Api) -> None:
    chore = made(api, title="feed the cat")
    assert chore["url"] == f"http://api/{chore['id']}"
    assert api.get(chore["url"]) == chore


def test_the_array_leads_to_each_of_its_entries(api: Api) -> None:
    made(api, title="first")
    made(api, title="second")
    listed = api.get("/")
    assert [api.get(one["url"])["title"] for one in listed] == ["first", "second"]


@pytest.mark.parametrize(
    "change",
    [{"title": "iron"}, {"completed": True}, {"order": 95}, {"title": "fold", "completed": True}],
)
def test_a_change_at_its_url_lasts(api: Api, change: dict[str, Any]) -> None:
    chore = made(api, order=10)
    changed = api.patch(chore["url"], change)
    assert changed == chore | change
    assert api.get(changed["url"]) == changed
    assert api.get("/") == [changed]


def test_deleting_at_its_url_takes_it_out_of_the_array(api: Api) -> None:
    kept, gone = made(api), made(api)
    api.delete(gone["url"])
    assert api.get("/") == [kept]
    api.get(gone["url"], 404)


def test_one_can_be_made_with_an_order_and_without(api: Api) -> None:
    assert made(api, order=523)["order"] == 523
    assert made(api)["order"] is None


def test_the_array_is_cut_only_on_demand_and_says_how_many_there_are(api: Api) -> None:
    chores = [made(api, title=f"chore {number}") for number in range(25)]
    answer = api.send("GET", "/")
    assert answer.json() == chores
    answer = api.send("GET", "/", params={"limit": 2, "offset": 1, "sort": "-title"})
    assert len(answer.json()) == 2
    assert answer.headers["x-total-count"] == "25"


def test_beside_the_root_everything_is_where_it_always_is(api: Api) -> None:
    assert api.get("/health") == {"status": "ok"}
    assert "/{chore_id}" in api.get("/openapi.json")["paths"]
    api.get("/no-such-path", 404)
    api.expect(405, "PATCH", "/health", json={})
    api.get("/0", 422)
