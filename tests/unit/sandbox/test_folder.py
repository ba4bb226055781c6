"""The host's own folders are gone whenever they are left, however early."""

import asyncio
import os
import tempfile
from pathlib import Path

import pytest

from smartforge.sandbox.folder import LONGEST_SOCKET_PATH, SOCKET_NAME, private_folder


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def hold(entered: asyncio.Event) -> None:
    async with private_folder():
        entered.set()
        await asyncio.Event().wait()


async def test_whoever_is_cancelled_while_it_is_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for early in (True, False):
        entered = asyncio.Event()
        holding = asyncio.create_task(hold(entered))
        if early:
            await asyncio.sleep(0)
        else:
            await entered.wait()
        holding.cancel()
        await asyncio.wait([holding])
        assert left_in(tmp_path) == []


async def test_only_this_user_may_enter() -> None:
    async with private_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


async def test_a_socket_fits_also_where_the_temporary_folder_lies_deep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    async with private_folder() as folder:
        assert len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
