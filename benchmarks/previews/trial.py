"""Previews of one server in this process, from their first request to their end."""

import asyncio
import contextlib
import functools
import os
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import msgspec
from tests.leftovers import Leftovers, look

from smartforge import events
from smartforge.app.previewing import warm
from smartforge.app.product import Product, product
from smartforge.contract import Contract, reading
from smartforge.planners.base import PlanRequest
from smartforge.planners.offline import OfflinePlanner
from smartforge.preview.live import Bounds, LivePreviews
from smartforge.sandbox import tree
from smartforge.sandbox.base import Limits, Program
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.folder import SOCKET_NAME
from smartforge.sandbox.spares import Spares
from smartforge.server.build import build
from smartforge.server.options import DoorOptions, ServerOptions
from smartforge.server.serve import serve
from smartforge.settings import Settings
from smartforge.targets.fastapi import FastAPITarget

PROMPT = (
    "A bookstore API with books (title, author, price, stock) and reviews. Users register and log"
    " in with JWT; only admins add books"
)
TOKEN = "benchmark-token"
STOP_SECONDS, COMPILED_SECONDS = 30.0, 120.0
SETTLED_SECONDS = 4.0
"""After which an API has given back what only its start needed."""

NEIGHBOUR = """
import os, socket
from fastapi import FastAPI

app = FastAPI()

@app.get("/health")
def health():
    return {"status": "ok"}

def _connects(family, place):
    try:
        with socket.socket(family) as one:
            one.settimeout(1)
            one.connect(place)
            return True
    except OSError:
        return False

@app.post("/reach")
def reach(body: dict):
    own = socket.socket(socket.AF_UNIX)
    own.bind("/tmp/own.sock")
    own.listen()
    paths = [*body["paths"], *("/proc/1/root" + path for path in body["paths"])]
    named = [line.split()[-1] for line in open("/proc/net/unix").readlines()[1:]]
    return {
        "able": _connects(socket.AF_UNIX, "/tmp/own.sock"),
        "sockets": [path for path in paths if _connects(socket.AF_UNIX, path)],
        "ports": [port for port in body["ports"] if _connects(socket.AF_INET, ("127.0.0.1", port))],
        "files": [path for path in body["paths"] if os.path.exists(path)],
        "named": [name for name in named if name.startswith("@")],
        "processes": len([name for name in os.listdir("/proc") if name.isdecimal()]),
    }
"""
MOST_PROCESSES = 4
"""Of its own sandbox: bubblewrap, the API, and who may just be starting."""


class Found(msgspec.Struct):
    """Seconds and megabytes of each preview; what one could reach of others; what was left."""

    starts: list[float] = []
    wakes: list[float] = []
    megabytes: list[float] = []
    reached: list[str] = []
    stopped: float = 0.0
    sandboxes: list[float] = []
    left: list[str] = []


class Place(msgspec.Struct, frozen=True):
    """A server that runs, and a client that may pass its door."""

    http: httpx.AsyncClient
    port: int
    previews: LivePreviews
    spares: Spares
    projects: list[str]


async def measure(folder: Path, previews: int, wakes: int, sandboxes: int) -> Found:
    """So many previews at once, wakes of one of them, and sandboxes one after the other."""
    found = Found()
    sandbox = Bubblewrap()
    await sandbox.probe()
    await asyncio.to_thread(_warm_up)
    before = await asyncio.to_thread(look)
    async with AsyncExitStack() as held:
        place = await held.enter_async_context(serving(folder, previews))
        for name in place.projects:
            found.starts.append(await _timed(functools.partial(_ask, place, name)))
        await place.spares.close()
        await _until_compiled(folder / "previews", place.projects)
        await asyncio.sleep(SETTLED_SECONDS)
        found.megabytes = await asyncio.to_thread(_weights)
        found.reached = await _reached(place)
        for _ in range(wakes):
            found.wakes.append(await _wake(place, place.projects[0]))
        began = time.perf_counter()
        place.previews.end()
        await place.spares.close()
        await _until_gone()
        found.stopped = time.perf_counter() - began
    for _ in range(sandboxes):
        found.sandboxes.append(await _timed(functools.partial(_run_one, sandbox)))
    found.left = _differences(before, await asyncio.to_thread(look))
    return found


@asynccontextmanager
async def serving(folder: Path, previews: int) -> AsyncGenerator[Place]:
    """A server with so many projects, and one whose code looks for the others."""
    target = FastAPITarget()
    planned = await OfflinePlanner().plan(PlanRequest((PROMPT,)))
    files = await asyncio.to_thread(target.render, planned.contract)
    async with AsyncExitStack() as held:
        made = await held.enter_async_context(product(Settings(folder), durable=True))
        spares = Spares(Bubblewrap(), 1, quiet_seconds=0.05)
        held.push_async_callback(spares.close)
        live = LivePreviews(
            made.log,
            made.states,
            spares,
            lambda _: target.dependencies(),
            folder / "previews",
            own_headers=frozenset({"x-smart-forge-token"}),
            bounds=Bounds(awake=previews + 1),
            expect=lambda _: spares.expect(warm(target)),
        )
        await held.enter_async_context(live.open())
        projects = [f"project{number}" for number in range(previews)]
        for name in projects:
            await _make(made, name, planned.contract, files)
        await _make(made, "neighbour", planned.contract, {"app/main.py": NEIGHBOUR})
        options = ServerOptions(door=DoorOptions(token=TOKEN))
        app = build(made.log, made.engine, options, made.states, previews=live)
        url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()
        running = asyncio.create_task(
            serve(app, host="127.0.0.1", port=0, ready=url.set_result, stop=stop)
        )
        http = httpx.AsyncClient(
            base_url=await url,
            headers={"x-smart-forge-token": TOKEN, "authorization": f"Bearer {TOKEN}"},
            trust_env=False,
            timeout=60,
        )
        try:
            async with http:
                yield Place(http, http.base_url.port or 0, live, spares, projects)
        finally:
            stop.set()
            await running


async def _until_compiled(folder: Path, projects: Sequence[str]) -> None:
    """What is done once for each version, some time after its first start."""
    places = [folder / name / "code" for name in projects]
    async with asyncio.timeout(COMPILED_SECONDS):
        while not await asyncio.to_thread(lambda: all(one.exists() for one in places)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # nobody tells of the last one


async def _until_gone() -> None:
    async with asyncio.timeout(STOP_SECONDS):
        while tree.children(os.getpid()):  # noqa: ASYNC110  # nobody tells of the last one
            await asyncio.sleep(0.005)


async def _make(made: Product, name: str, contract: Contract, files: Mapping[str, str]) -> None:
    """A project with a version, as its run would have left it."""
    created = events.ProjectCreated(title=name, prompt=PROMPT, target="fastapi", model=None)
    await made.log.create(name, [created])
    plan = reading.to_json(contract)
    facts: list[events.Fact] = [
        events.RunQueued(position=0, trigger="prompt"),
        events.RunStarted(trigger="prompt", base_version=None, message_id=None),
        events.PlanReady(contract=plan, files=(), notes=(), operations_not_made=()),
    ]
    for path, text in files.items():
        sha256 = await made.log.put(text.encode())
        size = len(text.encode())
        facts.append(events.FileComplete(path=path, attempt=1, size=size, sha256=sha256))
    facts.append(
        events.Complete(
            version=1,
            verdict="passed",
            summary="",
            file_count=len(files),
            operation_count=1,
            skipped_checks=(),
            duration_ms=1,
        )
    )
    for fact in facts:
        await made.log.append(name, [fact], run="r1")


async def _ask(place: Place, name: str) -> None:
    answer = await place.http.get(f"/preview/{name}/health")
    answer.raise_for_status()
    assert answer.headers["x-smart-forge-preview"] == "live", answer.headers


async def _wake(place: Place, name: str) -> float:
    """Seconds from the request that wakes it to its answer; a spare waits."""
    path = f"/api/projects/{name}/preview/environment"
    (await place.http.put(path, json={"variables": {}})).raise_for_status()
    await place.spares.settled()
    return await _timed(functools.partial(_ask, place, name))


async def _reached(place: Place) -> list[str]:
    """What code in one sandbox finds of the others and of the host."""
    await _ask(place, "neighbour")
    paths = await asyncio.to_thread(_sockets)
    asked = {"paths": paths, "ports": [place.port, 22, 80, 8000]}
    told = (await place.http.post("/preview/neighbour/reach", json=asked)).json()
    names = ("sockets", "ports", "files", "named")
    reached = [f"{name}: {one}" for name in names for one in told[name]]
    if told["processes"] > MOST_PROCESSES:
        reached.append(f"processes: {told['processes']}")
    if not told["able"] or len(paths) < len(place.projects):
        reached.append("nothing was tried")
    return reached


async def _run_one(sandbox: Bubblewrap) -> None:
    program = Program(
        ("-c", "pass"), Path(__file__).parent, FastAPITarget().dependencies(), limits=Limits()
    )
    ended = await sandbox.run(program)
    assert ended.exit_code == 0, ended


async def _timed(step: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await step()
    return time.perf_counter() - began


def _weights() -> list[float]:
    """MB of each sandbox below this process: its proportional share of what it holds."""
    return [
        sum(_share(one) for one in (pid, *tree.descendants(pid))) / 1024
        for pid in tree.children(os.getpid())
    ]


def _share(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _sockets() -> list[str]:
    """Where the APIs of this process are asked: nobody else makes sockets in its own folder."""
    return sorted(map(str, Path(tempfile.gettempdir()).glob(f"*/{SOCKET_NAME}")))


def _warm_up() -> None:
    """What this process opens once and keeps is no leftover."""
    FastAPITarget().dependencies()


def _differences(before: Leftovers, after: Leftovers) -> list[str]:
    kinds = ("processes", "users", "mounts", "sockets", "folders", "groups")
    left = [
        f"{kind}: {sorted(map(str, more))}"
        for kind in kinds
        if (more := getattr(after, kind) - getattr(before, kind))
    ]
    if after.descriptors > before.descriptors:
        left.append(f"descriptors: {after.descriptors - before.descriptors}")
    return left
