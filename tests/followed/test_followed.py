"""A small project led through a few follow-ups; `python -m tests.followed` leads them all."""

from pathlib import Path

import pytest

from tests.followed.base import projects
from tests.followed.following import FEW, Following
from tests.processes import serving

pytestmark = pytest.mark.xdist_group("followed")


@pytest.mark.timeout(300)
def test_follow_ups_keep_what_they_do_not_speak_of(tmp_path: Path) -> None:
    with serving(tmp_path / "data", ["--pace", "0"], command=FEW) as server:
        following = Following(
            "shelf", projects()["shelf"], server, tmp_path / "shelf", FEW, unverified=(1, 2)
        )
        found = list(following.all())
    assert not [one for one in found if one.faults]
    assert [one.became.partition(":")[0] for one in found] == [
        "complete",
        "version 2",
        "version 3",
        "error",
        "version 4",
    ]


def test_there_are_enough_of_them_in_enough_projects() -> None:
    known = projects()
    assert len(known) >= 7
    assert sum(len(one.said) for one in known.values()) >= 45
    assert sum(bool(said.refused) for one in known.values() for said in one.said) >= 10
