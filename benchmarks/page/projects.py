"""Projects for the page to show: one that is written at a pace, one with a long past."""

import asyncio
import hashlib
import itertools
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from smartforge import events
from smartforge.events import Fact
from smartforge.log.base import Appending, Blobs

RUN = "r"
BATCH = 500
FILES, CHUNKS = 20, 40


class Log(Appending, Blobs, Protocol):
    """What is written into."""


class Pace(msgspec.Struct, frozen=True):
    """So many chunks a second in all, of so many characters each."""

    rate: float
    size: int


def text_of(path: str, lines: int) -> str:
    """A file whose lines can be told apart, besides what frames them."""
    name = Path(path).stem
    numbered = "".join(f"    v{n:04} = total + {7 * n} * times  # {name}\n" for n in range(lines))
    return (
        f'"""The part {name}."""\n\n\n'
        f"def answer(*given: object) -> dict[str, int]:\n"
        f"    total, times = 0, len(given)\n{numbered}"
        f'    return {{"count": v{lines - 1:04}}}\n'
    )


async def begin(log: Log, project: str, paths: Sequence[str]) -> None:
    """A project in whose first run these files are planned and none is begun."""
    await log.create(project, [_created()])
    await log.append(project, [*_opening(1, paths)], run=RUN)


async def stream(
    log: Log, project: str, files: Mapping[str, str], pace: Pace
) -> dict[str, list[tuple[int, float]]]:
    """Write the files all at once, chunk by chunk in turn; the run goes on after them.

    Of each path: how many characters were stored by when, in Unix seconds.
    """
    for text in files.values():
        await log.put(text.encode())
    begun = [events.FileGenerating(path=path, attempt=1, author="model") for path in files]
    await log.append(project, begun, run=RUN)
    moments: dict[str, list[tuple[int, float]]] = {path: [] for path in files}
    start = time.monotonic()
    for number, (path, at) in enumerate(_turns(files, pace.size)):
        await asyncio.sleep(max(0.0, start + number / pace.rate - time.monotonic()))
        text = files[path][at : at + pace.size]
        facts: list[Fact] = [events.CodeChunk(path=path, attempt=1, at=at, text=text)]
        if at + len(text) == len(files[path]):
            facts.append(_whole(path, files[path]))
        moments[path].append((at + len(text), time.time()))
        await log.append(project, facts, run=RUN)
    return moments


async def history(log: Log, project: str, count: int) -> int:
    """A project of at least so many events: version after version, all of them complete."""
    head = await log.create(project, [_created()])
    last = head.last
    for version in itertools.count(1):
        files = {f"app/part_{number:02}.py": _text(number, version) for number in range(FILES)}
        for text in files.values():
            await log.put(text.encode())
        facts = iter(_version(version, files))
        while batch := tuple(itertools.islice(facts, BATCH)):
            last = await log.append(project, batch, run=f"r{version}")
        if last >= count:
            return last
    raise AssertionError


def _turns(files: Mapping[str, str], size: int) -> Generator[tuple[str, int], None, None]:
    """A piece of each file in turn, until all are whole."""
    longest = max(map(len, files.values()))
    for at in range(0, longest, size):
        for path, text in files.items():
            if at < len(text):
                yield path, at


def _version(version: int, files: Mapping[str, str]) -> Generator[Fact, None, None]:
    if version > 1:
        yield events.Message(id=f"m{version}", role="user", text=f"Change number {version}")
    yield from _opening(version, files)
    for path, text in files.items():
        yield events.FileGenerating(path=path, attempt=1, author="compiled")
        size = -(-len(text) // CHUNKS)
        for at in range(0, len(text), size):
            yield events.CodeChunk(path=path, attempt=1, at=at, text=text[at : at + size])
        yield _whole(path, text)
    yield _step_done("generating")
    yield events.StepStarted(step="validating", round=0, message="Validating generated code...")
    names: tuple[events.CheckName, ...] = ("syntax", "lint", "boot", "contract", "operations")
    yield events.ValidationStarted(checks=names, round=0)
    for name in names:
        yield events.CheckStarted(check=name, required=True, round=0)
        yield events.CheckCompleted(
            check=name,
            required=True,
            verdict="passed",
            summary="All is well.",
            evidence={},
            duration_ms=100,
            round=0,
        )
    yield events.ValidationCompleted(
        verdict="passed", passed=len(names), failed=0, skipped=0, round=0
    )
    yield _step_done("validating")
    yield events.Complete(
        version=version,
        verdict="passed",
        summary="All checks passed.",
        file_count=len(files),
        operation_count=0,
        skipped_checks=(),
        duration_ms=1000,
    )


def _opening(version: int, paths: Iterable[str]) -> Generator[Fact, None, None]:
    base = version - 1 or None
    yield events.RunStarted(trigger="prompt", base_version=base, message_id=None)
    yield events.StepStarted(step="planning", round=0, message="Planning API structure...")
    yield events.PlanReady(
        contract={"title": "A long one", "resources": []},
        files=tuple(
            events.FilePlanned(path=path, purpose="A part", author="compiled") for path in paths
        ),
        notes=(),
        operations_not_made=(),
    )
    yield _step_done("planning")
    yield events.StepStarted(step="generating", round=0, message="Generating files...")


def _step_done(step: events.Step) -> events.StepCompleted:
    return events.StepCompleted(step=step, round=0, message="Done", duration_ms=100)


def _whole(path: str, text: str) -> events.FileComplete:
    data = text.encode()
    sha256 = hashlib.sha256(data).hexdigest()
    return events.FileComplete(path=path, attempt=1, size=len(data), sha256=sha256)


def _created() -> events.ProjectCreated:
    return events.ProjectCreated(title="A long one", prompt="p", target="fastapi", model=None)


def _text(number: int, version: int) -> str:
    return "".join(f"value_{line} = {number} * {version}  # line {line}\n" for line in range(100))
