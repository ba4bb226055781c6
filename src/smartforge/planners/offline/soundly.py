"""A contract that contradicts itself loses the rules that do, so that every prompt gets its API."""

from collections.abc import Iterator

import msgspec

from smartforge.contract import Contract, NotMade, Resource, validate
from smartforge.contract.names import identifier, plural, spaced
from smartforge.errors import ContractInvalid
from smartforge.planners.offline.sketch import Sketch

MAX_TAKEN_BACK = 20

# What a resource can do without, the likeliest to be wrong first.
_PARTS = ("rules", "computed", "reports", "transitions", "marks")


def settle_soundness(sketch: Sketch) -> None:
    """Take back one rule after the other until the contract is sound; the user is told of each.

    Where no rule is to blame the contract stays as it is, and its validation says why.
    """
    for resource in sketch.contract.resources:
        if "update" in resource.actions and not any(one.on_update for one in resource.fields):
            _keep_from_updates(sketch, resource)
    for _ in range(MAX_TAKEN_BACK):
        problems = _problems(sketch.contract)
        if not problems:
            return
        fewer = len(problems)
        tried = _without_one(sketch.contract)
        kept = next((one for one in tried if len(_problems(one[0])) < fewer), None)
        if kept is None:
            return
        sketch.contract, resource = kept
        sketch.not_made.append(
            NotMade(
                identifier(f"keep_a_rule_of_{plural(resource)}"),
                f"a rule of {spaced(plural(resource))} is not kept: {problems[0]}",
            )
        )


def _keep_from_updates(sketch: Sketch, resource: Resource) -> None:
    """Rows of which clients may change nothing, such as those with a status alone."""
    actions = tuple(one for one in resource.actions if one != "update")
    if actions:
        sketch.put(msgspec.structs.replace(resource, actions=actions))
        more = spaced(plural(resource.name))
        sketch.note(f"{more} have no update, since none of their fields is changed by hand.")


def _problems(contract: Contract) -> tuple[str, ...]:
    try:
        validate(contract)
    except ContractInvalid as invalid:
        return invalid.problems
    return ()


def _without_one(contract: Contract) -> Iterator[tuple[Contract, str]]:
    """The contract without one rule of one of its resources, and the name of that."""
    for place, resource in enumerate(contract.resources):
        for less in _less(resource):
            resources = (*contract.resources[:place], less, *contract.resources[place + 1 :])
            yield msgspec.structs.replace(contract, resources=resources), resource.name


def _less(resource: Resource) -> Iterator[Resource]:
    for part in _PARTS:
        held: tuple[object, ...] = getattr(resource, part)
        for at in range(len(held)):
            yield msgspec.structs.replace(resource, **{part: (*held[:at], *held[at + 1 :])})
