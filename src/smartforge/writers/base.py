"""What a writer promises: one planned file in, its text out, as it arrives."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from smartforge.contract import Contract, Custom
from smartforge.events import Author, CheckName, CodeChunk, FilePlanned, Usage


class Failing(msgspec.Struct, frozen=True):
    """A check that failed, as a model is told: its verdict and its evidence, which is JSON."""

    check: CheckName
    summary: str
    evidence: dict[str, Any]


class Flawed(msgspec.Struct, frozen=True):
    """What is to be put right in a round of repair.

    `texts` are the files that may change in it, by path, as they are now; the file that is asked
    for is among them.
    """

    texts: Mapping[str, str]
    failures: Sequence[Failing]


class WriteRequest(msgspec.Struct, frozen=True):
    """One file to write. `attempt` goes into every chunk; `prompts` are the user's words.

    `past` are the contracts of the versions that led here, as a target takes them. `text` is
    what the file is to hold, where that is known and no target's. `round` is the round of repair,
    0 for none, and `flawed` what it is to put right. `refused` says why the last answer for this
    file could not be used. `begun` is the text so far of an answer that was cut, for the one that
    goes on with it. `before` is the text of the file in the version that a follow-up starts from,
    where a model wrote it: then the answer may edit it. `skeleton` are the texts of the target's
    own files, by path, where the rest of the project is compiled: among them the frame of this
    file. `operation` is the custom operation that is all of this file.
    """

    file: FilePlanned
    files: Sequence[FilePlanned]
    contract: Contract
    prompts: Sequence[str]
    attempt: int
    past: Sequence[Contract] = ()
    text: str | None = None
    round: int = 0
    flawed: Flawed | None = None
    refused: str = ""
    begun: str = ""
    before: str | None = None
    skeleton: Mapping[str, str] = {}
    operation: Custom | None = None


class Writer(Protocol):
    author: Author

    def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        """Yield the file's chunks in order, without gaps from offset 0, and a Usage once each
        answer that they came in is over.

        Ends normally only when the file is whole; else raises AnswerIncomplete (AnswerRejected
        where an answer came to its end and is no whole file) or ModelFailed.
        A file may be empty. Closing the generator (`aclose`) stops the work at once and closes
        its sockets.
        """
        ...
