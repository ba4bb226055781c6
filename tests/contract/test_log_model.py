"""Every log against a plain model of one, in whatever order things are done to it."""

import asyncio
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from smartforge import events
from smartforge.errors import Fenced, UnknownProject
from smartforge.events import Fact
from smartforge.log.base import Log
from tests.contract.logs import CREATED, DURABLE, chunk, make, remove

T = TypeVar("T")

project_ids = st.sampled_from(["a", "b", "c"])
runs = st.sampled_from(["r1", "r2", "r3"])
keys = st.none() | st.sampled_from(["k1", "k2", "k3"])
facts = st.one_of(
    st.builds(chunk, st.text(max_size=8)),
    st.builds(events.TitleChanged, title=st.text(max_size=8)),
    st.sampled_from(
        [
            events.RunQueued(position=0, trigger="prompt"),
            events.RunStarted(trigger="prompt", base_version=None, message_id=None),
            events.StepStarted(step="generating", round=0, message=""),
            events.RunCancelled(reason=""),
            events.ProjectDeleted(),
            events.ProjectUndeleted(),
        ]
    ),
)


class ModelProject:
    """A project as a list of facts with their runs, an epoch and a dict of keys."""

    def __init__(self) -> None:
        self.facts: list[tuple[Fact, str | None]] = [(CREATED, None)]
        self.epoch = 0
        self.keys: dict[str, int] = {}

    @property
    def deleted(self) -> bool:
        marks = [fact for fact, _ in self.facts if isinstance(fact, DELETING)]
        return bool(marks) and isinstance(marks[-1], events.ProjectDeleted)

    @property
    def title(self) -> str:
        return [fact.title for fact, _ in self.facts if isinstance(fact, TITLED)][-1]

    @property
    def queued(self) -> int:
        waiting: list[str | None] = []
        for fact, run in self.facts:
            if isinstance(fact, events.RunQueued):
                waiting.append(run)
            elif isinstance(fact, (events.RunStarted, events.RunCancelled)):
                waiting = [each for each in waiting if each != run]
        return len(waiting)


DELETING = (events.ProjectDeleted, events.ProjectUndeleted)
TITLED = (events.ProjectCreated, events.TitleChanged)


class LogMachine(RuleBasedStateMachine):
    """Does the same to a log and to the model, and compares what both say."""

    log_name: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.model: dict[str, ModelProject] = {}
        self.log: Log = make(self.log_name, Path(self.folder.name))
        self.do(self.log.open())

    def do(self, what: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(what)

    def teardown(self) -> None:
        self.do(self.log.close())
        self.runner.close()
        remove(Path(self.folder.name))
        self.folder.cleanup()

    @rule(project_id=project_ids)
    def create(self, project_id: str) -> None:
        if project_id in self.model:
            with pytest.raises(ValueError, match="taken"):
                self.do(self.log.create(project_id, [CREATED]))
            return
        assert self.do(self.log.create(project_id, [CREATED])).last == 1
        self.model[project_id] = ModelProject()

    @rule(project_id=project_ids)
    def claim(self, project_id: str) -> None:
        project = self.model.get(project_id)
        if project is None:
            with pytest.raises(UnknownProject):
                self.do(self.log.claim(project_id))
            return
        project.epoch += 1
        assert self.do(self.log.claim(project_id)) == project.epoch

    @rule(
        project_id=project_ids,
        batch=st.lists(facts, min_size=1, max_size=4),
        run=runs,
        epoch_off=st.sampled_from([None, 0, 0, -1, 1]),
        key=keys,
        close=st.booleans(),
    )
    def append(
        self,
        project_id: str,
        batch: list[Fact],
        run: str,
        epoch_off: int | None,
        key: str | None,
        close: bool,
    ) -> None:
        project = self.model.get(project_id)
        epoch = None if epoch_off is None or project is None else project.epoch + epoch_off
        appending = self.log.append(project_id, batch, run=run, epoch=epoch, key=key, close=close)
        if project is None:
            with pytest.raises(UnknownProject):
                self.do(appending)
        elif key is not None and key in project.keys:
            assert self.do(appending) == project.keys[key]
        elif epoch not in (None, project.epoch):
            with pytest.raises(Fenced):
                self.do(appending)
        else:
            project.facts += [(fact, run) for fact in batch]
            project.epoch += close
            last = len(project.facts)
            if key is not None:
                project.keys[key] = last
            assert self.do(appending) == last

    @rule(project_id=project_ids, after=st.integers(-1, 30), limit=st.integers(0, 30))
    def read(self, project_id: str, after: int, limit: int) -> None:
        project = self.model.get(project_id)
        reading = self.log.read(project_id, after, limit)
        if project is None:
            with pytest.raises(UnknownProject):
                self.do(reading)
            return
        records = self.do(reading)
        start = max(after, 0)
        expected = project.facts[start : start + limit]
        assert [record.seq for record in records] == [start + n + 1 for n in range(len(expected))]
        for record, (fact, run) in zip(records, expected, strict=True):
            envelope, stored = events.decode(record.data)
            assert (envelope.project_id, envelope.seq, envelope.run) == (
                project_id,
                record.seq,
                run,
            )
            assert (stored, envelope.type) == (fact, record.type)

    @rule(project_id=project_ids, cursor=st.integers(0, 30))
    def look(self, project_id: str, cursor: int) -> None:
        project = self.model.get(project_id)
        beyond = project is not None and len(project.facts) > cursor
        assert self.do(self.log.wait({project_id: cursor}, timeout=0)) == beyond

    @precondition(lambda self: self.log_name in DURABLE)
    @rule()
    def reopen(self) -> None:
        self.do(self.log.close())
        self.log = make(self.log_name, Path(self.folder.name))
        self.do(self.log.open())

    @invariant()
    def heads_agree(self) -> None:
        for project_id, project in self.model.items():
            head = self.do(self.log.head(project_id))
            assert (head.last, head.epoch) == (len(project.facts), project.epoch)
            assert (head.title, head.deleted) == (project.title, project.deleted)
            assert head.queued == project.queued

    @invariant()
    def lists_agree(self) -> None:
        listed = [head.project_id for head in self.do(self.log.projects(10))]
        expected = [each for each, project in self.model.items() if not project.deleted]
        assert listed == expected[::-1]


class MemoryMachine(LogMachine):
    """The log in memory."""

    log_name = "memory"


class SQLiteMachine(LogMachine):
    """The log on SQLite, closed and opened in between."""

    log_name = "sqlite"


class PostgresMachine(LogMachine):
    """The log on PostgreSQL, closed and opened in between."""

    log_name = "postgres"


EFFORT = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

TestMemoryLog = MemoryMachine.TestCase
TestMemoryLog.settings = EFFORT
TestSQLiteLog = SQLiteMachine.TestCase
TestSQLiteLog.settings = EFFORT
TestPostgresLog = PostgresMachine.TestCase
TestPostgresLog.settings = settings(EFFORT, max_examples=10)
