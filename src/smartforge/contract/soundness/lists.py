"""What lists take: order, filters, ranges, search, and the names of their parameters."""

from collections.abc import Iterator

from smartforge.contract.fields import Email, Json, References, Slug, Text, TextList, Url
from smartforge.contract.names import quoted, singular
from smartforge.contract.operations import nested_lists
from smartforge.contract.soundness.places import MANIFOLD, MOMENTS, NUMBERS, Place, twice

SEARCHABLE = (Text, Email, Url, Slug)
MAX_IN_CURSOR = 500  # characters of a text, however they are written


def list_problems(place: Place) -> Iterator[str]:
    resource, here = place.resource, place.here
    order = resource.sorted_by.removeprefix("-")
    if "list" in resource.actions and order not in resource.sortable:
        yield f"{here}: lists are sorted by {quoted(order)} by default, so it must be sortable"
    yield from _sort_problems(place)
    yield from _filter_problems(place)
    yield from _range_problems(place)
    yield from _search_problems(place)
    for name in twice(resource.sortable):
        yield f"{here}: {quoted(name)} is named twice for sorting"
    for purpose, names in (
        ("filtering", resource.filters),
        ("ranges", resource.ranges),
        ("search", resource.searched),
    ):
        for name in twice(names):
            yield f"{here}: {quoted(name)} is named twice for {purpose}"
    yield from _parameter_problems(place)


def _sort_problems(place: Place) -> Iterator[str]:
    for name in dict.fromkeys(place.resource.sortable):
        kind = place.kind(name)
        if kind is None and name not in ("id", *place.given):
            yield f"{place.here}: {quoted(name)} is to be sorted by, but is no field"
        elif isinstance(kind, MANIFOLD):
            yield f"{place.here}: {quoted(name)} is a list, which has no order to sort by"
        elif (
            place.resource.paging.by_cursor
            and isinstance(kind, Text)
            and kind.max_length > MAX_IN_CURSOR
        ):
            yield (
                f"{place.here}: {quoted(name)} is too long to be sorted by: a cursor has room for "
                f"{MAX_IN_CURSOR} characters"
            )


def _filter_problems(place: Place) -> Iterator[str]:
    for name in dict.fromkeys(place.resource.filters):
        kind = place.kind(name)
        if kind is None:
            yield f"{place.here}: {quoted(name)} is to be filtered by, but is no field"
        elif isinstance(kind, Json):
            yield f"{place.here}: {quoted(name)} is a JSON object, which nothing is filtered by"


def _range_problems(place: Place) -> Iterator[str]:
    for name in dict.fromkeys(place.resource.ranges):
        kind = place.kind(name)
        if name in place.given:
            continue
        if kind is None:
            yield f"{place.here}: {quoted(name)} is to have a range, but is no field"
        elif not isinstance(kind, NUMBERS + MOMENTS):
            yield f"{place.here}: {quoted(name)} is neither number, date nor timestamp: no range"


def _search_problems(place: Place) -> Iterator[str]:
    for name in dict.fromkeys(place.resource.searched):
        kind = place.kind(name)
        if kind is None:
            yield f"{place.here}: {quoted(name)} is to be searched, but is no field"
        elif not isinstance(kind, SEARCHABLE):
            yield f"{place.here}: {quoted(name)} is no text that could be searched"


def parameters(place: Place) -> Iterator[tuple[str, str]]:
    """The query parameters of the list, each with what it is there for."""
    resource = place.resource
    where = "cursor" if resource.paging.by_cursor else "offset"
    yield from (("limit", "paging"), (where, "paging"), ("sort", "sorting"))
    for name in dict.fromkeys(resource.filters):
        if isinstance(place.kind(name), TextList | References):
            yield singular(name), f"the filter {quoted(name)}"
        else:
            yield name, f"the filter {quoted(name)}"
    for name in dict.fromkeys(resource.ranges):
        moments = name in place.given or isinstance(place.kind(name), MOMENTS)
        for end in ("from", "to") if moments else ("min", "max"):
            yield f"{name}_{end}", f"the range of {quoted(name)}"
    if resource.searched:
        yield "q", "search"


def _parameter_problems(place: Place) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, purpose in parameters(place):
        first = seen.setdefault(name, purpose)
        if first != purpose:
            yield (
                f"{place.here}: the query parameter {quoted(name)} would be for {first} and for "
                f"{purpose}"
            )
    for parent in place.contract.resources:
        for child, via in nested_lists(place.contract, parent):
            name = f"{parent.name}_id"
            if child is place.resource and name in seen and name != via:
                yield (
                    f"{place.here}: the query parameter {quoted(name)} is in the path of the list "
                    f"under {quoted(parent.name)} too; make {quoted(via)} not nested"
                )
