"""What every sandbox does with an application that it serves."""

import asyncio
import re
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from smartforge.sandbox.base import Sandbox
from tests import sandboxes
from tests.contract.boxes import client, files
from tests.sandboxes import program


async def test_a_served_application_answers_on_its_socket(
    sandbox: Sandbox, folder: Path, temporary: Path
) -> None:
    async with sandbox.serve(program(folder), "app.main:app") as served:
        async with client(served.socket) as http:
            assert (await http.get("/health")).json() == {"status": "ok"}
        assert served.running()
        assert served.socket.parent.stat().st_mode & 0o777 == 0o700
    assert not served.running()
    assert files(temporary) == []
    assert (await served.ended()).cause is None


async def test_what_was_served_is_refused_once_it_has_ended(sandbox: Sandbox, folder: Path) -> None:
    sandboxes.lay_out(folder, app__main_py="import os\nos._exit(5)\n")
    async with sandbox.serve(program(folder), "app.main:app") as served:
        assert (await served.ended()).exit_code == 5
        async with client(served.socket) as http:
            with pytest.raises(httpx.ConnectError):
                await http.get("/health")


async def test_an_import_that_fails_leaves_its_traceback(sandbox: Sandbox, folder: Path) -> None:
    sandboxes.lay_out(folder, app__main_py="import nothing_like_this\n")
    async with sandbox.serve(program(folder), "app.main:app") as served:
        ended = await served.ended()
    assert "No module named 'nothing_like_this'" in ended.stderr
    assert re.search(r'File "/app/app/main.py", line 1', ended.stderr)


async def test_files_named_like_the_standard_library_do_not_take_its_place(
    sandbox: Sandbox, folder: Path
) -> None:
    broken = "raise RuntimeError('not the real one')\n"
    sandboxes.lay_out(folder, json_py=broken, app__json_py=broken, uvicorn_py=broken)
    async with (
        sandbox.serve(program(folder), "app.main:app") as served,
        client(served.socket) as http,
    ):
        assert (await http.get("/health")).status_code == 200


async def test_leaving_while_a_request_waits_ends_it(sandbox: Sandbox, folder: Path) -> None:
    sandboxes.lay_out(folder, app__main_py="import time\ntime.sleep(600)\n")
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(sandbox.serve(program(folder), "app.main:app"))
        async with client(served.socket) as http:
            asking = asyncio.create_task(http.get("/health"))
            await stack.aclose()
            with pytest.raises(httpx.TransportError):
                await asking


async def test_a_long_path_to_the_temporary_folder_does_no_harm(
    sandbox: Sandbox, folder: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = temporary / ("d" * 120)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    async with (
        sandbox.serve(program(folder), "app.main:app") as served,
        client(served.socket) as http,
    ):
        assert (await http.get("/health")).status_code == 200
    assert not served.socket.parent.exists()
