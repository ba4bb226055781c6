"""A writer that leaves the rounds of repair to another one."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from smartforge.events import Author, CodeChunk, Usage
from smartforge.writers.base import Writer, WriteRequest


class Rounds:
    """A `writers.base.Writer`: `first` writes what is new, `repair` puts right what failed."""

    def __init__(self, first: Writer, repair: Writer) -> None:
        self.author: Author = first.author
        self._first = first
        self._repair = repair

    async def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        """See `writers.base.Writer.write`."""
        writer = self._repair if request.round else self._first
        async with aclosing(writer.write(request)) as facts:
            async for fact in facts:
                yield fact
