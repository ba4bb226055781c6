"""Asks a model again where the reason of a failure passes, and says so."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import msgspec

from smartforge.errors import ModelFailed
from smartforge.events import Step, StepRetried

T = TypeVar("T")

MAX_CAUSE = 200
"""Code points of the cause that an event tells."""


class Patience(msgspec.Struct, frozen=True):
    """How often a step is tried again, and after how long; seconds.

    The pauses are drawn from 0 to `base`, doubling up to `cap`, so that runs which failed together
    do not come back together. An endpoint that asks to wait is believed up to `asked`.
    """

    retries: int = 2
    base: float = 1.0
    cap: float = 20.0
    asked: float = 60.0


def pause(error: ModelFailed, retried: int, patience: Patience, drawn: float) -> float | None:
    """How long to wait before a step is tried again; None where that would not help.

    `retried` is how often it was already, `drawn` a number from 0 to 1. Where the endpoint asks
    to wait, coming earlier would only be refused, so the jitter stands behind that.
    """
    if not error.passing or retried >= patience.retries:
        return None
    if error.after is None:
        return drawn * min(patience.cap, patience.base * 2**retried)
    return error.after + drawn * patience.base if error.after <= patience.asked else None


class Retries:
    """The tries of the steps of one run that ask a model.

    `used` is how often each step was tried again in earlier executions, by its key: a crash does
    not make a run more patient. `tell(fact, key)` stores. Only what asks a model is tried again:
    the compiled writer and the offline planner would say the same twice, and so would a check,
    whose verdict asking again until it pleases would make worthless.
    """

    def __init__(
        self,
        tell: Callable[[StepRetried, str], Awaitable[None]],
        used: Mapping[str, int],
        patience: Patience,
    ) -> None:
        self._tell = tell
        self._used = Counter(used)
        self._patience = patience

    async def insist(
        self,
        key: str,
        step: Step,
        path: str | None,
        first: int,
        attempt: Callable[[int], Awaitable[T]],
        round_: int = 0,
    ) -> T:
        """What `attempt` returns, called with `first` and, after failures that pass, with more.

        Raises what the last attempt raised. Cancelling it ends an attempt and a pause at once.
        """
        for number in itertools.count(first):
            try:
                return await attempt(number)
            except ModelFailed as error:
                delay = pause(error, self._used[key], self._patience, random.random())
                if delay is None:
                    raise
                cause = _shortened(error.what)
            self._used[key] += 1
            retried = StepRetried(
                step=step,
                path=path,
                round=round_,
                attempt=number + 1,
                cause=cause,
                delay_ms=round(1000 * delay),
            )
            await self._tell(retried, f"{key}:attempt:{number + 1}")
            await asyncio.sleep(delay)
        raise RuntimeError("counting came to an end")


def _shortened(what: str) -> str:
    return what if len(what) <= MAX_CAUSE else what[: MAX_CAUSE - 1] + "…"
