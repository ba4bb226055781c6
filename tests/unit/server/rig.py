"""A real server on a free port, over a log in memory and an engine that does what it is told."""

import asyncio
import hashlib
import itertools
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import httpx
from blockbuster import blockbuster_ctx

from smartforge import events
from smartforge.engine.base import LOCAL_USER, Cluster, Limits, NewProject, Today
from smartforge.engine.shelf import Shelf
from smartforge.errors import Conflict, SettingsInvalid, UnknownMessage
from smartforge.events import CheckName, Fact
from smartforge.log.large import fit
from smartforge.log.memory import MemoryLog
from smartforge.preview.base import Live
from smartforge.server.build import Server, build
from smartforge.server.options import ServerOptions
from smartforge.server.serve import serve
from smartforge.snapshot import fold

TARGETS = ("fastapi",)


class FakeEngine(Shelf):
    """Queues a run for each request; the test says what happens in it.

    Remembers what it was asked, and by which `users`; tells the cluster that the test has `seen`.
    `gate`, where it is given, holds up `start` until it is set.
    """

    def __init__(self, log: MemoryLog, gate: asyncio.Event | None = None) -> None:
        super().__init__(log)
        self.log = log
        self.gate = gate
        self.started: list[NewProject] = []
        self.asked: list[tuple[str, ...]] = []
        self.users: list[str] = []
        self.seen = Cluster(here="n1", now=0, limits=Limits(), nodes=(), on=(), waiting=())
        self._numbers = itertools.count(1)

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def start(self, new: NewProject) -> str:
        self.started.append(new)
        self.users.append(new.user)
        if new.target not in (None, *TARGETS):
            raise SettingsInvalid(f"There is no target called {new.target!r}.", "Choose fastapi.")
        if self.gate is not None:
            await self.gate.wait()
        project_id = f"p{next(self._numbers)}"
        created = events.ProjectCreated(
            title=new.prompt[:40], prompt=new.prompt, target="fastapi", model=None
        )
        await self.log.create(project_id, [await fit(created, self.log)])
        await self.queue(project_id, "prompt")
        return project_id

    async def today(self, user: str) -> Today:
        return Today(tokens=1_200, usd="0.25", until=86_400_000)

    async def message(
        self,
        project_id: str,
        prompt: str,
        user: str = LOCAL_USER,
        *,
        approve: bool = False,
        offer: bool = False,
    ) -> str:
        self.users.append(user)
        wanted = [name for name, given in (("approve", approve), ("offer", offer)) if given]
        self.asked.append(("message", project_id, prompt, *wanted))
        message_id = f"m{next(self._numbers)}"
        said = events.Message(id=message_id, role="user", text=prompt)
        await self.log.append(project_id, [said], run=None)
        await self.queue(project_id, "message", message_id)
        return message_id

    async def edit(self, project_id: str, message_id: str, prompt: str) -> None:
        self.asked.append(("edit", project_id, message_id, prompt))
        await self._check_waits(project_id, message_id)
        edited = events.MessageUpdated(id=message_id, role="user", text=prompt)
        await self.log.append(project_id, [edited], run=None)

    async def remove(self, project_id: str, message_id: str) -> None:
        self.asked.append(("remove", project_id, message_id))
        await self._check_waits(project_id, message_id)
        await self.log.append(project_id, [events.MessageRemoved(id=message_id)], run=None)

    async def retry(self, project_id: str, user: str = LOCAL_USER) -> None:
        self.users.append(user)
        self.asked.append(("retry", project_id))
        head = await self.log.head(project_id)
        if head.active:
            raise Conflict("A run is on.", "Wait for its end.")
        await self.queue(project_id, "retry")

    async def answer(
        self, project_id: str, answers: Mapping[str, str], user: str = LOCAL_USER
    ) -> None:
        self.users.append(user)
        self.asked.append(("answer", project_id, str(dict(answers))))

    async def restore(self, project_id: str, version: int, user: str = LOCAL_USER) -> None:
        self.users.append(user)
        self.asked.append(("restore", project_id, str(version)))
        await self.queue(project_id, "restore")

    async def check(
        self, project_id: str, checks: Sequence[CheckName] = (), user: str = LOCAL_USER
    ) -> None:
        self.users.append(user)
        self.asked.append(("check", project_id, " ".join(checks)))
        await self.queue(project_id, "checks")

    async def edit_file(
        self, project_id: str, path: str, text: bytes, version: int, user: str = LOCAL_USER
    ) -> None:
        self.users.append(user)
        self.asked.append(("edit", project_id, f"{path} of {version}: {text.decode()}"))

    async def cancel(self, project_id: str, run: str | None = None) -> None:
        self.asked.append(("cancel", project_id, run or ""))
        if run not in (None, "r1"):
            raise Conflict(f"The run {run!r} is not the active one.")

    async def cluster(self) -> Cluster:
        return self.seen

    async def _check_waits(self, project_id: str, message_id: str) -> None:
        state = fold(record.data for record in await self.log.read(project_id, 0, 10_000))
        if message_id not in [each.id for each in state.messages]:
            raise UnknownMessage(f"There is no message {message_id!r}.", "Look at the chat.")
        if message_id not in [each.message_id for each in state.queue]:
            raise Conflict("Its run has begun.", "Send a follow-up.")

    async def queue(
        self, project_id: str, trigger: events.Trigger, message_id: str | None = None
    ) -> None:
        queued = events.RunQueued(position=0, trigger=trigger, message_id=message_id)
        await self.log.append(project_id, [queued], run=self._run_of(project_id))

    def _run_of(self, project_id: str) -> str:
        return f"r{next(self._numbers)}"


class Project:
    """A project whose events a test writes."""

    def __init__(self, log: MemoryLog, project_id: str) -> None:
        self.log = log
        self.id = project_id
        self.run = "r0"
        self._version = 0

    async def add(self, *facts: Fact) -> int:
        """Append facts of the active run."""
        return await self.log.append(self.id, facts, run=self.run)

    async def begin(self) -> None:
        """Queue a run and begin it."""
        self.run = f"r{int(self.run[1:]) + 1}"
        await self.add(events.RunQueued(position=0, trigger="prompt"))
        await self.add(events.RunStarted(trigger="prompt", base_version=None, message_id=None))

    async def write(self, path: str, text: str, *, whole: bool = True) -> str:
        """Write a file in pieces of ten characters; returns its hash."""
        await self.add(events.FileGenerating(path=path, attempt=1, author="compiled"))
        chunks = [
            events.CodeChunk(path=path, attempt=1, at=at, text=text[at : at + 10])
            for at in range(0, len(text), 10)
        ]
        if chunks:
            await self.add(*chunks)
        if not whole:
            return ""
        data = text.encode()
        await self.log.put(data)
        sha256 = hashlib.sha256(data).hexdigest()
        await self.add(events.FileComplete(path=path, attempt=1, size=len(data), sha256=sha256))
        return sha256

    async def complete(self) -> int:
        """End the run well."""
        self._version += 1
        return await self.add(
            events.Complete(
                version=self._version,
                verdict="passed",
                summary="All checks passed.",
                file_count=1,
                operation_count=5,
                skipped_checks=(),
                duration_ms=1,
            )
        )

    async def fail(self) -> int:
        """End the run badly."""
        failed = events.RunFailed(code="x", message="It broke.", hint="Again.", retryable=True)
        return await self.add(failed)

    async def make(self, files: Mapping[str, str]) -> int:
        """A whole run that completes with these files."""
        await self.begin()
        for path, text in files.items():
            await self.write(path, text)
        return await self.complete()

    async def chunks(self, count: int, text: str = "0123456789") -> int:
        """Append that many chunks."""
        made = [
            events.CodeChunk(path="a.py", attempt=1, at=at * len(text), text=text)
            for at in range(count)
        ]
        return await self.add(*made)

    async def datas(self) -> list[bytes]:
        """Every event's bytes as stored."""
        return [record.data for record in await self.log.read(self.id, 0, 1_000_000)]


async def new_project(log: MemoryLog, project_id: str = "project1") -> Project:
    created = events.ProjectCreated(
        title="Todo API", prompt="A todo API", target="fastapi", model=None
    )
    await log.create(project_id, [created])
    return Project(log, project_id)


class Rig:
    """A server that runs, and a client that talks to it."""

    def __init__(
        self, log: MemoryLog, engine: FakeEngine, server: Server, client: httpx.AsyncClient
    ) -> None:
        self.log = log
        self.engine = engine
        self.server = server
        self.client = client

    @property
    def port(self) -> int:
        port = self.client.base_url.port
        assert port is not None
        return port

    def frames(self, path: str, headers: Mapping[str, str] | None = None) -> "Frames":
        return Frames(self.client, path, headers or {})


class Frame:
    """One frame of a stream: its id, and its data as bytes."""

    def __init__(self, block: bytes) -> None:
        self.lines = block.split(b"\n")
        self.id = self._field(b"id: ")
        self.data = self._field(b"data: ")

    @property
    def json(self) -> dict[str, object]:
        assert self.data is not None
        decoded: dict[str, object] = httpx.Response(200, content=self.data).json()
        return decoded

    def _field(self, name: bytes) -> bytes | None:
        found = [line.removeprefix(name) for line in self.lines if line.startswith(name)]
        assert len(found) <= 1
        return found[0] if found else None


class Frames:
    """Reads a stream frame by frame, inside `async with`."""

    def __init__(self, client: httpx.AsyncClient, path: str, headers: Mapping[str, str]) -> None:
        self._opening = client.stream("GET", path, headers=headers)
        self._buffer = b""

    async def __aenter__(self) -> "Frames":
        self.response = await self._opening.__aenter__()
        self._bytes = self.response.aiter_bytes()
        return self

    async def __aexit__(self, *about: object) -> None:
        await self._bytes.aclose()  # type: ignore[attr-defined]  # it is a generator
        await self._opening.__aexit__(None, None, None)

    async def next(self) -> Frame | None:
        """The next frame, comments too; None at the end of the stream."""
        while b"\n\n" not in self._buffer:
            try:
                self._buffer += await anext(self._bytes)
            except StopAsyncIteration:
                assert self._buffer == b"", "the stream ended within a frame"
                return None
        block, _, self._buffer = self._buffer.partition(b"\n\n")
        return Frame(block)

    async def event(self) -> Frame:
        """The next frame with data."""
        while True:
            frame = await self.next()
            assert frame is not None, "the stream ended"
            if frame.data is not None:
                return frame

    async def events(self, count: int) -> list[Frame]:
        return [await self.event() for _ in range(count)]

    async def rest(self) -> list[Frame]:
        """All frames with data up to the end of the stream."""
        found: list[Frame] = []
        while (frame := await self.next()) is not None:
            if frame.data is not None:
                found.append(frame)
        return found


@asynccontextmanager
async def serving(
    options: ServerOptions | None = None,
    *,
    gate: asyncio.Event | None = None,
    log: MemoryLog | None = None,
    previews: Live | None = None,
) -> AsyncGenerator[Rig, None]:
    """A server on a free loopback port, stopped when the block is left."""
    log = log or MemoryLog()
    engine = FakeEngine(log, gate)
    options = options or ServerOptions()
    server = build(log, engine, options, previews=previews)
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    running = asyncio.create_task(
        serve(server, host=options.door.host, port=0, ready=url.set_result, stop=stop)
    )
    try:
        client = httpx.AsyncClient(base_url=await url, timeout=20, trust_env=False)
        with blockbuster_ctx("smartforge"):  # nothing of ours may hold up the event loop
            async with client:
                yield Rig(log, engine, server, client)
    finally:
        stop.set()
        await running


def ids(frames: Sequence[Frame]) -> list[int]:
    return [int(frame.id) for frame in frames if frame.id is not None]


def types(frames: Sequence[Frame]) -> list[object]:
    return [frame.json["type"] for frame in frames]


async def until(condition: Callable[[], object]) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # what is waited for sets no event
            await asyncio.sleep(0.001)


def waiters(rig: Rig) -> int:
    """How many wait for events of the rig's log."""
    return len(rig.log._waiters)  # pyright: ignore[reportPrivateUsage]  # nothing else counts them


@asynccontextmanager
async def connected(
    rig: Rig,
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter], None]:
    """A bare connection that reads ahead of its reader as little as possible."""
    reader, writer = await asyncio.open_connection("127.0.0.1", rig.port, limit=1024)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()
