"""Changes that are meant for a version: nobody overwrites what somebody else wrote meanwhile."""

import concurrent.futures
from collections.abc import Sequence

import httpx
import pytest

from smartforge.contract import (
    Accounts,
    Adjusts,
    Aggregate,
    Choice,
    Computed,
    Contract,
    Email,
    Field,
    Integer,
    Mark,
    Marked,
    Reference,
    References,
    Resource,
    Text,
    Transition,
)
from smartforge.contract.access import Access
from tests.behaviour.apis import Api, statuses

pytestmark = pytest.mark.xdist_group("behaviour_versions")

CONTRACT = Contract(
    "Versions",
    (
        Resource("user", "users", (Field("email", Email(), unique=True),), actions=()),
        Resource("tag", "tags", (Field("name", Text()),)),
        Resource(
            "page",
            "pages",
            (
                Field("title", Text()),
                Field("stock", Integer(0, 1000), False, 0, written="never"),
                Field("tag_ids", References("tag"), False, []),
                Field("status", Choice(("draft", "out")), False, "draft", written="never"),
            ),
            versioned=True,
            computed=(
                Computed("moves", Aggregate("count", "move", "page_id")),
                Computed("likes", Marked("like")),
            ),
            transitions=(Transition("publish", "status", "out", ("draft",)),),
            marks=(Mark("like", Access("user")),),
        ),
        Resource(
            "move",
            "moves",
            (Field("page_id", Reference("page", "cascade")), Field("amount", Integer(1, 9))),
            actions=("list", "create", "read"),
            rules=(Adjusts("page_id", "amount", "stock"),),
        ),
        Resource(
            "form",
            "forms",
            (Field("title", Text()),),
            versioned=True,
            version_required=True,
            soft_delete=True,
        ),
    ),
    accounts=Accounts(),
)


def tag(api: Api, path: str) -> str:
    return api.send("GET", path).headers["ETag"]


def page(api: Api) -> str:
    return f"/pages/{api.post('/pages', {'title': 'A'})['id']}"


def test_every_change_has_a_version_of_its_own(api: Api) -> None:
    user = api.newcomer()
    made = api.send("POST", "/pages", json={"title": "A"})
    path = made.headers["Location"]
    seen = [made.headers["ETag"]]
    assert tag(api, path) == seen[0]
    label = api.post("/tags", {"name": "new"})["id"]
    requests: Sequence[tuple[str, str, object]] = (
        ("PATCH", path, {"title": "B"}),
        ("PATCH", path, {"tag_ids": [label]}),
        ("POST", f"{path}/publish", None),
        ("POST", f"{path}/like", None),
        ("DELETE", f"{path}/like", None),
    )
    for method, where, body in requests:
        answer = user.send(method, where, json=body) if body else user.send(method, where)
        assert answer.status_code == 200, answer.text
        assert answer.headers["ETag"] == tag(api, path)
        seen.append(answer.headers["ETag"])
    api.post("/moves", {"page_id": int(path.rpartition("/")[2]), "amount": 3})
    seen.append(tag(api, path))
    unmarked = seen.pop(5)
    assert len(set(seen)) == len(seen)
    assert unmarked == seen[3]


def test_what_the_client_has_already_is_not_answered_again(api: Api) -> None:
    path = page(api)
    for known in (tag(api, path), "*", f'"x", {tag(api, path)}', f"W/{tag(api, path)}"):
        answer = api.send("GET", path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == tag(api, path)
    assert api.send("GET", path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_change_for_another_version_is_refused(api: Api) -> None:
    path = page(api)
    for wrong in ('"x"', "x", "", f"W/{tag(api, path)}"):
        headers = {"If-Match": wrong}
        api.expect(412, "PATCH", path, json={"title": "B"}, headers=headers)
        api.expect(412, "POST", f"{path}/publish", headers=headers)
        api.expect(412, "DELETE", path, headers=headers)
    api.expect(200, "PATCH", path, json={"title": "B"}, headers={"If-Match": "*"})
    known = {"If-Match": f'"x", {tag(api, path)}'}
    api.expect(200, "PATCH", path, json={"title": "C"}, headers=known)
    api.patch(path, {"title": "without"})
    api.expect(404, "PATCH", "/pages/99999", json={"title": "B"}, headers={"If-Match": '"x"'})
    api.expect(204, "DELETE", path, headers={"If-Match": tag(api, path)})


def test_where_it_must_be_said_a_change_without_a_version_is_refused(api: Api) -> None:
    path = f"/forms/{api.post('/forms', {'title': 'A'})['id']}"
    api.patch(path, {"title": "B"}, 428)
    api.delete(path, 428)
    api.expect(200, "PATCH", path, json={"title": "B"}, headers={"If-Match": tag(api, path)})
    api.expect(204, "DELETE", path, headers={"If-Match": tag(api, path)})
    assert api.send("POST", f"{path}/restore").headers["ETag"] == tag(api, path)


def test_of_many_changes_of_one_version_one_is_made(api: Api) -> None:
    path = page(api)
    known = {"If-Match": tag(api, path)}

    def change(number: int) -> httpx.Response:
        return api.send("PATCH", path, json={"title": f"T{number}"}, headers=known)

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(change, range(16)))
    assert statuses(answers) == [200] + [412] * 15
    won = next(one for one in answers if one.status_code == 200)
    assert (api.get(path), tag(api, path)) == (won.json(), won.headers["ETag"])
