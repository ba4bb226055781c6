"""Turns what the log knows of a project into the request for one run."""

import msgspec

from smartforge.engine.pending import Queued
from smartforge.errors import Fenced
from smartforge.events import (
    Complete,
    Message,
    MessageRemoved,
    MessageUpdated,
    ProjectCreated,
    Ref,
    RunQueued,
    decode,
)
from smartforge.forge.base import Choice, RunRequest
from smartforge.log.base import Blobs, Reading, Record
from smartforge.snapshot import fold

PAGE = 5_000
"""Events read at a time; bounds memory per read, not the length of a log."""


async def everything(log: Reading, project_id: str) -> list[Record]:
    """All events of a project."""
    records: list[Record] = []
    while page := await log.read(project_id, records[-1].seq if records else 0, PAGE):
        records.extend(page)
    return records


class Story(msgspec.Struct, frozen=True):
    """What a project's log says that a new run needs to know.

    `prompts` are the user's words by message id, oldest first; None is the project's own prompt.
    """

    choice: Choice
    title: str
    prompts: dict[str | None, str | Ref]
    base_version: int | None
    paths: tuple[str, ...]


def story(records: list[Record], run: str) -> Story:
    """Read the project's choice, the user's words until `run` was asked for, and what there is."""
    choice = Choice(target="", model=None)
    prompts: dict[str | None, str | Ref] = {}
    base: int | None = None
    asked = False
    for record in records:
        envelope, fact = decode(record.data)
        if isinstance(fact, ProjectCreated):
            choice = Choice(fact.target, fact.model, fact.planner, fact.author)
            prompts[None] = fact.prompt
        elif (isinstance(fact, Message) and fact.role == "user" and not asked) or (
            isinstance(fact, MessageUpdated) and fact.id in prompts
        ):
            prompts[fact.id] = fact.text
        elif isinstance(fact, MessageRemoved):
            prompts.pop(fact.id, None)
        elif isinstance(fact, RunQueued) and envelope.run == run:
            asked = True
        elif isinstance(fact, Complete):
            base = fact.version
    state = fold(record.data for record in records)
    return Story(
        choice=choice,
        title=state.title,
        prompts=prompts,
        base_version=base,
        paths=tuple(file.path for file in state.files),
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
    prompts = [
        (await blobs.get(text.ref)).decode() if isinstance(text, Ref) else text
        for text in told.prompts.values()
    ]
    return RunRequest(
        project_id=project_id,
        run=queued.run,
        trigger=queued.trigger,
        prompts=tuple(prompts),
        choice=told.choice,
        title=told.title,
        base_version=told.base_version,
        paths=told.paths,
        message_id=queued.message_id,
    )
