"""The files of a project while their events are folded."""

from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from smartforge.events import CodeChunk, FileComplete, FileGenerating, FilePlanned
from smartforge.snapshot.state import FileState


class Text:
    """A text that grows; joining its pieces once makes a fold of n chunks cost n, not n²."""

    def __init__(self, text: str) -> None:
        self._pieces = [text]
        self.length = len(text)

    def grow(self, text: str) -> None:
        self._pieces.append(text)
        self.length += len(text)

    def __str__(self) -> str:
        whole = "".join(self._pieces)
        self._pieces = [whole]
        return whole


class Files:
    """Files by path, in the order in which they were first named."""

    def __init__(self, states: Iterable[FileState]) -> None:
        self._states = {file.path: file for file in states}
        self._named = Counter(file.run for file in self._states.values())
        self._whole = Counter(
            file.run for file in self._states.values() if file.state == "complete"
        )
        self._texts = {
            path: Text(file.text)
            for path, file in self._states.items()
            if isinstance(file.text, str)
        }

    def states(self) -> tuple[FileState, ...]:
        """The files as they are now; later changes do not touch them."""
        return tuple(
            replace(file, text=str(self._texts[path])) if path in self._texts else file
            for path, file in self._states.items()
        )

    def plan(self, planned: Iterable[FilePlanned], run: str | None) -> None:
        """What a run is going to write becomes planned; all other files stay as they are."""
        for file in planned:
            if file.kept and file.path in self._states:
                continue
            self._texts.pop(file.path, None)
            self._put(
                FileState(
                    path=file.path,
                    state="planned",
                    author=file.author,
                    attempt=0,
                    size=0,
                    sha256=None,
                    binary=False,
                    purpose=file.purpose,
                    run=run,
                )
            )

    def begin(self, fact: FileGenerating, run: str | None) -> None:
        """Drop whatever the file held, and begin it."""
        known = self._states.get(fact.path)
        self._texts[fact.path] = Text("")
        self._put(
            FileState(
                path=fact.path,
                state="writing",
                author=fact.author,
                attempt=fact.attempt,
                size=0,
                sha256=None,
                binary=False,
                purpose=known.purpose if known else None,
                run=run,
                text="",
            )
        )

    def grow(self, fact: CodeChunk) -> None:
        """Append the chunk where it fits: to its own attempt, exactly at the text's end."""
        known = self._states.get(fact.path)
        if known is None or known.state != "writing" or known.attempt != fact.attempt:
            return
        text = self._texts[fact.path]
        if fact.at == text.length:
            text.grow(fact.text)
            size = known.size + len(fact.text.encode())
            self._states[fact.path] = replace(known, size=size)

    def finish(self, fact: FileComplete, run: str | None) -> None:
        """The file is its hash now, unless another attempt than this one is being written."""
        known = self._states.get(fact.path)
        if known and known.state == "writing" and known.attempt != fact.attempt:
            return
        self._texts.pop(fact.path, None)
        self._put(
            FileState(
                path=fact.path,
                state="complete",
                author=known.author if known else None,
                attempt=fact.attempt,
                size=fact.size,
                sha256=fact.sha256,
                binary=fact.binary,
                purpose=known.purpose if known else None,
                run=run,
            )
        )

    def delete(self, path: str) -> None:
        """Forget the file; nothing happens where there is none."""
        self._texts.pop(path, None)
        self._count(self._states.pop(path, None), -1)

    def stop(self) -> None:
        """What is being written stays as far as it is."""
        for path, file in self._states.items():
            if file.state == "writing":
                self._states[path] = replace(file, state="partial")

    def done(self, of: int, run: str | None) -> int:
        """The share of the run's files that are whole, as so many of `of`, rounded down."""
        named = self._named[run]
        return of * self._whole[run] // named if named else 0

    def _put(self, file: FileState) -> None:
        self._count(self._states.get(file.path), -1)
        self._states[file.path] = file
        self._count(file, 1)

    def _count(self, file: FileState | None, by: int) -> None:
        """Files are counted as they change: counting all at the end of each would cost n²."""
        if file is not None:
            self._named[file.run] += by
            self._whole[file.run] += by * (file.state == "complete")
