"""Several providers as one: where one fails before it has said anything, the next is asked."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from smartforge.errors import ModelFailed
from smartforge.llm.base import Provider, Spent, T


class Chain:
    """A `llm.base.Provider` for one run, over providers in the order in which they are asked.

    Where one fails before a piece of text has come, or gives no value, it is not asked again. The
    failure names the next one and says that it passes at once, so that whoever tries again also
    tells it: nobody is asked in silence. What fails later, and the failure of the last one, are
    raised as they are.
    """

    def __init__(self, providers: Sequence[tuple[str, Provider]]) -> None:
        """Each with the name by which a user knows it."""
        self._providers = tuple(providers)
        self._at = 0
        self.model = self._providers[0][1].model

    async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        at, begun = self._at, False
        failure: ModelFailed | None = None
        try:
            stream = self._providers[at][1].stream(instructions, prompt)
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    begun = begun or isinstance(piece, str)
                    yield piece
        except ModelFailed as error:
            failure = error
        if failure is not None:
            raise failure if begun else self._left(at, failure)

    async def value(self, instructions: str, prompt: str, shape: type[T]) -> tuple[T, list[Spent]]:
        at = self._at
        try:
            return await self._providers[at][1].value(instructions, prompt, shape)
        except ModelFailed as error:
            failure = error
        raise self._left(at, failure)

    async def close(self) -> None:
        for _, provider in self._providers:
            await provider.close()

    def _left(self, at: int, failure: ModelFailed) -> ModelFailed:
        """What to raise where the one at this place failed; from now on the next one is asked."""
        if at + 1 == len(self._providers):
            return failure
        self._at = max(self._at, at + 1)  # Of those that failed at once the first has moved it.
        name, now = self._providers[self._at]
        self.model = now.model
        what = f"{failure.what} Now {name} is asked."
        return ModelFailed(what, failure.hint, passing=True, after=0.0)
