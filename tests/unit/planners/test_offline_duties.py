"""Who moves what on: states, the ways between them, and who may take each of them."""

import tomllib
from pathlib import Path

import pytest

from smartforge.contract import Access, Contract, Transition
from smartforge.planners.offline import plan

_FLOWS = tomllib.loads((Path(__file__).parent / "duties.toml").read_text(encoding="utf-8"))["flow"]


def _contract(prompt: str) -> Contract:
    return plan((prompt,)).contract


def _told(move: Transition) -> str:
    who = [*(["owner"] if move.access.who == "owner" else []), *move.access.roles]
    sources = " or ".join(str(one) for one in move.sources)
    return f"{move.name}: {sources} -> {move.target} by {', '.join(who) or move.access.who}"


@pytest.mark.parametrize("flow", _FLOWS, ids=lambda flow: flow["prompt"][:30])
def test_who_moves_rows_on_is_read_from_many_wordings(flow: dict[str, object]) -> None:
    resource = _contract(str(flow["prompt"])).resource(str(flow["resource"]))
    assert [_told(one) for one in resource.transitions] == flow["moves"]
    (state,) = {one.field for one in resource.transitions}
    assert resource.field(state).written == "never"


def test_whoever_signs_up_may_not_do_what_others_decide() -> None:
    found = _contract(
        "Only managers or finance may approve or reject trips. The creator may cancel."
    )
    assert found.accounts is not None
    assert found.accounts.roles[0] not in ("manager", "finance")


@pytest.mark.parametrize(
    ("said", "least"),
    [
        ("Scholars request permits with a reason, librarians approve or deny permits.", "scholar"),
        ("Volunteers log hours, coordinators can approve or decline them.", "volunteer"),
        ("Teachers create slots, students approve or reject slots.", "student"),
        ("Team leads create tasks, workers approve or reject tasks.", "worker"),
    ],
)
def test_whoever_signs_up_asks_for_what_those_above_approve(said: str, least: str) -> None:
    accounts = _contract(said).accounts
    assert accounts is not None
    assert accounts.roles[0] == least


@pytest.mark.parametrize(
    "said",
    [
        "Employees create claims. Managers approve claims. Nobody approves their own.",
        "Employees submit claims, managers approve them. You can't approve your own claim.",
        "Claims: employees create claims, managers approve them, but never their own. HR pays.",
        "Clerks create claims, supervisors approve claims. The submitter may not approve.",
        "Employees submit claims, managers approve claims. Managers cannot approve their own.",
        "Agents create claims, bosses approve claims. No one can approve his or her own claims.",
    ],
)
def test_nobody_decides_about_what_is_their_own(said: str) -> None:
    claim = _contract(said).resource("claim")
    (move,) = (one for one in claim.transitions if one.name == "approve")
    assert claim.owner
    assert (move.not_owner, move.access.who) == (True, "role")
    assert not any(one.not_owner for one in claim.transitions if one.name != "approve")


@pytest.mark.parametrize(
    "said", ["Members create reviews.", "Members submit reviews.", "Members can write a review."]
)
def test_a_thing_that_is_called_as_a_state_is_a_thing_where_it_is_made(said: str) -> None:
    contract = _contract(f"Books have a title. Admins approve books. {said}")
    review, book = contract.resource("review"), contract.resource("book")
    assert (review.owner, book.owner) == ("author_id", "")
    assert [one.name for one in book.transitions] == ["approve"]
    (approve,) = book.transitions
    assert approve.access == Access("role", ("admin",))


def test_a_state_alone_is_no_thing() -> None:
    contract = _contract("Articles have a title. Writers create drafts, editors approve drafts.")
    assert {one.name for one in contract.resources} == {"article", "user"}


def test_logging_in_makes_nothing() -> None:
    contract = _contract(
        "Gym API. Members register and log in. Classes have a name. Members book classes; a "
        "booking belongs to its member and only its owner can cancel it. Only admins create "
        "classes."
    )
    assert contract.resource("class").access.create == Access("role", ("admin",))
