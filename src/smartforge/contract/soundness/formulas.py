"""Computed fields: what is worked out from which numbers."""

from collections.abc import Iterator

from smartforge.contract.fields import Reference
from smartforge.contract.names import quoted, squeezed
from smartforge.contract.rules import Aggregate, Computed, Marked, Product
from smartforge.contract.soundness.fields import taken_name
from smartforge.contract.soundness.places import NUMBERS, Place, name_problems
from smartforge.contract.soundness.prose import prose_problems


def computed_problems(place: Place) -> Iterator[str]:
    seen = {squeezed(field.name): field.name for field in place.resource.fields}
    for computed in place.resource.computed:
        here = f"computed field {quoted(computed.name)} of {place.here}"
        yield from name_problems(here, computed.name)
        if taken := taken_name(place, computed.name):
            yield f"{here}: {taken}"
        yield from prose_problems(f"the description of {here}", computed.description)
        first = seen.get(squeezed(computed.name))
        if first is not None:
            yield f"{here}: the name is the same as {quoted(first)} or hard to tell apart"
        seen[squeezed(computed.name)] = computed.name
        yield from _formula_problems(here, place, computed)


def _formula_problems(here: str, place: Place, computed: Computed) -> Iterator[str]:
    formula = computed.formula
    match formula:
        case Marked():
            if formula.mark not in [mark.name for mark in place.resource.marks]:
                yield f"{here}: there is no mark {quoted(formula.mark)} to count"
        case Product():
            if len(formula.factors) < 2:
                yield f"{here}: a product needs at least two factors"
            for name in dict.fromkeys(formula.factors):
                if not isinstance(place.kind(name), NUMBERS):
                    yield f"{here}: the factor {quoted(name)} is no number field"
        case Aggregate():
            yield from _aggregate_problems(here, place, formula)


def _aggregate_problems(here: str, place: Place, formula: Aggregate) -> Iterator[str]:
    child = place.of(formula.resource)
    if child is None:
        yield f"{here}: it is worked out from {quoted(formula.resource)}, which is no resource"
        return
    by = child.kind(formula.by)
    if not isinstance(by, Reference) or by.resource != place.resource.name:
        yield (
            f"{here}: {quoted(formula.by)} of {child.here} is no reference to "
            f"{quoted(place.resource.name)}"
        )
    if formula.function == "count":
        if formula.field:
            yield f"{here}: rows are counted, so the field {quoted(formula.field)} has no effect"
    elif not is_number(child, formula.field):
        yield f"{here}: {quoted(formula.field)} of {child.here} is no number field or product"


def is_number(place: Place, name: str) -> bool:
    """Whether there is a number of this name: a field, or the product of fields.

    Nothing else that is computed may be computed with, so formulas cannot run in circles.
    """
    products = [one.name for one in place.resource.computed if isinstance(one.formula, Product)]
    return isinstance(place.kind(name), NUMBERS) or name in products
