"""What a run needs: what is asked, what to make it with, and an engine for its steps."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from smartforge.checks.base import Check
from smartforge.events import Author, CheckName, Complete, Edited, Fact, Trigger
from smartforge.forge.budget import Budget
from smartforge.forge.retries import Patience
from smartforge.forge.versions import Version
from smartforge.planners.base import Asker, Planner
from smartforge.sandbox.base import Sandbox
from smartforge.targets.base import Target
from smartforge.writers.base import Writer

Json = Any

CALLS = 8
"""Files that one provider is asked for at once."""

Tell = Callable[[Fact, str], Awaitable[None]]
"""Stores a fact of the run once, under the key that it has there."""


def run_key(run: str, name: str) -> str:
    """The key under which a run stores something once, however often it is executed."""
    return f"{run}:{name}"


def end_key(run: str) -> str:
    """The key of whatever ends a run: however many try to at once, one end is stored."""
    return run_key(run, "end")


def write_key(path: str, round_: int) -> str:
    """The key of the step that writes a file, in a round of repair or, in round 0, at first."""
    return f"write:{path}:{round_}" if round_ else f"write:{path}"


def plan_key(changed: int) -> str:
    """The key of the step that plans, or that changes the plan for the so many-th time."""
    return f"plan:{changed}" if changed else "plan"


class Steps(Protocol):
    """Runs the steps of one execution of a run.

    A step's result is recorded once under its key: where the run is executed again, a finished
    step returns its recorded result and its body is not run. A body that did not finish is run
    again from its start, so a body runs at least once. Arguments and results are JSON.
    """

    async def step(
        self, key: str, fn: Callable[..., Awaitable[Json]], arguments: dict[str, Json]
    ) -> Json: ...


class Choice(msgspec.Struct, frozen=True):
    """What a project is made with: a target, perhaps a model, and what may ask the model.

    `planner` is auto, offline or model; `author` is auto or model. `ask` says that the user may be
    asked before anything is made.
    """

    target: str
    model: str | None
    planner: str = "auto"
    author: str = "auto"
    ask: bool = False


class Wanted(msgspec.Struct, frozen=True):
    """What the user wants otherwise in a plan that waits: the words, and the message they are."""

    message_id: str
    text: str


class RunRequest(msgspec.Struct, frozen=True):
    """One run to execute. Plain data, so that an engine can store it and hand it to another node.

    `prompts` are the user's words, oldest first. `chain` are the versions that led here, oldest
    first: the run starts from the last one, and its own version gets the number after
    `base_version` (None for none), the latest there is. `restored` is the version to bring back,
    without a plan, or to check again. `checks` are those to run, all where none is named; `latest`
    is what the latest version ended with. `edited` is what a user changed by hand, the whole plan
    of its run. `work` is the working copy: hashes by path, None for a
    file that is not whole.
    `asked_in` is the message that the last prompt is, None for the project's own prompt.
    `answers` is what the user last said to questions of the project, None where nothing was.
    With `approve` its plan waits until it is `approved`, with `offer` one that rules have
    made in the place of the model's; `wanted` is what the user wanted otherwise
    in it so far, in order.
    `user` is who asked for it, for whose day its model calls count.
    Of earlier executions of this very run, `began` is when the first one started (Unix
    milliseconds), `attempts` how often each file was begun, `retries` how often each step was
    tried again, by its key, `spent` how many tokens its model calls used, `paid` what they cost in
    USD, None where the price of one is not known.
    """

    project_id: str
    run: str
    trigger: Trigger
    prompts: tuple[str, ...]
    choice: Choice
    title: str
    base_version: int | None = None
    chain: tuple[Version, ...] = ()
    restored: Version | None = None
    work: Mapping[str, str | None] = {}
    message_id: str | None = None
    asked_in: str | None = None
    answers: str | None = None
    approve: bool = False
    offer: bool = False
    approved: bool = False
    wanted: tuple[Wanted, ...] = ()
    user: str = "local"
    checks: tuple[CheckName, ...] = ()
    latest: Complete | None = None
    edited: Edited | None = None
    began: int | None = None
    attempts: Mapping[str, int] = {}
    retries: Mapping[str, int] = {}
    spent: int = 0
    paid: str | None = "0"


class Workshop(msgspec.Struct, frozen=True):
    """The tools for one run. `author` says who writes the files that a model may write.

    `budget` is what its model calls may use; whatever asks a model has to take from it.
    `turns` are the calls for files that its provider takes at once, shared by all of its runs.
    `versions` are those of the product, of Python and of the tools of the checks, by their names.
    `asker` says what to ask the user before a plan, None where nobody is asked.
    """

    planner: Planner
    target: Target
    author: Author
    writers: Mapping[Author, Writer]
    checks: Sequence[Check]
    sandbox: Sandbox
    budget: Budget = msgspec.field(default_factory=Budget)
    patience: Patience = Patience()
    turns: asyncio.Semaphore = msgspec.field(default_factory=lambda: asyncio.Semaphore(CALLS))
    versions: Mapping[str, str] = {}
    asker: Asker | None = None
