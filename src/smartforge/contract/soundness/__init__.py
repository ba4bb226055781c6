"""Whether a contract promises something that can be kept."""

from collections.abc import Iterator

from smartforge.contract.names import quoted, squeezed
from smartforge.contract.resources import Contract
from smartforge.contract.soundness.accounts import (
    access_problems,
    account_problems,
    limit_problems,
)
from smartforge.contract.soundness.collisions import (
    SHARED_SCHEMAS,
    collisions,
    schema_names,
)
from smartforge.contract.soundness.customs import custom_problems
from smartforge.contract.soundness.fields import MAX_FIELDS, field_list_problems
from smartforge.contract.soundness.formulas import computed_problems
from smartforge.contract.soundness.lists import list_problems
from smartforge.contract.soundness.places import Place, name_problems, was_problems
from smartforge.contract.soundness.prose import line_problems, prose_problems
from smartforge.contract.soundness.reaching import origin_problems, reaching_problems
from smartforge.contract.soundness.recipes import recipe_problems
from smartforge.contract.soundness.references import cycle_problems, reference_problems
from smartforge.contract.soundness.reports import report_problems
from smartforge.contract.soundness.resources import MAX_RESOURCES, resource_problems
from smartforge.contract.soundness.rules import rule_problems
from smartforge.contract.soundness.serving import serving_problems
from smartforge.contract.soundness.transitions import mark_problems, transition_problems
from smartforge.errors import ContractInvalid

__all__ = ["MAX_FIELDS", "MAX_RESOURCES", "MAX_TITLE", "SHARED_SCHEMAS", "schema_names", "validate"]

MAX_TITLE = 120
MAX_SUMMARY = 300
MAX_PROBLEMS = 100


def validate(contract: Contract) -> Contract:
    """`contract` itself, where it is sound.

    Raises ContractInvalid with every problem, in the order of the contract, each quoting the
    words at fault; beyond the first 100 only their number is told.
    """
    problems = list(dict.fromkeys(_problems(contract)))
    if len(problems) > MAX_PROBLEMS:
        rest = len(problems) - MAX_PROBLEMS
        problems = [*problems[:MAX_PROBLEMS], f"and {rest} more problems"]
    if problems:
        raise ContractInvalid(tuple(problems))
    return contract


def _problems(contract: Contract) -> Iterator[str]:
    yield from line_problems("the title", contract.title, MAX_TITLE)
    yield from prose_problems("the description", contract.description)
    yield from line_problems("the version", contract.version, 40)
    count = len(contract.resources)
    if count == 0 and not contract.recipes and not contract.customs:
        yield "there is no resource"
    elif count > MAX_RESOURCES:
        yield f"{count} resources are more than the {MAX_RESOURCES} that one API may have"
    named = [(one.name, one.was) for one in contract.resources]
    yield from was_problems("a resource", named, [one.name for one in contract.resources])
    yield from account_problems(contract)
    yield from limit_problems(contract)
    for resource in contract.resources:
        yield from _of_resource(Place(contract, resource))
    yield from recipe_problems(contract)
    yield from custom_problems(contract)
    yield from cycle_problems(contract)
    yield from _not_made_problems(contract)
    yield from origin_problems(contract)
    yield from collisions(contract)


def _of_resource(place: Place) -> Iterator[str]:
    yield from resource_problems(place)
    yield from field_list_problems(place)
    yield from reference_problems(place)
    yield from list_problems(place)
    yield from access_problems(place)
    yield from computed_problems(place)
    yield from rule_problems(place)
    yield from transition_problems(place)
    yield from mark_problems(place)
    yield from report_problems(place)
    yield from serving_problems(place)
    yield from reaching_problems(place)


def _not_made_problems(contract: Contract) -> Iterator[str]:
    seen: dict[str, str] = {}
    for one in contract.not_made:
        here = f"what cannot be made, {quoted(one.name)}"
        yield from name_problems(here, one.name)
        yield from line_problems(f"the summary of {here}", one.summary, MAX_SUMMARY)
        first = seen.get(squeezed(one.name))
        if first is not None:
            yield f"{here}: the name is the same as {quoted(first)} or hard to tell apart"
        seen[squeezed(one.name)] = one.name
