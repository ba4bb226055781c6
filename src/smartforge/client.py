"""The Python client: start a project, follow it, fetch what it made.

async with Client("http://127.0.0.1:8000") as client:
    project = await client.create("A todo API")
    async for event in client.follow(project["id"]):
        print(event.seq, event.type)
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import httpx_sse
import msgspec

from smartforge.errors import ServerRefused, ServerUnreachable, SettingsInvalid
from smartforge.events import AnyFact, Envelope, decode

DEFAULT_SERVER = "http://127.0.0.1:8000"
SILENCE_SECONDS = 35.0
"""The server breaks its silence every 15 s; after twice that the connection is taken for dead."""
PATIENCE_SECONDS = 60.0
"""A server that cannot be had again for so long does not restart any more."""

LIVELY_SECONDS = 2 * SILENCE_SECONDS
"""A connection that lasted so long had heartbeats: a server was there, though nothing happened."""

PAUSE_SECONDS, MOST_PAUSE_SECONDS = 1.0, 5.0

AWAY = frozenset({502, 503, 504})
"""What a proxy says while the server behind it restarts, and the server while it starts."""

LONGEST_ID = 200
END = b'{"type":"end"}'

Json = dict[str, Any]
T = TypeVar("T")


class Received(msgspec.Struct, frozen=True):
    """One event as it came: its place, its envelope, its fact (None for an unknown type)."""

    seq: int
    type: str
    envelope: Envelope
    fact: AnyFact | None
    data: bytes


class Client:
    """Talks to one server, from one event loop. Raises ServerUnreachable and ServerRefused.

    `patience` is how many seconds `follow` seeks a server that it has lost, `pause` how long it
    waits at first between two tries. Raises SettingsInvalid for an address or a token that makes
    no sense.
    """

    def __init__(
        self,
        server: str = DEFAULT_SERVER,
        token: str | None = None,
        *,
        patience: float = PATIENCE_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self.server = server.rstrip("/")
        self._patience, self._pause = patience, pause
        _check(self.server, token)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.AsyncClient(
            base_url=self.server,
            headers=headers,
            timeout=httpx.Timeout(30.0, read=SILENCE_SECONDS),
            trust_env=False,
        )

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def create(self, prompt: str, **choice: str | None) -> Json:
        """Start a project; returns its snapshot. `choice`: target, model, planner, author."""
        body = {"prompt": prompt} | {name: said for name, said in choice.items() if said}
        return await self._json("POST", "/api/projects", json=body)

    async def projects(self, limit: int = 20) -> list[Json]:
        """The newest projects first."""
        answer = await self._request("GET", "/api/projects", params={"limit": limit})
        return self._read(answer.content, _Listing).projects

    async def snapshot(self, project_id: str) -> Json:
        return await self._json("GET", _place(project_id))

    async def say(self, project_id: str, prompt: str) -> Json:
        """Send a follow-up; it is queued while a run is on."""
        path = f"{_place(project_id)}/messages"
        return await self._json("POST", path, json={"prompt": prompt})

    async def cancel(self, project_id: str) -> None:
        await self._json("POST", f"{_place(project_id)}/cancel", json={})

    async def retry(self, project_id: str) -> None:
        await self._json("POST", f"{_place(project_id)}/retry", json={})

    async def export(self, project_id: str, version: int | None = None) -> bytes:
        """The project as a zip file."""
        params = {} if version is None else {"version": version}
        answer = await self._request("GET", f"{_place(project_id)}/export.zip", params=params)
        if answer.headers.get("content-type") != "application/zip":
            raise self._stranger(answer.status_code)
        return answer.content

    async def follow(
        self, project_id: str, after: int = 0, *, live: bool = False
    ) -> AsyncGenerator[Received, None]:
        """Every event with seq > `after`, in order, none twice and none left out.

        A lost connection is made again, from the last event seen, after 1 s doubling to 5 s.
        Ends when no run is on or queued; with `live`, goes on across runs until it is closed.
        Where `after` lies beyond the last event, it goes on from that one. Raises
        ServerUnreachable where there is no server at first, or none again in time.
        """
        search = _Search(self._patience, self._pause)
        while True:
            try:
                async with aclosing(self._frames(project_id, after, live, search)) as frames:
                    async for data in frames:
                        search.found()
                        frame = self._read(data, _Frame)
                        if frame.type == "end":
                            return
                        if frame.type == "snapshot":  # `after` lay beyond the end.
                            after = frame.seq or 0
                        elif frame.seq is not None and frame.seq > after:
                            after = frame.seq
                            yield self._received(data)
                # An end that was not announced is a loss like any other.
                raise httpx.RemoteProtocolError("The stream has ended.")
            except httpx.TransportError as error:
                if not search.lost():
                    raise self._unreachable() from error
            except ServerRefused as error:
                if error.status not in AWAY or not search.lost():
                    raise
            await search.pause()

    async def _frames(
        self, project_id: str, after: int, live: bool, search: "_Search"
    ) -> AsyncGenerator[bytes, None]:
        """The data of every frame of one connection."""
        async with httpx_sse.aconnect_sse(
            self._http,
            "GET",
            f"/api/stream/{_quoted(project_id)}",
            params={"compact": "0"} | ({"live": "1"} if live else {}),
            headers={"Last-Event-ID": str(after)} if after else {},
        ) as source:
            response = source.response
            await _refuse(response)
            search.opened()
            if response.status_code == 204:
                yield END
                return
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise self._stranger(response.status_code)
            async for frame in source.aiter_sse():
                if frame.data:  # `retry:` alone is given as a frame, too.
                    yield frame.data.encode()

    async def _json(self, method: str, path: str, **more: Any) -> Json:
        return self._read((await self._request(method, path, **more)).content, Json)

    async def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            response = await self._http.request(method, path, **more)
        except httpx.TransportError as error:
            raise self._unreachable() from error
        except httpx.RequestError as error:
            raise self._stranger(200) from error
        await _refuse(response)
        return response

    def _read(self, data: bytes, shape: type[T]) -> T:
        try:
            return msgspec.json.decode(data, type=shape)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise self._stranger(200) from error

    def _received(self, data: bytes) -> Received:
        try:
            envelope, fact = decode(data)
        except msgspec.DecodeError as error:
            raise self._stranger(200) from error
        return Received(envelope.seq, envelope.type, envelope, fact, data)

    def _stranger(self, status: int) -> ServerRefused:
        return ServerRefused(
            status,
            f"What answers at {self.server} does not speak as Smart Forge does.",
            "Name the address that `smartforge serve` has printed, with --server.",
        )

    def _unreachable(self) -> ServerUnreachable:
        return ServerUnreachable(
            f"No server answers at {self.server}.",
            "Start one with `smartforge serve`, or name another with --server.",
        )


async def _refuse(response: httpx.Response) -> None:
    if response.is_success:
        return
    await response.aread()
    try:
        problem = msgspec.json.decode(response.content, type=Json)
    except msgspec.DecodeError:
        problem = {}
    title = str(problem.get("title") or response.reason_phrase)
    detail = str(problem.get("detail") or "")
    raise ServerRefused(
        response.status_code, f"{title}. {detail}".strip(), str(problem.get("hint", ""))
    )


class _Listing(msgspec.Struct, frozen=True):
    projects: list[Json]


class _Frame(msgspec.Struct, frozen=True):
    """What says how to go on: the type of a frame and, where it has one, its seq."""

    type: str
    seq: int | None = None


class _Search:
    """How long a server is sought, and how often: after 1 s, doubling to 5 s, with jitter."""

    def __init__(self, patience: float, pause: float) -> None:
        self._patience = patience
        self._pause = self._wait = pause
        self._known = False
        self._opened_at: float | None = None
        self._lost_at: float | None = None

    def opened(self) -> None:
        """The server answers."""
        self._known = True
        self._opened_at = time.monotonic()

    def found(self) -> None:
        """It has said something."""
        self._wait, self._lost_at = self._pause, None

    def lost(self) -> bool:
        """The connection has ended. Whether to seek the server again."""
        now = time.monotonic()
        if self._opened_at is not None and now - self._opened_at > LIVELY_SECONDS:
            self.found()
        self._opened_at = None
        if self._lost_at is None:
            self._lost_at = now
        return self._known and now - self._lost_at <= self._patience

    async def pause(self) -> None:
        await asyncio.sleep(self._wait * random.uniform(0.5, 1.0))
        self._wait = min(MOST_PAUSE_SECONDS, self._wait * 2)


def _place(project_id: str) -> str:
    return f"/api/projects/{_quoted(project_id)}"


def _quoted(project_id: str) -> str:
    """The id as one segment of a path, whatever it holds; dots would lead out of it."""
    if not 0 < len(project_id) <= LONGEST_ID:
        raise SettingsInvalid("That is no project's id.", "`smartforge list` shows them.")
    return quote(project_id, safe="", errors="replace").replace(".", "%2E")


def _check(server: str, token: str | None) -> None:
    try:
        url = httpx.URL(server)
        sound = url.scheme in ("http", "https") and url.host and (url.port or 1) in range(65_536)
    except (httpx.InvalidURL, UnicodeError):
        sound = False
    if not sound:
        raise SettingsInvalid(
            f"{server!r} is no address of a server.",
            f"Give one such as {DEFAULT_SERVER} with --server.",
        )
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise SettingsInvalid(
            "The token holds characters that no header can carry.",
            "Copy it again as `smartforge serve` has printed it.",
        )
