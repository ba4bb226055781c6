"""What a provider promises: a prompt in, text or a typed value out. It knows no events."""

from collections.abc import AsyncGenerator
from typing import Protocol, TypeVar

import msgspec
from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)


class Spent(msgspec.Struct, frozen=True):
    """What one call cost. `cost` is a decimal string in USD, null where no price is known.

    `estimated`: the endpoint has not said, or not all; then `tokens.estimated` has counted what
    was sent and what came.
    """

    model: str
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    cost: str | None
    duration_ms: int
    estimated: bool = False


class Provider(Protocol):
    """A source of model text.

    Every method raises ModelFailed with the provider's own error, secrets struck out. Leaving
    early (cancelling, `aclose`) closes the socket at once. What was spent then, or on answers
    that came to nothing, is told by `lost`.
    """

    model: str

    def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        """The answer's text as it arrives, then one Spent.

        Ends normally only after the provider said that the answer is whole (finish reason
        `stop`); any other end raises AnswerIncomplete with an empty path, behind one Spent where
        the provider gave another reason, since that answer is paid for too.
        """
        ...

    async def value(self, instructions: str, prompt: str, shape: type[T]) -> tuple[T, list[Spent]]:
        """An answer of the given shape, by structured output named `plan`, validated.

        An invalid answer is asked for again with the errors, at most twice.
        """
        ...

    async def close(self) -> None: ...
