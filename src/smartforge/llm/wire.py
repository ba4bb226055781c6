"""What the protocols of providers differ in, once pydantic-ai has made one interface of them.

Importing this costs a second (pydantic-ai), so providers do it at their first use.
"""

import re
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx2
from pydantic_ai.models import Model, StreamedResponse
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from smartforge.llm.endpoint import Endpoint, Limits

MAX_CONNECTIONS = 1000

_ENDED_BADLY = frozenset({"length", "content_filter", "tool_call"})


@dataclass(frozen=True)
class Wire:
    """A model with the connections to it, which `close` ends.

    `whole` are the words by which this protocol says that a text is whole; no other word makes it
    so, whatever pydantic-ai takes it for. `reported` is the usage that the endpoint told, None
    where it told none in a readable way. `exact` is whether a JSON answer may be asked for
    without the protocol's own strictness.
    """

    model: Model[Any]
    close: Callable[[], Awaitable[None]]
    whole: frozenset[str]
    reported: Callable[[StreamedResponse], RequestUsage | None]
    settings: ModelSettings | None = None
    exact: bool | None = None

    def finish(self, stream: StreamedResponse) -> str:
        """`stop`, `length`, `content_filter`, `tool_call`, another word of the provider, or empty.

        Empty until the provider has said why the answer ends.
        """
        told = stream.finish_reason or ""
        if told in _ENDED_BADLY:
            return told
        word = str((stream.provider_details or {}).get("finish_reason") or "")
        return "stop" if word in self.whole else word


def connections(endpoint: Endpoint, limits: Limits) -> httpx2.AsyncClient:
    """For one endpoint. `Exchange` watches the waiting; the limits here are the net below that."""
    net = 2 * max(limits.first, limits.silence)
    return httpx2.AsyncClient(
        event_hooks={"response": [_heard]},
        timeout=httpx2.Timeout(net, connect=limits.connect),
        limits=httpx2.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=100),
        follow_redirects=True,
        trust_env=not endpoint.is_loopback,  # no proxy leads to this machine itself
    )


_RESPONSES: ContextVar[list[httpx2.Response] | None] = ContextVar("responses", default=None)


async def _heard(response: httpx2.Response) -> None:
    responses = _RESPONSES.get()
    if responses is not None:
        responses.append(response)


@contextmanager
def responses() -> Generator[list[httpx2.Response]]:
    """The HTTP responses that begin in the block, to be closed by hand.

    Not every client library closes the one below a stream that is left: some wait for the garbage
    collector.
    """
    found: list[httpx2.Response] = []
    token = _RESPONSES.set(found)
    try:
        yield found
    finally:
        _RESPONSES.reset(token)


def root_of(url: str) -> str:
    """The address without the version of the protocol, which its client adds itself."""
    return re.sub(r"/v1(beta)?$", "", url.rstrip("/"))
