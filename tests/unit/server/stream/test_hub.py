"""The hub in the moments at which a viewer could be lost, kept for ever or ended too early."""

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest

from smartforge import events
from smartforge.log.base import Record
from smartforge.server.options import ServerOptions
from smartforge.server.site import Site
from smartforge.server.viewing import Wish
from tests.unit.server.rig import FakeEngine, Project, new_project, until
from tests.unit.server.stream.wire import Client, ShakyLog

QUICK = ServerOptions(tick=0.001, heartbeat=0.01, linger=0.0)


class GatedLog(ShakyLog):
    """Reads wait while the gate is shut; `spoil` changes what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()
        self.spoil: Callable[[list[Record]], list[Record]] = list
        self.reading = 0

    async def read(self, project_id: str, after: int, limit: int) -> list[Record]:
        self.reading += 1
        await self.gate.wait()
        return self.spoil(await super().read(project_id, after, limit))


class House:
    """A site over a log, with one project and clients that come to see it."""

    def __init__(self, log: GatedLog, project: Project) -> None:
        self.log = log
        self.project = project
        self.site = Site(log, FakeEngine(log), QUICK)
        self.tasks: set[asyncio.Task[object]] = set()

    async def client(
        self,
        cursor: int = 0,
        *,
        live: bool = False,
        compact: bool = True,
        presence: bool = False,
        full: bool = False,
    ) -> Client:
        self.tasks = self.tasks or asyncio.all_tasks()
        before = {self.project.id: await self.log.last(self.project.id)}
        wish = Wish({self.project.id: cursor}, live=live, compact=compact, presence=presence)
        client = Client(self.log, wish, before, websocket=False, ours=True)
        if full:
            client.fill()
        client.open(self.site)
        return client

    def seen(self, client: Client) -> int:
        return client.seen[self.project.id]

    async def nothing_is_left(self) -> None:
        hub = self.site.hub
        await until(lambda: not hub.gauges().viewers and not hub.gauges().projects)
        await until(lambda: asyncio.all_tasks() <= self.tasks)
        assert self.site.seats.taken == self.log.waiters == 0


@pytest.fixture
async def house() -> AsyncGenerator[House, None]:
    log = GatedLog()
    project = await new_project(log)
    await log.note(project.id)
    made = House(log, project)
    yield made
    made.site.hub.close()


async def test_an_end_that_the_log_would_not_confirm_is_said_when_it_does(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.project.begin()
    client = await house.client()
    await until(lambda: house.seen(client) == 3)
    await until(lambda: house.log.waiters)
    house.log.refusing = True
    last = await house.project.complete()
    await until(lambda: "cannot be followed now" in caplog.text)
    house.log.refusing = False
    await until(lambda: client.ended)
    assert house.seen(client) == last
    await house.nothing_is_left()


async def test_a_project_that_goes_while_a_socket_is_full_still_closes_the_answer(
    house: House,
) -> None:
    client = await house.client(live=True)
    await until(lambda: house.seen(client) == 1)
    client.fill()
    await house.project.chunks(1)
    await until(lambda: house.site.hub.gauges().parked)
    await house.project.add(events.ProjectDeleted())
    client.drain()
    await until(lambda: client.ended)
    assert client.gone == {house.project.id}
    await house.nothing_is_left()


async def test_one_that_leaves_while_its_project_is_loaded_leaves_nothing(house: House) -> None:
    house.log.gate.clear()
    client = await house.client()
    await until(lambda: house.log.reading)
    client.leave()
    house.log.gate.set()
    await house.nothing_is_left()


async def test_a_project_that_is_forgotten_at_once_can_be_watched_again(house: House) -> None:
    for last in range(2, 12):
        client = await house.client(live=True)
        await until(lambda client=client, last=last: house.seen(client) == last - 1)
        await house.project.chunks(1)
        await until(lambda client=client, last=last: house.seen(client) == last)
        client.leave()
    await house.nothing_is_left()


async def test_viewers_of_a_feed_that_is_broken_are_sent_back_to_a_new_one(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    client = await house.client(live=True)
    await until(lambda: house.seen(client) == 1)
    house.log.spoil = lambda records: records[1:]
    await house.project.chunks(3)
    await until(lambda: client.lost)
    assert "cannot be followed" in caplog.text
    house.log.spoil = list
    again = await house.client(house.seen(client), live=True)
    await until(lambda: house.seen(again) == 4)
    again.leave()
    await house.nothing_is_left()


async def test_viewers_of_a_project_that_is_removed_are_told_so_when_they_come_back(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.project.add(events.RunCancelled(reason="Stopped by you."))
    client = await house.client(live=True)
    await until(lambda: house.seen(client) == 2)
    assert await house.log.remove(house.project.id, 2)
    await until(lambda: client.lost)
    assert caplog.text == ""
    house.log.stood[house.project.id][2] = (False, True)  # To a viewer it looks deleted.
    again = Client(
        house.log,
        Wish({house.project.id: 2}, live=True),
        {house.project.id: 2},
        websocket=False,
        ours=True,
    )
    again.open(house.site)
    await until(lambda: again.ended)
    assert again.gone == {house.project.id}
    await house.nothing_is_left()


async def test_those_who_take_part_in_presence_are_told_how_many_they_are(house: House) -> None:
    unseen = await house.client(live=True)
    first = await house.client(live=True, presence=True)
    await until(lambda: first.present == 1)
    second = await house.client(live=True, presence=True)
    await until(lambda: second.present == first.present == 2)
    first.leave()
    third = await house.client(live=True, presence=True)
    await until(lambda: third.present == 2)
    second.leave()
    await until(lambda: third.present == 1)
    third.leave()
    assert unseen.present == 0
    unseen.leave()
    await house.nothing_is_left()


@pytest.mark.parametrize("phase", ["hello", "loading", "catching up", "parked", "served"])
async def test_the_end_of_the_server_reaches_viewers_in_every_phase(
    house: House, phase: str
) -> None:
    await house.project.chunks(2000)
    if phase == "loading":
        house.log.gate.clear()
    client = await house.client(
        0 if phase == "catching up" else 2000,
        live=True,
        compact=False,
        full=phase == "hello",
    )
    if phase == "catching up":
        await until(lambda: house.seen(client) >= 250)
    elif phase == "loading":
        await until(lambda: house.log.reading)
    elif phase != "hello":
        await until(lambda: house.seen(client) == 2001)
    if phase == "parked":
        client.fill()
        await house.project.chunks(1)
        await until(lambda: house.site.hub.gauges().parked)
    house.site.hub.close()
    client.drain()
    house.log.gate.set()
    await until(lambda: client.ended)
    await until(lambda: not house.site.hub.gauges().viewers)
    await until(lambda: asyncio.all_tasks() <= house.tasks)
