"""The client against real servers: ours, one that comes and goes, and some that speak nonsense."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

import pytest

from smartforge.client import Client, Received
from smartforge.errors import ServerRefused, ServerUnreachable, SettingsInvalid
from smartforge.events import CodeChunk
from smartforge.log.memory import MemoryLog
from smartforge.server.build import build
from smartforge.server.options import ServerOptions
from smartforge.server.serve import serve
from tests.unit.server.rig import FakeEngine, Project, new_project

FILES = {"app/main.py": "# grüße 🚀\n" * 5}


class Place:
    """A loopback port and a log; the server there may be stopped and started again."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.engine = FakeEngine(self.log)
        self._port = 0
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def client(self, *, patience: float = 20.0) -> Client:
        return Client(self.url, patience=patience, pause=0.001)

    async def start(self) -> None:
        self._stop = asyncio.Event()
        url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(
            serve(
                build(self.log, self.engine, ServerOptions()),
                host="127.0.0.1",
                port=self._port,
                ready=url.set_result,
                stop=self._stop,
            )
        )
        self._port = int((await url).rstrip("/").rpartition(":")[2])

    async def stop(self) -> None:
        if self._running is not None:
            self._stop.set()
            await self._running
            self._running = None


@pytest.fixture
async def place() -> AsyncGenerator[Place, None]:
    place = Place()
    await place.start()
    try:
        yield place
    finally:
        await place.stop()


@asynccontextmanager
async def saying(*answers: bytes) -> AsyncGenerator[str, None]:
    """A server that answers each request with the next of these bytes, the last one for ever."""
    left = list(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def http(body: bytes, media: str = "application/json", status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def sse(body: bytes) -> bytes:
    return http(body, "text/event-stream")


def chunk(seq: int) -> bytes:
    data = (
        b'{"type":"code:chunk","projectId":"p","seq":%d,"run":"r","ts":1,'
        b'"path":"a","attempt":1,"at":0,"text":"x"}' % seq
    )
    return b"id: %d\ndata: %b\n\n" % (seq, data)


END = b'data: {"type":"end"}\n\n'


async def followed(
    client: Client, project_id: str, after: int = 0, *, live: bool = False
) -> list[Received]:
    return [event async for event in client.follow(project_id, after, live=live)]


async def test_a_project_is_made_listed_looked_at_and_taken_home(place: Place) -> None:
    async with place.client() as client:
        made = await client.create("A todo API", target="fastapi", model=None)
        assert made["status"] == "queued"
        project = Project(place.log, made["id"])
        await project.make(FILES)
        (listed,) = await client.projects()
        assert (listed["id"], listed["status"]) == (made["id"], "complete")
        assert (await client.snapshot(made["id"]))["version"] == 1
        assert (await client.export(made["id"])).startswith(b"PK")
        assert (await client.say(made["id"], "add a price"))["messageId"]
        await client.cancel(made["id"])
    assert [asked[0] for asked in place.engine.asked] == ["message", "cancel"]


async def test_a_finished_project_is_followed_from_anywhere_to_its_end(place: Place) -> None:
    project = await new_project(place.log)
    last = await project.make(FILES)
    async with place.client() as client:
        events = await followed(client, project.id)
        assert [event.seq for event in events] == list(range(1, last + 1))
        assert [event.data for event in events] == await project.datas()
        assert [event.seq for event in await followed(client, project.id, 3)] == list(
            range(4, last + 1)
        )
        assert await followed(client, project.id, last) == []
        assert await followed(client, project.id, last + 1_000) == []


async def test_following_goes_on_over_a_restart_of_the_server(place: Place) -> None:
    project = await new_project(place.log)
    await project.begin()
    seen: list[int] = []
    async with place.client() as client, aclosing(client.follow(project.id)) as events:
        for round_ in range(3):
            await project.chunks(20)
            while not seen or seen[-1] < 3 + 20 * (round_ + 1):
                seen.append((await anext(events)).seq)
            await place.stop()
            await place.start()
        last = await project.complete()
        seen += [event.seq async for event in events]
    assert seen == list(range(1, last + 1))


async def test_with_live_following_goes_on_to_the_next_run(place: Place) -> None:
    project = await new_project(place.log)
    last = await project.make(FILES)
    async with (
        place.client() as client,
        aclosing(client.follow(project.id, last, live=True)) as events,
    ):
        await project.begin()
        assert (await anext(events)).type == "run:queued"


async def test_a_server_that_stays_away_is_given_up(place: Place) -> None:
    project = await new_project(place.log)
    await project.begin()
    async with (
        place.client(patience=0.01) as client,
        aclosing(client.follow(project.id)) as events,
    ):
        assert (await anext(events)).seq == 1
        await place.stop()
        with pytest.raises(ServerUnreachable) as refused:
            [event async for event in events]
    assert place.url in refused.value.what


@pytest.mark.parametrize("after", [0, 7])
async def test_where_there_is_no_server_nobody_waits(place: Place, after: int) -> None:
    await place.stop()
    async with place.client() as client:
        with pytest.raises(ServerUnreachable):
            await client.projects()
        with pytest.raises(ServerUnreachable):
            await followed(client, "project1", after)


@pytest.mark.parametrize(
    "project_id",
    ["nobody", "../healthz", "..", "a/b", "a?b#c", "a\nb", "%2e%2e", "ü", "\ud800", "x" * 200],
)
async def test_an_unknown_project_is_refused_whatever_its_id(place: Place, project_id: str) -> None:
    async with place.client() as client:
        for ask in (
            lambda: followed(client, project_id),
            lambda: client.snapshot(project_id),
            lambda: client.say(project_id, "more"),
            lambda: client.retry(project_id),
            lambda: client.cancel(project_id),
            lambda: client.export(project_id),
        ):
            with pytest.raises(ServerRefused) as refused:
                await ask()
            assert refused.value.status == 404
            assert refused.value.what


@pytest.mark.parametrize("project_id", ["", "x" * 100_000])
async def test_what_can_be_no_id_is_refused_before_it_is_sent(
    place: Place, project_id: str
) -> None:
    async with place.client() as client:
        with pytest.raises(SettingsInvalid):
            await client.snapshot(project_id)
        with pytest.raises(SettingsInvalid):
            await followed(client, project_id)


@pytest.mark.parametrize(
    "answer",
    [
        http(b"<html>hello</html>", "text/html"),
        http(b"[]"),
        http(b"{"),
        http(b"\xff\xfe"),
        http(b""),
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nno gzip",
    ],
)
async def test_a_server_of_another_kind_is_told_apart(answer: bytes) -> None:
    async with saying(answer) as url, Client(url, pause=0.001) as client:
        for ask in (client.projects, lambda: client.snapshot("p"), lambda: client.export("p")):
            with pytest.raises(ServerRefused, match="does not speak"):
                await ask()
        with pytest.raises(ServerRefused, match="does not speak"):
            await followed(client, "p")


@pytest.mark.parametrize(
    "frame",
    [
        b"data: nonsense\n\n",
        b"data: []\n\n",
        b'data: {"seq":1}\n\n',
        b'id: 1\ndata: {"type":"code:chunk","seq":1}\n\n',
        b'id: x\ndata: {"type":"x","seq":"1"}\n\n',
        b"data: \xff\n\n",
    ],
)
async def test_frames_that_are_no_events_end_the_following(frame: bytes) -> None:
    async with saying(sse(frame)) as url, Client(url, pause=0.001) as client:
        with pytest.raises(ServerRefused, match="does not speak"):
            await followed(client, "p")


async def test_a_connection_that_breaks_anywhere_loses_and_repeats_nothing() -> None:
    parts = (
        sse(b"retry: 1000\n: hello\n\n" + chunk(1) + chunk(2)[:40]),
        http(b"", status="503 Service Unavailable"),
        sse(chunk(2) + chunk(2) + chunk(1) + chunk(3)),
        http(b"", status="502 Bad Gateway"),
        b"",
        sse(chunk(3) + chunk(4) + END),
    )
    async with saying(*parts) as url, Client(url, pause=0.001) as client:
        events = await followed(client, "p")
    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert all(isinstance(event.fact, CodeChunk) for event in events)


async def test_a_server_that_hangs_up_for_ever_is_given_up() -> None:
    async with saying(sse(b"")) as url, Client(url, patience=0.01, pause=0.001) as client:
        with pytest.raises(ServerUnreachable):
            await followed(client, "p")


async def test_unknown_types_of_events_are_passed_on_without_a_fact() -> None:
    new = b'id: 1\ndata: {"type":"new","projectId":"p","seq":1,"run":null,"ts":1}\n\n'
    async with saying(sse(new + END)) as url, Client(url) as client:
        (event,) = await followed(client, "p")
    assert (event.type, event.fact) == ("new", None)


@pytest.mark.parametrize(
    "server",
    ["", "nonsense", "ftp://x", "http://", "http://127.0.0.1:99999", "http://[::1"],
)
def test_an_address_that_is_none_is_refused(server: str) -> None:
    with pytest.raises(SettingsInvalid, match="no address"):
        Client(server)


@pytest.mark.parametrize("token", ["é", "a b", "a\nb", "\ud800"])
def test_a_token_that_no_header_carries_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        Client(token=token)
    assert token not in refused.value.what + refused.value.hint


async def test_a_refusal_says_what_the_server_said(place: Place) -> None:
    async with place.client() as client:
        with pytest.raises(ServerRefused) as refused:
            await client.create("A todo API", target="cobol")
    assert refused.value.status == 422
    assert "cobol" in refused.value.what
    assert refused.value.hint == "Choose fastapi."
