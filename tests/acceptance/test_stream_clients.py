"""Clients that know nothing of Smart Forge, each unchanged, follow a run over cut connections."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import httpx_sse
import pytest
import websockets
from playwright.async_api import async_playwright

from tests.e2e.conftest import FLAGS, chromium
from tests.processes import QUICK, ServerProcess, node, serving
from tests.wire_cutting import cutting

PROMPT = "Create a simple todo API"
CUTS = (3_000, 40_001, 90_002)
"""Bytes after which a client's connections are cut: in the middle of frames, all of them."""

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 90

pytestmark = pytest.mark.xdist_group("stream_clients")


@dataclass
class Seen:
    """What a client saw: the ids, and whether it was told that nothing more comes."""

    ids: list[int] = field(default_factory=list[int])
    ended: bool = False


Follow = Callable[[str, str], Awaitable[Seen]]
"""Follows a project at a server, by its address and the project's id."""


async def curl(server: str, project: str) -> Seen:
    """`curl -N`; who calls it reads the last id and calls it again."""
    seen = Seen()
    while not seen.ended:
        resume = ["-H", f"Last-Event-ID: {seen.ids[-1]}"] if seen.ids else []
        said = await run_curl("-N", *resume, f"{server}/api/stream/{project}?compact=0")
        for frame in said.split(b"\n\n")[:-1]:
            lines = frame.split(b"\n")
            seen.ids += [int(line[4:]) for line in lines if line.startswith(b"id: ")]
            seen.ended = seen.ended or b'data: {"type":"end"}' in lines
    again = await run_curl(
        *("-H", f"Last-Event-ID: {seen.ids[-1]}", "-w", "%{http_code}"),
        f"{server}/api/stream/{project}",
    )
    assert again == b"204"
    return seen


async def run_curl(*arguments: str) -> bytes:
    program = await asyncio.create_subprocess_exec(
        *("curl", "-s", *arguments), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await program.communicate()
    return said


async def httpx_sse_client(server: str, project: str) -> Seen:
    seen = Seen()
    async with httpx.AsyncClient(trust_env=False) as client:
        while not seen.ended:
            resume = {"Last-Event-ID": str(seen.ids[-1])} if seen.ids else {}
            url = f"{server}/api/stream/{project}?compact=0"
            try:
                async with httpx_sse.aconnect_sse(client, "GET", url, headers=resume) as source:
                    async for event in source.aiter_sse():
                        if event.data == '{"type":"end"}':
                            seen.ended = True
                        elif event.data:
                            assert event.json()["seq"] == int(event.id)
                            seen.ids.append(int(event.id))
            except httpx.TransportError:
                continue
    return seen


EVENT_SOURCE = """
(url) => new Promise((resolve) => {
  const ids = []
  let ended = false
  const source = new EventSource(url)
  source.onmessage = (event) => {
    if (JSON.parse(event.data).type === 'end') ended = true
    else ids.push(Number(event.lastEventId))
  }
  source.onerror = () => {
    // After the end it comes back once more, is answered 204 and gives up.
    if (source.readyState === EventSource.CLOSED) resolve({ ids, ended })
  }
})
"""


async def npm_eventsource(server: str, project: str) -> Seen:
    """The package of that name, in Node."""
    script = (
        "import { EventSource } from 'eventsource'\n"
        f"const seen = await ({EVENT_SOURCE})(process.argv[1])\n"
        "console.log(JSON.stringify(seen))\n"
    )
    program = await asyncio.create_subprocess_exec(
        *(node(), "--input-type=module", "-e", script),
        f"{server}/api/stream/{project}?compact=0",
        cwd=ROOT / "web",
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await program.communicate()
    return Seen(**json.loads(said))


async def browser(server: str, project: str) -> Seen:
    """The EventSource of a real Chromium."""
    flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=flags)
        page = await launched.new_page()
        await page.goto(f"{server}/healthz")
        seen = await page.evaluate(EVENT_SOURCE, f"/api/stream/{project}?compact=0")
        await launched.close()
    return Seen(**seen)


async def websockets_client(server: str, project: str) -> Seen:
    """Over WebSocket nothing says that no more comes, since it goes on across runs."""
    seen = Seen()
    address = server.replace("http", "ws", 1) + f"/api/stream/{project}/ws?compact=0&after="
    while not seen.ended:
        after = seen.ids[-1] if seen.ids else 0
        try:
            async with websockets.connect(f"{address}{after}", proxy=None) as socket:
                async for text in socket:
                    assert isinstance(text, str)
                    event = json.loads(text)
                    if "seq" in event:
                        seen.ids.append(event["seq"])
                    if event["type"] == "complete":
                        seen.ended = True
                        break
        except (websockets.ConnectionClosed, OSError, EOFError):
            continue
    return seen


CLIENTS: dict[str, Follow] = {
    "curl": curl,
    "httpx-sse": httpx_sse_client,
    "eventsource": npm_eventsource,
    "browser": browser,
    "websockets": websockets_client,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerProcess, None, None]:
    with serving(tmp_path_factory.mktemp("data"), ["--pace", "0"], command=QUICK) as running:
        yield running


@dataclass
class Watched:
    """One run, which every client followed from its first event on, and what came of it."""

    last: int
    outcomes: dict[str, Seen | BaseException]


@pytest.fixture(scope="module")
async def watched(server: ServerProcess) -> Watched:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        made = (await client.post("/api/projects", json={"prompt": PROMPT})).json()["id"]
        outcomes = await asyncio.gather(
            *(through_cuts(follow, server.url, made) for follow in CLIENTS.values()),
            return_exceptions=True,
        )
        last = (await client.get(f"/api/projects/{made}")).json()["seq"]
    return Watched(last, dict(zip(CLIENTS, outcomes, strict=True)))


async def through_cuts(follow: Follow, server: str, project: str) -> Seen:
    async with asyncio.timeout(SECONDS), cutting(server, CUTS) as proxy:
        seen = await follow(proxy.url, project)
        assert proxy.taken == len(CUTS), "not every cut was met"
        return seen


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_whole_run_is_followed_over_cuts(watched: Watched, client: str) -> None:
    seen = watched.outcomes[client]
    if isinstance(seen, BaseException):
        raise seen
    assert watched.last > 1000
    assert seen.ids == list(range(1, watched.last + 1))
    assert seen.ended
