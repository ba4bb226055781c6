"""A folder of the host's own, gone afterwards, also when its maker is cancelled."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from smartforge.temporary import Held

# sun_path of unix(7) holds 108 bytes with the final NUL.
LONGEST_SOCKET_PATH = 107
SOCKET_NAME = "app.sock"


@asynccontextmanager
async def private_folder() -> AsyncGenerator[Path]:
    """A new folder that only this user may enter, short enough for a socket named SOCKET_NAME."""
    making = asyncio.ensure_future(asyncio.to_thread(_make))
    try:
        yield (await asyncio.shield(making)).path
    finally:
        # Being cancelled does not end the thread: what it makes is awaited, then removed.
        await asyncio.wait([making])
        if making.exception() is None:
            await asyncio.to_thread(making.result().remove)


def _make() -> Held:
    folder = Held()
    if len(os.fsencode(folder.path / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return folder
    folder.remove()
    return Held("/tmp")
