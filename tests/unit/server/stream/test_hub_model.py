"""The hub under any order of things: what every client gets is checked as it gets it."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from smartforge import events
from smartforge.server.options import ServerOptions
from smartforge.server.site import Site
from smartforge.server.stream import Rules
from smartforge.server.viewing import Wish
from tests.unit.server.rig import FakeEngine, Project, new_project
from tests.unit.server.stream.wire import Client, ClockLoop, ShakyLog

PROJECTS = ("a", "b")
DELETING = (events.ProjectDeleted, events.ProjectUndeleted)
LINGER = 5.0

ids = st.sampled_from(PROJECTS)


class HubMachine(RuleBasedStateMachine):
    """Clients come, stall and go while events are appended and time passes."""

    log: ShakyLog
    site: Site
    projects: dict[str, Project]

    def __init__(self) -> None:
        super().__init__()
        self.loop = ClockLoop()
        self.failures: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.failures.append(context))
        self.clients: list[Client] = []

    @initialize()
    def begin(self) -> None:
        async def begin() -> None:
            self.log = ShakyLog()
            self.site = Site(self.log, FakeEngine(self.log), ServerOptions(linger=LINGER))
            self.projects = {}
            for project_id in PROJECTS:
                self.projects[project_id] = await new_project(self.log, project_id)
                await self.log.note(project_id)

        self.loop.run(begin())

    # The log.

    @rule(project_id=ids, count=st.sampled_from([1, 2, 30]), size=st.integers(0, 50))
    def write(self, project_id: str, count: int, size: int) -> None:
        self.loop.run(self.projects[project_id].chunks(count, "x" * size))

    @rule(project_id=ids, much=st.sampled_from([(1100, 1), (30, 10_000)]))
    def write_much(self, project_id: str, much: tuple[int, int]) -> None:
        count, size = much
        self.loop.run(self.projects[project_id].chunks(count, "x" * size))

    @rule(project_id=ids)
    def run(self, project_id: str) -> None:
        self.loop.run(self.projects[project_id].begin())

    @rule(project_id=ids)
    def end_run(self, project_id: str) -> None:
        self.loop.run(self.projects[project_id].complete())

    @rule(project_id=ids, fact=st.sampled_from([events.ProjectDeleted, events.ProjectUndeleted]))
    def delete(self, project_id: str, fact: Any) -> None:
        self.loop.run(self.log.append(project_id, [fact()], run=None))

    @rule(refusing=st.booleans(), turns=st.integers(0, 3))
    def shake(self, refusing: bool, turns: int) -> None:
        self.log.refusing, self.log.turns = refusing, turns

    # Clients.

    @rule(
        cursors=st.dictionaries(ids, st.integers(-3, 4), min_size=1),
        kind=st.sampled_from(["single", "several", "websocket"]),
        live=st.booleans(),
        compact=st.booleans(),
        presence=st.booleans(),
        ours=st.booleans(),
        full=st.booleans(),
    )
    def come(
        self,
        cursors: dict[str, int],
        kind: str,
        live: bool,
        compact: bool,
        presence: bool,
        ours: bool,
        full: bool,
    ) -> None:
        async def come() -> None:
            before = {each: await self.log.last(each) for each in PROJECTS}
            # Positive ones count from the start, the others from the tail, beyond which 0 lies.
            places = {
                each: at if at >= 0 else before[each] + at + 2 for each, at in cursors.items()
            }
            if kind != "several":
                places = dict([next(iter(places.items()))])
            wish = Wish(
                {each: max(0, at) for each, at in places.items()},
                several=kind == "several",
                live=live or kind != "single",
                compact=compact,
                presence=presence,
            )
            client = Client(self.log, wish, before, websocket=kind == "websocket", ours=ours)
            if full:
                client.fill()
            client.open(self.site)
            self.clients.append(client)

        self.loop.run(come())

    @precondition(lambda self: self.clients)
    @rule(data=st.data(), what=st.sampled_from(["fill", "drain", "leave", "break"]))
    def happen(self, data: st.DataObject, what: str) -> None:
        client = data.draw(st.sampled_from(self.clients))

        async def happen() -> None:
            if what == "break":
                client.breaks = True
            else:
                getattr(client, what)()

        self.loop.run(happen())

    # Time.

    @rule(turns=st.integers(0, 5))
    def go_on(self, turns: int) -> None:
        self.loop.settle(turns)

    @rule(seconds=st.sampled_from([0.01, 0.03, 1.0, 16.0, 40.0]))
    def wait(self, seconds: float) -> None:
        self.loop.advance(seconds)

    @rule()
    def beat(self) -> None:
        gauges = self.site.hub.gauges()
        assert gauges.viewers <= len(self.clients)
        assert gauges.projects <= len(PROJECTS)

    # The end.

    def teardown(self) -> None:
        if hasattr(self, "site"):
            self._check_everybody_is_at_the_tail()
            self._check_nothing_is_left()
        self.loop.close()

    def _check_everybody_is_at_the_tail(self) -> None:
        self.log.refusing, self.log.turns = False, 0
        for client in self.clients:
            self.loop.run(_drain(client))
        self.loop.advance(3, 0.05)
        for client in self.clients:
            assert not client.sending
            if client.breaks or not client.open_still:
                continue
            for project_id in client.wish.cursors:
                active, deleted = self._stands(project_id)
                if project_id in client.gone:
                    assert client.wish.several
                    continue
                assert not deleted
                assert active or client.wish.live
                assert client.seen[project_id] == self.loop.run(self.log.last(project_id))

    def _stands(self, project_id: str) -> tuple[bool, bool]:
        stood = self.log.stood[project_id]
        return stood[max(stood)]

    def _check_nothing_is_left(self) -> None:
        async def leave() -> None:
            for client in self.clients:
                client.leave()

        self.loop.run(leave())
        self.loop.advance(LINGER + Rules().beat * 3)
        gauges = self.site.hub.gauges()
        assert (gauges.viewers, gauges.projects, gauges.parked) == (0, 0, 0)
        assert self.site.seats.taken == 0
        assert self.log.waiters == 0
        assert not asyncio.all_tasks(self.loop)
        for client in self.clients:
            assert client.answer is not None
            assert client.answer.exception() is None
        assert self.failures == []


async def _drain(client: Client) -> None:
    client.drain()


@pytest.mark.timeout(300)
class TestHub(HubMachine.TestCase):
    settings = settings(
        max_examples=100,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
