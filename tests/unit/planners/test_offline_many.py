"""Many rows in one request, in many ways of saying it."""

import pytest

from smartforge.contract import Bulk
from smartforge.planners.offline import plan


@pytest.mark.parametrize(
    ("words", "bulk"),
    [
        ("Bulk create kites.", Bulk()),
        ("Import many kites at once, at most 50 per request.", Bulk(50)),
        ("Kites can be created several at a time.", Bulk()),
        ("Batch insert of kites.", Bulk()),
        ("A bulk import endpoint (max 500).", Bulk(500)),
        ("Add multiple kites in one request.", Bulk()),
        ("Support adding kites in bulk.", Bulk()),
        ("No bulk import.", None),
        ("Kites can be added at any time.", None),
    ],
)
def test_many_at_once_where_that_was_said(words: str, bulk: Bulk | None) -> None:
    planned = plan((f"Kites have a name and a colour. {words}",))
    (kite,) = planned.contract.resources
    assert kite.bulk == bulk
    assert [one.name for one in kite.fields] == ["name", "colour"]
    assert not any("Not understood" in note for note in planned.notes) or bulk is None
