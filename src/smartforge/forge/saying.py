"""How a run says what is under way: steps that begin and end, facts that are told once."""

import time

from smartforge.events import Fact, Step, StepCompleted, StepRetried, StepStarted
from smartforge.forge.outbox import Outbox


class Saying:
    """Stores what is said at once; each fact once under its key, however often it is said."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def once(self, *facts: Fact, key: str) -> None:
        """Store these facts together; nothing where there are none."""
        await self._outbox.now(*facts, key=key)

    async def fact(self, fact: Fact, key: str) -> None:
        await self._outbox.now(fact, key=key)

    async def retried(self, fact: StepRetried, key: str) -> None:
        await self._outbox.now(fact, key=key)

    async def begin(self, step: Step, message: str, round_: int = 0) -> float:
        """Say that the step begins; the time, for `end`."""
        started = StepStarted(step=step, round=round_, message=message)
        await self._outbox.now(started, key=f"{step}:{round_}")
        return time.monotonic()

    async def end(self, step: Step, message: str, began: float, round_: int = 0) -> None:
        """Say that the step ended well."""
        duration = round(1000 * (time.monotonic() - began))
        ended = StepCompleted(step=step, round=round_, message=message, duration_ms=duration)
        await self._outbox.now(ended, key=f"{step}:{round_}:done")
