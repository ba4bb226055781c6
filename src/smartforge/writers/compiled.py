"""The compiled writer: a target's own text of a file, no model, in chunks at a steady pace."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator

from smartforge.errors import AnswerIncomplete
from smartforge.events import Author, CodeChunk, Usage
from smartforge.targets.base import Target
from smartforge.writers.base import WriteRequest

MAX_CHUNK = 100


class CompiledWriter:
    """Writes what `target` renders. `pace` is in code points a second; 0 is as fast as it can.

    Chunks hold at most 100 code points and end with a line where one fits. A chunk is due when
    its last character is, counted from the beginning of the file, so that no rounding adds up;
    a reader that was slow gets what is overdue at once. Between two chunks the event loop always
    runs, so writing can be cancelled there at any pace. The target is asked for each file anew.
    """

    author: Author = "compiled"

    def __init__(
        self,
        target: Target,
        pace: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._target = target
        self._pace = pace
        self._clock = clock
        self._sleep = sleep

    async def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        """Raises AnswerIncomplete where the target makes no such file of this contract."""
        path = request.file.path
        text = await self._rendered(request) if request.text is None else request.text
        begun = self._clock()
        at = 0
        for piece in pieces(text):
            await self._sleep(self._wait(begun, at + len(piece)))
            yield CodeChunk(path=path, attempt=request.attempt, at=at, text=piece)
            at += len(piece)

    async def _rendered(self, request: WriteRequest) -> str:
        path, target = request.file.path, self._target
        texts = await asyncio.to_thread(target.render, request.contract, request.past)
        if path not in texts:
            raise AnswerIncomplete(
                path,
                f"The target {target.name} makes no file {path} of this contract.",
                "Plan the project again.",
            )
        return texts[path]

    def _wait(self, begun: float, characters: int) -> float:
        if not self._pace:
            return 0
        return max(0.0, begun + characters / self._pace - self._clock())


def pieces(text: str) -> Iterator[str]:
    """`text` in pieces of 1 to 100 code points, cut after the last line end that fits."""
    at = 0
    while at < len(text):
        end = min(at + MAX_CHUNK, len(text))
        if end < len(text):
            end = text.rfind("\n", at, end) + 1 or end
        yield text[at:end]
        at = end
