"""A node is killed in the middle of a run, 30 times: how soon another goes on, and who notices.

Three `smartforge serve` on one PostgreSQL. A model that streams writes a project; two viewers at
each of the nodes that survive follow it from its first event to its last. The node that executes
the run is killed (`kill -9`) at a random moment, and started again before the next one.

SMARTFORGE_BENCH_QUICK=1 tries it with three kills; then nothing is kept.
"""

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import msgspec
from tests.model_project import PLAN
from tests.openai_wire import Answer, Wire, WireScript, openai_wire

from benchmarks.nodes import Cluster, Node, cluster
from benchmarks.programs import PROC, TICKS, ProgramError
from benchmarks.report import report, row
from benchmarks.serving import ENDS, Event, Seen, Viewer, new_project, stored_events, viewing

QUICK = os.environ.get("SMARTFORGE_BENCH_QUICK") == "1"
KILLS = 3 if QUICK else 30
SEED = 30
NODES = 3
VIEWERS = 2
PACE = 80.0
LATEST = 6.0
"""Seconds from the start of the run to the kill, at the most."""

IDLE_SECONDS = 2.0 if QUICK else 10.0
SETTLE_SECONDS = 3.0
"""After the start of a node, until it is idle."""

WAIT_SECONDS = 20.0
LOOK_SECONDS = 0.01
LIMIT_SECONDS = 2.0
PROMPT = "Create a simple todo API with CRUD operations"
FILE = Answer("x = 1  # a line that stands for all others\n" * 10)
"""About a hundred and thirty tokens, so that a kill falls into any file, or between two."""


class Found(msgspec.Struct):
    """What became of one kill; seconds from it, for the viewer who saw it last.

    `resumed`: to `run:resumed`. `went_on`: to the next event of the run. `words`: to what the
    model says then. `broken`: viewers whose connection broke or was refused; `wrong`: viewers who
    did not see every event once, in order; `errors`: runs that did not go on. `repeated`: model
    calls for files that were finished before. `start`: from asking to the start of the run, when
    nothing else was on.
    """

    resumed: float
    went_on: float
    words: float
    start: float = 0.0
    broken: int = 0
    wrong: int = 0
    errors: int = 0
    repeated: int = 0

    @property
    def sound(self) -> bool:
        """Whether there is nothing to tell about it."""
        faults = self.broken or self.wrong or self.errors or self.repeated
        return not faults and self.went_on <= LIMIT_SECONDS


class Idle(msgspec.Struct, frozen=True):
    """Of one node without a run: CPU in percent of a core, and how many connections it has.

    `own` is that of its process, `database` that of PostgreSQL's processes which serve it.
    """

    own: float
    database: float
    connections: float


def main() -> None:
    try:
        found, idle, version = asyncio.run(_all())
    except (ProgramError, TimeoutError, httpx.HTTPError) as error:
        raise SystemExit(f"takeover: nothing could be measured: {error!r}") from error
    rows = _rows(found, idle)
    report("takeover", _settings(), rows, versions={"postgresql": version}, keep=not QUICK)
    for number, one in enumerate(found):
        if not one.sound:
            print(f"kill {number}: {one}", file=sys.stderr)
    failed = [line["metric"] for line in rows if not line.get("held", True)]
    if failed:
        raise SystemExit(f"takeover: does not hold: {'; '.join(failed)}")


async def _all() -> tuple[list[Found], Idle, str]:
    dice = random.Random(SEED)
    async with AsyncExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        wire = await held.enter_async_context(
            openai_wire(WireScript(plan=PLAN, otherwise=FILE, pace=PACE))
        )
        nodes = await held.enter_async_context(
            cluster(NODES, folder, {"OPENAI_BASE_URL": wire.base_url})
        )
        await asyncio.sleep(SETTLE_SECONDS)
        idle = await _idle(nodes)
        found: list[Found] = []
        for number in range(KILLS):
            found.append(await _kill(nodes, wire, number % NODES, dice.uniform(0.0, LATEST)))
            print("." if found[-1].sound else "!", end="", flush=True)
        print()
        return found, idle, nodes.version


async def _idle(nodes: Cluster) -> Idle:
    count = len(nodes.nodes)
    backends = nodes.backends()
    groups = [node.product.pid for node in nodes.nodes], backends
    before = [_ticks(pids) for pids in groups]
    began = time.perf_counter()
    await asyncio.sleep(IDLE_SECONDS)
    span = TICKS * (time.perf_counter() - began)
    own, database = (
        100 * (_ticks(pids) - was) / span / count for pids, was in zip(groups, before, strict=True)
    )
    return Idle(own, database, len(backends) / count)


def _ticks(pids: Sequence[int]) -> int:
    """Of CPU, in user and kernel mode, of these processes alone."""
    ticks = 0
    for pid in pids:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks


async def _kill(nodes: Cluster, wire: Wire, asked: int, delay: float) -> Found:
    """A run that is asked for at one of the nodes, and the kill of that which executes it."""
    calls = len(wire.requests)
    project = await new_project(
        nodes.nodes[asked].product.http, PROMPT, planner="offline", author="model"
    )
    victim = await _executing(nodes, asked, project)
    others = [node for node in nodes.nodes if node is not victim]
    async with AsyncExitStack() as held:
        viewers = [
            await held.enter_async_context(viewing(node.product.http, project))
            for node in others
            for _ in range(VIEWERS)
        ]
        await _come(viewers, lambda event: event["type"] == "run:started")
        await asyncio.sleep(delay)
        killed = time.perf_counter()
        victim.kill()
        try:
            found = await _seen(viewers, killed)
        except (TimeoutError, ProgramError):
            found = Found(WAIT_SECONDS, WAIT_SECONDS, WAIT_SECONDS, errors=1)
        await _end(viewers, others[0].product.http, project, found)
    asked_for = Counter(request.asked for request in wire.requests[calls:])
    found.repeated = sum(max(0, asked_for[path] - 1) for path in _finished(viewers[0]))
    await victim.stop()
    await victim.start()
    return found


async def _executing(nodes: Cluster, by: int, project: str) -> Node:
    """The node that has the run of the project."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            shown = await nodes.shown(by)
            for each in shown["on"]:
                if each["projectId"] == project:
                    return nodes.nodes[nodes.place(shown, each["node"])]
            await asyncio.sleep(LOOK_SECONDS)


async def _seen(viewers: Sequence[Viewer], killed: float) -> Found:
    """When the last viewer saw the run go on. Raises TimeoutError where one does not."""
    resumed = await _come(viewers, lambda event: event["type"] == "run:resumed")
    seq = resumed[0].event["seq"]
    went_on = await _come(viewers, lambda event: event["seq"] > seq)
    words = await _come(viewers, lambda event: event["seq"] > seq and event["type"] == "code:chunk")

    def last(seen: Sequence[Seen]) -> float:
        return max(one.at for one in seen) - killed

    return Found(last(resumed), last(went_on), last(words))


async def _come(viewers: Sequence[Viewer], holds: Callable[[Event], bool]) -> list[Seen]:
    """The first event of each viewer for which `holds`."""
    return await asyncio.gather(*(viewer.first(holds, WAIT_SECONDS) for viewer in viewers))


async def _end(
    viewers: Sequence[Viewer], http: httpx.AsyncClient, project: str, found: Found
) -> None:
    """Stop the run, and compare what the viewers have seen until its end with what is stored."""
    (await http.post(f"/api/projects/{project}/cancel")).raise_for_status()
    events = await stored_events(http, project)
    last: int = events[-1]["seq"]
    for viewer in viewers:
        try:
            await viewer.first(lambda event: event["seq"] == last, WAIT_SECONDS)
        except (TimeoutError, ProgramError):
            found.wrong += 1
            continue
        ids = [int(each) for each in viewer.ids]
        found.wrong += (
            ids != [*range(1, last + 1)] or [each.event for each in viewer.seen] != events
        )
    found.broken = sum(viewer.broken is not None for viewer in viewers)
    at = {event["type"]: event["ts"] for event in events}
    found.start = (at["run:started"] - at["run:queued"]) / 1000
    ends = [event["type"] for event in events if event["type"] in ENDS]
    found.errors += ends != ["run:cancelled"]


def _finished(viewer: Viewer) -> list[str]:
    """The files that were complete before another node went on."""
    paths: list[str] = []
    for one in viewer.seen:
        if one.event["type"] == "run:resumed":
            return paths
        if one.event["type"] == "file:complete":
            paths.append(one.event["path"])
    return []


def _rows(found: Sequence[Found], idle: Idle) -> list[dict[str, Any]]:
    went_on = [one.went_on for one in found]
    resumed = [one.resumed for one in found]
    words = [one.words for one in found]
    starts = [one.start for one in found]
    return [
        row("kill -9 until the run goes on, p50", "s", statistics.median(went_on)),
        row("kill -9 until the run goes on, p95", "s", _p95(went_on), limit=LIMIT_SECONDS),
        row("kill -9 until the run goes on, most", "s", max(went_on)),
        row("kill -9 until run:resumed, p50", "s", statistics.median(resumed)),
        row("kill -9 until run:resumed, p95", "s", _p95(resumed), limit=LIMIT_SECONDS),
        row("kill -9 until run:resumed, most", "s", max(resumed)),
        row("kill -9 until the model's next words, p50", "s", statistics.median(words)),
        row("kill -9 until the model's next words, p95", "s", _p95(words)),
        row("viewers at other nodes, broken or refused", "", _sum(found, "broken"), limit=0),
        row("viewers who missed or saw twice", "", _sum(found, "wrong"), limit=0),
        row("runs that did not go on", "", _sum(found, "errors"), limit=0),
        row("model calls for what was finished", "", _sum(found, "repeated"), limit=0),
        row("kills", "", len(found)),
        row("viewers at other nodes", "", len(found) * VIEWERS * (NODES - 1)),
        row("run:queued until run:started, p50", "ms", 1000 * statistics.median(starts)),
        row("CPU of an idle node", "% of a core", idle.own),
        row("CPU of PostgreSQL for it", "% of a core", idle.database),
        row("PostgreSQL connections of an idle node", "", idle.connections),
    ]


def _sum(found: Sequence[Found], what: str) -> int:
    return sum(getattr(one, what) for one in found)


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def _settings() -> dict[str, object]:
    return {
        "seed": SEED,
        "nodes": f"{NODES}, `smartforge serve`; who executes is killed, and started again after it",
        "moment": f"up to {LATEST:.0f} s after run:started",
        "run": "planned offline; a scripted model in the process that measures writes each file,"
        f" {PACE:.0f} tokens/s, 1.6 s a file",
        "goes on": "the first event after run:resumed; seen by the last of all viewers",
        "viewers": f"{VIEWERS} at each other node, from the first event to the last, all compared"
        " with what is stored",
        "idle": f"mean of the nodes over {IDLE_SECONDS:.0f} s, without runs and viewers",
        "cores": "all share the machine, PostgreSQL too",
        "auth": "token",
        "limits": "on",
        "durability": "PostgreSQL, fsync and synchronous_commit on",
    }
