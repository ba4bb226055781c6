"""Models that speak OpenAI's Chat Completions: OpenAI's own and every compatible endpoint."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from smartforge.llm.base import Spent, T
from smartforge.llm.endpoint import Endpoint, Limits, endpoint

if TYPE_CHECKING:
    from smartforge.llm.chat import Chat


class OpenAIProvider:
    """A `llm.base.Provider` over Chat Completions.

    `base_url` alone is enough (local endpoints need no key); without it OpenAI's own address is
    meant. Raises SettingsInvalid where no request could be made. Constructing it is cheap: the
    client libraries are imported at the first use, off the event loop.
    """

    def __init__(
        self,
        model: str,
        api_key: str | None = None,
        base_url: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._endpoint = endpoint(model, api_key, base_url)
        self._limits = limits or Limits()
        self._opening = asyncio.Lock()
        self._chat: Chat | None = None
        self.model = self._endpoint.model

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
                self._chat = await asyncio.to_thread(_open, self._endpoint, self._limits)
            return self._chat


def _open(where: Endpoint, limits: Limits) -> "Chat":
    from smartforge.llm.chat import Chat

    return Chat(where, limits)
