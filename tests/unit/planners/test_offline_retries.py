"""Requests that may come twice, in the words of prompts and of later ones."""

import pytest

from smartforge.contract import Contract, Idempotency
from smartforge.errors import PromptUnclear
from smartforge.planners.offline import plan
from smartforge.planners.offline.followup import follow

BASE = "Leases with a rent and a deposit. Tenants with a name. "


def keyed(contract: Contract) -> dict[str, bool]:
    """The resources that take keys, and whether they must be sent."""
    return {one.name: one.idempotency.required for one in contract.resources if one.idempotency}


@pytest.mark.parametrize(
    "words",
    [
        "Creating a lease must be idempotent.",
        "POST /leases accepts an optional `Idempotency-Key` header so retries do not create two.",
        "Make creating leases safe to retry.",
        "Leases can be retried safely.",
        "Retries must not create duplicate leases.",
        "If a client sends the same request twice, only one lease is created.",
        "Sending the same lease twice must create only one.",
        "Double clicks must not create two leases.",
        "Posting the same lease again with the same key returns the first answer.",
        "Prevent double submits of leases.",
        "leases with idempotency-key support",
        "Network retries should never result in duplicate leases.",
        "When the app resends a lease because the network dropped, we must not end up with two.",
        "Leases are processed exactly once.",
        "Tenants are never charged twice for the same lease.",
    ],
)
def test_what_is_named_can_be_sent_again(words: str) -> None:
    found = plan((BASE + words,)).contract
    assert keyed(found) == {"lease": False}
    assert [field.name for field in found.resource("lease").fields][:2] == ["rent", "deposit"]
    assert {one.name for one in found.resources} == {"lease", "tenant"}


@pytest.mark.parametrize(
    "words",
    [
        "Support idempotency keys.",
        "idempotent POSTs",
        "safe retries",
        "Duplicate submissions are ignored.",
        "No double charges when a client retries.",
        "It must be safe to resend a request after a timeout.",
    ],
)
def test_where_nothing_is_named_all_that_is_made_can_be_sent_again(words: str) -> None:
    assert keyed(plan((BASE + words,)).contract) == {"lease": False, "tenant": False}


@pytest.mark.parametrize(
    "words",
    [
        "Clients must send an Idempotency-Key header when creating leases.",
        "POST /leases requires an idempotency key.",
        "Leases take an Idempotency-Key, and requests without one are refused. "
        "The Idempotency-Key is mandatory.",
        "For leases, requests without an idempotency key are rejected with 400.",
        "POST /leases takes an Idempotency-Key. A request without it is refused with 400.",
    ],
)
def test_keys_must_be_sent_where_that_is_said(words: str) -> None:
    assert keyed(plan((BASE + words,)).contract) == {"lease": True}


@pytest.mark.parametrize(
    "words",
    [
        "Deleting a lease is idempotent.",
        "Tenants like leases; liking is idempotent.",
        "Each vote counts exactly once.",
        "A lease can be booked exactly once.",
        "Tenants can resend a lease, but not more than twice.",
        "Tenants may resubmit a lease only once.",
        "Posting the same lease twice is not allowed.",
        "No duplicate leases.",
        "No two leases have the same rent.",
    ],
)
def test_other_words_ask_for_no_keys(words: str) -> None:
    assert keyed(plan((BASE + words,)).contract) == {}


def test_a_field_by_which_rows_are_known_again_needs_no_keys() -> None:
    said = "Signals with a signal id and a load. A signal with the same signal id is stored once."
    signal = plan((f"{said} Creating signals is idempotent.",)).contract.resource("signal")
    assert (signal.idempotent, signal.idempotency) == ("signal_id", None)


def test_keys_are_taken_and_dropped_later() -> None:
    base = plan((BASE,)).contract
    first = follow("make creating leases idempotent", base).contract
    assert keyed(first) == {"lease": False}
    every = follow("accept an optional Idempotency-Key header everywhere", first).contract
    assert keyed(every) == {"lease": False, "tenant": False}
    needed = follow("the Idempotency-Key must be sent", first).contract
    assert keyed(needed) == {"lease": True}
    eased = follow("leases no longer require an idempotency key", needed).contract
    assert keyed(eased) == {"lease": False}
    gone = follow("remove the idempotency keys from leases", needed).contract
    assert keyed(gone) == {}
    both = follow("add a note to leases and make creating them safe to retry", base).contract
    assert keyed(both) == {"lease": False}
    assert both.resource("lease").fields[-1].name == "note"


def test_keys_that_nobody_takes_cannot_be_dropped() -> None:
    base = plan((BASE,)).contract
    with pytest.raises(PromptUnclear, match="no idempotency keys are taken"):
        follow("drop the idempotency keys", base)


def test_accounts_take_no_keys() -> None:
    base = plan((f"{BASE} Users log in with email.",)).contract
    assert keyed(follow("add idempotency keys", base).contract) == {
        "lease": False,
        "tenant": False,
    }
    with pytest.raises(PromptUnclear, match="users take no idempotency keys"):
        follow("make creating users idempotent", base)


def test_how_long_keys_are_kept_is_told() -> None:
    words = "Support idempotency keys for leases. Keys are kept for 48 hours."
    found = plan((BASE + words,))
    assert found.contract.resource("lease").idempotency == Idempotency()
    assert any("24 hours (which cannot be changed)" in one for one in found.notes)
