"""What the model calls of one run may use: tokens, money and time; then none is begun."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from decimal import Decimal
from typing import TypeVar

import msgspec

from smartforge.errors import BudgetClosed
from smartforge.llm.base import Provider, Spent, T

Found = TypeVar("Found")

NO_MONEY = Decimal(0)


class Caps(msgspec.Struct, frozen=True):
    """What one run may use, apart from tokens; 0 is no limit. `usd` is the price of its calls,
    `seconds` count from the moment at which its first execution started."""

    usd: Decimal = NO_MONEY
    seconds: float = 0


Day = Callable[[int, Decimal | None], Awaitable[None]]
"""Raises BudgetClosed where a run that has used so many tokens and cost so much has used up what
its user may use on the day; the price is None where it is not known."""


class Budget:
    """What a run may use, and has used; a `limit` of 0 tokens, input and output, is no limit.

    `used` counts what endpoints have told, in earlier executions of the run too; `paid` is what
    it cost in USD, None once there was a call whose price nobody knows. `began` is when the run
    started, by `clock`, in Unix seconds. A call that is under way is cut when its time is up, and
    by nothing else: the last one may go beyond the limit of tokens and money. `day` says whether
    the user may use more today, whatever else they run.
    """

    def __init__(
        self,
        limit: int = 0,
        used: int = 0,
        caps: Caps | None = None,
        *,
        paid: Decimal | None = NO_MONEY,
        began: float | None = None,
        day: Day | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.limit = limit
        self.used = used
        self.caps = caps or Caps()
        self.paid = paid
        self._day = day
        self._clock = clock
        self._began = clock() if began is None else began
        self._largest = 0
        self._dearest = NO_MONEY
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
        if not self._under_way:
            return True
        calls = self._under_way + 1
        if self.limit and self.used + calls * (self._largest or self.limit) > self.limit:
            return False
        usd = self.caps.usd
        return not usd or (self.paid or NO_MONEY) + calls * (self._dearest or usd) <= usd

    def check(self) -> None:
        """Raises BudgetClosed where nothing is left."""
        if self.limit and self.used >= self.limit:
            raise BudgetClosed(
                f"The budget of this run is used up: its model calls took {self.used:,} tokens of"
                f" the {self.limit:,} that they may take, so no further one was made.",
                "Raise SMARTFORGE_BUDGET and start the server again, or ask for a smaller API.",
            )
        usd = self.caps.usd
        if usd and self.paid is None:
            raise BudgetClosed(
                "The price of a model call of this run is not known, so nobody can say whether it"
                f" stays within the {usd} USD that it may cost; no further one was made.",
                "Choose models whose prices are known, or limit their tokens with SMARTFORGE_BUDGET"
                " in place of SMARTFORGE_BUDGET_USD.",
            )
        if usd and self.paid is not None and self.paid >= usd:
            raise BudgetClosed(
                f"The budget of this run is used up: its model calls cost {self.paid:f} USD of the"
                f" {usd} USD that they may cost, so no further one was made.",
                "Raise SMARTFORGE_BUDGET_USD and start the server again, or ask for a smaller API.",
            )
        if self._left() == 0:
            raise self._late()

    async def allow(self) -> None:
        """Raises BudgetClosed where the run or its user may begin no further call."""
        self.check()
        if self._day is not None:
            await self._day(self.used, self.paid)

    def take(self, spent: Spent) -> None:
        """What a call used. One without a price leaves what the run cost unknown."""
        taken = spent.input_tokens + spent.output_tokens
        self._largest = max(self._largest, taken)
        self.used += taken
        self.paid = added(self.paid, spent.cost)
        self._dearest = max(self._dearest, Decimal(spent.cost or 0))

    async def in_time(self, call: Awaitable[Found]) -> Found:
        """What the call returns. Raises BudgetClosed when the run's time is up, and cancels it."""
        limit = asyncio.timeout(self._left())
        try:
            async with limit:
                return await call
        except TimeoutError:
            if limit.expired():
                raise self._late() from None
            raise

    def _left(self) -> float | None:
        """Seconds until the time is up; None where there is no limit."""
        if not self.caps.seconds:
            return None
        return max(0.0, self._began + self.caps.seconds - self._clock())

    def _late(self) -> BudgetClosed:
        return BudgetClosed(
            f"The budget of this run is used up: it may ask models for {self.caps.seconds:g} s from"
            " its start, and those are over.",
            "Raise SMARTFORGE_BUDGET_SECONDS and start the server again, or ask for a smaller API.",
        )


def added(paid: Decimal | None, cost: str | None) -> Decimal | None:
    """The sum, in USD; None where a part of it is not known."""
    return None if paid is None or cost is None else paid + Decimal(cost)


class Budgeted:
    """A `llm.base.Provider` that is asked only while the budget lasts.

    Both ways to ask raise BudgetClosed before a request is made, and when the run's time is up in
    the middle of one. The answers that `value` asks for until one fits its shape are one call.
    """

    def __init__(self, provider: Provider, budget: Budget) -> None:
        self.model = provider.model
        self._provider = provider
        self._budget = budget

    async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        await self._budget.allow()
        async with aclosing(self._provider.stream(instructions, prompt)) as pieces:
            while (piece := await self._budget.in_time(anext(pieces, None))) is not None:
                if isinstance(piece, Spent):
                    self._budget.take(piece)
                yield piece

    async def value(self, instructions: str, prompt: str, shape: type[T]) -> tuple[T, list[Spent]]:
        await self._budget.allow()
        asked = self._provider.value(instructions, prompt, shape)
        found, spent = await self._budget.in_time(asked)
        for one in spent:
            self._budget.take(one)
        return found, spent

    async def close(self) -> None:
        await self._provider.close()
