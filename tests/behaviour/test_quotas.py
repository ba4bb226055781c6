"""At most so many rows: of a user, of a parent, only open ones, only of today."""

import pytest

from smartforge.contract import (
    Accounts,
    AtMost,
    Choice,
    Contract,
    Email,
    Field,
    Permissions,
    Reference,
    Resource,
    Text,
    Transition,
)
from smartforge.contract.access import Access
from tests.behaviour.apis import Api, statuses

pytestmark = pytest.mark.xdist_group("behaviour_quotas")

USER = Access("user")
USERS = Permissions(USER, USER, USER, USER, USER)
BORROWER = Field("user_id", Reference("user", "cascade"), written="never")
OUT = Field("status", Choice(("active", "returned")), False, "active", written="update")
CONTRACT = Contract(
    "Quotas",
    (
        Resource("user", "users", (Field("email", Email(), unique=True),), actions=()),
        Resource("team", "teams", (Field("name", Text()),), access=USERS),
        Resource(
            "loan",
            "loans",
            (BORROWER, Field("book", Text()), OUT),
            access=USERS,
            owner="user_id",
            rules=(AtMost(3, ("user_id",), "status", ("active",)),),
            transitions=(
                Transition("give_back", "status", "returned", ("active",), access=USER),
                Transition("renew", "status", "active", ("returned",), access=USER),
            ),
        ),
        Resource(
            "project",
            "projects",
            (Field("team_id", Reference("team", "cascade")), Field("name", Text())),
            access=USERS,
            rules=(AtMost(2, ("team_id",)),),
        ),
        Resource(
            "post",
            "posts",
            (BORROWER, Field("body", Text())),
            access=USERS,
            owner="user_id",
            rules=(AtMost(2, ("user_id",), period="day"),),
        ),
    ),
    accounts=Accounts(),
)


def test_only_open_rows_count_and_only_ones_own(api: Api) -> None:
    reader = api.newcomer()
    loans = [reader.post("/loans", {"book": "A"})["id"] for _ in range(3)]
    assert "at most 3" in reader.post("/loans", {"book": "A"}, 409)["detail"]
    api.newcomer().post("/loans", {"book": "A"})
    reader.post(f"/loans/{loans[0]}/give-back", status=200)
    reader.post("/loans", {"book": "B"})
    reader.post(f"/loans/{loans[0]}/renew", status=409)
    reader.patch(f"/loans/{loans[0]}", {"status": "active"}, 409)
    assert reader.get(f"/loans/{loans[0]}")["status"] == "returned"
    assert reader.patch(f"/loans/{loans[1]}", {"book": "C"})["book"] == "C"


def test_a_row_cannot_be_moved_to_where_there_is_no_room(api: Api) -> None:
    somebody = api.newcomer()
    full, other = (somebody.post("/teams", {"name": "A"})["id"] for _ in range(2))
    for _ in range(2):
        somebody.post("/projects", {"team_id": full, "name": "A"})
    somebody.post("/projects", {"team_id": full, "name": "A"}, 409)
    moved = somebody.post("/projects", {"team_id": other, "name": "A"})["id"]
    somebody.patch(f"/projects/{moved}", {"team_id": full}, 409)
    somebody.delete(f"/projects/{somebody.ids('/projects', limit=100)[0]}")
    somebody.patch(f"/projects/{moved}", {"team_id": full})


def test_of_many_at_once_as_many_as_there_is_room_for_are_made(api: Api) -> None:
    somebody = api.newcomer()
    answers = somebody.at_once(12, "POST", "/loans", json={"book": "A"})
    assert statuses(answers) == [201] * 3 + [409] * 9
    team = somebody.post("/teams", {"name": "A"})["id"]
    body = {"team_id": team, "name": "A"}
    assert statuses(somebody.at_once(12, "POST", "/projects", json=body)) == [201] * 2 + [409] * 10


def test_what_was_made_today_counts_also_when_it_is_changed(api: Api) -> None:
    somebody = api.newcomer()
    first = somebody.post("/posts", {"body": "A"})["id"]
    somebody.post("/posts", {"body": "B"})
    assert "in a day" in somebody.post("/posts", {"body": "C"}, 409)["detail"]
    assert somebody.patch(f"/posts/{first}", {"body": "D"})["body"] == "D"
