"""What the chat is told of a follow-up."""

from smartforge.contract import Contract
from smartforge.forge.news import MOST, news
from smartforge.planners.base import Planned
from tests.changing import resource


def contract(*plurals: str) -> Contract:
    return Contract("Note API", tuple(resource(plural) for plural in plurals))


def test_a_planner_that_says_nothing_is_spoken_for_by_the_contracts() -> None:
    assert news(Planned(contract("notes", "tags"), ()), contract("notes")) == ("Tags were added.",)
    assert news(Planned(contract("notes"), ()), contract("notes")) == (
        "Nothing in the API has changed.",
    )


def test_what_breaks_clients_is_said_and_a_long_list_is_cut() -> None:
    names = [f"{letter}ells" for letter in "bcdfghs"]
    done, breaking = news(
        Planned(contract("notes"), ("Removed a lot.",)), contract("notes", *names)
    )
    assert done == "Removed a lot."
    assert breaking.count("were removed (") == MOST
    assert breaking.endswith(f"; and {len(names) - MOST} more.")
