"""Marks: what users like or follow, each once."""

import pytest

from smartforge.contract import (
    Access,
    Accounts,
    Computed,
    Contract,
    Email,
    Field,
    Mark,
    Marked,
    Permissions,
    Resource,
    Text,
)
from tests.behaviour.apis import Api, statuses

pytestmark = pytest.mark.xdist_group("behaviour_marks")

CONTRACT = Contract(
    "Songs",
    (
        Resource(
            "user",
            "users",
            (Field("email", Email(), unique=True),),
            actions=("list", "read", "delete"),
            access=Permissions(delete=Access("owner")),
            owner="id",
            marks=(Mark("follow"),),
            computed=(Computed("followers", Marked("follow")),),
        ),
        Resource(
            "song",
            "songs",
            (Field("title", Text()),),
            marks=(Mark("like"), Mark("bookmark")),
            computed=(Computed("likes", Marked("like")), Computed("kept", Marked("bookmark"))),
        ),
    ),
    accounts=Accounts(),
)


def song(api: Api) -> str:
    made = api.post("/songs", {"title": "A"})
    assert (made["likes"], made["kept"]) == (0, 0)
    return f"/songs/{made['id']}"


def test_everybody_counts_once(api: Api) -> None:
    one, other, path = api.newcomer(), api.newcomer(), song(api)
    assert one.post(f"{path}/like", status=200)["likes"] == 1
    assert one.post(f"{path}/like", status=200)["likes"] == 1
    found = other.post(f"{path}/like", status=200)
    assert (found["likes"], found["kept"]) == (2, 0)
    assert api.get(path) == found


def test_a_mark_is_taken_back_by_who_set_it(api: Api) -> None:
    one, other, path = api.newcomer(), api.newcomer(), song(api)
    one.post(f"{path}/like", status=200)
    assert other.delete(f"{path}/like", 200)["likes"] == 1
    assert one.delete(f"{path}/like", 200)["likes"] == 0
    assert one.delete(f"{path}/like", 200)["likes"] == 0


def test_marks_need_a_user_and_a_row(api: Api) -> None:
    path = song(api)
    api.post(f"{path}/like", status=401)
    api.delete(f"{path}/like", 401)
    one = api.newcomer()
    one.post("/songs/999999/like", status=404)
    one.delete("/songs/999999/like", 404)


def test_marks_go_with_their_row(api: Api) -> None:
    one, path = api.newcomer(), song(api)
    one.post(f"{path}/like", status=200)
    api.delete(path)
    one.post(f"{path}/like", status=404)


def test_marks_go_with_who_set_them(api: Api) -> None:
    one, other, path = api.newcomer(), api.newcomer(), song(api)
    one.post(f"{path}/like", status=200)
    me = f"/users/{one.get('/auth/me')['id']}"
    other.delete(me, 403)
    one.delete(me)
    assert api.get(path)["likes"] == 0
    one.post(f"{path}/like", status=401)


def test_users_can_be_marked_too(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    path = f"/users/{other.get('/auth/me')['id']}"
    assert one.post(f"{path}/follow", status=200)["followers"] == 1
    assert other.get("/auth/me")["followers"] == 1
    assert one.get("/auth/me")["followers"] == 0


def test_a_mark_set_twice_at_once_counts_once(api: Api) -> None:
    one, path = api.newcomer(), song(api)
    assert statuses(one.at_once(8, "POST", f"{path}/like")) == [200] * 8
    assert api.get(path)["likes"] == 1
