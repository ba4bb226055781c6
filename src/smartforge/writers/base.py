"""What a writer promises: one planned file in, its text out, as it arrives."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

import msgspec

from smartforge.contract import Contract
from smartforge.events import Author, CodeChunk, FilePlanned, Usage


class WriteRequest(msgspec.Struct, frozen=True):
    """One file to write. `attempt` goes into every chunk; `prompts` are the user's words.

    `past` are the contracts of the versions that led here, as a target takes them. `text` is
    what the file is to hold, where that is known and no target's.
    """

    file: FilePlanned
    files: Sequence[FilePlanned]
    contract: Contract
    prompts: Sequence[str]
    attempt: int
    past: Sequence[Contract] = ()
    text: str | None = None


class Writer(Protocol):
    author: Author

    def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        """Yield the file's chunks in order, without gaps from offset 0, then at most one Usage.

        Ends normally only when the file is whole; else raises AnswerIncomplete or ModelFailed.
        A file may be empty. Closing the generator (`aclose`) stops the work at once and closes
        its sockets.
        """
        ...
