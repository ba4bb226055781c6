"""Asks a served application over its unix socket; whatever answers is untrusted."""

import asyncio

import httpx
import msgspec

from smartforge.checks.causes import Cause, cause_of, clean
from smartforge.sandbox.base import Ended, Limits, Served

MOST_BYTES = 4 * 1024 * 1024


class Answer(msgspec.Struct, frozen=True):
    """A whole answer. `content_type` has no parameters and is lower case."""

    status: int
    content_type: str
    body: bytes


async def ask(served: Served, path: str, limits: Limits) -> Answer | Cause:
    """GET `path`, or why there is no answer. Ends soon after the wall limit at the latest.

    The answer is at most 4 MiB and not compressed.
    """
    asking = asyncio.create_task(_get(served, path))
    ending = asyncio.create_task(served.ended())
    try:
        await asyncio.wait({asking, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            return cause_of(await ending, limits)
        try:
            return await asking
        except TooLarge as error:
            # It was cut off here; whatever the program does about that is not the cause.
            return _broken_off(error)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return await _without_answer(ending, error, limits)
    finally:
        asking.cancel()
        ending.cancel()
        # Their outcomes were taken above, or nobody needs them any more.
        await asyncio.gather(asking, ending, return_exceptions=True)


class TooLarge(Exception):
    """The answer goes on beyond the limit, or is compressed."""


async def _without_answer(ending: "asyncio.Task[Ended]", error: Exception, limits: Limits) -> Cause:
    """A broken connection is mostly the program's end, which is the better reason."""
    done, _ = await asyncio.wait({ending}, timeout=2)
    if done:
        return cause_of(await ending, limits)
    return _broken_off(error)


def _broken_off(error: Exception) -> Cause:
    reason = clean(f"{type(error).__name__}: {error}")
    return Cause(f"broke off the answer ({reason})", {"reason": reason})


async def _get(served: Served, path: str) -> Answer:
    transport = httpx.AsyncHTTPTransport(uds=str(served.socket))
    headers = {"accept-encoding": "identity"}
    # The wall limit of the sandbox is the time-out: it ends the connection.
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://app", timeout=None) as client,
        client.stream("GET", path, headers=headers) as response,
    ):
        if response.headers.get("content-encoding", "identity") != "identity":
            raise TooLarge("it is compressed, although nobody asked for that")
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > MOST_BYTES:
                raise TooLarge(f"it has more than {MOST_BYTES} bytes")
        kind = response.headers.get("content-type", "").partition(";")[0]
        return Answer(response.status_code, clean(kind).lower(), bytes(body))


def curl(path: str) -> str:
    """The line that asks the same of the project when it runs by `make serve PORT=8001`."""
    return f"curl -i http://127.0.0.1:8001{path}"
