"""One round trip: what is shown of it, and that an answer kept back by a proxy is noticed."""

from collections.abc import AsyncGenerator, Iterator

import pytest

from smartforge.errors import ModelFailed
from smartforge.llm.base import Spent, T
from smartforge.llm.trial import ASKED, tried

SPENT = Spent("m", 30, 10, 40, "0.0001", 900)


class Told:
    """A provider that says these pieces and perhaps fails then."""

    model = "m"

    def __init__(self, *pieces: str | Spent, failure: ModelFailed | None = None) -> None:
        self._pieces = pieces
        self._failure = failure

    async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        for piece in self._pieces:
            yield piece
        if self._failure is not None:
            raise self._failure

    async def value(self, instructions: str, prompt: str, shape: type[T]) -> tuple[T, list[Spent]]:
        raise NotImplementedError

    async def close(self) -> None:
        pass


def ticks(*moments: float) -> Iterator[float]:
    yield from moments


async def test_times_tokens_and_answer_are_shown() -> None:
    clock = ticks(10.0, 10.5, 10.75, 11.0)
    trial = await tried(Told("one, ", "two", SPENT), lambda: next(clock))
    assert (trial.asked, trial.answer) == (ASKED, "one, two")
    assert (trial.first_ms, trial.duration_ms) == (500, 1000)
    assert (trial.input_tokens, trial.cached_input_tokens, trial.output_tokens) == (30, 10, 40)
    assert trial.cost == "0.0001"
    assert not trial.problem
    assert not trial.kept_back


@pytest.mark.parametrize(("moments", "kept_back"), [([5.0] * 10, True), ([5.0] * 9 + [6.0], False)])
async def test_an_answer_that_comes_in_one_moment_was_kept_back(
    moments: list[float], kept_back: bool
) -> None:
    clock = ticks(0.0, *moments, 6.0)
    trial = await tried(Told(*["word "] * 10, SPENT), lambda: next(clock))
    assert trial.kept_back is kept_back


async def test_a_failure_is_told_with_what_to_do() -> None:
    clock = ticks(0.0, 0.1)
    trial = await tried(Told(failure=ModelFailed("refused", "Check it.")), lambda: next(clock))
    assert (trial.problem, trial.hint, trial.first_ms) == ("refused", "Check it.", None)
