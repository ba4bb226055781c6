"""Turns what the log knows of a project into the request for one run."""

import msgspec
from msgspec.structs import replace

from smartforge.engine.pending import Queued
from smartforge.errors import Fenced
from smartforge.events import (
    Complete,
    Message,
    MessageRemoved,
    MessageUpdated,
    PlanReady,
    ProjectCreated,
    Questions,
    Ref,
    RunQueued,
    RunStarted,
    decode,
)
from smartforge.forge.base import Choice, Json, RunRequest
from smartforge.forge.versions import Version, VersionFile
from smartforge.log.base import Blobs, Reading, Record
from smartforge.log.large import whole
from smartforge.snapshot import Fold, Snapshot, empty

PAGE = 5_000
"""Events read at a time; bounds memory per read, not the length of a log."""


async def everything(log: Reading, project_id: str) -> list[Record]:
    """All events of a project."""
    records: list[Record] = []
    while page := await log.read(project_id, records[-1].seq if records else 0, PAGE):
        records.extend(page)
    return records


class Story(msgspec.Struct):
    """What a project's log says that a new run needs to know.

    `prompts` are the user's words by message id, oldest first; None is the project's own prompt.
    What was wanted otherwise in the plan of an earlier run is among them.
    `answers` is what the user last said where a run had asked.
    `versions` are all that are complete, by number, their contracts as they stand in the log.
    `leads` are the numbers of those that led to each, itself the last: a version that was
    restored stands in it for the one that it is equal to. `work` is the working copy, `latest`
    the end of the latest complete run.
    """

    choice: Choice = Choice(target="", model=None)
    title: str = ""
    prompts: dict[str | None, str | Ref] = {}
    answers: str | Ref | None = None
    base_version: int | None = None
    versions: dict[int, Version] = {}
    leads: dict[int, tuple[int, ...]] = {}
    work: dict[str, str | None] = {}
    latest: Complete | None = None

    def complete(self, fact: Complete, state: Snapshot, base: int, plan: PlanReady | None) -> None:
        """The run that started from `base` is complete, and left this state."""
        restored = plan.restores if plan else None
        inherited = _refs(plan.past) if plan else ()
        if restored is not None:
            inherited = self.versions[restored].inherited
        behind = self.leads.get(base, ()) if restored is None else self.leads[restored][:-1]
        self.leads[fact.version] = (*behind, fact.version)
        self.versions[fact.version] = _version(fact.version, state, inherited, plan)
        self.base_version = fact.version
        self.latest = fact


def story(records: list[Record], run: str) -> Story:
    """Read the project's choice, the user's words until `run` was asked for, and what there is."""
    told = Story()
    folding: Fold | None = None
    base = 0
    checking = False
    plan: PlanReady | None = None
    asked = False
    asking: dict[str | None, Questions] = {}
    for record in records:
        envelope, fact = decode(record.data)
        folding = folding or Fold(empty(envelope.project_id))
        folding.add(envelope, fact)
        match fact:
            case ProjectCreated():
                told.choice = Choice(fact.target, fact.model, fact.planner, fact.author, fact.ask)
                told.prompts[None] = fact.prompt
            case Questions():
                asking[envelope.run] = fact
            case Message(role="user") if envelope.run in asking:
                if not asking[envelope.run].about_plan:
                    told.answers = fact.text
                elif envelope.run != run:
                    told.prompts[fact.id] = fact.text
            case Message(role="user") if not asked:
                told.prompts[fact.id] = fact.text
            case MessageUpdated() if fact.id in told.prompts:
                told.prompts[fact.id] = fact.text
            case MessageRemoved():
                told.prompts.pop(fact.id, None)
            case RunQueued() if envelope.run == run:
                asked = True
            case RunStarted():
                base, plan, checking = fact.base_version or 0, None, fact.trigger == "checks"
            case PlanReady():
                plan = fact
            case Complete() if checking:
                told.latest = fact  # The version stays as it was when it was made.
            case Complete():
                told.complete(fact, folding.snapshot(), base, plan)
            case _:
                pass
    if folding is not None:
        state = folding.snapshot()
        told.title = state.title
        told.work = {file.path: file.sha256 for file in state.files}
    return told


def past_of(told: Story) -> list[dict[str, Json]]:
    """The contracts that led to the latest version, without its own, as they stand in the log."""
    chain = [told.versions[number] for number in told.leads.get(told.base_version or 0, ())]
    return [each for one in chain for each in (*one.inherited, one.contract)][:-1]


def _refs(past: tuple[Ref, ...]) -> tuple[dict[str, Json], ...]:
    return tuple(msgspec.to_builtins(each) for each in past)


def _version(
    number: int,
    state: Snapshot,
    inherited: tuple[dict[str, Json], ...],
    plan: PlanReady | None,
) -> Version:
    """The version that has just become complete."""
    edited = {file.path for file in plan.files if file.edited} if plan else set[str]()
    return Version(
        number=number,
        contract=state.contract or {},
        notes=state.notes,
        operations_not_made=state.operations_not_made,
        origins=state.origins,
        files=tuple(
            VersionFile(
                path=file.path,
                purpose=file.purpose or "",
                author=file.author or "compiled",
                size=file.size,
                sha256=file.sha256,
                binary=file.binary,
                edited=file.path in edited,
            )
            for file in state.files
            if file.sha256 is not None
        ),
        inherited=inherited,
    )


async def request(
    blobs: Blobs, project_id: str, queued: Queued, records: list[Record]
) -> RunRequest:
    """The request for a run, from all events of its project.

    Its prompts are what the user had said when it was asked for, however late it is executed,
    as edited since; what was taken back is not among them. Raises Fenced where that holds for
    the very message that asked for the run.
    """
    told = story(records, queued.run)
    if queued.message_id is not None and queued.message_id not in told.prompts:
        raise Fenced(f"The message that asked for the run {queued.run} was taken back.")
    prompts = [await _said(text, blobs) for text in told.prompts.values()]
    chain = told.leads.get(told.base_version or 0, ())
    # What is checked again is what there is once it is its turn.
    number = told.base_version if queued.trigger == "checks" else queued.version
    restored = None if number is None else told.versions[number]
    return RunRequest(
        project_id=project_id,
        run=queued.run,
        trigger=queued.trigger,
        prompts=tuple(prompts),
        choice=told.choice,
        title=told.title,
        base_version=told.base_version,
        chain=tuple([await _whole(told.versions[number], blobs) for number in chain]),
        restored=restored and await _whole(restored, blobs),
        work=told.work,
        message_id=queued.message_id,
        asked_in=next(reversed(told.prompts), None),
        answers=None if told.answers is None else await _said(told.answers, blobs),
        approve=queued.approve,
        offer=queued.offer,
        user=queued.user,
        checks=queued.checks,
        latest=told.latest,
        edited=queued.edited,
    )


async def _said(text: str | Ref, blobs: Blobs) -> str:
    return (await blobs.get(text.ref)).decode() if isinstance(text, Ref) else text


async def _whole(version: Version, blobs: Blobs) -> Version:
    return replace(
        version,
        contract=await whole(version.contract, blobs),
        inherited=tuple([await whole(each, blobs) for each in version.inherited]),
    )
