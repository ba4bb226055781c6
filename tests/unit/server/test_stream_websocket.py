"""The live stream over a WebSocket, with a client that is not ours."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from socket import create_connection
from typing import Any

import pytest
import websockets

from smartforge import events
from smartforge.log.base import Head
from smartforge.server import tokens
from smartforge.server.options import DoorOptions, ServerOptions
from smartforge.server.serve import WORDS
from tests.unit.server.rig import Project, Rig, new_project, serving, until


@asynccontextmanager
async def watching(
    rig: Rig, path: str, headers: Mapping[str, str] | None = None
) -> AsyncGenerator[websockets.ClientConnection, None]:
    url = f"ws://127.0.0.1:{rig.port}/api/stream/{path}"
    async with websockets.connect(url, proxy=None, additional_headers=headers) as socket:
        yield socket


def is_refused(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False


async def told(socket: websockets.ClientConnection, count: int) -> list[dict[str, Any]]:
    return [json.loads(await socket.recv()) for _ in range(count)]


async def refused(rig: Rig, path: str, headers: Mapping[str, str] | None = None) -> Any:
    """The answer instead of the WebSocket."""
    with pytest.raises(websockets.InvalidStatus) as raised:
        async with watching(rig, path, headers):
            pass
    return raised.value.response


async def test_each_event_is_a_text_of_the_stored_bytes(rig: Rig, project: Project) -> None:
    await project.make({"a.py": "prînt('☃')"})
    stored = await project.datas()
    async with watching(rig, f"{project.id}/ws?after=2") as socket:
        got = [await socket.recv() for _ in stored[2:]]
    assert [text.encode() for text in got if isinstance(text, str)] == stored[2:]


async def test_it_is_live_across_runs(rig: Rig, project: Project) -> None:
    last = await project.make({"a.py": "x = 1"})
    async with watching(rig, f"{project.id}/ws?after={last}") as socket:
        for _ in range(2):
            await project.begin()
            await project.complete()
            said = await told(socket, 3)
            assert [each["seq"] for each in said] == [last + 1, last + 2, last + 3]
            last += 3


async def test_who_is_far_behind_gets_a_snapshot_and_then_events(
    rig: Rig, project: Project
) -> None:
    last = await project.chunks(1500)
    async with watching(rig, f"{project.id}/ws") as socket:
        (snapshot,) = await told(socket, 1)
        assert (snapshot["type"], snapshot["seq"]) == ("snapshot", last)
        await project.begin()
        assert [each["seq"] for each in await told(socket, 2)] == [last + 1, last + 2]
    async with watching(rig, f"{project.id}/ws?compact=0") as socket:
        assert [each["seq"] for each in await told(socket, last)] == list(range(1, last + 1))


async def test_a_cursor_beyond_the_tail_is_reset(rig: Rig, project: Project) -> None:
    async with watching(rig, f"{project.id}/ws?after=99") as socket:
        said = await told(socket, 2)
        assert [each["type"] for each in said] == ["reset", "snapshot"]
        await project.begin()
        assert (await told(socket, 1))[0]["seq"] == 2


async def test_a_project_that_is_deleted_closes_it(rig: Rig, project: Project) -> None:
    async with watching(rig, f"{project.id}/ws?after=1") as socket:
        await project.add(events.ProjectDeleted())
        said = await told(socket, 2)
        assert [each["type"] for each in said] == ["project:deleted", "gone"]
        with pytest.raises(websockets.ConnectionClosedOK):
            await socket.recv()
        assert socket.close_code == 1000


async def test_the_end_of_the_server_closes_it_as_a_restart(rig: Rig, project: Project) -> None:
    async with watching(rig, f"{project.id}/ws") as socket:
        await told(socket, 1)
        rig.server.end_streams()
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1012


async def test_who_comes_as_the_server_stops_is_told_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked, stopped = asyncio.Event(), asyncio.Event()
    async with serving() as rig:
        project, port, look = await new_project(rig.log), rig.port, rig.log.head

        async def slow_look(project_id: str) -> Head:
            looked.set()
            await stopped.wait()
            return await look(project_id)

        async def come() -> int | None:
            async with watching(rig, f"{project.id}/ws") as socket:
                with suppress(websockets.ConnectionClosed):
                    while True:  # What is there is still told.
                        await socket.recv()
                return socket.close_code

        async def wait_for_the_stop() -> None:
            await until(lambda: is_refused(port))
            stopped.set()

        monkeypatch.setattr(rig.log, "head", slow_look)
        coming = asyncio.create_task(come())
        await looked.wait()
        waiting = asyncio.create_task(wait_for_the_stop())
    assert await coming == 1012
    await waiting


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("project1/ws?after=-1", 400, "cursor_invalid"),
        ("project1/ws?after=" + "9" * 5000, 400, "cursor_invalid"),
        ("nobody/ws", 404, "unknown_project"),
    ],
)
async def test_what_makes_no_sense_is_refused_before_it_begins(
    rig: Rig, project: Project, path: str, status: int, code: str
) -> None:
    response = await refused(rig, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(response.body)["code"] == code


async def test_too_many_are_sent_away_until_one_leaves() -> None:
    async with serving(ServerOptions(viewers_per_address=1)) as rig:
        project = await new_project(rig.log)
        async with watching(rig, f"{project.id}/ws") as socket:
            await told(socket, 1)
            response = await refused(rig, f"{project.id}/ws")
            assert response.status_code == 429
            assert 2 <= int(response.headers["retry-after"]) <= 8
        await until(lambda: not rig.server._site.seats.taken)  # pyright: ignore[reportPrivateUsage]
        async with watching(rig, f"{project.id}/ws") as socket:
            await told(socket, 1)


async def test_a_page_of_another_site_is_refused(rig: Rig, project: Project) -> None:
    response = await refused(rig, f"{project.id}/ws", {"Origin": "https://evil.example"})
    assert response.status_code == 403


async def test_it_needs_the_token_as_a_header_or_a_cookie() -> None:
    token = "secret-token"
    async with serving(ServerOptions(door=DoorOptions(token=token))) as rig:
        project = await new_project(rig.log)
        assert (await refused(rig, f"{project.id}/ws")).status_code == 401
        cookie = f"{tokens.COOKIE}={tokens.digest(token)}"
        for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": cookie}):
            async with watching(rig, f"{project.id}/ws", headers) as socket:
                assert (await told(socket, 1))[0]["seq"] == 1


async def test_what_a_client_says_is_ignored(rig: Rig, project: Project) -> None:
    async with watching(rig, f"{project.id}/ws?after=1") as socket:
        for said in ("hello", b"\0\1", "x" * (WORDS - 1)) * 3:
            await socket.send(said)
        await project.begin()
        assert [each["seq"] for each in await told(socket, 2)] == [2, 3]


async def test_a_client_that_says_too_much_is_closed(rig: Rig, project: Project) -> None:
    async with watching(rig, f"{project.id}/ws?after=1") as socket:
        await socket.send("x" * (WORDS + 1))
        with pytest.raises(websockets.ConnectionClosedError):
            await socket.recv()
        assert socket.close_code == 1009


async def test_nothing_is_compressed(rig: Rig, project: Project) -> None:
    async with watching(rig, f"{project.id}/ws") as socket:
        assert socket.protocol.extensions == []
