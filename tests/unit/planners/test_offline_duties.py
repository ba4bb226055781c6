"""Who moves what on: states, the ways between them, and who may take each of them."""

import tomllib
from pathlib import Path

import pytest

from smartforge.contract import Contract, Transition
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
