"""What is kept of rows, as the offline planner reads it."""

import pytest

from smartforge.planners.base import Planned
from smartforge.planners.offline import plan


def planned(prompt: str) -> Planned:
    found = plan((prompt,))
    assert not any("Not understood" in note for note in found.notes), found.notes
    return found


@pytest.mark.parametrize(
    "words",
    [
        "Use soft delete.",
        "Soft-delete kites.",
        "soft deletes for kites",
        "Deleted kites can be restored.",
        "Users can restore deleted kites.",
        "Don't really delete kites.",
        "Kites are never really deleted.",
        "Deleted kites go to the trash and can be restored.",
        "Kites are moved to the bin and can be brought back.",
        "Deleting a kite can be undone.",
        "A deleted kite should be recoverable.",
        "Deleted kites are only marked as deleted.",
        "Deleted kites are hidden.",
    ],
)
def test_deleted_rows_are_kept(words: str) -> None:
    kite = planned(f"Kites with a name and a price. {words}").contract.resource("kite")
    assert kite.soft_delete
    assert [field.name for field in kite.fields] == ["name", "price"]
    assert not kite.transitions


def test_only_what_is_named_is_kept() -> None:
    found = planned("Kites (name) and spools (length). Deleted spools can be restored.").contract
    assert found.resource("spool").soft_delete
    assert not found.resource("kite").soft_delete


@pytest.mark.parametrize(
    "words",
    ["Kites can be deleted.", "Trash bins have a colour.", "Orders can be restored by staff."],
)
def test_other_words_keep_nothing(words: str) -> None:
    found = plan((f"Kites with a name. {words}",)).contract
    assert not any(one.soft_delete for one in found.resources)


@pytest.mark.parametrize(
    "words",
    [
        "Use optimistic locking.",
        "optimistic concurrency control for kites",
        "Optimistic locking with ETags.",
        "Kites have an ETag.",
        "ETag and If-Match support",
        "Updates use ETag / If-Match.",
        "Concurrent edits must not overwrite each other.",
        "Two users editing the same kite must not overwrite each other's changes.",
        "Stale updates are rejected.",
    ],
)
def test_changes_go_by_a_version(words: str) -> None:
    kite = planned(f"Kites with a name and a price. {words}").contract.resource("kite")
    assert (kite.versioned, kite.version_required) == (True, False)
    assert [field.name for field in kite.fields] == ["name", "price"]


@pytest.mark.parametrize(
    "words",
    ["Clients must send If-Match.", "Prevent lost updates of kites.", "No lost updates."],
)
def test_changes_must_name_a_version(words: str) -> None:
    kite = planned(f"Kites with a name and a price. {words}").contract.resource("kite")
    assert (kite.versioned, kite.version_required) == (True, True)


def test_a_header_is_no_thing() -> None:
    words = "Clients must send If-Match when updating kites."
    found = planned(f"Users log in with email. Kites (name). {words}").contract
    assert [one.name for one in found.resources] == ["kite", "user"]
    assert found.resource("kite").version_required


@pytest.mark.parametrize(
    "words",
    [
        "Keep an audit trail.",
        "audit log pls",
        "Audit trail of all changes to kites.",
        "Kites have a change history.",
        "Log every change.",
        "Every change to a kite must be logged.",
        "Every deletion must be logged.",
        "All creates, updates and deletes are recorded.",
        "Track who changed what, and when.",
        "I want to see who did what and when.",
        "Keep track of all changes to kites.",
        "Record every creation, update and deletion of kites.",
        "Kites must be auditable.",
        "We need an activity log.",
        "Full audit logging with before and after values.",
        "Kites need an audit trail so we can see who changed what.",
        "I want to know what happened to a kite and when.",
    ],
)
def test_the_past_of_rows_is_kept(words: str) -> None:
    found = planned(f"Kites with a name and a price. {words}").contract
    (kite,) = found.resources
    assert kite.history
    assert [field.name for field in kite.fields] == ["name", "price"]


def test_the_past_is_kept_of_what_is_named_else_of_all() -> None:
    kites = "Kites (name), spools (length) and reels (size)."
    for words, expected in (
        ("Log every change to kites and reels.", [True, False, True]),
        ("Spools are audited.", [False, True, False]),
        ("Audit everything.", [True, True, True]),
    ):
        found = planned(f"{kites} {words}").contract
        assert [one.history for one in found.resources] == expected


@pytest.mark.parametrize(
    "words",
    [
        "Kites have a price history and a status.",
        "Users can see their order history.",
        "Purchase history with a date and an amount.",
        "Audit logs have an action and a date.",
        "Activity logs (kind, duration).",
        "Climbers log ascents.",
        "Users log in.",
        "An audit has findings.",
        "Track who borrowed what.",
    ],
)
def test_other_histories_are_what_they_are(words: str) -> None:
    found = plan((f"Kites with a name. {words}",)).contract
    assert not any(one.history for one in found.resources)


def test_an_audit_trail_among_the_fields_is_no_field() -> None:
    for words in ("with a size, an audit trail and a price", "(size, price, audit trail)"):
        (kite,) = planned(f"Kites {words}.").contract.resources
        assert kite.history
        assert [field.name for field in kite.fields] == ["size", "price"]


@pytest.mark.parametrize(
    "prompt",
    [
        "Ich brauche eine API für Kunden mit Name. Jede Änderung wird protokolliert.",
        "Quiero una API de clientes con nombre, con historial de cambios.",
        "Je veux une API pour des clients avec un nom, avec un historique des modifications.",
        "Uma API para clientes com nome. Trilha de auditoria para clientes.",
    ],
)
def test_the_past_is_kept_in_other_languages(prompt: str) -> None:
    (customer,) = plan((prompt,)).contract.resources
    assert (customer.name, customer.history) == ("customer", True)


@pytest.mark.parametrize(
    "words",
    [
        "Keep an audit trail for kites. Only admins can see the audit log.",
        "Keep an audit trail for kites that only admins can read.",
        "Audit log for kites, visible only to admins.",
    ],
)
def test_who_may_read_the_past_alone_closes_nothing_else(words: str) -> None:
    found = planned(f"Users log in. Kites have a name. {words}")
    kite, user = found.contract.resource("kite"), found.contract.resource("user")
    assert (kite.history, kite.access.read.who, user.history) == (True, "user", False)
    assert any("only some of those may read it cannot be made yet" in one for one in found.notes)
