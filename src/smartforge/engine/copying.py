"""The latest version of a project as the facts of a new one."""

from collections.abc import Iterator

from msgspec.structs import replace

from smartforge.engine.requests import Story, past_of
from smartforge.events import (
    Fact,
    Message,
    PlanReady,
    ProjectCreated,
    Ref,
    RunQueued,
    RunStarted,
)
from smartforge.log import large
from smartforge.log.base import Blobs

TITLE_LENGTH = 200


async def copied(
    told: Story, title: str, run: str, blobs: Blobs
) -> tuple[ProjectCreated, list[Fact]]:
    """What a project begins with that is told of, and the facts of its first run, which is over.

    Its version has the same contract and files. The contracts that led there go along, since
    the files carry data over from them. `told.latest` is given.
    """
    latest = told.latest
    assert latest is not None
    version = told.versions[latest.version]
    created = ProjectCreated(
        title=f"{title[: TITLE_LENGTH - 7]} (copy)",
        prompt=told.prompts[None],
        target=told.choice.target,
        model=told.choice.model,
        planner=told.choice.planner,
        author=told.choice.author,
    )
    plan = PlanReady(
        contract=version.contract,
        files=tuple(file.planned(kept=False) for file in version.files),
        notes=version.notes,
        operations_not_made=version.operations_not_made,
        past=tuple([await large.aside(each, blobs) for each in past_of(told)]),
    )
    said = f"A copy of version {latest.version} of \u201c{title}\u201d."
    return created, [
        RunQueued(position=0, trigger="prompt"),
        RunStarted(trigger="prompt", base_version=None, message_id=None),
        Message(id=f"said-{run}", role="assistant", text=said),
        await large.fit(plan, blobs),
        *(file.complete() for file in version.files),
        replace(latest, version=1),
    ]


def named(told: Story) -> Iterator[str]:
    """The hashes of all content that a copy names."""
    version = told.versions[told.latest.version if told.latest else 0]
    yield from (file.sha256 for file in version.files)
    prompt = told.prompts[None]
    if isinstance(prompt, Ref):
        yield prompt.ref
    if version.contract.keys() == {"ref", "size"}:
        yield version.contract["ref"]
