"""Whether a contract promises something that can be kept."""

import unicodedata
from collections.abc import Iterator

from smartforge.contract import reserved
from smartforge.contract.fields import Field, TextList
from smartforge.contract.kinds import default_problem, kind_problems
from smartforge.contract.names import MAX_NAME, NAME, class_name, quoted, squeezed
from smartforge.contract.resources import CRUD, Contract, Resource
from smartforge.errors import ContractInvalid

MAX_RESOURCES = 60
MAX_FIELDS = 60
MAX_TITLE = 120
MAX_DESCRIPTION = 2_000
MAX_PAGE = 1_000
MAX_PROBLEMS = 100

SHARED_SCHEMAS = ("Health", "Problem", "ProblemError")


def validate(contract: Contract) -> Contract:
    """`contract` itself, where it is sound.

    Raises ContractInvalid with every problem, in the order of the contract, each quoting the
    words at fault; beyond the first 100 only their number is told.
    """
    problems = list(_problems(contract))
    if len(problems) > MAX_PROBLEMS:
        rest = len(problems) - MAX_PROBLEMS
        problems = [*problems[:MAX_PROBLEMS], f"and {rest} more problems"]
    if problems:
        raise ContractInvalid(tuple(problems))
    return contract


def schema_names(resource: Resource) -> tuple[str, ...]:
    """The names of the component schemas that may be made for a resource."""
    name = class_name(resource.name)
    return (name, f"{name}Create", f"{name}Update", f"{name}Page")


def _problems(contract: Contract) -> Iterator[str]:
    yield from _line_problems("the title", contract.title, MAX_TITLE)
    yield from _prose_problems("the description", contract.description)
    yield from _line_problems("the version", contract.version, 40)
    count = len(contract.resources)
    if count == 0:
        yield "there is no resource"
    elif count > MAX_RESOURCES:
        yield f"{count} resources are more than the {MAX_RESOURCES} that one API may have"
    for resource in contract.resources:
        yield from _resource_problems(resource)
    yield from _collisions(contract.resources)


def _resource_problems(resource: Resource) -> Iterator[str]:
    here = f"resource {quoted(resource.name)}"
    yield from _name_problems(here, resource.name)
    if resource.name in reserved.RESOURCES:
        yield f"{here}: this name is taken by the project itself"
    yield from _name_problems(f"plural {quoted(resource.plural)} of {here}", resource.plural)
    if resource.plural in reserved.PATHS:
        yield f"{here}: the path {quoted(resource.path)} is taken by the project itself"
    yield from _prose_problems(f"the description of {here}", resource.description)
    yield from _action_problems(here, resource)
    count = len(resource.fields)
    if count == 0:
        yield f"{here} has no field"
    elif count > MAX_FIELDS:
        yield f"{here}: {count} fields are more than the {MAX_FIELDS} that a resource may have"
    seen: dict[str, Field] = {}
    for field in resource.fields:
        yield from _field_problems(here, field)
        first = seen.get(squeezed(field.name))
        if first is not None:
            both = f"{quoted(first.name)} and {quoted(field.name)}"
            yield f"{here}: the fields {both} are the same or hard to tell apart"
        seen[squeezed(field.name)] = field
    yield from _sort_problems(here, resource)


def _name_problems(here: str, name: str) -> Iterator[str]:
    if len(name) > MAX_NAME:
        yield f"{here}: the name has {len(name)} characters, more than {MAX_NAME}"
    elif not NAME.match(name):
        yield f"{here}: the name must be lower snake case in ASCII and begin with a letter"


def _action_problems(here: str, resource: Resource) -> Iterator[str]:
    if not resource.actions:
        yield f"{here} can do nothing: name at least one of {', '.join(CRUD)}"
    for action in dict.fromkeys(resource.actions):
        if action not in CRUD:
            yield f"{here}: the action {quoted(action)} is none of {', '.join(CRUD)}"
        if resource.actions.count(action) > 1:
            yield f"{here}: the action {quoted(action)} is named twice"
    paging = resource.paging
    if not 1 <= paging.default_limit <= paging.max_limit <= MAX_PAGE:
        yield (
            f"{here}: pages of {paging.default_limit} and at most {paging.max_limit} entries "
            f"do not fit 1 <= default <= maximum <= {MAX_PAGE}"
        )


def _field_problems(resource: str, field: Field) -> Iterator[str]:
    here = f"field {quoted(field.name)} of {resource}"
    yield from _name_problems(here, field.name)
    if field.name in reserved.GIVEN_BY_SERVER:
        yield f"{here}: every resource has it already, given by the server"
    elif field.name in reserved.FIELDS:
        yield f"{here}: this name is taken in generated code"
    yield from _prose_problems(f"the description of {here}", field.description)
    broken = [f"{here}: {problem}" for problem in kind_problems(field.kind)]
    yield from broken
    if field.default is None:
        return
    if field.required:
        yield f"{here}: a required field cannot have a default"
    if not broken and (problem := default_problem(field.kind, field.default)):
        yield f"{here}: the default {problem}"


def _sort_problems(here: str, resource: Resource) -> Iterator[str]:
    kinds = {field.name: field.kind for field in resource.fields}
    if "list" in resource.actions and "id" not in resource.sortable:
        yield f'{here}: lists are sorted by "id" by default, so it must be sortable'
    for name in dict.fromkeys(resource.sortable):
        if name not in kinds and name not in reserved.GIVEN_BY_SERVER:
            yield f"{here}: {quoted(name)} is to be sorted by, but is no field"
        elif isinstance(kinds.get(name), TextList):
            yield f"{here}: {quoted(name)} is a list, which has no order to sort by"
        if resource.sortable.count(name) > 1:
            yield f"{here}: {quoted(name)} is named twice for sorting"


def _collisions(resources: tuple[Resource, ...]) -> Iterator[str]:
    """Names of different resources that would meet in a path, a file, a table or a schema."""
    spellings: dict[str, int] = {}
    schemas: dict[str, int] = {squeezed(name): -1 for name in SHARED_SCHEMAS}
    for place, resource in enumerate(resources):
        for name in dict.fromkeys((squeezed(resource.name), squeezed(resource.plural))):
            other = spellings.setdefault(name, place)
            if other != place:
                yield _collision(resources[other], resource)
                break
        else:
            for schema in schema_names(resource):
                other = schemas.setdefault(squeezed(schema), place)
                if other not in (place, -1):
                    yield _collision(resources[other], resource)
                    break
                if other == -1 and resource.name not in reserved.RESOURCES:
                    yield f"resource {quoted(resource.name)}: the schema {schema} is taken"


def _collision(first: Resource, second: Resource) -> str:
    return f"the resources {quoted(first.name)} and {quoted(second.name)} would get the same names"


def _line_problems(here: str, text: str, limit: int) -> Iterator[str]:
    if not text.strip():
        yield f"{here} is empty"
    elif len(text) > limit:
        yield f"{here} {quoted(text)} has {len(text)} characters, more than {limit}"
    if text != text.strip() or not _printable(text):
        yield f"{here} {quoted(text)} must be one line of printable text"


def _prose_problems(here: str, text: str) -> Iterator[str]:
    if len(text) > MAX_DESCRIPTION:
        yield f"{here} has {len(text)} characters, more than {MAX_DESCRIPTION}"
    if not _printable(text.replace("\n", "")):
        yield f"{here} {quoted(text)} holds characters that cannot be printed"


def _printable(text: str) -> bool:
    """Whether files can hold `text`: no control characters, line separators or lone surrogates."""
    return not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in text)
