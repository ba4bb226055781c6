"""What people say of pages that lead on by cursors."""

import pytest

from smartforge.contract import Text
from smartforge.planners.offline import plan


@pytest.mark.parametrize(
    "said",
    [
        "Use cursor pagination.",
        "Infinite scroll.",
        "Cursor-based paging on all lists.",
        "Keyset pagination please.",
        "Keyset-based pagination.",
        "Page lists by cursor.",
        "Page kites by cursor.",
        "Lists should be paginated with cursors instead of offsets.",
        "The list supports infinite scrolling.",
        "No offset pagination, use a cursor.",
        "All lists are paged with an opaque cursor.",
        "Each list returns a next_cursor.",
        "Use cursors instead of offsets.",
        "cursor based pagination for the kites",
    ],
)
def test_pages_lead_on_by_cursor_in_many_words(said: str) -> None:
    planned = plan((f"An API for kites with a name and a wingspan. {said}",))
    (kite,) = planned.contract.resources
    assert kite.paging.by_cursor
    assert [field.name for field in kite.fields] == ["name", "wingspan"]
    assert any("next_cursor" in note for note in planned.notes)
    assert not any(note.startswith("Not understood") for note in planned.notes)


@pytest.mark.parametrize(
    "prompt",
    [
        "An API for kites with a name. Paginate the list.",
        "An API for kites with a name. Offset pagination instead of cursor pagination.",
        "An API for kites with a name. No cursor pagination.",
        "An API for editors: cursors have a name and a position.",
    ],
)
def test_other_words_leave_pages_as_they_are(prompt: str) -> None:
    assert not any(one.paging.by_cursor for one in plan((prompt,)).contract.resources)


def test_only_the_lists_that_were_named_are_read_by_cursor() -> None:
    contract = plan(("API for songs and artists. Page songs by cursor, 50 per page.",)).contract
    assert contract.resource("song").paging.by_cursor
    assert not contract.resource("artist").paging.by_cursor


def test_what_no_cursor_has_room_for_is_not_sorted_by() -> None:
    prompt = "An API for kites: name, story (up to 900 characters). Sort by story. Infinite scroll."
    (kite,) = plan((prompt,)).contract.resources
    long = [f.name for f in kite.fields if isinstance(f.kind, Text) and f.kind.max_length > 500]
    assert long == ["story"]
    assert kite.paging.by_cursor
    assert "story" not in kite.sortable
