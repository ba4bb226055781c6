"""`Idempotency-Key`: a POST that is repeated with the same key does what it did the first time.

Kept in memory, for the most recent keys of this process: after a restart, or at another node, a
key is new again.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from smartforge.server.problems import RequestInvalid

LIMIT = 1000
KEY_LENGTH = 255


class _First:
    """The first request with a key: what it asked for, and what came of it."""

    def __init__(self, fingerprint: bytes) -> None:
        self.fingerprint = fingerprint
        self.outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()


class Replays:
    """Remembers the outcome of POSTs by their key, at most `limit` of them."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._firsts: OrderedDict[tuple[str, str], _First] = OrderedDict()

    async def once(
        self, key: str | None, route: str, body: bytes, act: Callable[[], Awaitable[str]]
    ) -> str:
        """The outcome of `act`, run once for each key and route; at once where there is no key.

        A repetition that comes too early waits for the first. An error is not remembered, so
        that the request can be tried again. Raises RequestInvalid for a key that makes no
        sense, or that came with another body before.
        """
        if key is None:
            return await act()
        if not 0 < len(key) <= KEY_LENGTH or not key.isascii() or not key.isprintable():
            raise RequestInvalid(
                "The Idempotency-Key makes no sense.",
                f"Send 1 to {KEY_LENGTH} printable ASCII characters, such as a UUID.",
            )
        fingerprint = hashlib.sha256(body).digest()
        first = self._firsts.get((route, key))
        if first is None:
            return await self._act((route, key), _First(fingerprint), act)
        if first.fingerprint != fingerprint:
            raise RequestInvalid(
                "This Idempotency-Key came with another body before.",
                "Send a new key for a new request.",
            )
        return await asyncio.shield(first.outcome)

    async def _act(
        self, place: tuple[str, str], first: _First, act: Callable[[], Awaitable[str]]
    ) -> str:
        self._firsts[place] = first
        while len(self._firsts) > self._limit:
            self._firsts.popitem(last=False)
        try:
            outcome = await act()
        except BaseException as error:
            self._firsts.pop(place, None)
            first.outcome.set_exception(
                error if isinstance(error, Exception) else RuntimeError("cut off")
            )
            first.outcome.exception()  # Taken notice of, also where nobody waits.
            raise
        first.outcome.set_result(outcome)
        return outcome
