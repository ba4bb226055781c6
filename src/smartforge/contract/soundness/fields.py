"""The fields of a resource: names, kinds, defaults, and who gives them their value."""

from collections.abc import Iterator

from smartforge.contract import reserved
from smartforge.contract.fields import Code, Field, Reference, References, Slug, Text
from smartforge.contract.kinds import default_problem, kind_problems
from smartforge.contract.names import quoted, squeezed
from smartforge.contract.soundness.places import MANIFOLD, Place, name_problems, was_problems
from smartforge.contract.soundness.prose import prose_problems

MAX_FIELDS = 60


def field_list_problems(place: Place) -> Iterator[str]:
    fields, here = place.resource.fields, place.here
    count = len(fields)
    if not fields and not place.resource.upload:
        yield f"{here} has no field"
    elif count > MAX_FIELDS:
        yield f"{here}: {count} fields are more than the {MAX_FIELDS} that a resource may have"
    seen: dict[str, Field] = {}
    names = [field.name for field in fields]
    yield from was_problems(f"{here}: a field", [(one.name, one.was) for one in fields], names)
    for field in fields:
        yield from _field_problems(place, field)
        first = seen.get(squeezed(field.name))
        if first is not None:
            both = f"{quoted(first.name)} and {quoted(field.name)}"
            yield f"{here}: the fields {both} are the same or hard to tell apart"
        seen[squeezed(field.name)] = field


def taken_name(place: Place, name: str) -> str:
    """Why no field of the resource, computed or not, may have this name; empty if it may."""
    if name in reserved.GIVEN_BY_SERVER or name in place.given:
        return "every resource has it already, given by the server"
    if name in reserved.FIELDS:
        return "this name is taken in generated code"
    if place.resource.upload and name in reserved.UPLOAD:
        return "every upload has it already, filled in by the server"
    accounts = place.contract.accounts
    if accounts and place.holds_accounts:
        if name in reserved.ACCOUNT:
            return "accounts have it already, since they log in with a password"
        if accounts.roles and name == "role":
            return "accounts have it already, since there are roles"
    return ""


def _field_problems(place: Place, field: Field) -> Iterator[str]:
    here = f"field {quoted(field.name)} of {place.here}"
    yield from name_problems(here, field.name)
    if taken := taken_name(place, field.name):
        yield f"{here}: {taken}"
    yield from prose_problems(f"the description of {here}", field.description)
    broken = [f"{here}: {problem}" for problem in kind_problems(field.kind)]
    yield from broken
    yield from _source_problems(here, place, field)
    yield from _written_problems(here, place, field)
    yield from _unique_problems(here, field)
    if field.default is None:
        return
    if field.required:
        yield f"{here}: a required field cannot have a default"
    if not broken and (problem := default_problem(field.kind, field.default)):
        yield f"{here}: the default {problem}"


def _source_problems(here: str, place: Place, field: Field) -> Iterator[str]:
    if not isinstance(field.kind, Slug):
        return
    source = place.field(field.kind.source)
    if source is None or not isinstance(source.kind, Text):
        yield f"{here}: it is to be made from {quoted(field.kind.source)}, which is no text field"
    elif source.nullable:
        yield f"{here}: it is made from {quoted(source.name)}, which may be null"


def _written_problems(here: str, place: Place, field: Field) -> Iterator[str]:
    """Every field that is never null gets a value from somebody when a row is made."""
    kind = field.kind
    if isinstance(kind, Slug | Code):
        if field.written != "never":
            yield f"{here}: the server makes it, so clients never write it"
        if not field.required:
            yield f"{here}: the server always makes it, so it is required"
    elif isinstance(kind, References):
        if field.nullable:
            yield f"{here}: a list of references is never null; give it the default []"
    elif place.set_by_server(field):
        if field.written != "never":
            yield f"{here}: the server sets it to the caller's, so clients never write it"
    elif field.required and not field.on_creation:
        yield f"{here}: it is required, but nobody sets it when a row is made; give it a default"


def _unique_problems(here: str, field: Field) -> Iterator[str]:
    if not field.unique:
        return
    if isinstance(field.kind, MANIFOLD):
        yield f"{here}: it holds several values, so it cannot be unique"
    if field.default is not None and not isinstance(field.kind, Reference):
        default = quoted(str(field.default))
        yield f"{here}: two rows would have the default {default}, so it cannot be unique"
