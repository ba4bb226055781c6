"""How many tokens the model calls of one run may use; once they have, none is begun."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

from smartforge.errors import BudgetClosed
from smartforge.llm.base import Provider, Spent, T


class Budget:
    """What a run may use, input and output together, and has used; a `limit` of 0 is no limit.

    `used` counts what endpoints have told, in earlier executions of the run too. A call that is
    under way is not cut, so the last one may go beyond the limit.
    """

    def __init__(self, limit: int = 0, used: int = 0) -> None:
        self.limit = limit
        self.used = used
        self._largest = 0
        self._under_way = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def room(self) -> AsyncGenerator[None, None]:
        """A place for one call. Raises BudgetClosed where nothing is left.

        Calls that are under way at once could together go far beyond the limit. So one waits
        while those before it may still take what is left, each as much as the largest so far.
        """
        async with self._changed:
            await self._changed.wait_for(self._has_room)
            self.check()
            self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            async with self._changed:
                self._changed.notify_all()

    def _has_room(self) -> bool:
        if not self.limit or not self._under_way:
            return True
        each = self._largest or self.limit
        return self.used + (self._under_way + 1) * each <= self.limit

    def check(self) -> None:
        """Raises BudgetClosed where nothing is left."""
        if self.limit and self.used >= self.limit:
            raise BudgetClosed(
                f"The budget of this run is used up: its model calls took {self.used:,} tokens of"
                f" the {self.limit:,} that they may take, so no further one was made.",
                "Raise SMARTFORGE_BUDGET and start the server again, or ask for a smaller API.",
            )

    def take(self, spent: Spent) -> None:
        taken = spent.input_tokens + spent.output_tokens
        self._largest = max(self._largest, taken)
        self.used += taken


class Budgeted:
    """A `llm.base.Provider` that is asked only while the budget lasts.

    Both ways to ask raise BudgetClosed before a request is made. The answers that `value` asks
    for until one fits its shape are one call.
    """

    def __init__(self, provider: Provider, budget: Budget) -> None:
        self.model = provider.model
        self._provider = provider
        self._budget = budget

    async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        self._budget.check()
        async with aclosing(self._provider.stream(instructions, prompt)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Spent):
                    self._budget.take(piece)
                yield piece

    async def value(self, instructions: str, prompt: str, shape: type[T]) -> tuple[T, list[Spent]]:
        self._budget.check()
        found, spent = await self._provider.value(instructions, prompt, shape)
        for one in spent:
            self._budget.take(one)
        return found, spent

    async def close(self) -> None:
        await self._provider.close()
