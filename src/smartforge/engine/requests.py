"""Turns what the log knows of a project into the request for one run."""

import msgspec

from smartforge.events import Complete, Message, ProjectCreated, Ref, Trigger, decode
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
    """What a project's log says that a new run needs to know."""

    choice: Choice
    title: str
    prompts: tuple[tuple[str | None, str | Ref], ...]
    base_version: int | None
    paths: tuple[str, ...]


def story(records: list[Record]) -> Story:
    """Read the project's choice, the user's words by message id, and its latest version."""
    choice = Choice(target="", model=None)
    prompts: list[tuple[str | None, str | Ref]] = []
    base: int | None = None
    for record in records:
        _, fact = decode(record.data)
        if isinstance(fact, ProjectCreated):
            choice = Choice(fact.target, fact.model, fact.planner, fact.author)
            prompts.append((None, fact.prompt))
        elif isinstance(fact, Message) and fact.role == "user":
            prompts.append((fact.id, fact.text))
        elif isinstance(fact, Complete):
            base = fact.version
    state = fold(record.data for record in records)
    return Story(
        choice=choice,
        title=state.title,
        prompts=tuple(prompts),
        base_version=base,
        paths=tuple(file.path for file in state.files),
    )


async def request(
    log: Reading, blobs: Blobs, project_id: str, run: str, trigger: Trigger, message_id: str | None
) -> RunRequest:
    """The request for `run`: the user's words up to `message_id`, or all of them for None."""
    told = story(await everything(log, project_id))
    prompts: list[str] = []
    for id_, text in told.prompts:
        if isinstance(text, Ref):
            text = (await blobs.get(text.ref)).decode()
        prompts.append(text)
        if message_id is not None and id_ == message_id:
            break
    return RunRequest(
        project_id=project_id,
        run=run,
        trigger=trigger,
        prompts=tuple(prompts),
        choice=told.choice,
        title=told.title,
        base_version=told.base_version,
        paths=told.paths,
        message_id=message_id,
    )
