"""What a project's events say of its runs, and everything that is wrong with it."""

import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from smartforge.contract import reading
from smartforge.engine.executor import MOST_RESUMED
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
from smartforge.forge import proof
from smartforge.targets.fastapi import FastAPITarget
from tests.model_project import answers

MARK = re.compile(r"\b(s\d+p\d+r\d+)\.")
PLAN = "plan"


def mark_in(words: str) -> str:
    """The newest mark in what was said; a model's request holds all of it, the newest last."""
    found = MARK.findall(words)
    return found[-1] if found else ""


class Execution(msgspec.Struct, frozen=True):
    """One of those that a run had: who told its events, from when on (Unix milliseconds).

    `node` is who said that it took the run over, None of the first.
    """

    teller: str
    began: int
    node: str | None = None


class Run(msgspec.Struct):
    """One run, folded from its events.

    `stuck` counts how often it was taken up in vain, `finished` is when what a model was asked for
    was stored, in Unix milliseconds. `past` are the plans of the versions that it starts from,
    `taken` the files that it has by their hashes, without writing them. `begun` are the attempts
    of the newest execution at files.
    """

    id: str
    mark: str = ""
    executions: list[Execution] = []
    finished: dict[str, int] = {}
    begun: dict[str, int] = {}
    queued: int = 0
    started: int = 0
    resumed: int = 0
    stuck: int = 0
    most_stuck: int = 0
    plans: list[PlanReady] = []
    past: list[PlanReady] = []
    taken: set[str] = set()
    attempts: dict[str, list[int]] = {}
    texts: dict[str, str] = {}
    whole: dict[str, list[FileComplete]] = {}
    checked: Counter[str] = msgspec.field(default_factory=Counter[str])
    ends: list[Complete | RunFailed | RunCancelled] = []
    faults: list[str] = []

    def was_replaced(self, teller: str, at: float) -> bool:
        """Whether another one executed it at this time, as far as it is known who did."""
        newest = [each for each in self.executions if each.began <= at][-1:]
        return any(each.teller not in ("", teller) for each in newest)

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


def runs_of(stored: Sequence[bytes], tellers: Sequence[str] = ()) -> list[Run]:
    """Every run that the events of a project tell of, oldest first.

    `tellers` are who appended each of them; nothing where only one could.
    """
    runs: dict[str, Run] = {}
    said: dict[str | None, str] = {}
    chain: list[PlanReady] = []
    for data, teller in zip(stored, tellers or [""] * len(stored), strict=True):
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
                elif isinstance(fact, RunStarted):
                    run.past = list(chain)
                elif isinstance(fact, Complete):
                    chain += run.plans[-1:]
                _tell(run, fact, teller, envelope.ts)
                _add(run, fact, envelope.ts)
            case _:
                pass
    return list(runs.values())


def _tell(run: Run, fact: object, teller: str, ts: int) -> None:
    """Note who executes it, and whoever appends though another one has taken it over."""
    match fact:
        case RunStarted() | RunResumed():
            node = fact.node if isinstance(fact, RunResumed) else None
            run.executions.append(Execution(teller, ts, node))
            run.begun.clear()
        case RunQueued() | RunFailed(code="interrupted"):
            pass  # By who was asked for it, or by who does not take it up once more.
        case _ if not run.executions:
            run.faults.append(f"before it began: {str(fact)[:200]}")
        case _ if teller != (by := run.executions[-1].teller):
            run.faults.append(f"fenced: {teller} appended while {by} executed it: {str(fact)[:99]}")
        case _:
            pass


def _add(run: Run, fact: object, ts: int) -> None:
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
            run.finished.setdefault(PLAN, ts)
            run.stuck = 0
        case FileGenerating() | CodeChunk() | FileComplete():
            _add_to_file(run, fact, ts)
        case CheckCompleted(check=name):
            run.checked[name] += 1
            run.stuck = 0
        case _ if isinstance(fact, ENDS_A_RUN):
            run.ends.append(fact)
        case _:
            pass


def _add_to_file(run: Run, fact: FileGenerating | CodeChunk | FileComplete, ts: int) -> None:
    path = fact.path
    if isinstance(fact, FileComplete) and path not in run.attempts:
        run.taken.add(path)
        return
    if isinstance(fact, FileGenerating):
        run.attempts.setdefault(path, []).append(fact.attempt)
        run.begun[path] = fact.attempt
        run.texts[path] = ""
        return
    if run.begun.get(path) != fact.attempt:
        run.faults.append(f"fenced: attempt {fact.attempt} at {path} is not of this execution")
    if isinstance(fact, CodeChunk):
        text = run.texts.get(path, "")
        if fact.at != len(text):
            run.faults.append(f"{path} goes on at {fact.at} after {len(text)}")
        run.texts[path] = text + fact.text
    else:
        run.whole.setdefault(path, []).append(fact)
        run.finished.setdefault(path, ts)
        run.stuck = 0


def judge_executions(run: Run, nodes: Mapping[str, str], befell: Sequence[float]) -> list[str]:
    """Whatever is wrong with who executed it, where that is known.

    `nodes` says what the cluster calls each teller. `befell` is when something did that can end
    an execution, in Unix milliseconds.
    """
    faults: list[str] = []
    for before, each in itertools.pairwise(run.executions):
        if each.node != nodes.get(each.teller):
            faults.append(f"{each.teller} resumed it, the event says {each.node}")
        if not any(before.began <= at <= each.began for at in befell):
            faults.append(f"{each.teller} took it from {before.teller}, whom nothing befell")
    return [f"run {run.id} ({run.mark}): {each}" for each in faults]


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
    right = _right(run) if run.plans else {}
    for path, attempts in run.attempts.items():
        if attempts != list(range(1, len(attempts) + 1)):
            faults.append(f"{path}: its attempts are {attempts}")
    for path, whole in run.whole.items():
        if len(whole) != 1:
            faults.append(f"{path} was completed {len(whole)} times")
        faults += [f"{path}: {each}" for each in _in_file(run, whole[-1], right, blobs)]
    planned = {each.path: each.kept for made in run.plans[-1:] for each in made.files}
    whole = run.taken | set(run.whole)
    kept = {path for path, stays in planned.items() if stays}
    if run.code == "complete" and whole | kept != set(planned):
        faults.append(f"planned and complete are not the same: {(whole | kept) ^ set(planned)}")
    if kept & set(run.whole):
        faults.append(f"written, though they were kept: {kept & set(run.whole)}")
    return faults


def _right(run: Run) -> dict[str, str]:
    """The text of each file as its author writes it, by path."""
    said = answers()
    made = run.plans[-1]
    past = [reading.from_json(one.contract) for one in run.past]
    compiled = dict(FastAPITarget().render(reading.from_json(made.contract), past))
    return compiled | {one.path: said[one.path] for one in made.files if one.author == "model"}


def _proves(run: Run, path: str, content: bytes) -> bool:
    """The record has the hash of every other file that the run wrote, and of its own words."""
    if path != proof.RECORD:
        return True
    record = msgspec.json.decode(content, type=proof.Proof)
    written = {each: whole[-1].sha256 for each, whole in run.whole.items()}
    words = written.pop(proof.PROOF, record.text)
    written.pop(path)
    return words == record.text and written.items() <= record.files.items()


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
    if whole.path in proof.PATHS:
        if not _proves(run, whole.path, content):
            faults.append("it is not the proof of the files that were written")
    elif content.decode() != right.get(whole.path):
        faults.append("its text is not what its author wrote")
    if whole.attempt != run.attempts.get(whole.path, [0])[-1]:
        faults.append(f"attempt {whole.attempt} was completed, not the last one")
    return faults
