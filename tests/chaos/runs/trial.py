"""One trial: runs are asked for, servers are disturbed; then everything is compared."""

import asyncio
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec

from tests.chaos.runs.calls import Calls, judge_calls
from tests.chaos.runs.databases import Database, Postgres, SQLite, Stored, Tellers
from tests.chaos.runs.door import Door, TrialFailed
from tests.chaos.runs.fleet import Fleet
from tests.chaos.runs.history import Run, judge, judge_executions, runs_of
from tests.chaos.runs.model import script
from tests.chaos.runs.moments import Moments
from tests.chaos.runs.node import Spec
from tests.chaos.runs.outcome import Outcome
from tests.chaos.runs.plan import Disturbance, Plan, Wanted
from tests.chaos.runs.server import Server, ServerFailed
from tests.chaos.runs.viewer import Viewer
from tests.openai_wire import Wire, openai_wire
from tests.postgres import Server as PostgresServer

SECONDS = 200.0
"""A trial that takes longer has stopped somewhere."""

SETTLED_SECONDS = 10.0
"""Within so long after the last run nothing is queued, and only nodes that live are listed."""

HERE = "local"
"""What a server calls itself that has no other beside it."""


async def run(
    plan: Plan,
    folder: Path,
    postgres: Callable[[], PostgresServer],
    *,
    fault: str = "",
    seconds: float = SECONDS,
) -> Outcome:
    """Run it to its end; whatever is wrong stands in the outcome.

    `postgres` is asked where the plan needs one, and this trial may restart it.
    """
    # Short, since unix sockets lie there.
    temporary = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="runs-"))
    data = folder / "data"
    if plan.database == "sqlite":
        database: Database = SQLite(data, folder / "copies")
    else:
        database = await asyncio.to_thread(lambda: Postgres(postgres()))
    async with openai_wire(script()) as wire:
        spec = Spec(str(data), plan.pace, plan.thorough, fault)
        fleet = Fleet(plan, spec, database, wire.base_url, folder, temporary)
        trial = _Trial(plan, fleet, database, wire)
        try:
            async with asyncio.timeout(seconds):
                await trial.run()
        except (ServerFailed, TrialFailed) as error:
            trial.faults.append(str(error))
        except TimeoutError:
            trial.faults.append(f"not at its end after {seconds} s: {trial.standing()}")
        finally:
            await trial.close()
            await database.close()
        outcome = trial.outcome()
    outcome.folders = await asyncio.to_thread(_remove, temporary)
    return outcome


def _remove(temporary: Path) -> int:
    """Remove the places for temporary folders; returns how many there were in them."""
    folders = len(list(temporary.glob("*/*")))
    shutil.rmtree(temporary, ignore_errors=True)
    return folders


def _decoded(events: list[bytes]) -> list[Any]:
    """Without what may differ in JSON that says the same."""
    return [msgspec.json.decode(each) for each in events]


class _Trial:
    def __init__(self, plan: Plan, fleet: Fleet, database: Database, wire: Wire) -> None:
        self.faults: list[str] = []
        self._plan = plan
        self._fleet = fleet
        self._database = database
        self._wire = wire
        self._moments = Moments(wire)
        self._door = Door(fleet, lambda: self._moments.note("asking"))
        self._viewers: dict[str, Viewer] = {}
        self._following: list[asyncio.Task[None]] = []
        self._recovering: list[asyncio.Task[None]] = []
        self._befell: list[float] = []
        self._kept: Stored = {}
        self._runs: list[Run] = []
        self._calls = Calls()
        self._done: Counter[str] = Counter()
        self._left = 0
        self._events = 0

    async def run(self) -> None:
        await self._fleet.start()
        self._following.append(self._begin(self._moments.watch_model()))
        disturbing = self._begin(self._disturb_all())
        self._following.append(disturbing)
        try:
            async with asyncio.TaskGroup() as group:
                for each in self._plan.projects:
                    group.create_task(self._ask(each))
        except* (TrialFailed, ServerFailed) as errors:
            raise TrialFailed(*errors.exceptions[0].args) from None
        finally:
            self._moments.end()
            await asyncio.wait([disturbing])
        await asyncio.gather(*self._recovering)
        await self._settle()
        await self._compare()
        await self._stop()

    async def close(self) -> None:
        """Leave nothing behind."""
        for each in self._following:
            each.cancel()
        # What is being started has to be there to be killed.
        await asyncio.gather(*self._following, *self._recovering, return_exceptions=True)
        await self._door.close()
        await self._fleet.close()

    def standing(self) -> str:
        """How far it came."""
        seen = [
            f"{name}: {len(each.ended)} ended, last {each.seen[-1:]}"
            for name, each in self._viewers.items()
        ]
        return f"{seen}, seen {self._moments}, done {dict(self._done)}"

    def outcome(self) -> Outcome:
        servers = self._fleet.servers
        return Outcome(
            plan=self._plan,
            faults=self.faults + self._calls.faults,
            said=self._fleet.said,
            ends=Counter(each.code for each in self._runs),
            done=self._done,
            events=self._events,
            files=sum(len(each.whole) for each in self._runs),
            resumed=sum(each.resumed for each in self._runs),
            calls=self._calls.total,
            again=self._calls.again,
            late=self._calls.late,
            repeated=len(self._calls.faults),
            fenced=sum("fenced: " in each for each in self.faults),
            below=sum(each.killed_below for each in servers),
            left=self._left,
            slowest_start=max(each.start_seconds for each in servers),
        )

    async def _ask(self, wanted: Wanted) -> None:
        """Ask for the runs of a project, and see each of them end."""
        project_id = await self._door.create(wanted)
        self._moments.note("queued")
        viewer = Viewer(project_id, self._fleet, self._moments.saw)
        self._viewers[wanted.name] = viewer
        self._following.append(self._begin(viewer.run()))
        for number, each in enumerate(wanted.runs[1:], 1):
            if not each.early:
                await self._moments.until(lambda number=number: len(viewer.ended) >= number)
            await self._door.say(project_id, each)
            self._moments.note("queued")
        await self._moments.until(lambda: len(viewer.ended) >= len(wanted.runs))

    async def _disturb_all(self) -> None:
        for each in self._plan.disturbances:
            await self._moments.until_due(each)
            await asyncio.sleep(each.after)
            if self._moments.over:
                return
            await self._disturb(each)

    async def _disturb(self, what: Disturbance) -> None:
        """Do it. What was killed or frozen comes back by itself, while the next thing is done."""
        self._done[what.what] += 1
        if what.what in ("restart", "crash"):
            await self._database.restart(crash=what.what == "crash", seconds=what.seconds)
            await self._keep()
        else:
            await self._disturb_server(what)

    async def _disturb_server(self, what: Disturbance) -> None:
        server = await self._fleet.victim(what)
        self._befell.append(1000 * time.time())
        match what.what:
            case "kill":
                self._took_with_it(await server.kill())
                await self._keep()
                self._recover(self._start_again(server, what.seconds))
            case "freeze":
                self._recover(server.freeze(asyncio.sleep(what.seconds)))
            case "outlast":
                self._recover(server.freeze(self._outlasted(server, what.seconds)))
            case _:
                await server.fill(what.seconds)

    def _recover(self, what: Coroutine[Any, Any, None]) -> None:
        self._recovering.append(self._begin(what))

    async def _start_again(self, server: Server, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await server.start_again()

    async def _outlasted(self, server: Server, seconds: float) -> None:
        await self._fleet.given_up(server)
        await asyncio.sleep(seconds)

    async def _keep(self) -> None:
        """What the database holds now has to be there for ever, and has to hold all seen."""
        seen = {each.project_id: each.seen.copy() for each in self._viewers.values()}
        stored = await asyncio.to_thread(self._database.stored)
        for what, before in (("seen", seen), ("stored", self._kept)):
            for project_id, events in before.items():
                if stored.get(project_id, [])[: len(events)] != events:
                    self.faults.append(f"lost: what was {what} of {project_id} is not stored")
        self._kept = stored

    async def _settle(self) -> None:
        """Wait until the cluster says that nothing is on or waits, and who is there."""
        there = {each.node for each in self._fleet.servers}
        shown: Any = None
        try:
            async with asyncio.timeout(SETTLED_SECONDS):
                while True:
                    shown = (await self._door.get("/api/cluster")).json()
                    nodes = {each["name"] for each in shown["nodes"]}
                    if (nodes, shown["on"], shown["waiting"]) == (there, [], []):
                        return
                    await asyncio.sleep(0.1)
        except TimeoutError:
            self.faults.append(f"there are {there} and nothing to do; the cluster says {shown}")

    async def _compare(self) -> None:
        """What is served in the end, against what was stored, seen and asked for."""
        for wanted in self._plan.projects:
            viewer = self._viewers[wanted.name]
            events = await self._door.events(viewer.project_id)
            # Asked for afterwards: there is one for each event, and for what has come since.
            tellers = await asyncio.to_thread(self._database.tellers)
            self._events += len(events)
            seqs = [each["seq"] for each in _decoded(events)]
            if seqs != list(range(1, len(events) + 1)):
                self.faults.append(f"the events of {wanted.name} are numbered {seqs}")
            kept = self._kept.get(viewer.project_id, [])
            for what, before in (("seen", viewer.seen), ("stored", kept)):
                if _decoded(before) != _decoded(events[: len(before)]):
                    self.faults.append(f"lost: what was {what} of {wanted.name} is not served")
            self.faults += [f"{wanted.name}: {each}" for each in viewer.faults]
            await self._compare_runs(wanted, viewer, events, tellers)
        self._calls = judge_calls(self._wire.requests, self._runs)

    async def _compare_runs(
        self, wanted: Wanted, viewer: Viewer, events: list[bytes], tellers: Tellers
    ) -> None:
        runs = runs_of(events, tellers.get(viewer.project_id, ())[: len(events)])
        self._runs += runs
        if [each.mark for each in runs] != [each.mark for each in wanted.runs]:
            self.faults.append(f"{wanted.name} has the runs {[each.mark for each in runs]}")
        hashes = {one.sha256 for each in runs for whole in each.whole.values() for one in whole}
        blobs = {each: await self._door.blob(viewer.project_id, each) for each in hashes}
        excused = frozenset({"database_unusable"} if self._done["fill"] else ())
        nodes = self._fleet.nodes if tellers else {"": HERE}
        for each in runs:
            self.faults += judge(each, blobs, excused)
            self.faults += judge_executions(each, nodes, self._befell)
        state = await self._door.snapshot(viewer.project_id)
        ended = "complete" if runs[-1].code == "complete" else "error"
        if (state["status"], state["queue"], state["seq"]) != (ended, [], len(events)):
            shown = {name: state[name] for name in ("status", "queue", "seq")}
            self.faults.append(f"{wanted.name} ended as {ended} at {len(events)}, shown is {shown}")

    async def _stop(self) -> None:
        for status, remaining in await self._fleet.stop():
            self._took_with_it(remaining)
            if status:
                self.faults.append(f"a server ended with {status} on SIGTERM")
        if any("Traceback" in each.said for each in self._fleet.servers):
            self.faults.append("a server wrote a traceback")

    def _took_with_it(self, remaining: list[str]) -> None:
        self._left += len(remaining)
        self.faults += [f"left process: {each}" for each in remaining]

    def _begin(self, what: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task whose failure is the trial's."""
        task = asyncio.create_task(what)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or (error := task.exception()) is None:
            return
        known = isinstance(error, ServerFailed | TrialFailed)
        self.faults.append(str(error) if known else f"the trial itself failed: {error!r}")
        self._moments.give_up()
