"""Clients that take little or nothing, on real connections: cut in time, and nobody else hurt."""

import asyncio
import gc
import logging
import re
from collections.abc import Generator
from contextlib import contextmanager, suppress

import pytest

from smartforge.server.options import ServerOptions
from tests.unit.server.rig import Project, Rig, connected, new_project, serving, until

IMPATIENT = ServerOptions(heartbeat=0.02, patience=0.2, linger=0.05)


def ask(rig: Rig, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{rig.port}\r\n\r\n".encode()


def viewers(rig: Rig) -> int:
    return rig.server._site.hub.gauges().viewers  # pyright: ignore[reportPrivateUsage]


def closed(rig: Rig, reason: str) -> int:
    hub = rig.server._site.hub  # pyright: ignore[reportPrivateUsage]
    return hub.figures.closed[reason]


async def trickle(reader: asyncio.StreamReader) -> None:
    """Read a byte, and then another one, until the connection is broken."""
    with suppress(ConnectionResetError):
        async with asyncio.timeout(60):
            while await reader.read(1):  # noqa: ASYNC110  # the others have their turns
                await asyncio.sleep(0)


@pytest.mark.parametrize("reads", [False, True], ids=["never", "a byte at a time"])
async def test_one_that_takes_nothing_is_cut_while_others_go_on(reads: bool) -> None:
    async with serving(IMPATIENT) as rig:
        project = await new_project(rig.log)
        path = f"/api/stream/{project.id}?live=1"
        async with connected(rig) as (reader, writer):
            writer.write(ask(rig, path))
            await reader.readuntil(b'"seq":1,')
            trickling = asyncio.create_task(trickle(reader)) if reads else None
            async with rig.frames(path) as frames:
                await frames.events(1)
                while not closed(rig, "slow"):
                    last = await project.chunks(25, "x" * 1000)
                    while (await frames.event()).id != str(last).encode():
                        pass
                assert viewers(rig) == 1
                if trickling is not None:
                    trickling.cancel()
        await until(lambda: not viewers(rig))


async def test_one_without_a_write_that_went_through_is_swept() -> None:
    options = ServerOptions(heartbeat=9.0, patience=60.0, unheard=0.5)
    async with serving(options) as rig:
        project = await new_project(rig.log)
        async with rig.frames(f"/api/stream/{project.id}?live=1") as frames:
            await frames.events(1)
            await until(lambda: closed(rig, "unheard") == 1)
        assert viewers(rig) == 0


async def test_comings_and_goings_are_logged_with_the_count(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "smartforge.server.viewers"):
        async with serving() as rig:
            project = await new_project(rig.log)
            for _ in range(2):
                async with rig.frames(f"/api/stream/{project.id}") as frames:
                    await frames.events(1)
                await until(lambda: not viewers(rig))
    said = [record.getMessage() for record in caplog.records]
    assert [re.findall(r"\d+ now", each) for each in said] == [["1 now"], ["0 now"]] * 2
    assert all("project1" in each for each in said[::2])
    assert all("(left)" in each for each in said[1::2])


@contextmanager
def collected() -> Generator[list[str], None, None]:
    """Types of what only Python's full collection finds, which comes seldom, at the block's end.

    Names alone: who keeps the objects keeps their circles for the next collection.
    """
    found: list[str] = []
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield found
        gc.collect()
        found += (f"{type(each).__module__}.{type(each).__name__}" for each in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


async def test_a_viewer_that_has_gone_leaves_no_circle_of_objects(
    rig: Rig, project: Project
) -> None:
    await project.begin()

    async def visit() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", rig.port)
        writer.write(ask(rig, f"/api/stream/{project.id}"))
        await reader.readuntil(b"run:started")
        writer.close()
        await writer.wait_closed()

    await visit()
    await until(lambda: not viewers(rig))
    ours: list[str] = []
    for _ in range(10):  # Servers of earlier tests may fall apart meanwhile; each does so once.
        with collected() as found:
            await visit()
            await until(lambda: not viewers(rig))
        ours = [name for name in found if name.startswith(("smart", "uvicorn"))]
        if not ours:
            break
    assert not ours, ", ".join(ours)
