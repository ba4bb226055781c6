"""Files written by a model: one answer a file, passed on as it streams."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing

from smartforge.errors import AnswerIncomplete, AnswerRejected, ModelFailed
from smartforge.events import Author, CodeChunk, Usage
from smartforge.llm.base import Provider, Spent
from smartforge.llm.text import Joiner
from smartforge.writers.base import WriteRequest
from smartforge.writers.context import context_for
from smartforge.writers.fences import FenceOpen, Unwrapper
from smartforge.writers.named import misplaced
from smartforge.writers.whole import lacking, unframed, unwrapped

MAX_BYTES = 1024 * 1024
MAX_CHUNK = 4_000  # code points; with every one escaped, an event still stays under 64 KiB


class ModelWriter:
    """A `writers.base.Writer` that asks a provider for each file.

    Chunks leave as the model's text arrives; only the first line and a last one that may be a
    code fence wait. A file is at most 1 MiB of UTF-8. An answer that came to its end and is no
    whole file raises AnswerRejected, behind its Usage. `window` says how many tokens the model
    takes, None where nobody knows; it is asked off the event loop.
    """

    author: Author = "model"

    def __init__(self, provider: Provider, window: Callable[[], int | None] = lambda: None) -> None:
        self._provider = provider
        self._window = window

    async def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        """See `writers.base.Writer.write`; the Usage has the step, its round and the path."""
        path = request.file.path
        if request.text is not None:  # It came in an answer that said more than the file.
            at = 0
            for part in _parts(request.text):
                yield CodeChunk(path=path, attempt=request.attempt, at=at, text=part)
                at += len(part)
            return
        text = _Text(path)
        kept: list[str] = []
        at = 0
        spent: Spent | None = None
        try:
            context = await asyncio.to_thread(lambda: context_for(request, self._window()))
            stream = self._provider.stream(context.instructions, context.prompt)
            async with aclosing(stream) as answer:
                async for piece in answer:
                    if isinstance(piece, Spent):
                        spent = piece
                        continue
                    for part in _parts(text.feed(piece)):
                        kept.append(part)
                        yield CodeChunk(path=path, attempt=request.attempt, at=at, text=part)
                        at += len(part)
            for part in _parts(text.end()):
                kept.append(part)
                yield CodeChunk(path=path, attempt=request.attempt, at=at, text=part)
                at += len(part)
        except AnswerIncomplete as error:
            what = error.what if error.path else f"{path} is incomplete. {error.what}"
            # The same request would be cut again; one that asks for less may not.
            passing = error.passing or error.cut
            raise AnswerIncomplete(
                path, what, error.hint, passing=passing, after=error.after, cut=error.cut
            ) from None
        except ModelFailed as error:
            what = f"{path} was not written. {error.what}"
            raise ModelFailed(what, error.hint, passing=error.passing, after=error.after) from None
        if spent is not None:
            yield _usage(spent, request)
        reason, instead = await asyncio.to_thread(_refused, request, "".join(kept), text.beside)
        if reason:
            raise AnswerRejected(path, reason, instead)


def _refused(request: WriteRequest, written: str, beside: str) -> tuple[str, str | None]:
    """Why the answer is not the file, empty where it is; and the file where it stands in it."""
    path = request.file.path
    if reason := misplaced(path, written, beside):
        return reason, None
    if reason := lacking(path, written):
        return reason, unwrapped(path, written)
    frame = request.skeleton.get(path, "") if path.endswith(".py") else ""
    return unframed(frame, written) if frame else "", None


class _Text:
    """The text of one file out of the pieces of an answer, within its limit."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._joiner = Joiner()
        self._unwrapper = Unwrapper(path)
        self._size = 0

    def feed(self, piece: str) -> str:
        text = self._joiner.feed(piece)
        self._size += len(text.encode())
        if self._size > MAX_BYTES:
            raise AnswerIncomplete(
                self._path,
                f"{self._path} is incomplete: the answer went beyond {MAX_BYTES:,} bytes.",
                "Try again; if it happens again, choose another model.",
            )
        return self._unwrapper.feed(text)

    @property
    def beside(self) -> str:
        """What stood beside the fence around the answer."""
        return self._unwrapper.beside

    def end(self) -> str:
        try:
            return self._unwrapper.feed(self._joiner.end()) + self._unwrapper.end()
        except FenceOpen:
            raise AnswerIncomplete(
                self._path,
                f"{self._path} is incomplete: the answer opened a code fence and ended without "
                "closing it.",
                "Try again; if it happens again, choose another model.",
            ) from None


def _parts(text: str) -> Iterator[str]:
    for start in range(0, len(text), MAX_CHUNK):
        yield text[start : start + MAX_CHUNK]


def _usage(spent: Spent, request: WriteRequest) -> Usage:
    return Usage(
        step="repairing" if request.round else "generating",
        path=request.file.path,
        round=request.round,
        model=spent.model,
        input_tokens=spent.input_tokens,
        cached_input_tokens=spent.cached_input_tokens,
        output_tokens=spent.output_tokens,
        cost=spent.cost,
        duration_ms=spent.duration_ms,
    )
