"""One real round trip to a model: what was asked, what came back, how long it took, its cost."""

import time
from collections.abc import Callable
from contextlib import aclosing

import msgspec

from smartforge.errors import SmartForgeError
from smartforge.llm.base import Provider, Spent

INSTRUCTIONS = "Answer with exactly what is asked for and nothing else."
ASKED = "Count from one to twenty in English words, with a comma between two."
MOST_SHOWN = 200

ENOUGH = 8
"""Pieces or tokens from which on an answer that comes in one moment was kept back on its way."""
LONG = 0.5
"""Seconds without a word, from which on a wait says anything."""
MOMENT = 0.01
"""How much of the wait for the first word all the other words may take together, to be a moment."""


class Trial(msgspec.Struct, frozen=True, rename="camel"):
    """What came of it. Times in milliseconds; `first_ms` until the first text, None without any.

    Where it failed, `problem` says what happened, in the provider's own words, and `hint` what to
    do. `kept_back` says that the answer came in one moment: something in between does not stream.
    """

    asked: str
    answer: str
    first_ms: int | None
    duration_ms: int
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    cost: str | None = None
    kept_back: bool = False
    problem: str = ""
    hint: str = ""


async def tried(provider: Provider, clock: Callable[[], float] = time.monotonic) -> Trial:
    """Ask once. Raises nothing but what cancels it; then the socket is closed."""
    began = clock()
    moments: list[float] = []
    text, spent, problem, hint = "", None, "", ""
    try:
        async with aclosing(provider.stream(INSTRUCTIONS, ASKED)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Spent):
                    spent = piece
                else:
                    moments.append(clock())
                    text += piece
    except SmartForgeError as error:
        problem, hint = error.what, error.hint
    return Trial(
        asked=ASKED,
        answer=text.strip()[:MOST_SHOWN],
        first_ms=_ms(moments[0] - began) if moments else None,
        duration_ms=_ms(clock() - began),
        input_tokens=spent.input_tokens if spent else 0,
        cached_input_tokens=spent.cached_input_tokens if spent else 0,
        output_tokens=spent.output_tokens if spent else 0,
        cost=spent.cost if spent else None,
        kept_back=_kept_back(began, moments, spent),
        problem=problem,
        hint=hint,
    )


def _kept_back(began: float, moments: list[float], spent: Spent | None) -> bool:
    pieces = max(len(moments), spent.output_tokens if spent else 0)
    if pieces < ENOUGH or moments[0] - began < LONG:
        return False
    return moments[-1] - moments[0] < MOMENT * (moments[0] - began)


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
