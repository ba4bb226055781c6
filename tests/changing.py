"""Follow-ups in small: a planner, a target and a node; what is said changes the files."""

import itertools
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

from smartforge.contract import Contract, Field, Resource, Text
from smartforge.contract.reading import to_json
from smartforge.engine.base import NewProject
from smartforge.engine.durable import DurableEngine
from smartforge.engine.local import LocalQueue
from smartforge.errors import PromptUnclear
from smartforge.events import AnyFact, CheckName
from smartforge.forge.base import Choice, RunRequest, Steps, Workshop
from smartforge.forge.run import run
from smartforge.log.base import Log
from smartforge.log.clock import Clock, wall_clock
from smartforge.planners.base import Planned, PlanRequest
from smartforge.snapshot import Snapshot, fold
from smartforge.targets.base import TargetFile
from tests.fakes import FakeCheck, FakeSandbox, FakeWriter, ended, events_of


def resource(plural: str) -> Resource:
    return Resource(name=plural[:-1], plural=plural, fields=(Field("title", Text()),))


class EditPlanner:
    """Understands "add NAME", "remove NAME", "undo" and a first prompt, which is one of notes."""

    def __init__(self) -> None:
        self.asked: list[PlanRequest] = []

    async def plan(self, request: PlanRequest) -> Planned:
        self.asked.append(request)
        if request.base is None:
            return Planned(Contract("Note API", (resource("notes"),)), ("Understood notes.",))
        match request.prompts[-1].split():
            case ["add", name]:
                resources = (*request.base.resources, resource(name))
                return Planned(Contract("Note API", resources), (f"Added {name}.",))
            case ["remove", name]:
                resources = tuple(one for one in request.base.resources if one.plural != name)
                return Planned(Contract("Note API", resources), (f"Removed {name}.",), ("sums",))
            case ["undo"] if request.earlier:
                last = len(request.earlier) - 1
                return Planned(request.earlier[last], ("Undid that.",), restore=last)
            case _:
                raise PromptUnclear("Nothing to change was found.", "Say what to change.")


class ChangingTarget:
    """One file for each resource, one that is always the same, one judge, one for each change."""

    name = "changing"
    repeated: Set[CheckName] = frozenset()

    def files(self, contract: Contract, past: Sequence[Contract] = ()) -> Sequence[TargetFile]:
        return [
            TargetFile(path, f"holds {path}", judge=path == "openapi.yaml")
            for path in self.render(contract, past)
        ]

    def render(self, contract: Contract, past: Sequence[Contract] = ()) -> Mapping[str, str]:
        names = [one.plural for one in contract.resources]
        steps = [[each.plural for each in one.resources] for one in (*past, contract)]
        changed = [now for before, now in itertools.pairwise(steps) if set(before) != set(now)]
        return {
            "app/main.py": "# the same for all\n" * 40,
            "openapi.yaml": f"resources: {names}\n",
            **{f"app/{name}.py": f"# {name} grüßen 🚀\n" * 20 for name in names},
            "migrations/0001.py": f"# {steps[0]}\n",
            **{f"migrations/{at:04}.py": f"# {now}\n" for at, now in enumerate(changed, 2)},
        }

    def packages(self) -> Mapping[str, str]:
        return {}

    def dependencies(self) -> Path:
        return Path("/nowhere")

    def rehearsal(self) -> str:
        return ""


def changing(
    planner: EditPlanner | None = None, stop_in: str = "", *, hang: bool = False, fail: bool = False
) -> Workshop:
    """Tools whose runs change something; one may hang or break off, or its check may fail."""
    target = ChangingTarget()
    return Workshop(
        planner=planner or EditPlanner(),
        target=target,
        author="compiled",
        writers={"compiled": FakeWriter(target, stop_in, hang=hang)},
        checks=[FakeCheck("syntax", "failed" if fail else "passed")],
        sandbox=FakeSandbox(),
    )


def contract_of(*plurals: str) -> dict[str, object]:
    """The contract with these resources, as it stands in a snapshot."""
    return to_json(Contract("Note API", tuple(resource(plural) for plural in plurals)))


class Node:
    """An engine whose tools a test exchanges between runs, and the project that it works on."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.shop = changing()
        self.project = ""
        self.runs = 0
        self.engine = self.new_engine()

    async def start(self) -> None:
        self.project = await self.engine.start(NewProject("A note API"))
        await self.over()

    async def say(self, words: str, shop: Workshop | None = None) -> list[AnyFact]:
        """Send a follow-up, and return the facts of its run once it has ended."""
        before = (await self.log.head(self.project)).last
        self.shop = shop or changing()
        await self.engine.message(self.project, words)
        await self.over()
        return [fact for at, fact in await events_of(self.log, self.project) if at.seq > before]

    async def over(self) -> None:
        self.runs += 1
        await ended(self.log, self.project, self.runs)

    async def state(self) -> Snapshot:
        return fold(await self.log.read(self.project, 0, 100_000))

    async def texts(self) -> dict[str, str]:
        """What the working copy holds."""
        files = (await self.state()).files
        assert {file.state for file in files} == {"complete"}
        return {file.path: (await self.log.get(file.sha256 or "")).decode() for file in files}

    async def restart(self) -> None:
        """What a process that is killed and started again does."""
        await self.engine.close()
        self.engine = self.new_engine()
        await self.engine.open()

    def new_engine(self, clock: Clock = wall_clock) -> DurableEngine:
        async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
            await run(request, self.shop, self.log, steps, epoch)

        return DurableEngine(
            self.log,
            LocalQueue(),
            {"run": execute},
            lambda _: Choice("changing", None),
            clock=clock,
        )
