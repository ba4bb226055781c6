"""Keeps the first or the last bytes that a program writes, and says when there were more."""

import asyncio
from collections.abc import Callable
from typing import Literal

PIECE = 64 * 1024


class Capture:
    """One stream of a program: at most `limit` bytes are kept, however much is written."""

    def __init__(self, limit: int, kept: Literal["first", "last"] = "first") -> None:
        self.bound(limit, kept)
        self._seen = 0
        self._kept = bytearray()

    def bound(self, limit: int, kept: Literal["first", "last"]) -> None:
        """From now on these hold."""
        self._limit = limit
        self._last = kept == "last"

    async def read(self, stream: asyncio.StreamReader, overflow: Callable[[], None]) -> None:
        """Read to the end. `overflow` is called once, when the limit is passed, unless the last
        bytes are kept."""
        while piece := await stream.read(PIECE):
            if self._last:
                self._kept = (self._kept + piece)[-self._limit :]
                continue
            within = self._seen <= self._limit
            self._seen += len(piece)
            self._kept += piece[: self._limit - len(self._kept)]
            if within and self._seen > self._limit:
                overflow()

    def text(self) -> str:
        """What was kept, undecodable bytes replaced."""
        return self._kept.decode(errors="replace")
