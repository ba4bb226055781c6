"""A provider behind an endpoint, whatever it speaks."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from smartforge.llm.base import Spent, T
from smartforge.llm.endpoint import Endpoint, Limits

if TYPE_CHECKING:
    from smartforge.llm.chat import Chat
    from smartforge.llm.wire import Wire

Open = Callable[[Endpoint, Limits], "Wire"]


class Remote:
    """A `llm.base.Provider` at an endpoint, over the wire that `opened` returns.

    Constructing it is cheap: the client libraries are imported at the first use, off the event
    loop. `model` is what the endpoint knows the model by.
    """

    def __init__(
        self, endpoint: Endpoint, limits: Limits | None, opened: Callable[[], Open]
    ) -> None:
        self.endpoint = endpoint
        self.model = endpoint.model
        self._limits = limits or Limits()
        self._library = opened
        self._opening = asyncio.Lock()
        self._chat: Chat | None = None

    async def open(self) -> None:
        """Load the client library and make the connections' pool, as the first use would."""
        await self._opened()

    async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        """The answer's text as it arrives, no piece empty, then one Spent. Makes one request."""
        chat = await self._opened()
        async with aclosing(chat.text(instructions, prompt)) as pieces:
            async for piece in pieces:
                yield piece

    async def value(self, instructions: str, prompt: str, shape: type[T]) -> tuple[T, list[Spent]]:
        """A value of `shape`, which must not contain itself, and one Spent for each answer."""
        chat = await self._opened()
        return await chat.value(instructions, prompt, shape)

    async def close(self) -> None:
        """Close the idle connections. Further use opens new ones."""
        async with self._opening:
            if self._chat is not None:
                await self._chat.close()
                self._chat = None

    async def _opened(self) -> "Chat":
        async with self._opening:
            if self._chat is None:
                self._chat = await asyncio.to_thread(self._open)
            return self._chat

    def _open(self) -> "Chat":
        from smartforge.llm.chat import Chat

        return Chat(self.endpoint, self._limits, self._library()(self.endpoint, self._limits))
