"""What a project's events say of its runs, and everything that is wrong with it."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from smartforge.contract import reading
from smartforge.engine.inprocess import MOST_RESUMED
from smartforge.events import (
    ENDS_A_RUN,
    CheckCompleted,
    CodeChunk,
    Complete,
    FileComplete,
    FileGenerating,
    Message,
    PlanReady,
    ProjectCreated,
    RunCancelled,
    RunFailed,
    RunQueued,
    RunResumed,
    RunStarted,
    decode,
)
from smartforge.targets.fastapi import FastAPITarget
from tests.model_project import answers

MARK = re.compile(r"\b(s\d+p\d+r\d+)\.")
PLAN = "plan"


def mark_in(words: str) -> str:
    """The newest mark in what was said; a model's request holds all of it, the newest last."""
    found = MARK.findall(words)
    return found[-1] if found else ""


class Run(msgspec.Struct):
    """One run, folded from its events. `stuck` counts how often it was taken up in vain."""

    id: str
    mark: str = ""
    queued: int = 0
    started: int = 0
    resumed: int = 0
    stuck: int = 0
    most_stuck: int = 0
    plans: list[PlanReady] = []
    attempts: dict[str, list[int]] = {}
    texts: dict[str, str] = {}
    whole: dict[str, list[FileComplete]] = {}
    checked: Counter[str] = msgspec.field(default_factory=Counter[str])
    ends: list[Complete | RunFailed | RunCancelled] = []
    faults: list[str] = []

    @property
    def finished(self) -> set[tuple[str, str]]:
        """What the model need not be asked for again: the run's mark with the plan or a path."""
        asked = [PLAN] * bool(self.plans) + list(self.whole)
        return {(self.mark, each) for each in asked}

    @property
    def code(self) -> str:
        """How it ended: complete, cancelled, or the code of its error."""
        match self.ends[-1:]:
            case [RunFailed(code=code)]:
                return code
            case [RunCancelled()]:
                return "cancelled"
            case [_]:
                return "complete"
            case _:
                return "not at all"


def runs_of(stored: Sequence[bytes]) -> list[Run]:
    """Every run that the events of a project tell of, oldest first."""
    runs: dict[str, Run] = {}
    said: dict[str | None, str] = {}
    for data in stored:
        envelope, fact = decode(data)
        match fact:
            case ProjectCreated(prompt=str(prompt)):
                said[None] = mark_in(prompt)
            case Message(id=id_, role="user", text=str(text)):
                said[id_] = mark_in(text)
            case _ if envelope.run is not None:
                run = runs.setdefault(envelope.run, Run(envelope.run))
                if isinstance(fact, RunQueued):
                    run.mark = said.get(fact.message_id, "")
                _add(run, fact)
            case _:
                pass
    return list(runs.values())


def _add(run: Run, fact: object) -> None:
    if run.ends:
        run.faults.append(f"after its end: {str(fact)[:200]}")
    match fact:
        case RunQueued():
            run.queued += 1
        case RunStarted():
            run.started += 1
        case RunResumed():
            run.resumed += 1
            run.stuck += 1
            run.most_stuck = max(run.most_stuck, run.stuck)
        case PlanReady():
            run.plans.append(fact)
            run.stuck = 0
        case FileGenerating(path=path, attempt=attempt):
            run.attempts.setdefault(path, []).append(attempt)
            run.texts[path] = ""
        case CodeChunk(path=path, at=at, text=text):
            if at != len(run.texts[path]):
                run.faults.append(f"{path} goes on at {at} after {len(run.texts[path])}")
            run.texts[path] += text
        case FileComplete(path=path):
            run.whole.setdefault(path, []).append(fact)
            run.stuck = 0
        case CheckCompleted(check=name):
            run.checked[name] += 1
            run.stuck = 0
        case _ if isinstance(fact, ENDS_A_RUN):
            run.ends.append(fact)
        case _:
            pass


def judge(run: Run, blobs: Mapping[str, bytes], excused: frozenset[str]) -> list[str]:
    """Everything that is wrong with a run that should be over; `excused` are codes of errors."""
    faults = list(run.faults)
    once = {"queued": run.queued, "started": run.started, "ended": len(run.ends)}
    faults += [f"{times} times {what}" for what, times in once.items() if times != 1]
    faults += [f"{len(run.plans)} plans"] * (len(run.plans) > 1)
    faults += [f"checked {times} times: {name}" for name, times in run.checked.items() if times > 1]
    faults += _in_files(run, blobs)
    in_vain = run.stuck == MOST_RESUMED
    if run.most_stuck > MOST_RESUMED:
        faults.append(f"was taken up {run.most_stuck} times without finishing a step")
    match run.code:
        case "interrupted" if not in_vain:
            faults.append(f"was given up after it was taken up {run.stuck} times in vain")
        case code if code not in {"complete", "interrupted", *excused}:
            faults.append(f"ended as {code}: {run.ends}")
        case _:
            pass
    return [f"run {run.id} ({run.mark}): {each}" for each in faults]


def _in_files(run: Run, blobs: Mapping[str, bytes]) -> list[str]:
    faults: list[str] = []
    right = _right(run.plans[-1]) if run.plans else {}
    for path, attempts in run.attempts.items():
        if attempts != list(range(1, len(attempts) + 1)):
            faults.append(f"{path}: its attempts are {attempts}")
    for path, whole in run.whole.items():
        if len(whole) != 1:
            faults.append(f"{path} was completed {len(whole)} times")
        faults += [f"{path}: {each}" for each in _in_file(run, whole[-1], right, blobs)]
    planned = {each.path for made in run.plans[-1:] for each in made.files}
    if run.code == "complete" and planned != set(run.whole):
        faults.append(f"planned and complete are not the same: {planned ^ set(run.whole)}")
    return faults


def _right(made: PlanReady) -> dict[str, str]:
    """The text of each file as its author writes it, by path."""
    said = answers()
    compiled = dict(FastAPITarget().render(reading.from_json(made.contract)))
    return compiled | {one.path: said[one.path] for one in made.files if one.author == "model"}


def _in_file(
    run: Run, whole: FileComplete, right: Mapping[str, str], blobs: Mapping[str, bytes]
) -> list[str]:
    content = blobs[whole.sha256]
    faults: list[str] = []
    if hashlib.sha256(content).hexdigest() != whole.sha256:
        faults.append("what is served for its hash has another one")
    if len(content) != whole.size:
        faults.append(f"has {len(content)} bytes, not {whole.size}")
    if content.decode() != run.texts.get(whole.path):
        faults.append("its text is not what came in its chunks")
    if content.decode() != right.get(whole.path):
        faults.append("its text is not what its author wrote")
    if whole.attempt != run.attempts.get(whole.path, [0])[-1]:
        faults.append(f"attempt {whole.attempt} was completed, not the last one")
    return faults
