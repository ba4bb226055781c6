"""Answers on the terminal what the run that is watched asks its user."""

import asyncio
import contextlib

from rich.console import Console

from smartforge.cli.plans import approve
from smartforge.cli.questions import ask
from smartforge.contract import reading
from smartforge.engine.base import Engine
from smartforge.errors import Conflict
from smartforge.events import AnyFact, PlanReady, Questions
from smartforge.log.base import Blobs
from smartforge.log.large import whole


class Answering:
    """Asks the user beside the log that is followed: a run that is stopped meanwhile says so.

    Use as a context. A run whose answers are lost is stopped: nobody would ever go on.
    """

    def __init__(self, engine: Engine, blobs: Blobs, project_id: str, console: Console) -> None:
        self._engine = engine
        self._blobs = blobs
        self._project_id = project_id
        self._console = console
        self._plan: PlanReady | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Answering":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def hear(self, fact: AnyFact | None) -> None:
        """One event of the run."""
        if isinstance(fact, PlanReady):
            self._plan = fact
        if isinstance(fact, Questions):
            self._task = asyncio.create_task(self._answer(fact), name="asking the user")

    async def _answer(self, asked: Questions) -> None:
        try:
            given = await self._asked(asked)
            with contextlib.suppress(Conflict):  # It was stopped in the same moment.
                await self._engine.answer(self._project_id, given)
        except Exception as error:
            self._console.print(f"The answers were lost: {error}", markup=False)
            await self._engine.cancel(self._project_id)

    async def _asked(self, asked: Questions) -> dict[str, str]:
        if not asked.about_plan or self._plan is None:
            return await ask(self._console, asked.questions)
        contract = reading.from_json(await whole(self._plan.contract, self._blobs))
        (question,) = asked.questions
        return {question.id: await approve(self._console, contract, question.text)}
