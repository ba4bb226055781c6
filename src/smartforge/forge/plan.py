"""The plan: a prompt becomes a contract and the list of files that keep it."""

from collections.abc import Sequence

import msgspec

from smartforge.contract import Contract
from smartforge.events import Author, FilePlanned, Usage
from smartforge.planners.base import Planner, PlanRequest
from smartforge.targets.base import Target


class Plan(msgspec.Struct, frozen=True):
    """What a run is going to make, and what it has to say about it."""

    contract: Contract
    files: tuple[FilePlanned, ...]
    notes: tuple[str, ...]
    operations_not_made: tuple[str, ...]
    usage: tuple[Usage, ...]


async def plan(planner: Planner, target: Target, author: Author, prompts: Sequence[str]) -> Plan:
    """Ask the planner, then list the target's files in the order in which they are written.

    What a project is judged by is always compiled, whoever the author of the rest is.
    Raises what the planner raises.
    """
    planned = await planner.plan(PlanRequest(prompts=tuple(prompts)))
    files = tuple(
        FilePlanned(
            path=file.path, purpose=file.purpose, author="compiled" if file.judge else author
        )
        for file in target.files(planned.contract)
    )
    return Plan(
        contract=planned.contract,
        files=files,
        notes=planned.notes,
        operations_not_made=planned.operations_not_made,
        usage=planned.usage,
    )
