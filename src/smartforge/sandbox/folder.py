"""A folder of the host's own, gone afterwards, also when its maker is cancelled."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

# sun_path of unix(7) holds 108 bytes with the final NUL.
LONGEST_SOCKET_PATH = 107
SOCKET_NAME = "app.sock"


@asynccontextmanager
async def private_folder() -> AsyncGenerator[Path]:
    """A new folder that only this user may enter, short enough for a socket named SOCKET_NAME."""
    making = asyncio.ensure_future(asyncio.to_thread(_make))
    try:
        yield await asyncio.shield(making)
    finally:
        # Being cancelled does not end the thread: what it makes is awaited, then removed.
        await asyncio.wait([making])
        if making.exception() is None:
            await asyncio.to_thread(shutil.rmtree, making.result(), ignore_errors=True)


def _make() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="smartforge-"))
    if len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="smartforge-", dir="/tmp"))
