"""One application kept running: when it starts, when it starts again, when it does not."""

import asyncio
import math
from contextlib import nullcontext
from pathlib import Path

import pytest

from smartforge.errors import PreviewFailed
from smartforge.preview.application import Application
from smartforge.preview.base import Project
from smartforge.preview.front import Front
from smartforge.preview.sandboxed import SandboxedPreviews
from tests.unit.preview.rig import UP, FakeSandbox, client, read_head, saying

PROJECT = Project(Path("/made"), Path("/packages"), {"SECRET_KEY": "s"})


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_it_runs_for_as_long_as_it_is_wanted_within_memory_and_processes() -> None:
    sandbox = FakeSandbox(saying(UP))
    previews = SandboxedPreviews(sandbox)
    await previews.start("p", PROJECT)
    limits = sandbox.programs[0].limits
    assert limits.wall_seconds == math.inf
    assert limits.cpu_seconds > 10 * 365 * 86_400
    assert (limits.memory_bytes, limits.processes) == (512 * 1024 * 1024, 64)
    assert sandbox.programs[0].environment == {"SECRET_KEY": "s"}
    await previews.close()
    assert (sandbox.open, previews.running()) == (0, {})


async def test_after_a_crash_the_next_request_finds_it_again() -> None:
    sandbox = FakeSandbox(saying(UP))
    told: list[tuple[str, str]] = []
    previews = SandboxedPreviews(sandbox, tell=lambda key, words: told.append((key, words)))
    preview = await previews.start("p", PROJECT)
    sandbox.served[0].end()
    assert not preview.running()
    answers = await asyncio.gather(*(client(preview)() for _ in range(5)))
    assert [each.status for each in answers] == [200] * 5
    assert (len(sandbox.served), sandbox.open) == (2, 1)
    [(key, words)] = told
    assert key == "p"
    assert "ValueError: no (app/main.py, line 7)" in words
    await previews.close()


async def test_what_does_not_come_up_again_is_left_down() -> None:
    broken = saying(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n")
    sandbox = FakeSandbox(saying(UP), broken)
    preview = await SandboxedPreviews(sandbox).start("p", PROJECT)
    sandbox.served[0].end()
    for _ in range(3):
        told = await client(preview)()
        assert told.status == 502
        assert b"GET /health answered 500" in told.body
    assert (len(sandbox.served), sandbox.open) == (2, 0)


async def test_a_project_that_hangs_at_its_start_is_ended_and_told() -> None:
    sandbox = FakeSandbox(silent)
    previews = SandboxedPreviews(sandbox, boot_seconds=0.05)
    with pytest.raises(PreviewFailed, match=r"no answer to GET /health within 0\.05 s"):
        await previews.start("p", PROJECT)
    assert (sandbox.open, previews.running()) == (0, {})


async def test_there_is_one_preview_for_a_project() -> None:
    sandbox = FakeSandbox(saying(UP))
    previews = SandboxedPreviews(sandbox)
    first = await previews.start("p", PROJECT)
    second = await previews.start("p", PROJECT)
    assert (first.running(), second.running(), sandbox.open) == (False, True, 1)
    assert previews.running() == {"p": second}
    assert (await client(first)()).status == 502
    await previews.stop("p")
    await previews.stop("p")
    assert sandbox.open == 0


async def test_stopping_ends_a_start_that_is_under_way() -> None:
    asked = asyncio.Event()

    async def hanging(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()

    sandbox = FakeSandbox(hanging)
    application = Application(sandbox, lambda: nullcontext(PROJECT))
    starting = asyncio.create_task(application.connections())
    await asked.wait()
    await application.stop()
    with pytest.raises(PreviewFailed, match="stopped"):
        await starting
    assert sandbox.open == 0


async def test_a_front_ends_what_is_under_way_after_its_grace() -> None:
    asked = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if b"/health" in await read_head(reader):
            writer.write(UP)
        else:
            asked.set()
            await reader.read()

    sandbox = FakeSandbox(slow)
    front = Front(await SandboxedPreviews(sandbox).start("p", PROJECT), grace_seconds=0)
    asking = asyncio.create_task(client(front)())
    await asked.wait()
    front.end_streams()
    assert (await asking).status == 502
    assert sandbox.open == 0
