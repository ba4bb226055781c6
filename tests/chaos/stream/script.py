"""What is written in a trial: the lives of two projects, the same batches for the same seed."""

import hashlib
import random
from collections.abc import Sequence

import msgspec

from smartforge import events
from smartforge.events import Fact

PROJECTS: tuple[str, ...] = ("p", "q")
RUNS = 2
MARK = 3
"""Characters of a mark."""

PIECES = (
    "plain ",
    "é",
    "漢字",
    "👩‍👩‍👧",
    "\u2028",
    '"',
    "\\",
    "\r\n",
    "\n",
    "a\u0301",
    "\x7f",
    "data: x",
)


class Batch(msgspec.Struct, frozen=True):
    """What one append stores."""

    run: str | None
    facts: tuple[Fact, ...]


def created(project_id: str) -> Fact:
    """The first event of a project."""
    return events.ProjectCreated(
        title=project_id, prompt="A book API", target="fastapi", model=None
    )


def said(key: str) -> Batch:
    """Something said between runs, by whichever node."""
    return Batch(None, (events.Message(id=key, role="user", text=f"{key}: go on, é 漢"),))


def batches(seed: int, project_id: str, mark: str = "") -> list[Batch]:
    """All appends after the project's creation.

    `mark`, of MARK characters or none, tells executions of the same script apart: chunks carry
    it, so what one execution showed and lost is never mistaken for what another one stored.
    """
    script = _Script(random.Random(f"{seed} {project_id}"), mark)
    for number in range(1, RUNS + 1):
        script.run(number)
    script.say(None, events.TitleChanged(title=f"{project_id} is done"))
    return script.batches


def same(stored: Sequence[Fact | None], wanted: Sequence[Fact]) -> bool:
    """Whether these facts of an execution with a mark are those of the script without one."""
    if len(stored) != len(wanted):
        return False
    for found, fact in zip(stored, wanted, strict=True):
        match found, fact:
            case events.CodeChunk(), events.CodeChunk():
                if (found.path, found.text[MARK:]) != (fact.path, fact.text):
                    return False
            case events.FileComplete(), events.FileComplete():
                if found.path != fact.path:
                    return False
            case _:
                if found != fact:
                    return False
    return True


class _Script:
    def __init__(self, rng: random.Random, mark: str) -> None:
        self.batches: list[Batch] = []
        self._rng = rng
        self._mark = mark

    def say(self, run: str | None, *facts: Fact) -> None:
        self.batches.append(Batch(run, facts))

    def run(self, number: int) -> None:
        run, rng = f"r{number}", self._rng
        paths = [f"app/{number}/{each}.py" for each in range(rng.randint(2, 4))]
        trigger: events.Trigger = "prompt" if number == 1 else "message"
        self.say(run, events.RunQueued(position=0, trigger=trigger))
        self.say(
            run,
            events.RunStarted(trigger=trigger, base_version=number - 1 or None, message_id=None),
            events.StepStarted(step="planning", round=0, message="Planning"),
        )
        self.say(run, _plan(paths))
        self.say(run, events.StepStarted(step="generating", round=0, message="Writing"))
        shapes = ["heavy" if number == 1 else "dense", *["light"] * (len(paths) - 1)]
        rng.shuffle(shapes)
        for path, shape in zip(paths, shapes, strict=True):
            self._file(run, path, shape)
        self.say(run, _complete(number, len(paths)))

    def _file(self, run: str, path: str, shape: str) -> None:
        """`heavy` is over the bytes that make a snapshot, `dense` over the events."""
        rng = self._rng
        self.say(run, events.FileGenerating(path=path, attempt=1, author="compiled"))
        count, width, most = {
            "light": (rng.randint(20, 90), 20, 6),
            "heavy": (rng.randint(95, 110), 900, 50),
            "dense": (rng.randint(1050, 1150), 1, 600),
        }[shape]
        at = 0
        texts: list[str] = []
        while len(texts) < count:
            several: list[Fact] = []
            for _ in range(rng.randint(1, most)):
                texts.append(self._mark + "".join(rng.choices(PIECES, k=rng.randint(1, width))))
                several.append(events.CodeChunk(path=path, attempt=1, at=at, text=texts[-1]))
                at += len(texts[-1])
            self.say(run, *several)
        whole = "".join(texts).encode()
        sha256 = hashlib.sha256(whole).hexdigest()
        self.say(run, events.FileComplete(path=path, attempt=1, size=len(whole), sha256=sha256))


def _plan(paths: list[str]) -> Fact:
    files = [events.FilePlanned(path=path, purpose="holds it", author="compiled") for path in paths]
    return events.PlanReady(
        contract={"title": "Books"}, files=tuple(files), notes=("é",), operations_not_made=()
    )


def _complete(version: int, files: int) -> Fact:
    return events.Complete(
        version=version,
        verdict="passed",
        summary="Made it.",
        file_count=files,
        operation_count=6,
        skipped_checks=(),
        duration_ms=800,
    )
