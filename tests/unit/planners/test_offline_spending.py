"""Money and points are taken by those whose they are, stock by whoever may buy it."""

import pytest
from msgspec.structs import replace

from smartforge.contract import Access, Adjusts, Contract, validate
from smartforge.errors import PromptUnclear
from smartforge.planners.offline import plan
from smartforge.planners.offline.followup import follow
from smartforge.planners.offline.spending import kept

WALLETS = (
    "Users log in. Each user has a wallet with a balance. Users can transfer money between wallets."
)


def taking(contract: Contract) -> dict[str, bool]:
    """By the resource: whether it takes only from what belongs to whoever makes it."""
    return {
        one.name: rule.own
        for one in contract.resources
        for rule in one.rules
        if isinstance(rule, Adjusts) and rule.takes
    }


@pytest.mark.parametrize(
    ("prompt", "name", "holder"),
    [
        (WALLETS, "transfer", "wallet"),
        (
            "A bank account belongs to a user and has a balance. JWT login. Transfer money from one"
            " account to another, never below zero.",
            "transfer",
            "bank_account",
        ),
        (
            "Members sign up. Purses with coins. Members send coins to other purses.",
            "transfer",
            "purse",
        ),
        (
            "Piggy banks with a balance, with user login. Deposits and withdrawals.",
            "transaction",
            "piggy_bank",
        ),
        (
            "Users and admins log in. Wallets have a balance and belong to users. Users transfer"
            " money from one wallet to another. Admins can update and delete any wallet.",
            "transfer",
            "wallet",
        ),
        (
            "Users log in. Depots have a name and a quantity and belong to users. Users transfer"
            " stock from one depot to another.",
            "transfer",
            "depot",
        ),
    ],
)
def test_people_take_from_what_is_theirs(prompt: str, name: str, holder: str) -> None:
    planned = plan((prompt,))
    assert taking(planned.contract) == {name: True}
    assert planned.contract.resource(holder).owner
    assert any("belongs to whoever makes them (403)" in note for note in planned.notes)


@pytest.mark.parametrize(
    "prompt",
    [
        # Nobody logs in, so nobody owns anything.
        "Wallets with a balance. Transfer money between wallets.",
        # What others sell is there to be bought.
        "Users log in. Users own articles with a name and a stock. Stock in and out of articles.",
        "Users log in. Crates have a label and a quantity and belong to users. Purchases have a"
        " crate and a quantity. A purchase reduces the quantity of the crate.",
        # Whoever works there acts for others.
        "Customers and tellers log in. Tellers open accounts with a balance. Only tellers create"
        " transactions. Deposits and withdrawals.",
    ],
)
def test_what_is_nobodys_or_for_sale_or_kept_for_others_is_taken_by_others(prompt: str) -> None:
    assert set(taking(plan((prompt,)).contract).values()) == {False}


def test_rules_go_with_who_owns_what() -> None:
    base = plan((WALLETS,)).contract
    renamed = follow("Rename wallets to purses. Rename balance to funds", base).contract
    assert taking(renamed) == {"transfer": True}
    assert taking(follow("add a color to wallets", base).contract) == {"transfer": True}
    by_staff = follow("Only admins can create transfers", base)
    assert taking(by_staff.contract) == {"transfer": False}
    assert any("whosever it is" in note for note in by_staff.notes)
    assert taking(follow("remove login", base).contract) == {"transfer": False}


def test_a_public_transfer_would_be_anybodys() -> None:
    base = plan((WALLETS,)).contract
    public = follow("make everything public", base).contract
    assert validate(public).resource("transfer").access.create == Access("user")
    assert public.resource("transfer").access.read == Access()
    with pytest.raises(PromptUnclear, match="cannot be open to anyone"):
        follow("anyone can create transfers", base)


def test_what_a_follow_up_brings_is_for_owners_and_what_was_there_stays() -> None:
    strict = plan((WALLETS,)).contract
    loose = strict.resource("transfer")
    rules = tuple(
        replace(one, own=False) if isinstance(one, Adjusts) else one for one in loose.rules
    )
    loose = replace(loose, rules=rules)
    without = tuple(one for one in strict.resources if one.name != "transfer")
    base = replace(strict, resources=without)
    later = replace(strict, resources=(*without, loose))
    assert kept(base, later)[0].resource("transfer") == strict.resource("transfer")
    assert kept(later, later) == (later, ())
    # A second reading of what is there makes no second rule of it.
    doubled = replace(loose, rules=(*strict.resource("transfer").rules, rules[1]))
    again = replace(strict, resources=(*without, doubled))
    assert kept(strict, again) == (strict, ())
