"""A prompt that names a trade and little else gives what people of that trade keep."""

import pytest

from smartforge.contract import Contract, NoOverlap, Reference
from smartforge.planners.offline import plan, trades
from smartforge.planners.offline.vocabulary import nouns


def related(contract: Contract) -> bool:
    kinds = [field.kind for one in contract.resources for field in one.fields]
    return len(contract.resources) > 1 and any(isinstance(one, Reference) for one in kinds)


# A short link stands for itself.
ALONE = {"shortener"}


@pytest.mark.parametrize("letter", sorted({name[0] for name in nouns().domains}))
def test_every_trade_has_several_things_that_belong_together(letter: str) -> None:
    names = [name for name in nouns().domains if name[0] == letter and name not in ALONE]
    lost = [
        name for name in names if not related(plan((f"I need a backend for my {name}",)).contract)
    ]
    assert not lost


def test_a_trade_of_two_words_brings_its_states_and_rules() -> None:
    planned = plan(("backend for my dog grooming salon",))
    appointment = planned.contract.resource("appointment")
    assert {"dog", "customer", "groomer"} <= {one.name for one in planned.contract.resources}
    assert any(isinstance(rule, NoOverlap) for rule in appointment.rules)
    assert {one.target for one in appointment.transitions} >= {"completed", "cancelled"}
    assert any(
        note.startswith("Assumed, as is usual for a grooming salon") for note in planned.notes
    )


def test_what_a_prompt_says_itself_is_not_filled_up() -> None:
    prompt = "An escape room API. A room has a name."
    assert trades.filled(prompt) == (prompt, "")
    contract = plan(("Car rental: cars have a plate, a car has many trips.",)).contract
    assert all(not one.transitions for one in contract.resources)
