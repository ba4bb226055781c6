"""The Python client: start a project, follow it, fetch what it made.

async with Client("http://127.0.0.1:8000") as client:
    project = await client.create("A todo API")
    async for event in client.follow(project["id"]):
        print(event.seq, event.type)
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Any, cast

import httpx
import httpx_sse
import msgspec

from smartforge.errors import ServerRefused, ServerUnreachable
from smartforge.events import AnyFact, Envelope, decode

DEFAULT_SERVER = "http://127.0.0.1:8000"
SILENCE_SECONDS = 35.0
"""The server breaks its silence every 15 s; after twice that the connection is taken for dead."""

Json = dict[str, Any]


class Received(msgspec.Struct, frozen=True):
    """One event as it came: its place, its envelope, its fact (None for an unknown type)."""

    seq: int
    type: str
    envelope: Envelope
    fact: AnyFact | None
    data: bytes


class Client:
    """Talks to one server, from one event loop. Raises ServerUnreachable and ServerRefused."""

    def __init__(self, server: str = DEFAULT_SERVER, token: str | None = None) -> None:
        self.server = server.rstrip("/")
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
        return (await self._request("POST", "/api/projects", json=body)).json()

    async def projects(self, limit: int = 20) -> list[Json]:
        """The newest projects first."""
        answer = await self._request("GET", "/api/projects", params={"limit": limit})
        return cast(list[Json], answer.json()["projects"])

    async def snapshot(self, project_id: str) -> Json:
        return (await self._request("GET", f"/api/projects/{project_id}")).json()

    async def say(self, project_id: str, prompt: str) -> Json:
        """Send a follow-up; it is queued while a run is on."""
        path = f"/api/projects/{project_id}/messages"
        return (await self._request("POST", path, json={"prompt": prompt})).json()

    async def cancel(self, project_id: str) -> None:
        await self._request("POST", f"/api/projects/{project_id}/cancel", json={})

    async def retry(self, project_id: str) -> None:
        await self._request("POST", f"/api/projects/{project_id}/retry", json={})

    async def export(self, project_id: str, version: int | None = None) -> bytes:
        """The project as a zip file."""
        params = {} if version is None else {"version": version}
        path = f"/api/projects/{project_id}/export.zip"
        return (await self._request("GET", path, params=params)).content

    async def follow(
        self, project_id: str, after: int = 0, *, live: bool = False
    ) -> AsyncGenerator[Received, None]:
        """Every event with seq > `after`, in order, none twice and none left out.

        A lost connection is made again, from the last event seen, after 1 s doubling to 5 s.
        Ends when no run is on or queued; with `live`, goes on across runs until it is closed.
        """
        wait = 1.0
        while True:
            try:
                async with httpx_sse.aconnect_sse(
                    self._http,
                    "GET",
                    f"/api/stream/{project_id}",
                    params={"compact": "0"} | ({"live": "1"} if live else {}),
                    headers={"Last-Event-ID": str(after)} if after else {},
                ) as source:
                    if source.response.status_code == 204:
                        return
                    await _refuse(source.response)
                    async for frame in source.aiter_sse():
                        wait = 1.0
                        data = frame.data.encode()
                        if not frame.id or msgspec.json.decode(data).get("seq") is None:
                            if b'"type":"end"' in data:
                                return
                            continue
                        received = _received(data)
                        if received.seq > after:
                            after = received.seq
                            yield received
            except (httpx.TransportError, httpx_sse.SSEError) as error:
                if after == 0 and isinstance(error, httpx.ConnectError):
                    raise self._unreachable() from error
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            wait = min(5.0, wait * 2)

    async def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            response = await self._http.request(method, path, **more)
        except httpx.TransportError as error:
            raise self._unreachable() from error
        await _refuse(response)
        return response

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


def _received(data: bytes) -> Received:
    envelope, fact = decode(data)
    return Received(envelope.seq, envelope.type, envelope, fact, data)
