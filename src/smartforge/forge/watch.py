"""No step goes on for ever: one that hangs ends its run with a clear error."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from smartforge.errors import StepTimedOut
from smartforge.forge.base import Json, Steps

LIMITS: Mapping[str, float] = {"plan": 600.0, "write": 900.0, "check": 900.0}
"""Seconds by the kind of step, the first word of its key, for all its tries and the pauses between
them: a step that is tried again is no less stuck. What is inside has closer limits of its own: a
model may be silent for so long, a sandboxed program may run for so long."""


class WatchedSteps:
    """Steps with a time limit each."""

    def __init__(self, steps: Steps, limits: Mapping[str, float] = LIMITS) -> None:
        self._steps = steps
        self._limits = limits

    async def step(
        self, key: str, fn: Callable[..., Awaitable[Json]], arguments: dict[str, Json]
    ) -> Json:
        """See `Steps.step`. Raises StepTimedOut; the body was cancelled then."""
        kind, _, what = key.partition(":")
        limit = self._limits[kind]
        watch = asyncio.timeout(limit)
        try:
            async with watch:
                return await self._steps.step(key, fn, arguments)
        except TimeoutError:
            if not watch.expired():  # It was the step's own.
                raise
            raise StepTimedOut(
                f"The step {kind!r}{f' of {what}' if what else ''} did not end in {limit:.0f} s.",
                "Try again. If it happens again, look into the server's log.",
            ) from None
