"""Long projects for those who come back to them, written into a log before any server starts."""

import hashlib
import itertools
from collections.abc import Generator
from pathlib import Path

import msgspec

from smartforge import events
from smartforge.events import Fact
from smartforge.log.sqlite import SQLiteLog

PROJECT = "resumed"
TEXT = ("x = " + "1" * 95 + "\n")[:100]
CHUNKS_PER_FILE = 40
BATCH = 500


class Length(msgspec.Struct, frozen=True):
    """A project of so many chunks, in so many files that are written again and again.

    `whole` is false for one file that is still being written.
    """

    name: str
    chunks: int
    files: int = 20
    whole: bool = True


async def write_project(folder: Path, length: Length) -> int:
    """Write the project into a new log in the folder; returns its last seq."""
    log = SQLiteLog(folder / "smartforge.db")
    await log.open()
    created = events.ProjectCreated(title="t", prompt="p", target="fastapi", model=None)
    head = await log.create(PROJECT, [created])
    last = head.last
    facts = _whole_files(length) if length.whole else _one_file(length)
    while batch := tuple(itertools.islice(facts, BATCH)):
        last = await log.append(PROJECT, batch, run="r")
    await log.close()
    return last


def _whole_files(length: Length) -> Generator[Fact, None, None]:
    """Run after run that writes every file, until there are enough chunks."""
    written = 0
    version = 0
    per_file = min(CHUNKS_PER_FILE, max(1, length.chunks // length.files))
    while written < length.chunks:
        version += 1
        yield events.RunStarted(trigger="prompt", base_version=None, message_id=None)
        for number in range(length.files):
            path = f"app/routers/part_{number}.py"
            yield from _begun(path, per_file)
            text = TEXT * per_file + str(version)
            sha256 = hashlib.sha256(text.encode()).hexdigest()
            yield events.FileComplete(path=path, attempt=1, size=len(text), sha256=sha256)
            written += per_file
        yield _complete(version, length.files)


def _one_file(length: Length) -> Generator[Fact, None, None]:
    """A run that was stopped while it wrote its only file."""
    yield events.RunStarted(trigger="prompt", base_version=None, message_id=None)
    yield from _begun("app/main.py", length.chunks)
    yield events.RunCancelled(reason="stopped")


def _begun(path: str, chunks: int) -> Generator[Fact, None, None]:
    yield events.FileGenerating(path=path, attempt=1, author="model")
    for number in range(chunks):
        yield events.CodeChunk(path=path, attempt=1, at=number * len(TEXT), text=TEXT)


def _complete(version: int, files: int) -> events.Complete:
    return events.Complete(
        version=version,
        verdict="passed",
        summary="All checks passed.",
        file_count=files,
        operation_count=100,
        skipped_checks=(),
        duration_ms=1000,
    )
