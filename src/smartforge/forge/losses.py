"""What a run has spent on answers that nobody got: told in its log, whatever becomes of it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from smartforge.errors import SmartForgeError
from smartforge.events import Fact, Step, Usage
from smartforge.forge.budget import Budget
from smartforge.llm.base import Spent
from smartforge.llm.lost import heard
from smartforge.llm.usage import usage_of


class Losses:
    """Takes it from the budget at once, and tells it as soon as somebody may wait.

    `put` stores a fact. What is lost by cancelling stays here until `left` is asked.
    """

    def __init__(self, budget: Budget, put: Callable[[Fact], Awaitable[None]]) -> None:
        self._budget = budget
        self._put = put
        self._untold: list[Usage] = []

    @asynccontextmanager
    async def of(
        self, step: Step, path: str | None = None, round_: int = 0
    ) -> AsyncGenerator[None]:
        """What is asked of models in the block is asked for this."""
        come = asyncio.Event()

        def listen(spent: Spent, known: bool) -> None:
            if not known:  # Whoever hands it out has taken it.
                self._budget.take(spent)
            self._untold.append(usage_of(spent, step, path, round_))
            come.set()

        async def telling() -> None:
            while await come.wait():
                come.clear()
                await self.tell()

        task = asyncio.create_task(telling(), name="telling what is lost")
        try:
            with heard(listen):
                yield
        except SmartForgeError:
            await _ended(task)
            await self.tell()
            raise
        finally:
            await _ended(task)
        await self.tell()

    async def tell(self) -> None:
        """Store what has not been told yet."""
        while self._untold:
            usage = self._untold.pop(0)
            try:
                await self._put(usage)
            except BaseException:
                self._untold.insert(0, usage)
                raise

    def left(self) -> list[Usage]:
        """What has not been told yet; the caller tells it."""
        untold, self._untold = self._untold, []
        return untold


async def _ended(task: asyncio.Task[None]) -> None:
    """What it fails at is met by the next who stores something."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()
