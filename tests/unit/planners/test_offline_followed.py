"""All that the scripted projects are told, as far as rules plan it: their runs take long."""

from collections.abc import Sequence

import pytest

from smartforge.contract import Contract
from smartforge.errors import SmartForgeError
from smartforge.planners.offline import plan
from smartforge.planners.offline.followup import follow
from tests.followed.base import projects


@pytest.mark.parametrize("name", projects())
def test_each_is_planned_or_refused_as_it_should_be(name: str) -> None:
    project = projects()[name]
    versions = [plan((project.prompt,)).contract]
    for said in project.said:
        if said.restore:
            versions.append(versions[said.restore - 1])
        elif said.refused:
            assert said.refused in reason(said.say, versions), said.say
        else:
            versions.append(follow(said.say, versions[-1], versions).contract)
        if said.back:
            assert versions[-1] == versions[said.back - 1], said.say


def reason(said: str, versions: Sequence[Contract]) -> str:
    """Why nothing is done."""
    try:
        planned = follow(said, versions[-1], versions)
    except SmartForgeError as error:
        return f"{error} {error.hint}"
    assert planned.contract == versions[-1], said  # The engine refuses what changes nothing.
    return " ".join(planned.notes)
