"""Many users ask a cluster for runs: what becomes of them, and how many were on at once."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import msgspec
from tests.model_project import PLAN
from tests.openai_wire import Answer, WireScript, openai_wire

from benchmarks.nodes import Cluster, cluster
from benchmarks.programs import ROOT, ProgramError
from benchmarks.serving import ENDS, TOKEN, Event, stored_events

QUICK = os.environ.get("SMARTFORGE_BENCH_QUICK") == "1"
NODES = 3
AT_ONCE, OF_A_USER = 6, 2
SLOTS = 4
"""Of each node, so that the limit in all is what binds."""

GREEDY, FIRST = (6, 4) if QUICK else (6, 11)
OTHERS, EACH = (6, 1) if QUICK else (9, 4)
"""So many users ask for so many runs each: first the greedy ones, then the others in turns."""

MODEL_SECONDS = 2.0 if QUICK else 6.0
PIECES = 10

LOOK_SECONDS = 0.1
WAIT_SECONDS = 300.0
REQUEST_SECONDS = 30.0
PROMPT = "Keep notes"
PROGRAM = (sys.executable, "-m", "benchmarks.quick_node")


class Run(msgspec.Struct, frozen=True):
    """One run by its events: times in seconds by the log's clock."""

    user: str
    queued: float
    started: float
    ended: float
    how: str


class Most(msgspec.Struct):
    """The most runs that were seen at once in the tickets."""

    all: int = 0
    user: int = 0
    node: int = 0
    users: set[str] = set()
    by_node: dict[str, set[str]] = {}

    def see(self, shown: Any) -> None:
        """What a node has told of the cluster."""
        on: Sequence[Any] = shown["on"]
        self.all = max(self.all, len(on))
        self.user = max(self.user, _most(each["user"] for each in on))
        self.node = max(self.node, _most(each["node"] for each in on))
        self.users |= {each["user"] for each in on}
        for each in on:
            self.by_node.setdefault(each["node"], set()).add(each["run"])


class Round(msgspec.Struct, frozen=True):
    """All runs on so many nodes, and what was seen meanwhile."""

    nodes: int
    runs: Sequence[Run]
    most: Most

    @property
    def rate(self) -> float:
        """Runs a second of each node, from the first start to the last end."""
        took = max(run.ended for run in self.runs) - min(run.started for run in self.runs)
        return len(self.runs) / took / self.nodes


async def on_nodes(count: int, folder: Path) -> tuple[Round, str]:
    """All runs on so many nodes, with their share of the room; PostgreSQL's version."""
    async with openai_wire(_script()) as wire:
        variables = {
            "OPENAI_BASE_URL": wire.base_url,
            "PYTHONPATH": str(ROOT),
            "SMARTFORGE_RUNS": str(AT_ONCE * count // NODES),
            "SMARTFORGE_RUNS_PER_USER": str(OF_A_USER),
            "SMARTFORGE_RUNS_PER_NODE": str(SLOTS),
        }
        async with cluster(count, folder, variables, program=PROGRAM) as nodes:
            return await _round(nodes), nodes.version


def _script() -> WireScript:
    """A model that plans, and takes the same time for it whoever else asks."""
    text = json.dumps(PLAN)
    size = -(-len(text) // PIECES)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return WireScript(plan=Answer(pieces=pieces, pace=len(pieces) / MODEL_SECONDS))


async def _round(nodes: Cluster) -> Round:
    count = len(nodes.nodes)
    greedy = [f"greedy {number}" for number in range(GREEDY * count // NODES)]
    others = [f"other {number}" for number in range(OTHERS * count // NODES)]
    most, all_asked = Most(), asyncio.Event()
    looking = asyncio.create_task(_look(nodes, most, all_asked))
    try:
        asked = await _ask_all(nodes, [name for name in greedy for _ in range(FIRST)], others)
        all_asked.set()
        await asyncio.wait_for(looking, WAIT_SECONDS)
    finally:
        looking.cancel()
    http = nodes.nodes[0].product.http
    runs = [_run(name, await stored_events(http, project)) for name, project in asked]
    if len(most.users) != len({*greedy, *others}):
        raise ProgramError(f"{len(most.users)} users were seen in the queue")
    return Round(count, runs, most)


async def _ask_all(
    nodes: Cluster, first: Sequence[str], others: Sequence[str]
) -> list[tuple[str, str]]:
    """Whose runs these are, and their projects; users ask at all nodes in turn."""
    urls = [str(node.product.http.base_url) for node in nodes.nodes]
    asked: list[tuple[str, str]] = []
    async with AsyncExitStack() as held:
        names = dict.fromkeys((*first, *others))
        users = {name: await held.enter_async_context(_browser()) for name in names}
        for place, browser in enumerate(users.values()):
            (await browser.get(f"{urls[place % len(urls)]}/")).raise_for_status()
        for place, name in enumerate([*first, *[*others] * EACH]):
            asked.append((name, await _ask(users[name], urls[place % len(urls)])))
    return asked


def _browser() -> httpx.AsyncClient:
    """It keeps the cookie by which it is known, for all ports as browsers do."""
    return httpx.AsyncClient(
        headers={"Authorization": f"Bearer {TOKEN}"}, timeout=REQUEST_SECONDS, trust_env=False
    )


async def _ask(browser: httpx.AsyncClient, url: str) -> str:
    answer = await browser.post(
        f"{url}/api/projects", json={"prompt": PROMPT, "planner": "model", "author": "auto"}
    )
    answer.raise_for_status()
    return answer.json()["id"]


async def _look(nodes: Cluster, most: Most, all_asked: asyncio.Event) -> None:
    """Until all that was asked for is over."""
    while True:
        last = all_asked.is_set()
        most.see(shown := await nodes.shown())
        if last and not shown["on"] and not shown["waiting"]:
            return
        await asyncio.sleep(LOOK_SECONDS)


def _run(user: str, events: Sequence[Event]) -> Run:
    """Raises ProgramError where it was not started once and ended once."""

    def at(*types: str) -> Event:
        found = [event for event in events if event["type"] in types]
        if len(found) != 1:
            raise ProgramError(f"a run has {len(found)} events of {', '.join(types)}")
        return found[0]

    end = at(*ENDS)
    return Run(
        user=user,
        queued=at("run:queued")["ts"] / 1000,
        started=at("run:started")["ts"] / 1000,
        ended=end["ts"] / 1000,
        how=end["type"],
    )


def _most(names: Iterable[str]) -> int:
    return max(Counter(names).values(), default=0)
