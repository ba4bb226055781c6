"""What a run is made with: targets, checks, planner, writers, the model."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

from smartforge import __version__
from smartforge.checks.audit import Audit
from smartforge.checks.authorization import Authorization
from smartforge.checks.base import Check, Subject
from smartforge.checks.boot import Boot
from smartforge.checks.contract import ContractServed
from smartforge.checks.fuzz import Fuzz
from smartforge.checks.lint import Lint
from smartforge.checks.operations import Operations
from smartforge.checks.performance import Performance
from smartforge.checks.rules import Rules
from smartforge.checks.security import Security
from smartforge.checks.syntax import Syntax
from smartforge.checks.tests import GeneratedTests
from smartforge.engine.base import NewProject
from smartforge.errors import SettingsInvalid, TargetUnprepared
from smartforge.events import Author, CheckName
from smartforge.forge.base import CALLS, Choice, Workshop
from smartforge.forge.budget import Budget, Budgeted
from smartforge.llm.base import Provider
from smartforge.planners.base import Planner
from smartforge.planners.later import Later
from smartforge.sandbox.base import Sandbox, Warm
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.spares import MOST, Spares
from smartforge.settings import DEFAULT_MODEL, Settings
from smartforge.targets.base import Target
from smartforge.targets.fastapi import FastAPITarget
from smartforge.targets.rendered import Rendered
from smartforge.writers.base import Writer
from smartforge.writers.compiled import CompiledWriter

TARGETS: dict[str, Callable[[], Target]] = {"fastapi": FastAPITarget}
DEFAULT_TARGET = "fastapi"
WITHOUT_PACKAGES = frozenset[CheckName]({"syntax", "lint", "security", "audit"})
"""The checks whose programs import nothing of what projects import."""
TWICE = frozenset[CheckName]({"performance"})
"""The checks that start the application a second time."""


def checks(advisory_url: str | None = None) -> tuple[Check, ...]:
    """Every check, in the order in which they are shown; the longest of a stage begin first."""
    return (
        *(Syntax(), Lint(), Security(), Boot(), Audit(advisory_url)),
        *(Fuzz(), GeneratedTests(), Operations(), Rules(), Authorization(), ContractServed()),
        Performance(),
    )


@cache
def versions() -> Mapping[str, str]:
    """Of the product, of Python, and of the packages that checks judge with, by their names."""
    tools = {tool for one in checks() for tool in one.method.tools}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"smartforge": __version__, "python": python} | {one: version(one) for one in tools}


class Forge:
    """The tools of this process, made once from the settings; whoever makes it must `close` it.

    Spare sandboxes wait for the checks of a run that has begun, and for previews that wake; where
    the process goes on to other runs some are kept.
    """

    def __init__(self, settings: Settings, *, goes_on: bool = False) -> None:
        self.settings = settings
        self.sandbox: Sandbox
        self.sandbox = self.spares = Spares(Bubblewrap(), MOST if goes_on else 0)
        self._providers: dict[str, Provider] = {}
        self._turns: dict[str, asyncio.Semaphore] = {}

    def choose(self, new: NewProject) -> Choice:
        """What a new project is made with. Raises SettingsInvalid for what there is not."""
        settings = self.settings
        target = new.target or DEFAULT_TARGET
        _known("target", target, tuple(TARGETS))
        planner, author = new.planner or settings.planner, new.author or settings.author
        _known("planner", planner, ("auto", "offline", "model"))
        _known("author", author, ("auto", "model"))
        model = None if new.model == "offline" else new.model or settings.model
        if model is not None and settings.model is None:
            raise SettingsInvalid(
                f"The model {model!r} was chosen, but no endpoint is set.",
                "Set OPENAI_API_KEY or OPENAI_BASE_URL and start again, or choose `offline`.",
            )
        if model is None and "model" in (planner, author):
            raise SettingsInvalid(
                "A model was asked for, but none is set.",
                "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a local endpoint, or say `offline`.",
            )
        if model is not None:
            self._new_provider(model)  # Raises here what would else end every run.
        return Choice(target, model, planner, author)

    def workshop(self, choice: Choice, spent: int = 0) -> Workshop:
        """The tools for one run, whose model calls have used `spent` tokens so far."""
        budget = Budget(self.settings.budget, spent)
        target = Rendered(TARGETS[choice.target]())
        self.expect(target)
        writers: dict[Author, Writer] = {"compiled": CompiledWriter(target, self.settings.pace)}
        planner: Planner = Later(_offline)
        author: Author = "compiled"
        if choice.model is not None:
            from smartforge.planners.model import ModelPlanner
            from smartforge.writers.model import ModelWriter

            provider = Budgeted(self._provider(choice.model), budget)
            writers["model"] = ModelWriter(provider)
            if choice.planner != "offline":
                planner = ModelPlanner(provider)
            if choice.author == "model":
                author = "model"
        return Workshop(
            planner=planner,
            target=target,
            author=author,
            writers=writers,
            checks=checks(self.settings.advisory_url),
            sandbox=self.sandbox,
            budget=budget,
            turns=self._turns.setdefault(choice.model or "", asyncio.Semaphore(CALLS)),
            versions=versions(),
        )

    def expect(self, target: Target) -> None:
        """A project of this target is about to be checked."""
        # Where its packages are missing, whoever needs them is told so.
        with contextlib.suppress(TargetUnprepared):
            warm = Warm(target.dependencies(), target.rehearsal())
            names = {one.name for one in checks(self.settings.advisory_url)}
            self.spares.expect(warm, len(names - WITHOUT_PACKAGES) + len(names & TWICE))

    async def try_spare(self) -> bool:
        """Whether a spare gets ready here; it goes with the others. Raises TargetUnprepared."""
        target = TARGETS[DEFAULT_TARGET]()
        self.spares.expect(Warm(target.dependencies(), target.rehearsal()))
        return await self.spares.settled() > 0

    def _provider(self, model: str) -> Provider:
        if model not in self._providers:
            self._providers[model] = self._new_provider(model)
        return self._providers[model]

    def _new_provider(self, model: str) -> Provider:
        from smartforge.llm.openai import OpenAIProvider

        return OpenAIProvider(
            model or DEFAULT_MODEL,
            api_key=self.settings.openai_api_key,
            base_url=self.settings.openai_base_url,
        )

    async def close(self) -> None:
        await self.spares.close()
        for provider in self._providers.values():
            await provider.close()


@asynccontextmanager
async def subject(
    settings: Settings, folder: Path, promised: dict[str, object]
) -> AsyncGenerator[Subject]:
    """A generated project in a folder, ready to be checked."""
    forge, target = Forge(settings), TARGETS[DEFAULT_TARGET]()
    dependencies = target.dependencies()
    forge.expect(target)
    try:
        yield Subject(folder, promised, dependencies, forge.sandbox)
    finally:
        await forge.close()


def _offline() -> Planner:
    from smartforge.planners.offline import OfflinePlanner

    return OfflinePlanner()


def _known(name: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise SettingsInvalid(
            f"There is no {name} called {given!r}.", f"Choose one of {', '.join(allowed)}."
        )
