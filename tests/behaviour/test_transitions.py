"""A status that moves along its transitions and no other way."""

import datetime

import pytest

from smartforge.contract import (
    Access,
    Accounts,
    Boolean,
    Choice,
    Contract,
    Email,
    Field,
    Permissions,
    Reference,
    Resource,
    Text,
    Timestamp,
    Transition,
)
from tests.behaviour.apis import Api, statuses

pytestmark = pytest.mark.xdist_group("behaviour_transitions")

USER = Access("user")
CONTRACT = Contract(
    "Tickets",
    (
        Resource("user", "users", (Field("email", Email(), unique=True),), actions=()),
        Resource(
            "ticket",
            "tickets",
            (
                Field("title", Text()),
                Field(
                    "status",
                    Choice(("open", "in progress", "closed")),
                    False,
                    "open",
                    written="update",
                ),
                Field("closed_at", Timestamp(), False, written="never"),
                Field("archived", Boolean(), False, False, written="never"),
                Field("owner_id", Reference("user", "cascade", False), written="never"),
            ),
            owner="owner_id",
            access=Permissions(create=USER, update=USER, delete=USER),
            transitions=(
                Transition("start", "status", "in progress", ("open",), access=USER),
                Transition(
                    "close", "status", "closed", ("in progress",), "closed_at", Access("owner")
                ),
                Transition(
                    "reopen", "status", "open", ("closed",), access=Access("role", ("admin",))
                ),
                Transition("archive", "archived", True, access=USER),
            ),
        ),
    ),
    accounts=Accounts(roles=("user", "admin")),
)


def ticket(somebody: Api) -> str:
    made = somebody.post("/tickets", {"title": "A"})
    assert (made["status"], made["closed_at"], made["archived"]) == ("open", None, False)
    return f"/tickets/{made['id']}"


def test_a_row_moves_along_its_transitions(api: Api) -> None:
    one = api.newcomer()
    path = ticket(one)
    assert one.post(f"{path}/start", status=200)["status"] == "in progress"
    closed = one.post(f"{path}/close", status=200)
    assert closed["status"] == "closed"
    assert api.get(path) == closed


def test_a_jump_is_refused_and_changes_nothing(api: Api) -> None:
    one = api.newcomer()
    path = ticket(one)
    before = one.get(path)
    one.post(f"{path}/close", status=409)
    assert one.get(path) == before
    one.post(f"{path}/start", status=200)
    one.post(f"{path}/start", status=409)
    one.post("/tickets/999999/start", status=404)
    one.post("/tickets/x/start", status=422)


def test_of_many_who_move_it_at_once_one_does(api: Api) -> None:
    one = api.newcomer()
    path = ticket(one)
    assert statuses(one.at_once(8, "POST", f"{path}/start")) == [200] + [409] * 7


def test_the_stamp_holds_the_moment(api: Api) -> None:
    one = api.newcomer()
    path = ticket(one)
    before = datetime.datetime.now(datetime.UTC)
    assert one.post(f"{path}/start", status=200)["closed_at"] is None
    closed = one.post(f"{path}/close", status=200)
    moment = datetime.datetime.fromisoformat(closed["closed_at"])
    second = datetime.timedelta(seconds=1)
    assert before - second <= moment <= datetime.datetime.now(datetime.UTC) + second


def test_a_status_is_not_chosen_at_creation(api: Api) -> None:
    one = api.newcomer()
    one.post("/tickets", {"title": "A", "status": "closed"}, 422)
    one.post("/tickets", {"title": "A", "archived": True}, 422)


def test_an_update_moves_only_where_a_transition_of_the_caller_leads(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    path = ticket(one)
    one.patch(path, {"status": "closed"}, 409)
    assert one.patch(path, {"status": "open", "title": "B"})["title"] == "B"
    assert one.patch(path, {"status": "in progress"})["status"] == "in progress"
    one.patch(path, {"status": "nonsense"}, 422)
    other.patch(path, {"status": "closed"}, 409)
    assert one.patch(path, {"status": "closed"})["closed_at"] is not None
    one.patch(path, {"status": "open"}, 409)
    assert api.admin().patch(path, {"status": "open"})["status"] == "open"


def test_each_transition_has_its_own_doorkeeper(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    path = ticket(one)
    api.post(f"{path}/start", status=401)
    other.post(f"{path}/start", status=200)
    other.post(f"{path}/close", status=403)
    one.post(f"{path}/close", status=200)
    one.post(f"{path}/reopen", status=403)
    assert api.admin().post(f"{path}/reopen", status=200)["status"] == "open"


def test_without_sources_it_is_always_possible(api: Api) -> None:
    one = api.newcomer()
    path = ticket(one)
    assert one.post(f"{path}/archive", status=200)["archived"] is True
    assert one.post(f"{path}/archive", status=200)["archived"] is True
    one.patch(path, {"archived": False}, 422)
