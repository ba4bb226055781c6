"""A planner and a target for follow-ups: what is said changes the contract, and so the files."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

from smartforge.contract import Contract, Field, Resource, Text
from smartforge.contract.reading import to_json
from smartforge.errors import PromptUnclear
from smartforge.forge.base import Workshop
from smartforge.planners.base import Planned, PlanRequest
from smartforge.targets.base import TargetFile
from tests.fakes import FakeCheck, FakeSandbox, FakeWriter


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

    def dependencies(self) -> Path:
        return Path("/nowhere")


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
