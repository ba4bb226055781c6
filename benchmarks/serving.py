"""`smartforge serve` as a user starts it beyond loopback, and a reader of its streams.

Token on, limits on, SQLite with synchronous FULL, the compiled writer at full speed.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from benchmarks.programs import ProgramError

TOKEN = "benchmark-token"
ENDS = frozenset({"complete", "error", "run:cancelled"})
REQUEST_SECONDS = 30.0
EVENT_SECONDS = 60.0

Event = Mapping[str, Any]


class Product(msgspec.Struct, frozen=True):
    """A running server: its process, and a client that may pass its door."""

    pid: int
    http: httpx.AsyncClient


class Seen(msgspec.Struct, frozen=True):
    """An event, and when it came, on this process's `time.perf_counter`."""

    at: float
    event: Event


@asynccontextmanager
async def serving(
    data: Path,
    variables: Mapping[str, str],
    *,
    core: int | None = None,
    program: Sequence[str] | None = None,
) -> AsyncGenerator[Product, None]:
    """The server until the block ends, pinned to a core where one is given.

    Its settings are `variables` alone, whatever is set here; `program` is what is started in the
    place of `smartforge`. Raises ProgramError where it does not start.
    """
    program = program or [str(Path(sys.executable).with_name("smartforge"))]
    ours = ("OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_", "OPENROUTER_", "SMARTFORGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    server = await asyncio.create_subprocess_exec(
        *(*program, "serve", "--host", "0.0.0.0"),
        *("--port", "0", "--data", str(data), "--token", TOKEN, "--pace", "0"),
        stdout=asyncio.subprocess.PIPE,
        env={**kept, **variables},
    )
    if core is not None:
        os.sched_setaffinity(server.pid, {core})
    assert server.stdout is not None
    try:
        ready = (await server.stdout.readline()).decode()
        if "is ready at" not in ready:
            raise ProgramError(f"the server did not start: {ready!r}")
        port = ready.rstrip("/ \n").rpartition(":")[2]
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=REQUEST_SECONDS,
            trust_env=False,
        ) as http:
            yield Product(server.pid, http)
    finally:
        if server.returncode is None:
            server.send_signal(signal.SIGTERM)
        await server.wait()


async def new_project(http: httpx.AsyncClient, prompt: str, **choice: str) -> str:
    """Start a project; `choice` names model, planner or author."""
    created = await http.post("/api/projects", json={"prompt": prompt, **choice})
    created.raise_for_status()
    return created.json()["id"]


async def stored_events(http: httpx.AsyncClient, project: str) -> list[Event]:
    """All that is stored; a short page is no sign of the end."""
    events: list[Event] = []
    while True:
        after = events[-1]["seq"] if events else 0
        answer = await http.get(f"/api/projects/{project}/events", params={"after": after})
        answer.raise_for_status()
        page: list[Event] = answer.json()["events"]
        if not page:
            return events
        events += page


class Viewer:
    """All events of a project as they come, across its runs; `broken` says why no more come."""

    def __init__(self, http: httpx.AsyncClient, project: str) -> None:
        self.project = project
        self.seen: list[Seen] = []
        self.ids: list[str] = []
        self.broken: Exception | None = None
        self._http = http
        self._more = asyncio.Event()

    async def first(self, holds: Callable[[Event], bool], seconds: float = EVENT_SECONDS) -> Seen:
        """The first of all events for which `holds`, which is asked once with each, in order.

        Raises TimeoutError where none comes, ProgramError where the stream has ended.
        """
        at = 0
        async with asyncio.timeout(seconds):
            while True:
                for one in self.seen[at:]:
                    at += 1
                    if holds(one.event):
                        return one
                if self.broken is not None:
                    raise ProgramError("the stream of a viewer ended") from self.broken
                self._more.clear()
                await self._more.wait()

    async def read(self) -> None:
        """Until cancelled, or until the stream ends, which is told by `first`."""
        try:
            await self._read()
            self.broken = ProgramError("the server has closed it")
        except httpx.HTTPError as error:
            self.broken = error
        finally:
            self._more.set()

    async def _read(self) -> None:
        path = f"/api/stream/{self.project}"
        params = {"compact": "0", "live": "1"}
        async with self._http.stream("GET", path, params=params, timeout=None) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("id: "):
                    self.ids.append(line[4:])
                elif line.startswith("data: "):
                    self.seen.append(Seen(time.perf_counter(), msgspec.json.decode(line[6:])))
                    self._more.set()


@asynccontextmanager
async def viewing(http: httpx.AsyncClient, project: str) -> AsyncGenerator[Viewer, None]:
    """A viewer until the block ends."""
    viewer = Viewer(http, project)
    reading = asyncio.create_task(viewer.read())
    try:
        yield viewer
    finally:
        reading.cancel()
        await asyncio.wait([reading])
