"""One trial: runs are asked for, the server is disturbed; then everything is compared."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from tests.chaos.runs.calls import Calls
from tests.chaos.runs.door import Door, TrialFailed
from tests.chaos.runs.history import Run, judge, runs_of
from tests.chaos.runs.node import Spec
from tests.chaos.runs.outcome import Outcome
from tests.chaos.runs.plan import Disturbance, Plan, Wanted, When
from tests.chaos.runs.server import Server, ServerFailed, Stored
from tests.chaos.runs.viewer import Head, Viewer
from tests.model_project import PLAN, answers
from tests.openai_wire import Answer, Wire, WireScript, openai_wire

SECONDS = 100.0
"""A trial that takes longer has stopped somewhere."""

PIECES = 3
PIECES_A_SECOND = 150.0
PATIENCE = 500
"""A moment that does not come within so many events will not come any more."""

SEEN: dict[tuple[str, str], When] = {
    ("file:complete", ""): "file",
    ("check:start", "boot"): "checks",
    ("run:resumed", ""): "resumed",
}
"""The moments that an event tells, by its type and the name of its check."""


async def run(plan: Plan, folder: Path, *, fault: str = "", seconds: float = SECONDS) -> Outcome:
    """Run it to its end; whatever is wrong stands in the outcome."""
    # Short, since unix sockets lie there.
    temporary = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="runs-"))
    async with openai_wire(_script()) as wire:
        server = Server(
            folder,
            temporary,
            Spec(str(folder / "data"), plan.pace, plan.thorough, fault),
            wire.base_url,
        )
        trial = _Trial(plan, server, wire)
        try:
            async with asyncio.timeout(seconds):
                await trial.run()
        except (ServerFailed, TrialFailed) as error:
            trial.faults.append(str(error))
        except TimeoutError:
            trial.faults.append(f"not at its end after {seconds} s: {trial.standing()}")
        finally:
            await trial.close()
        outcome = trial.outcome()
    outcome.folders = await asyncio.to_thread(_remove, temporary)
    return outcome


def _remove(temporary: Path) -> int:
    """Remove the place for temporary folders; returns how many there were in it."""
    folders = len(list(temporary.iterdir()))
    shutil.rmtree(temporary, ignore_errors=True)
    return folders


def _script() -> WireScript:
    """A model that plans one project, and writes each of its files in a few pieces."""
    files = {
        path: Answer(pieces=_pieces(text), pace=PIECES_A_SECOND) for path, text in answers().items()
    }
    return WireScript(plan=PLAN, files=files)


def _pieces(text: str) -> list[str]:
    size = max(1, -(-len(text) // PIECES))
    return [text[at : at + size] for at in range(0, len(text), size)]


def _decoded(events: list[bytes]) -> list[Any]:
    """Without what may differ in JSON that says the same."""
    return [msgspec.json.decode(each) for each in events]


class _Trial:
    def __init__(self, plan: Plan, server: Server, wire: Wire) -> None:
        self.faults: list[str] = []
        self._plan = plan
        self._server = server
        self._wire = wire
        self._calls = Calls(wire)
        self._door = Door(server, lambda: self._note("asking"))
        self._viewers: dict[str, Viewer] = {}
        self._following: list[asyncio.Task[None]] = []
        self._moved = asyncio.Event()
        self._over = False
        self._failed = False
        self._counts: Counter[When] = Counter()
        self._kept: Stored = {}
        self._runs: list[Run] = []
        self._done: Counter[str] = Counter()
        self._left = 0
        self._events = 0

    async def run(self) -> None:
        await self._server.start()
        self._follow(self._watch_model())
        disturbing = asyncio.create_task(self._disturb_all())
        disturbing.add_done_callback(self._followed)
        try:
            async with asyncio.TaskGroup() as group:
                for each in self._plan.projects:
                    group.create_task(self._ask(each))
        except* (TrialFailed, ServerFailed) as errors:
            raise TrialFailed(*errors.exceptions[0].args) from None
        finally:
            self._over = True
            self._moved.set()
            await disturbing
        await self._compare()
        await self._stop()

    async def close(self) -> None:
        """Leave nothing behind."""
        for each in self._following:
            each.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)
        await self._door.close()
        await self._server.close()

    def standing(self) -> str:
        """How far it came."""
        ended = {each.project_id: len(each.ended) for each in self._viewers.values()}
        return f"ended {ended}, seen {dict(self._counts)}, done {dict(self._done)}"

    def outcome(self) -> Outcome:
        return Outcome(
            plan=self._plan,
            faults=self.faults + self._calls.faults,
            said=self._server.said,
            ends=Counter(each.code for each in self._runs),
            done=self._done,
            events=self._events,
            files=sum(len(each.whole) for each in self._runs),
            resumed=sum(each.resumed for each in self._runs),
            calls=self._calls.all.total(),
            broken_off=self._calls.broken_off,
            repeated=len(self._calls.faults),
            below=self._server.killed_below,
            left=self._left,
            slowest_start=self._server.start_seconds,
        )

    async def _ask(self, wanted: Wanted) -> None:
        """Ask for the runs of a project, and see each of them end."""
        project_id = await self._door.create(wanted)
        self._note("queued")
        viewer = self._viewers[wanted.name] = Viewer(project_id, self._server, self._saw)
        self._follow(viewer.run())
        for number, each in enumerate(wanted.runs[1:], 1):
            if not each.early:
                await self._until(lambda number=number: len(viewer.ended) >= number)
            await self._door.say(project_id, each)
            self._note("queued")
        await self._until(lambda: len(viewer.ended) >= len(wanted.runs))

    async def _disturb_all(self) -> None:
        try:
            for each in self._plan.disturbances:
                before = {one: self._count(one) for one in (each.when, "event")}
                await self._until(
                    lambda each=each, before=before: (
                        self._over
                        or self._count(each.when) >= before[each.when] + each.count
                        or self._count("event") >= before["event"] + PATIENCE
                    )
                )
                await asyncio.sleep(each.after)
                if self._over:
                    return
                await self._disturb(each)
        except ServerFailed as error:
            self.faults.append(str(error))
            self._failed = True
            self._moved.set()

    async def _disturb(self, what: Disturbance) -> None:
        self._done[what.what] += 1
        match what.what:
            case "freeze":
                await self._server.freeze(what.seconds)
            case "fill":
                await self._server.fill(what.seconds)
            case "kill":
                self._took_with_it(await self._server.kill())
                await self._keep()
                await self._server.start()

    async def _keep(self) -> None:
        """The server is down: what it holds has to be there for ever, and has to hold all seen."""
        stored = await asyncio.to_thread(self._server.stored)
        for each in self._viewers.values():
            if stored.get(each.project_id, [])[: len(each.seen)] != each.seen:
                self.faults.append(f"lost: events of {each.project_id} were seen, but not stored")
        for project_id, before in self._kept.items():
            if stored.get(project_id, [])[: len(before)] != before:
                self.faults.append(f"lost: events of {project_id} were stored before a kill")
        self._kept = stored
        self._calls.server_ended(stored)

    async def _compare(self) -> None:
        """What is served in the end, against what was stored, seen and asked for."""
        served: Stored = {}
        for wanted in self._plan.projects:
            viewer = self._viewers[wanted.name]
            served[viewer.project_id] = events = await self._door.events(viewer.project_id)
            self._events += len(events)
            seqs = [each["seq"] for each in _decoded(events)]
            if seqs != list(range(1, len(events) + 1)):
                self.faults.append(f"the events of {wanted.name} are numbered {seqs}")
            kept = self._kept.get(viewer.project_id, [])
            for what, before in (("seen", viewer.seen), ("stored", kept)):
                if _decoded(before) != _decoded(events[: len(before)]):
                    self.faults.append(f"lost: what was {what} of {wanted.name} is not served")
            self.faults += [f"{wanted.name}: {each}" for each in viewer.faults]
            await self._compare_runs(wanted, viewer, events)
        self._calls.server_ended(served)

    async def _compare_runs(self, wanted: Wanted, viewer: Viewer, events: list[bytes]) -> None:
        runs = runs_of(events)
        self._runs += runs
        if [each.mark for each in runs] != [each.mark for each in wanted.runs]:
            self.faults.append(f"{wanted.name} has the runs {[each.mark for each in runs]}")
        hashes = {one.sha256 for each in runs for whole in each.whole.values() for one in whole}
        blobs = {each: await self._door.blob(viewer.project_id, each) for each in hashes}
        excused = frozenset({"database_unusable"} if self._done["fill"] else ())
        for each in runs:
            self.faults += judge(each, blobs, excused)
        state = await self._door.snapshot(viewer.project_id)
        ended = "complete" if runs[-1].code == "complete" else "error"
        if (state["status"], state["queue"], state["seq"]) != (ended, [], len(events)):
            shown = {name: state[name] for name in ("status", "queue", "seq")}
            self.faults.append(f"{wanted.name} ended as {ended} at {len(events)}, shown is {shown}")

    async def _stop(self) -> None:
        status, remaining = await self._server.stop()
        self._took_with_it(remaining)
        if status:
            self.faults.append(f"the server ended with {status} on SIGTERM")
        if "Traceback" in self._server.said:
            self.faults.append("the server wrote a traceback")

    def _took_with_it(self, remaining: list[str]) -> None:
        self._left += len(remaining)
        self.faults += [f"left process: {each}" for each in remaining]

    async def _watch_model(self) -> None:
        """Tell of everything that happens at the model."""

        def look(_: Wire) -> bool:
            self._moved.set()
            return False

        while True:
            with suppress(TimeoutError):
                await self._wire.until(look)

    def _saw(self, head: Head) -> None:
        self._note("event")
        if (moment := SEEN.get((head.type, head.check))) is not None:
            self._note(moment)

    def _note(self, when: When) -> None:
        self._counts[when] += 1
        self._moved.set()

    def _count(self, when: When) -> int:
        match when:
            case "planning":
                return sum(each.asked == "plan" for each in self._wire.requests)
            case "answer":
                return sum(each.asked != "plan" and bool(each.sent) for each in self._wire.requests)
            case _:
                return self._counts[when]

    async def _until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            if self._failed:
                raise TrialFailed("the trial was given up")
            await self._moved.wait()
            self._moved.clear()

    def _follow(self, what: Coroutine[Any, Any, None]) -> None:
        following = asyncio.create_task(what)
        following.add_done_callback(self._followed)
        self._following.append(following)

    def _followed(self, following: asyncio.Task[None]) -> None:
        if not following.cancelled() and (error := following.exception()):
            self.faults.append(f"the trial itself failed: {error!r}")
            self._failed = True
            self._moved.set()
