"""The text of one file out of the pieces of the answers that it comes in."""

from collections.abc import Iterator

from smartforge.errors import AnswerIncomplete, AnswerRejected
from smartforge.events import CodeChunk
from smartforge.llm.text import Joiner
from smartforge.writers.blocks import Blocks
from smartforge.writers.fences import FenceOpen, Unwrapper
from smartforge.writers.seams import BegunAnew, Seam

MAX_BYTES = 1024 * 1024
MAX_CHUNK = 4_000  # code points; with every one escaped, an event still stays under 64 KiB
MAX_INDENT = 200

AGAIN = "Try again; if it happens again, choose another model."


class Growing:
    """A file as it arrives, as chunks without gaps. All answers together are at most 1 MiB.

    `seams` are the offsets at which an answer was cut and another one goes on. Where the answer
    may edit the file (`edits`), one that does is kept back as `answer`, and adds no text.
    """

    def __init__(self, path: str, attempt: int, *, edits: bool = False) -> None:
        self.path = path
        self.seams: list[int] = []
        self._attempt = attempt
        self._kept: list[str] = []
        self._at = 0
        self._size = 0
        self._indent = ""
        self._ends_line = True
        self._beside = ""
        self._joiner = Joiner()
        self._blocks = Blocks() if edits else None
        self._unwrapper = Unwrapper(path)
        self._seam: Seam | None = None

    @property
    def answer(self) -> str | None:
        """The answer that edits the file; None for one that is the file."""
        return self._blocks.answer if self._blocks else None

    @property
    def text(self) -> str:
        """What has been passed on so far."""
        return "".join(self._kept)

    @property
    def beside(self) -> str:
        """What stood beside the fence around the first answer, or around the last that had one."""
        return self._unwrapper.beside or self._beside

    @property
    def has_grown(self) -> bool:
        """Whether the last answer has added anything."""
        return self._at > (self.seams[-1] if self.seams else 0)

    def feed(self, piece: str) -> Iterator[CodeChunk]:
        """What can be passed on now. Raises AnswerIncomplete or AnswerRejected."""
        text = self._joiner.feed(piece)
        self._size += len(text.encode())
        if self._size > MAX_BYTES:
            raise AnswerIncomplete(
                self.path,
                f"{self.path} is incomplete: the answer went beyond {MAX_BYTES:,} bytes.",
                AGAIN,
            )
        if self._blocks:
            text = self._blocks.feed(text)
        yield from self.take(self._without_blanks(self._joined(self._unwrapper.feed(text))))

    def end(self) -> Iterator[CodeChunk]:
        """What is left at the end of an answer. Raises AnswerIncomplete or AnswerRejected."""
        rest = self._joiner.end()
        if self._blocks:
            rest = self._blocks.feed(rest) + self._blocks.end()
            if self._blocks.answer is not None:
                return
        try:
            rest = self._unwrapper.feed(rest) + self._unwrapper.end()
        except FenceOpen:
            raise AnswerIncomplete(
                self.path,
                f"{self.path} is incomplete: the answer opened a code fence and ended without "
                "closing it.",
                AGAIN,
            ) from None
        yield from self.take(self._indent + self._joined(rest, ends=True))
        self._indent = ""

    def go_on(self) -> None:
        """The answer was cut; what comes now goes on with it."""
        self.seams.append(self._at)
        self._indent = ""
        self._joiner = Joiner()
        self._blocks = None
        self._beside = self.beside
        self._unwrapper = self._unwrapper.following()
        self._seam = Seam(self.text)

    def take(self, text: str) -> Iterator[CodeChunk]:
        """`text` as the chunks that come next."""
        for start in range(0, len(text), MAX_CHUNK):
            part = text[start : start + MAX_CHUNK]
            self._kept.append(part)
            yield CodeChunk(path=self.path, attempt=self._attempt, at=self._at, text=part)
            self._at += len(part)

    def _without_blanks(self, text: str) -> str:
        """`text` without the blanks at its end that begin a line; those wait for what follows.

        Nobody could say whether an answer that goes on behind them says them again.
        """
        text = self._indent + text
        passed = text.rstrip(" \t")
        is_begun = passed.endswith("\n") if passed else self._ends_line
        kept = passed if is_begun and len(text) - len(passed) <= MAX_INDENT else text
        self._indent = text[len(kept) :]
        if kept:
            self._ends_line = kept.endswith("\n")
        return kept

    def _joined(self, text: str, *, ends: bool = False) -> str:
        if self._seam is None:
            return text
        try:
            return self._seam.feed(text) + (self._seam.end() if ends else "")
        except BegunAnew:
            raise AnswerRejected(
                self.path, "an answer that was to go on with it began it anew"
            ) from None
