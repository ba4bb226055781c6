"""The compiled writer: a target's own text of a file, no model, in chunks at a steady pace."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence

import msgspec

from smartforge.contract import Contract
from smartforge.errors import AnswerIncomplete
from smartforge.events import Author, CodeChunk, Usage
from smartforge.targets.base import Target
from smartforge.writers.base import WriteRequest

MAX_CHUNK = 100
_KEPT = 8  # renderings, the latest ones: each run asks for the files of one contract in a row


class CompiledWriter:
    """Writes what `target` renders. `pace` is in code points a second; 0 is as fast as it can.

    Chunks hold at most 100 code points and end with a line where one fits. A chunk is due when
    its last character is, counted from the beginning of the file, so that no rounding adds up;
    a reader that was slow gets what is overdue at once. Between two chunks the event loop always
    runs, so writing can be cancelled there at any pace.
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
        self._rendered: OrderedDict[bytes, Mapping[str, str]] = OrderedDict()
        self._rendering = asyncio.Lock()

    async def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        """Raises AnswerIncomplete where the target makes no such file of this contract."""
        path = request.file.path
        text = (await self._files(request.contract, request.past)).get(path)
        if text is None:
            raise AnswerIncomplete(
                path,
                f"The target {self._target.name} makes no file {path} of this contract.",
                "Plan the project again.",
            )
        begun = self._clock()
        at = 0
        for piece in pieces(text):
            await self._sleep(self._wait(begun, at + len(piece)))
            yield CodeChunk(path=path, attempt=request.attempt, at=at, text=piece)
            at += len(piece)

    def _wait(self, begun: float, characters: int) -> float:
        if not self._pace:
            return 0
        return max(0.0, begun + characters / self._pace - self._clock())

    async def _files(self, contract: Contract, past: Sequence[Contract]) -> Mapping[str, str]:
        key = msgspec.json.encode((contract, past))
        async with self._rendering:
            if key not in self._rendered:
                self._rendered[key] = await asyncio.to_thread(self._target.render, contract, past)
            self._rendered.move_to_end(key)
            while len(self._rendered) > _KEPT:
                self._rendered.popitem(last=False)
            return self._rendered[key]


def pieces(text: str) -> Iterator[str]:
    """`text` in pieces of 1 to 100 code points, cut after the last line end that fits."""
    at = 0
    while at < len(text):
        end = min(at + MAX_CHUNK, len(text))
        if end < len(text):
            end = text.rfind("\n", at, end) + 1 or end
        yield text[at:end]
        at = end
