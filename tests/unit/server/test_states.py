"""Folded states: advanced, shared, bounded."""

import asyncio

import pytest

from smartforge.errors import UnknownProject
from smartforge.log.base import Record
from smartforge.log.memory import MemoryLog
from smartforge.server.problems import UnknownVersion
from smartforge.server.states import States
from smartforge.snapshot import fold
from tests.unit.server.rig import new_project


class CountingLog(MemoryLog):
    """Counts the events that were read from it."""

    def __init__(self) -> None:
        super().__init__()
        self.served = 0

    async def read(self, project_id: str, after: int, limit: int) -> list[Record]:
        await asyncio.sleep(0)
        records = await super().read(project_id, after, limit)
        self.served += len(records)
        return records


async def test_a_state_is_the_fold_of_its_log() -> None:
    log = MemoryLog()
    project = await new_project(log)
    states = States(log, keep=4)
    for text in ("one", "two" * 900):
        await project.make({"a.py": text})
        folded = await states.current(project.id)
        assert folded.snapshot == fold(await log.read(project.id, 0, 10**6))


async def test_each_event_is_folded_once() -> None:
    log = CountingLog()
    project = await new_project(log)
    await project.chunks(2500)
    states = States(log, keep=4)
    both = await asyncio.gather(*(states.current(project.id) for _ in range(5)))
    assert len({id(each.json) for each in both}) == 1
    assert log.served == 2501
    last = await project.chunks(1)
    assert (await states.current(project.id)).seq == last
    assert log.served == 2502


async def test_a_snapshot_that_was_given_out_does_not_change() -> None:
    log = MemoryLog()
    project = await new_project(log)
    states = States(log, keep=4)
    before = (await states.current(project.id)).snapshot
    await project.make({"a.py": "x"})
    after = (await states.current(project.id)).snapshot
    assert (before.seq, before.files) == (1, ())
    assert len(after.files) == 1


async def test_the_least_recently_used_state_is_forgotten_and_folded_again() -> None:
    log = CountingLog()
    projects = [await new_project(log, f"n{number}") for number in range(3)]
    states = States(log, keep=2)
    for number in (0, 1, 0, 2):  # forgets 1
        await states.current(projects[number].id)
    log.served = 0
    await states.current("n0")
    await states.current("n2")
    assert log.served == 0
    await states.current("n1")
    assert log.served == 1


async def test_a_version_stays_as_it_was() -> None:
    log = MemoryLog()
    project = await new_project(log)
    states = States(log, keep=4)
    first = await project.make({"a.py": "one"})
    await project.make({"a.py": "two", "b.py": "new"})
    await project.begin()
    await project.write("a.py", "half", whole=False)
    version = await states.version(project.id, 1)
    assert version.seq == first
    assert version == fold(await log.read(project.id, 0, first))
    assert [each.path for each in (await states.version(project.id, 2)).files] == ["a.py", "b.py"]
    with pytest.raises(UnknownVersion):
        await states.version(project.id, 3)


async def test_an_unknown_project_leaves_nothing_behind() -> None:
    states = States(MemoryLog(), keep=4)
    with pytest.raises(UnknownProject):
        await states.current("nobody")
    assert len(states) == 0
