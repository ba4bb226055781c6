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
