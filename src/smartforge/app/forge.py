"""What a run is made with: targets, checks, planner, writers, the model."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from smartforge import __version__
from smartforge.app.models import provider_of, window
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
from smartforge.forge.budget import Budget, Budgeted, Caps, Day
from smartforge.forge.retries import Patience
from smartforge.llm.base import Provider
from smartforge.llm.known import OPENAI, Named, chain_of
from smartforge.planners.base import Asker, Planner
from smartforge.planners.later import Later
from smartforge.sandbox.base import Sandbox, Warm
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.spares import MOST, Spares
from smartforge.settings import NO_MODEL, Settings
from smartforge.targets.base import Target
from smartforge.targets.fastapi import FastAPITarget
from smartforge.targets.rendered import Rendered
from smartforge.writers.base import Writer
from smartforge.writers.compiled import CompiledWriter
from smartforge.writers.rounds import Rounds

TARGETS: dict[str, Callable[[], Target]] = {"fastapi": FastAPITarget}
DEFAULT_TARGET = "fastapi"
Work = Literal["plan", "write", "repair"]
WORKS: tuple[Work, ...] = ("plan", "write", "repair")
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
        self._providers: dict[Named, Provider] = {}
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
                f"The model {model!r:.200} was chosen, but no endpoint is set.", NO_MODEL
            )
        if model is None and "model" in (planner, author):
            raise SettingsInvalid("A model was asked for, but none is set.", NO_MODEL)
        if model is not None:
            if new.model:
                self._set_up(model)
            choice = Choice(target, model, planner, author, new.ask)
            for work in WORKS:  # Raises what would else end every run.
                for named in self._asked(choice, work):
                    self._new_provider(named)
        return Choice(target, model, planner, author, new.ask)

    def workshop(
        self,
        choice: Choice,
        spent: int = 0,
        paid: str | None = "0",
        began: int | None = None,
        day: Day | None = None,
    ) -> Workshop:
        """The tools for one run, whose model calls have used `spent` tokens and cost `paid` so
        far, and which began at that moment (see `RunRequest`), or does now. `day` says what its
        user may use today."""
        settings = self.settings
        budget = Budget(
            settings.budget,
            spent,
            Caps(settings.budget_usd, settings.budget_seconds),
            paid=None if paid is None else Decimal(paid),
            began=None if began is None else began / 1000,
            day=day,
        )
        target = Rendered(TARGETS[choice.target]())
        self.expect(target)
        writers: dict[Author, Writer] = {"compiled": CompiledWriter(target, self.settings.pace)}
        planner: Planner = Later(_offline)
        author: Author = "compiled"
        asker: Asker | None = None
        if choice.model is not None:
            from smartforge.planners.asking import ModelAsker
            from smartforge.planners.model import ModelPlanner
            from smartforge.writers.model import ModelWriter

            def writer(work: Work) -> Writer:
                asked = Budgeted(self.provider(choice, work), budget)
                return ModelWriter(asked, lambda: self._window(choice, work))

            first = writer("write")
            writers["model"] = first
            if self._asked(choice, "repair") != self._asked(choice, "write"):
                writers["model"] = Rounds(first, writer("repair"))
            if choice.planner != "offline":
                asked = Budgeted(self.provider(choice, "plan"), budget)
                planner = ModelPlanner(asked, planner, yields=choice.planner == "auto")
                asker = ModelAsker(asked)
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
            patience=self._patience(choice),
            turns=self._turns.setdefault(choice.model or "", asyncio.Semaphore(CALLS)),
            versions=versions(),
            asker=asker,
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

    def provider(self, choice: Choice, work: Work) -> Provider:
        """Whom one run asks for this work; several in turn where several are named."""
        asked = [(str(named), self._provider(named)) for named in self._asked(choice, work)]
        if len(asked) == 1:
            return asked[0][1]
        from smartforge.llm.chain import Chain

        return Chain(asked)

    def models(self) -> tuple[tuple[Named, tuple[Work, ...]], ...]:
        """Every model that the settings name, with what it is asked for."""
        if self.settings.model is None:
            return ()
        choice = Choice(DEFAULT_TARGET, self.settings.model)
        works: dict[Named, list[Work]] = {}
        for work in WORKS:
            for named in self._asked(choice, work):
                works.setdefault(named, []).append(work)
        return tuple((named, tuple(found)) for named, found in works.items())

    def _asked(self, choice: Choice, work: Work) -> tuple[Named, ...]:
        """What a project names for itself is meant for all that it asks a model for."""
        own = None
        if choice.model == self.settings.model:
            models = self.settings.models
            own = {"plan": models.plan, "write": models.write, "repair": models.repair}[work]
        return chain_of(
            own or choice.model or "", elsewhere=OPENAI.name in self.settings.reach.urls
        )

    def _window(self, choice: Choice, work: Work) -> int | None:
        """How many tokens whoever is asked takes: the least of those that stand in for another."""
        if self.settings.context is not None:
            return self.settings.context
        found = (window(named, self.settings.reach) for named in self._asked(choice, work))
        return min((one for one in found if one is not None), default=None)

    def _set_up(self, model: str) -> None:
        """Raises SettingsInvalid where a project names a provider that nobody has set up here:
        whoever may make a project must not choose whom this machine speaks to."""
        reach = self.settings.reach
        known = {named.provider for named, _ in self.models()} | {*reach.keys} | {*reach.urls}
        for named in chain_of(model, elsewhere=OPENAI.name in reach.urls):
            if named.provider not in known:
                raise SettingsInvalid(
                    f"The model {str(named)!r:.200} was chosen, but {named.provider} is not set up"
                    " here.",
                    f"Set {named.known.key} or {named.known.address} and start again, or choose"
                    f" a model of {', '.join(sorted(known))}.",
                )

    def _patience(self, choice: Choice) -> Patience:
        """Going on to the next model is no try of the same one."""
        if choice.model is None:
            return Patience()
        longest = max(len(self._asked(choice, work)) for work in WORKS)
        return Patience(retries=Patience().retries + longest - 1)

    def _provider(self, named: Named) -> Provider:
        if named not in self._providers:
            self._providers[named] = self._new_provider(named)
        return self._providers[named]

    def _new_provider(self, named: Named) -> Provider:
        return provider_of(named, self.settings.reach)

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
