"""How a run says what is under way: steps that begin and end, facts that are told once."""

import time

from smartforge.events import Fact, Step, StepCompleted, StepRetried, StepStarted
from smartforge.forge.outbox import Outbox

PLANS = "Planning API structure..."
GENERATES = "Generating code..."


def begin_key(step: Step, round_: int = 0) -> str:
    """The key under which a step is said to begin."""
    return f"{step}:{round_}"


class Saying:
    """Stores what is said at once; each fact once under its key, however often it is said."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def once(self, *facts: Fact, key: str) -> None:
        """Store these facts together; nothing where there are none."""
        await self._outbox.now(*facts, key=key)

    async def also(self, *facts: Fact) -> None:
        """Store these facts with those that come next."""
        for fact in facts:
            await self._outbox.put(fact)

    async def fact(self, fact: Fact, key: str) -> None:
        await self._outbox.now(fact, key=key)

    async def retried(self, fact: StepRetried, key: str) -> None:
        await self._outbox.now(fact, key=key)

    async def begin(self, step: Step, message: str, round_: int = 0) -> float:
        """Say that the step begins; the time, for `end`."""
        started = StepStarted(step=step, round=round_, message=message)
        await self._outbox.now(started, key=begin_key(step, round_))
        return time.monotonic()

    async def end(
        self, step: Step, message: str, began: float, round_: int = 0, again: int = 0
    ) -> None:
        """Say that the step ended well; `again` counts how often it was begun anew since then."""
        duration = round(1000 * (time.monotonic() - began))
        ended = StepCompleted(step=step, round=round_, message=message, duration_ms=duration)
        await self._outbox.now(ended, key=f"{step}:{round_}:done{f':{again}' if again else ''}")
