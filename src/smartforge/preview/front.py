"""A preview as the whole of a server: told to stop, the server ends it soon."""

import asyncio

from starlette.types import Receive, Scope, Send

from smartforge.preview.base import Preview

GRACE_SECONDS = 0.5
"""What requests under way have to come to their end."""


class Front:
    """An ASGI application that a server can bid to end its open streams."""

    def __init__(self, preview: Preview, grace_seconds: float = GRACE_SECONDS) -> None:
        self._preview = preview
        self._grace = grace_seconds
        self._ending: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._preview(scope, receive, send)

    def end_streams(self) -> None:
        """Stop the preview after its grace, and with it all that it still answers."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end())

    async def _end(self) -> None:
        await asyncio.sleep(self._grace)
        await self._preview.stop()
