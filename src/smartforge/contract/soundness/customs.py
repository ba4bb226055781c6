"""Custom operations: what they take and answer can be written down, by callers that there are."""

from collections.abc import Iterator

from smartforge.contract import reserved
from smartforge.contract.custom import Custom
from smartforge.contract.fields import Code, Field, Json, Reference, References, Slug, TextList
from smartforge.contract.kinds import default_problem, kind_problems
from smartforge.contract.names import plural, quoted, squeezed
from smartforge.contract.recipes import Told
from smartforge.contract.resources import Contract
from smartforge.contract.soundness.accounts import one_access_problems
from smartforge.contract.soundness.examples import example_problems
from smartforge.contract.soundness.places import Place, name_problems, twice
from smartforge.contract.soundness.prose import line_problems, prose_problems
from smartforge.contract.soundness.recipes import caller_problems

MAX_CUSTOMS = 30
MAX_TAKEN = 30
MAX_TOLD = 30
MAX_SUMMARY = 120

_NEVER_TAKEN = (References, Slug, Code)
_NOT_IN_QUERIES = (*_NEVER_TAKEN, Reference, Json, TextList)


def custom_problems(contract: Contract) -> Iterator[str]:
    count = len(contract.customs)
    if count > MAX_CUSTOMS:
        yield f"{count} custom operations are more than the {MAX_CUSTOMS} that one API may have"
    for custom in contract.customs:
        here = f"operation {quoted(custom.name)}"
        yield from name_problems(here, custom.name)
        yield from line_problems(f"the summary of {here}", custom.summary, MAX_SUMMARY)
        yield from prose_problems(f"the description of {here}", custom.description)
        if custom.description != custom.description.strip():
            yield f"the description of {here} has blanks around it"
        problems = list(_place_problems(contract, custom, here))
        problems += _taken_problems(contract, custom, here)
        problems += _answer_problems(contract, custom, here)
        yield from problems
        if not problems:
            yield from example_problems(contract, custom, here)


def _place_problems(contract: Contract, custom: Custom, here: str) -> Iterator[str]:
    resource = next((one for one in contract.resources if one.name == custom.resource), None)
    if custom.resource and resource is None:
        yield f"{here}: there is no resource {quoted(custom.resource)}"
    elif resource is not None:
        place = Place(contract, resource)
        yield from one_access_problems(place, custom.name, custom.access)
        if resource.tenant and not custom.access.secured:
            yield f"{here}: rows belong to tenants, so it cannot be open to anyone"
        if custom.access.who == "owner" and not custom.on_row:
            yield f"{here}: it acts on no row, so nobody owns one; say user instead of owner"
    else:
        yield from caller_problems(contract, here, custom.access.who, custom.access.roles)
        if custom.on_row:
            yield f"{here}: it acts on a row, so name the resource of the row"
        if custom.name in reserved.PATHS or custom.name in reserved.RESOURCES:
            yield f"{here}: the name is taken"
        taken = {squeezed(name) for one in contract.resources for name in (one.name, one.plural)}
        if squeezed(custom.name) in taken or squeezed(plural(custom.name)) in taken:
            yield f"{here}: a resource has the same name"


def _taken_problems(contract: Contract, custom: Custom, here: str) -> Iterator[str]:
    if len(custom.takes) > MAX_TAKEN:
        yield f"{here}: it takes {len(custom.takes)} values, more than {MAX_TAKEN}"
    for name in twice(squeezed(field.name) for field in custom.takes):
        yield f"{here}: it takes {quoted(name)} twice, or names that are hard to tell apart"
    for field in custom.takes:
        yield from _field_problems(contract, custom, field, f"{quoted(field.name)} of {here}")


def _field_problems(contract: Contract, custom: Custom, field: Field, here: str) -> Iterator[str]:
    yield from _member_problems(here, field.name)
    yield from prose_problems(f"the description of {here}", field.description)
    broken = [f"{here}: {problem}" for problem in kind_problems(field.kind)]
    yield from broken
    kind = str(field.kind.__struct_config__.tag).replace("_", " ")
    if isinstance(field.kind, _NEVER_TAKEN):
        yield f"{here}: an operation cannot take values of the kind {kind}"
    elif custom.method == "GET" and isinstance(field.kind, _NOT_IN_QUERIES):
        yield f"{here}: a query cannot hold values of the kind {kind}; let it be a POST"
    if isinstance(field.kind, Reference):
        names = {one.name for one in contract.resources}
        if field.kind.resource not in names:
            yield f"{here}: there is no resource {quoted(field.kind.resource)}"
    if field.unique or field.written != "always" or field.was:
        yield f"{here}: it is sent with each request, so it is not unique and always written"
    if field.default is None:
        return
    if field.required:
        yield f"{here}: what is required cannot have a default"
    if not broken and (problem := default_problem(field.kind, field.default)):
        yield f"{here}: the default {problem}"


def _answer_problems(contract: Contract, custom: Custom, here: str) -> Iterator[str]:
    if bool(custom.answers) == bool(custom.shows):
        yield f"{here}: it answers either members or rows of a resource; say which"
    if custom.many and not custom.shows:
        yield f"{here}: it answers many rows, so name their resource"
    if custom.shows and custom.shows not in {one.name for one in contract.resources}:
        yield f"{here}: it answers rows, but there is no resource {quoted(custom.shows)}"
    yield from _told_problems(here, custom.answers, inner=False)


def _told_problems(here: str, members: tuple[Told, ...], *, inner: bool) -> Iterator[str]:
    if len(members) > MAX_TOLD:
        yield f"{here}: it answers {len(members)} members, more than {MAX_TOLD}"
    for name in twice(squeezed(one.name) for one in members):
        yield f"{here}: it answers {quoted(name)} twice, or names that are hard to tell apart"
    for one in members:
        place = f"{quoted(one.name)} in the answer of {here}"
        yield from _member_problems(place, one.name)
        yield from prose_problems(f"the description of {place}", one.description)
        if (one.kind == "rows") != bool(one.rows):
            yield f"{place}: rows, and nothing else, have members"
        elif one.rows and inner:
            yield f"{place}: rows within rows cannot be answered"
        elif one.rows and one.nullable:
            yield f"{place}: rows are never null; answer an empty list"
        yield from _told_problems(here, one.rows, inner=True)


def _member_problems(here: str, name: str) -> Iterator[str]:
    yield from name_problems(here, name)
    if name in reserved.FIELDS:
        yield f"{here}: this name is taken in generated code"
