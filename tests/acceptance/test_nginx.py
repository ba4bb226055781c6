"""Behind an nginx with default proxy settings events arrive one by one."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from smartforge.client import Client
from smartforge.log.memory import MemoryLog
from smartforge.server.build import Server, build
from smartforge.server.options import ServerOptions
from smartforge.server.serve import serve
from tests.nginx import nginx
from tests.processes import QUICK, serving
from tests.unit.server.rig import FakeEngine, Frames, Project, ids, new_project, until

GZIP = "gzip on; gzip_proxied any; gzip_min_length 0; gzip_types text/event-stream;"
"""Everything that could make nginx compress a stream."""


class Behind:
    """A project, the server that shows it, and the way there through nginx."""

    def __init__(self, project: Project, server: Server, direct: str, url: str) -> None:
        self.project = project
        self._server = server
        self.direct = direct
        self.url = url

    def viewers(self) -> int:
        """How many the server itself counts."""
        return self._server._site.hub.gauges().viewers  # pyright: ignore[reportPrivateUsage]

    @asynccontextmanager
    async def frames(self, path: str = "", **headers: str) -> AsyncGenerator[Frames]:
        """A stream of the project, through nginx."""
        async with (
            httpx.AsyncClient(base_url=self.url, timeout=30, trust_env=False) as client,
            Frames(client, f"/api/stream/{self.project.id}{path}", headers) as frames,
        ):
            yield frames


@asynccontextmanager
async def behind(more: str = "") -> AsyncGenerator[Behind]:
    log = MemoryLog()
    project = await new_project(log)
    server = build(log, FakeEngine(log), ServerOptions())
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    running = asyncio.create_task(
        serve(server, host="127.0.0.1", port=0, ready=url.set_result, stop=stop)
    )
    try:
        direct = (await url).rstrip("/")
        with nginx(direct, more) as through:
            yield Behind(project, server, direct, through)
    finally:
        stop.set()
        await running


@pytest.mark.parametrize("more", ["", GZIP], ids=["default", "gzip"])
async def test_each_event_arrives_before_the_next_one_happens(more: str) -> None:
    async with behind(more) as there, there.frames() as frames:
        assert (await frames.event()).id == b"1"
        await there.project.begin()
        for seq in (2, 3):
            assert (await frames.event()).id == b"%d" % seq
        for seq in range(4, 104):
            await there.project.chunks(1)
            assert (await frames.event()).id == b"%d" % seq
        compressed = frames.response.headers.get("content-encoding")
        assert compressed == ("gzip" if more else None)


async def test_the_first_bytes_arrive_before_there_is_any_event() -> None:
    async with behind() as there, there.frames("?after=1&live=1") as frames:
        assert (await frames.next()) is not None


async def test_a_viewer_that_leaves_is_seen_off_by_the_server() -> None:
    async with behind() as there:
        await there.project.begin()
        async with there.frames() as frames:
            await frames.events(3)
            assert there.viewers() == 1
        await until(lambda: there.viewers() == 0)


async def test_it_is_resumed_and_ended_like_without_nginx() -> None:
    async with behind() as there:
        last = await there.project.make({"app/main.py": "# grüße 🚀\n" * 5})
        resume = {"Last-Event-ID": "2"}
        async with there.frames("", **resume) as frames:
            *events, end = await frames.rest()
        assert ids(events) == list(range(3, last + 1))
        assert end.json == {"type": "end"}
        async with there.frames("", **{"Last-Event-ID": str(last)}) as frames:
            assert frames.response.status_code == 204


@pytest.fixture
def whole(tmp_path: Path) -> Generator[str]:
    with serving(tmp_path, ["--pace", "0"], command=QUICK) as server, nginx(server.url) as url:
        yield url


async def test_a_whole_run_arrives(whole: str) -> None:
    async with Client(whole) as client:
        made = await client.create("Create a simple todo API")
        seen = [event async for event in client.follow(made["id"])]
        last = (await client.snapshot(made["id"]))["seq"]
    assert [event.seq for event in seen] == list(range(1, last + 1))
    assert seen[-1].type == "complete"


async def test_who_speaks_only_http_1_0_gets_no_chunks() -> None:
    async with behind() as there:
        await there.project.make({"a": "b"})
        said = await asyncio.to_thread(_ask_in_http_1_0, there.direct, there.project.id)
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"chunked" not in head.lower()
    assert body.startswith(b"retry: 1000\n")
    assert body.endswith(b'\n\ndata: {"type":"end"}\n\n')


def _ask_in_http_1_0(url: str, project_id: str) -> bytes:
    parts = httpx.URL(url)
    assert parts.port
    said = b""
    with contextlib.closing(socket.create_connection((parts.host, parts.port), 20)) as connection:
        connection.sendall(
            f"GET /api/stream/{project_id} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()
        )
        while more := connection.recv(65_536):
            said += more
    return said
