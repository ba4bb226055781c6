"""The word lists of the offline planner hold together."""

import pytest

from smartforge.contract import CRUD, validate
from smartforge.contract.names import plural, singular
from smartforge.planners.offline import plan
from smartforge.planners.offline.usual import usual_attributes
from smartforge.planners.offline.vocabulary import nouns, wishes, words


@pytest.mark.parametrize("noun", sorted(nouns().fields))
def test_every_common_thing_gives_a_sound_api(noun: str) -> None:
    contract = plan((f"An API for {plural(noun)}",)).contract
    assert validate(contract)
    assert [resource.name for resource in contract.resources] == [noun]
    assert len(contract.resources[0].fields) == len(usual_attributes(noun))
    assert singular(plural(noun)) == noun


@pytest.mark.parametrize("domain", sorted(nouns().domains))
def test_every_trade_gives_the_things_that_it_keeps(domain: str) -> None:
    contract = plan((f"I need a backend for my {domain}",)).contract
    assert [resource.name for resource in contract.resources] == list(nouns().domains[domain])


def test_every_wish_says_one_thing() -> None:
    assert all(bool(wish.operation) != bool(wish.note) for wish in wishes())
    assert all(wish.phrases.split() for wish in wishes())


def test_words_for_actions_name_actions() -> None:
    assert set(words().actions.values()) == set(CRUD)
