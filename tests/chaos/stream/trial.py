"""One trial: nodes write, viewers view, the plan disturbs; then everything is compared."""

import asyncio
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.chaos.stream.databases import Database
from tests.chaos.stream.fleet import Node, NodeFailed
from tests.chaos.stream.lines import Line
from tests.chaos.stream.node import Spec
from tests.chaos.stream.plan import Disturbance, Plan
from tests.chaos.stream.script import PROJECTS, batches, same
from tests.chaos.stream.viewers import Viewer, viewer
from tests.chaos.stream.views import Stored, judge

SECONDS = 60.0
"""A trial that takes longer has stopped somewhere."""


class Outcome(msgspec.Struct):
    """What came of a trial, and how much happened in it."""

    plan: Plan
    faults: list[str] = []
    histories: dict[str, list[str]] = {}
    events: int = 0
    seen: int = 0
    snapshots: int = 0
    connections: int = 0
    cuts: int = 0
    farewells: int = 0
    slowest_end: float = 0.0

    def report(self) -> str:
        """Everything needed to understand and to repeat it."""
        repeat = f"SMARTFORGE_SEED={self.plan.seed} pytest tests/chaos/test_stream.py"
        lines = [str(self.plan), f"to repeat: {repeat}", *self.faults[:40]]
        for name, history in self.histories.items():
            lines += [f"--- {name}", *history[-60:]]
        return "\n".join(lines)


async def run(
    plan: Plan, folder: Path, database: Database, *, fault: str = "", seconds: float = SECONDS
) -> Outcome:
    """Run it to its end; whatever is wrong stands in the outcome."""
    trial = _Trial(plan, folder, database, fault)
    try:
        async with asyncio.timeout(seconds):
            await trial.run()
    except NodeFailed as error:
        trial.faults.append(str(error))
    except TimeoutError:
        trial.faults.append(f"not at its end after {seconds} s: {trial.standing()}")
    finally:
        await trial.close()
    return trial.outcome()


class _Trial:
    def __init__(self, plan: Plan, folder: Path, database: Database, fault: str) -> None:
        self.faults: list[str] = []
        self._plan = plan
        self._database = database
        self._fault = fault
        self._rng = random.Random(f"{plan.seed} trial")
        self._nodes = [Node(number, folder, self._heard) for number in range(plan.nodes)]
        self._moved = asyncio.Event()
        self._viewers = {each.name: self._viewer(each.name) for each in plan.sights}
        self._watching: list[asyncio.Task[None]] = []
        self._batches = {each: len(batches(plan.seed, each)) for each in PROJECTS}
        self._written = dict.fromkeys(PROJECTS, 0)
        self._tails = dict.fromkeys(PROJECTS, 0)
        self._writers: dict[str, tuple[Node, int]] = {}
        self._orders = 0
        self._unsaid: dict[str, tuple[Node, str]] = {}
        self._failed = False
        self._acknowledged: dict[tuple[str, str], int] = {}
        self._slowest_end = 0.0
        self._farewells = 0
        self._jumps = dict.fromkeys(range(plan.nodes), 0)

    async def run(self) -> None:
        for each in self._nodes:
            await self._start(each)
        for project_id in PROJECTS:
            self._nodes[0].say("create", project_id)
        await self._until(lambda: all(self._tails.values()))
        for each in self._viewers.values():
            await each.line.open()
            watching = asyncio.create_task(each.run())
            watching.add_done_callback(self._watched)
            self._watching.append(watching)
        for project_id in PROJECTS:
            self._write(project_id, self._rng.choice(self._nodes))
        total = sum(self._batches.values())
        for each in self._plan.disturbances:
            await self._until(lambda at=each.at: sum(self._written.values()) >= at * total)
            await self._disturb(each)
        await self._until(lambda: self._written == self._batches and not self._unsaid)
        await self._finish()
        await self._compare()

    async def close(self) -> None:
        """Leave nothing behind."""
        for each in self._watching:
            each.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        for each in self._viewers.values():
            await each.line.close()
        for each in self._nodes:
            await each.kill()

    def standing(self) -> str:
        """How far it came."""
        behind = [
            f"{name} {[(each, view.cursor) for each, view in one.views.items()]}"
            for name, one in self._viewers.items()
            if not one.finished.is_set()
        ]
        return f"written {self._written} of {self._batches}, tails {self._tails}, behind: {behind}"

    def outcome(self) -> Outcome:
        viewers = self._viewers.values()
        views = [view for each in viewers for view in each.views.values()]
        return Outcome(
            plan=self._plan,
            faults=self.faults,
            histories={
                each.sight.name: list(each.history)
                for each in viewers
                if any(each.sight.name in fault for fault in self.faults)
            },
            events=sum(self._tails.values()),
            seen=sum(len(each.events) for each in views),
            snapshots=sum(len(each.snapshots) for each in views),
            connections=sum(each.line.connections for each in viewers),
            cuts=sum(each.line.cuts for each in viewers),
            farewells=self._farewells,
            slowest_end=self._slowest_end,
        )

    def _viewer(self, name: str) -> Viewer:
        (sight,) = (each for each in self._plan.sights if each.name == name)
        rng = random.Random(f"{self._plan.seed} {name}")
        line = Line(lambda: self._choose(rng), rng, narrow=sight.narrow)
        line.rough = self._plan.rough and not sight.narrow
        return viewer(sight, line, rng, self._moved.set)

    def _choose(self, rng: random.Random) -> tuple[int, int] | None:
        node = rng.choice(self._nodes)
        return None if node.port is None else (node.number, node.port)

    async def _start(self, node: Node) -> None:
        """Start it; what anybody was shown or told before has to be in the log then."""
        known = {each: max(self._shown(each), self._tails[each]) for each in PROJECTS}
        mark = f"{node.number}{node.starts:02d}"
        address, jump = self._database.address, self._jumps[node.number]
        await node.start(Spec(self._plan.seed, address, mark, not node.starts, jump, self._fault))
        for project_id, last in known.items():
            if (stored := node.tails.get(project_id, 0)) < last:
                raise NodeFailed(f"phantom: {project_id}:{last} was there, {stored} is stored")
        for project_id, (writer, _) in tuple(self._writers.items()):
            if writer is node:
                self._write(project_id, node)
        for key, (speaker, project_id) in self._unsaid.items():
            if speaker is node:
                node.say("say", project_id, key)

    def _shown(self, project_id: str) -> int:
        """The newest place that any viewer has seen."""
        views = [view for each in self._viewers.values() if (view := each.views.get(project_id))]
        newest = [(*each.events[-1:], *each.snapshots[-1:]) for each in views]
        return max((seq for each in newest for seq, _ in each), default=0)

    def _write(self, project_id: str, node: Node) -> None:
        """From now on this node writes the project, beginning with what is not acknowledged."""
        self._orders += 1
        self._writers[project_id] = (node, self._orders)
        node.say("write", project_id, self._written[project_id], self._orders)

    def _heard(self, node: Node, words: Sequence[Any]) -> None:
        match words:
            case ["ack", str(project_id), str(key), int(last)]:
                before = self._acknowledged.setdefault((project_id, key), last)
                if before != last:
                    self.faults.append(f"{project_id} {key} was stored at {before} and at {last}")
                self._tails[project_id] = max(self._tails[project_id], last)
                self._unsaid.pop(key, None)
                if key == f"b{self._written[project_id]}":
                    self._written[project_id] += 1
            case ["fenced", str(project_id), int(order)]:
                if self._writers[project_id][1] == order:
                    self._write(project_id, node)
            case _:
                self.faults.append(f"node {node.number} {' '.join(map(str, words))}")
                self._failed = True
        self._moved.set()

    def _watched(self, watching: asyncio.Task[None]) -> None:
        if not watching.cancelled() and (error := watching.exception()):
            self.faults.append(f"a viewer failed: {error!r}")
            self._failed = True
        self._moved.set()

    async def _until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            if self._failed:
                raise NodeFailed("the trial was given up")
            self._moved.clear()
            await self._moved.wait()

    async def _disturb(self, what: Disturbance) -> None:
        node = self._nodes[what.node]
        match what.what:
            case "cut":
                for name in what.names:
                    self._viewers[name].line.cut()
            case "rest":
                for name in what.names:
                    self._viewers[name].rest()
            case "wake":
                for name in what.names:
                    self._viewers[name].wake(self._tails)
            case "kill":
                await node.kill()
                self._hand_over(node)
                await self._start(node)
            case "terminate":
                await self._terminate(node)
                self._hand_over(node)
                await self._start(node)
            case "take":
                (project_id,) = what.names
                writer, _ = self._writers[project_id]
                self._write(project_id, self._nodes[1 - writer.number])
            case "clock":
                self._jumps[node.number] = what.amount
                node.say("clock", what.amount)
            case "say":
                (project_id,) = what.names
                key = f"m{what.amount}"
                self._unsaid[key] = (node, project_id)
                node.say("say", project_id, key)
            case "restart database":
                await self._database.restart(crash=bool(what.amount))
            case "drop listening":
                await self._database.drop_listening()

    def _hand_over(self, node: Node) -> None:
        """Where there is another node, it may write on at once."""
        others = [each for each in self._nodes if each is not node]
        for project_id, (writer, _) in tuple(self._writers.items()):
            if writer is node and others and self._rng.random() < 0.5:
                self._write(project_id, others[0])

    async def _terminate(self, node: Node) -> None:
        """An orderly end: exit 0, and every open stream is told to come back."""
        visits = {
            name: each.visit
            for name, each in self._viewers.items()
            if each.visit.is_open_at(node.number) and not each.sight.narrow
        }
        status, took = await node.terminate()
        self._slowest_end = max(self._slowest_end, took)
        if status:
            self.faults.append(f"node {node.number} ended with {status} on SIGTERM")
        for name, visit in visits.items():
            await visit.over.wait()
            self._farewells += visit.farewell
            if not visit.was_told_to_come_back():
                self.faults.append(f"{name}: the stream ended on SIGTERM without a farewell")

    async def _finish(self) -> None:
        """Let everybody see everything, then end all."""
        for each in self._viewers.values():
            each.line.rough = False
            each.wake(self._tails)
            each.until(self._tails)
        await self._until(lambda: all(each.finished.is_set() for each in self._viewers.values()))
        for each in self._watching:
            each.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        for each in self._viewers.values():
            await each.line.close()
        for node in self._nodes:
            status, took = await node.terminate()
            self._slowest_end = max(self._slowest_end, took)
            if status:
                self.faults.append(f"node {node.number} ended with {status} on SIGTERM")

    async def _compare(self) -> None:
        """What was acknowledged, and what was seen, against what is stored."""
        for project_id in PROJECTS:
            stored = Stored(project_id, await asyncio.to_thread(self._database.events, project_id))
            self._compare_acknowledged(project_id, stored)
            for name, each in self._viewers.items():
                if view := each.views.get(project_id):
                    self.faults += [f"{name}: {fault}" for fault in judge(view, stored)]

    def _compare_acknowledged(self, project_id: str, stored: Stored) -> None:
        """Every append is there once: the script, and what was said in between."""
        script = batches(self._plan.seed, project_id)
        said = [key for each, key in self._acknowledged if each == project_id and key[0] == "m"]
        expected = 1 + sum(len(each.facts) for each in script) + len(said)
        if len(stored.data) != expected:
            self.faults.append(f"{project_id} has {len(stored.data)} events, not {expected}")
        for (each, key), last in self._acknowledged.items():
            if each != project_id or key[0] != "b":
                continue
            wanted = script[int(key[1:])].facts
            found = [stored.decoded(data)[1] for data in stored.data[last - len(wanted) : last]]
            if not same(found, wanted):
                self.faults.append(f"lost: {project_id} {key} was acknowledged at {last}")
