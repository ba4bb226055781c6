"""Files written by a model: one answer a file, passed on as it streams."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from msgspec.structs import replace

from smartforge.errors import AnswerIncomplete, AnswerRejected, ModelFailed
from smartforge.events import Author, CodeChunk, Usage
from smartforge.llm.base import Provider, Spent
from smartforge.llm.edits import EditsRefused
from smartforge.llm.usage import usage_of
from smartforge.writers.base import WriteRequest
from smartforge.writers.blocks import changed, holds_blocks
from smartforge.writers.context import Context, context_for
from smartforge.writers.growing import MAX_BYTES, Growing
from smartforge.writers.named import misplaced
from smartforge.writers.whole import lacking, may_go_on, twice, unframed, unwrapped

__all__ = ["MAX_BYTES", "MOST_CONTINUED", "ModelWriter"]

MOST_CONTINUED = 3
"""How often a cut answer is continued; then the file is asked for again."""

MOST_PROBLEMS = 5


class ModelWriter:
    """A `writers.base.Writer` that asks a provider for each file.

    Chunks leave as the model's text arrives; only the first line and a last one that may be a
    code fence wait. An answer that was cut at the model's length limit is continued where it ends
    as long as that helps, and the file is as whole as if it had come at once. An answer that edits
    a file that is there is kept back until it is over, and all of its edits are made or none is.
    A file is at most 1 MiB of UTF-8. An answer that came to its end and is no whole file, or does
    not fit the file that it edits, raises AnswerRejected, behind its Usage. `window` says how many
    tokens the model takes, None where nobody knows; it is asked off the event loop.
    """

    author: Author = "model"

    def __init__(self, provider: Provider, window: Callable[[], int | None] = lambda: None) -> None:
        self._provider = provider
        self._window = window

    async def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        """See `writers.base.Writer.write`; each Usage has the step, its round and the path."""
        editing = request.before is not None
        file = Growing(request.file.path, request.attempt, edits=editing)
        if request.text is not None:  # It came in an answer that said more than the file.
            for chunk in file.take(request.text):
                yield chunk
            return
        context = await self._context(request)
        for left in reversed(range(MOST_CONTINUED + 1)):
            answer = _Answer(self._provider, context)
            step = "repairing" if request.round else "generating"
            async with aclosing(answer.read(file)) as facts:
                async for fact in facts:
                    if isinstance(fact, Spent):
                        fact = usage_of(fact, step, request.file.path, request.round)
                    yield fact
            if answer.cut is None:
                break
            going_on = await self._going_on(request, file) if left else None
            if going_on is None:
                raise answer.cut
            context = going_on
            file.go_on()
        if file.answer is not None:
            text = await asyncio.to_thread(_edited, request, file.answer)
            for chunk in file.take(text):
                yield chunk
            return
        reason, instead = await asyncio.to_thread(_refused, request, file)
        if reason:
            raise AnswerRejected(file.path, reason, instead)

    async def _context(self, request: WriteRequest) -> Context:
        try:
            return await asyncio.to_thread(lambda: context_for(request, self._window()))
        except ModelFailed as error:
            raise _not_written(request.file.path, error) from None

    async def _going_on(self, request: WriteRequest, file: Growing) -> Context | None:
        """What is asked to have a cut answer continued; None where that would not help."""
        text = file.text
        if not file.has_grown or not await asyncio.to_thread(may_go_on, file.path, text):
            return None
        try:
            return await self._context(replace(request, begun=text))
        except ModelFailed:  # It does not fit beside what came so far.
            return None


class _Answer:
    """One answer with text for a file. `cut` is why it ended, where it could be continued."""

    def __init__(self, provider: Provider, context: Context) -> None:
        self._provider = provider
        self._context = context
        self.cut: AnswerIncomplete | None = None

    async def read(self, file: Growing) -> AsyncGenerator[CodeChunk | Spent, None]:
        """Yield what it adds, then what it cost. Raises ModelFailed, which names the file."""
        spent: Spent | None = None
        failure: ModelFailed | None = None
        context = self._context
        try:
            stream = self._provider.stream(context.instructions, context.prompt)
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Spent):
                        spent = piece
                        continue
                    for chunk in file.feed(piece):
                        yield chunk
            for chunk in file.end():
                yield chunk
        except AnswerRejected as error:
            failure = error
        except AnswerIncomplete as error:
            failure = _incomplete(file.path, error)
            self.cut = failure if error.cut else None
        except ModelFailed as error:
            failure = _not_written(file.path, error)
        if spent is not None:
            yield spent
        if failure is not None and self.cut is None:
            raise failure


def _refused(request: WriteRequest, file: Growing) -> tuple[str, str | None]:
    """Why the answer is not the file, empty where it is; and the file where it stands in it."""
    path, text = file.path, file.text
    if request.before is not None and holds_blocks(text) and not holds_blocks(request.before):
        return _edits_within(request, text)
    if reason := misplaced(path, text, file.beside):
        return reason, None
    if reason := lacking(path, text):
        return reason, unwrapped(path, text)
    again = twice(text, file.seams) if path.endswith(".py") else ""
    return again or _unframed(request, text), None


def _unframed(request: WriteRequest, text: str) -> str:
    path = request.file.path
    frame = request.skeleton.get(path, "") if path.endswith(".py") else ""
    return unframed(frame, text) if frame else ""


def _edits_within(request: WriteRequest, text: str) -> tuple[str, str | None]:
    """Words came before the edits; the file is that with them, where there is no doubt."""
    try:
        return "words stand before the edits", _edited(request, text)
    except AnswerRejected as error:
        return error.reason, None


def _edited(request: WriteRequest, answer: str) -> str:
    """The file as the answer edits it. Raises AnswerRejected where it does not fit the file, or
    leaves what is no whole file."""
    path = request.file.path
    try:
        text = changed(path, request.before or "", answer)
    except EditsRefused as error:
        reason = "; ".join(error.problems[:MOST_PROBLEMS])
    else:
        reason = lacking(path, text) or _unframed(request, text)
        if not reason:
            return text
        reason = f"with the edits {reason}"
    raise AnswerRejected(path, reason, what=f"{path} was not changed: {reason}.")


def _incomplete(path: str, error: AnswerIncomplete) -> AnswerIncomplete:
    what = error.what if error.path else f"{path} is incomplete. {error.what}"
    # The same request would be cut again; one that asks for less may not.
    passing = error.passing or error.cut
    return AnswerIncomplete(
        path, what, error.hint, passing=passing, after=error.after, cut=error.cut
    )


def _not_written(path: str, error: ModelFailed) -> ModelFailed:
    what = f"{path} was not written. {error.what}"
    return ModelFailed(what, error.hint, passing=error.passing, after=error.after)
