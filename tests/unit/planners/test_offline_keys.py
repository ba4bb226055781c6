"""API keys, as the offline planner reads them."""

import pytest

from smartforge.contract import Contract
from smartforge.planners.base import Planned
from smartforge.planners.offline import plan


def planned(*prompts: str) -> Planned:
    return plan(prompts)


def keyed(contract: Contract) -> bool:
    return contract.accounts is not None and contract.accounts.api_keys


@pytest.mark.parametrize(
    "words",
    [
        "Protect it with an API key.",
        "Clients authenticate with API keys.",
        "Every request must send an API key.",
        "api key auth",
        "Requests need an API key in the X-API-Key header.",
        "secured by API keys",
        "All calls carry an API key header",
        "API-key authentication",
    ],
)
def test_api_keys_alone_come_with_accounts_and_a_word_about_it(words: str) -> None:
    found = planned(f"Kites with a name. {words}")
    assert keyed(found.contract)
    assert [one.name for one in found.contract.resources] == ["kite", "user"]
    assert found.contract.resource("kite").access.list.secured
    assert not found.operations_not_made
    assert any("keys belong to accounts" in note for note in found.notes)
    assert not any("Not understood" in note for note in found.notes)


@pytest.mark.parametrize(
    "words",
    [
        "Users log in and create API keys.",
        "JWT login and personal API keys",
        "Users register, log in, and can generate or revoke API keys.",
    ],
)
def test_users_make_api_keys_besides(words: str) -> None:
    found = planned(f"Kites with a name. {words}")
    assert keyed(found.contract)
    assert not any("keys belong to accounts" in note for note in found.notes)


@pytest.mark.parametrize(
    "prompt",
    [
        "API key manager: store API keys with service name, key and expiry date",
        "An inventory of API keys with a name and an owner name",
        "Kites with a name and a key. Users log in.",
    ],
)
def test_keys_that_are_kept_let_nobody_in(prompt: str) -> None:
    assert not keyed(planned(prompt).contract)
