"""One file: its chunks as they arrive, then its hash once it is whole."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from smartforge.errors import AnswerIncomplete
from smartforge.events import CodeChunk, Fact, FileComplete, FileGenerating
from smartforge.writers.base import Writer, WriteRequest

Store = Callable[[bytes], Awaitable[str]]


async def write(writer: Writer, request: WriteRequest, store: Store) -> AsyncGenerator[Fact, None]:
    """Yield `file:generating`, the chunks, and `file:complete` once `store` has the content.

    A file that is edited is begun with its first chunk: until then it is what it was.

    Raises AnswerIncomplete, which names the file, where chunks are not contiguous; and what the
    writer raises. Then there is no `file:complete`, so a cut file is never taken for a whole one.
    """
    path = request.file.path
    generating = FileGenerating(path=path, attempt=request.attempt, author=writer.author)
    begun = request.before is None
    if begun:
        yield generating
    parts: list[str] = []
    length = 0
    # Yielding suspends this generator; aclosing makes sure that leaving it closes the writer's
    # sockets at once and not when the garbage collector comes by.
    async with aclosing(writer.write(request)) as facts:
        async for fact in facts:
            if isinstance(fact, CodeChunk):
                if not begun:
                    begun = True
                    yield generating
                if fact.at != length:
                    raise AnswerIncomplete(
                        path, f"{path} has a gap: text for {fact.at} came at {length}."
                    )
                parts.append(fact.text)
                length += len(fact.text)
            yield fact
    if not begun:
        yield generating
    content = "".join(parts).encode()
    sha256 = await store(content)
    yield FileComplete(path=path, attempt=request.attempt, size=len(content), sha256=sha256)
