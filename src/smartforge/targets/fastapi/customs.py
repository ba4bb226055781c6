"""Custom operations as templates see them: schemas, the router's side, and the file of each."""

import textwrap
from collections.abc import Iterator, Mapping

import msgspec

from smartforge.contract import Contract, Custom, Field, Reference
from smartforge.contract.names import class_name
from smartforge.contract.openapi.custom import custom_schemas, shown_body
from smartforge.contract.operations import Operation, served
from smartforge.contract.recipes import Told
from smartforge.contract.refusals import refusals
from smartforge.targets.fastapi import kinds, naming
from smartforge.targets.fastapi.columns import Names
from smartforge.targets.fastapi.literals import docstring, python
from smartforge.targets.fastapi.recipes import TYPES, Group
from smartforge.targets.fastapi.responses import REFUSALS
from smartforge.targets.fastapi.scopes import scope

_WIDTH = 84  # columns of a line of prose
SCHEMAS = "custom_schemas"  # what `app.schemas.custom` is called in routers


class Look(msgspec.Struct, frozen=True):
    """A reference in the body, which must point to a row that the caller may read."""

    attribute: str
    row: str
    readable: str = ""


class CustomView(msgspec.Struct, frozen=True):
    """One custom operation.

    `module` is that of its own file in `app.custom`, `call` what the router calls, `parameters`
    and `returns` are those of the function in the file. `query` and `request` are classes of what
    is sent, `groups` those of the answer, `looks` the references in the body. `locked` says
    whether the row is locked before it is read.
    """

    custom: Custom
    path: str
    module: str
    said: str
    call: str
    parameters: str
    arguments: str
    returns: str
    sent: str
    base: str
    lines: tuple[str, ...]
    groups: tuple[Group, ...]
    looks: tuple[Look, ...]
    answer: str
    response: str
    options: str
    caller: bool
    locked: bool

    @property
    def name(self) -> str:
        return self.custom.name

    @property
    def row(self) -> bool:
        return self.custom.on_row

    @property
    def many(self) -> bool:
        return self.custom.many

    @property
    def resource(self) -> str:
        return self.custom.resource


def module_of(custom: Custom) -> str:
    """The module of the operation's own file, in `app.custom`."""
    return naming.module(custom.name)


def custom_views(contract: Contract, names: Names) -> dict[str, CustomView]:
    """By the names of the operations."""
    every = {one.subject: one for one in served(contract) if one.role == "custom"}
    return {one.name: _view(contract, one, every[one.name], names) for one in contract.customs}


def custom_imports(customs: Mapping[str, CustomView], names: Names) -> dict[str, str]:
    """Where the names come from that routers use for custom operations."""
    found = {SCHEMAS: "from app.schemas import custom as custom_schemas"}
    for one in customs.values():
        found[f"custom_{one.name}"] = f"from app.custom import {one.module} as custom_{one.name}"
        if one.custom.shows:
            shown = names[one.custom.shows]
            alias = f"{shown.short}_schemas"
            found[alias] = f"from app.schemas import {shown.module} as {alias}"
    return found


def schema_imports(customs: Mapping[str, CustomView], names: Names) -> dict[str, str]:
    """The same for the module of their schemas."""
    return {
        f"{names[one.custom.shows].short}_schemas": f"from app.schemas import "
        f"{names[one.custom.shows].module} as {names[one.custom.shows].short}_schemas"
        for one in customs.values()
        if one.custom.shows
    }


def taken(contract: Contract) -> list[Field]:
    """The fields that custom operations take."""
    return [field for one in contract.customs for field in one.takes]


def queried(contract: Contract) -> list[Field]:
    """Those of them that stand in a query."""
    return [field for one in contract.customs if one.method == "GET" for field in one.takes]


def told(contract: Contract) -> set[str]:
    """The kinds of what custom operations answer."""
    members = [one for custom in contract.customs for one in custom.answers]
    return {one.kind for member in members for one in (member, *member.rows)}


def _view(contract: Contract, custom: Custom, operation: Operation, names: Names) -> CustomView:
    body, answer = custom_schemas(custom)
    named = class_name(custom.name)
    get = custom.method == "GET"
    sent = f"{named}Query" if get and custom.takes else body
    groups = tuple(_groups(contract, custom, answer, names)) if answer else ()
    row = names[custom.resource] if custom.on_row else None
    known = custom.access.secured and contract.accounts is not None
    account = names[contract.accounts.resource] if contract.accounts and known else None
    parameters, arguments = ["db: Session"], ["db"]
    if row:
        parameters.append(f"{row.local}: models.{row.row}")
        arguments.append(row.local)
    if account:
        parameters.append(f"caller: models.{account.row}")
        arguments.append("caller")
    if sent:
        what = "wanted" if get else "body"
        parameters.append(f"{what}: schemas.{sent}")
        arguments.append(what)
    shown = f"models.{names[custom.shows].row}" if custom.shows else f"schemas.{answer}"
    returns = f"Sequence[{shown}]" if custom.many else shown
    return CustomView(
        custom=custom,
        path=operation.path,
        module=module_of(custom),
        said=_prose(custom),
        call=f"custom_{custom.name}.answer({', '.join(arguments)})",
        parameters=", ".join(parameters),
        arguments=", ".join(arguments),
        returns=returns,
        sent=sent,
        base="BaseModel" if get else "Schema",
        lines=tuple(_taken(field, query=get) for field in custom.takes),
        groups=groups,
        looks=tuple(_looks(contract, custom, names, known=known)),
        answer=answer,
        response=_model(custom, names),
        options=", ".join((python(operation.path), *options(contract, custom, operation, names))),
        caller=known,
        locked=custom.on_row and not get,
    )


def options(
    contract: Contract, custom: Custom, operation: Operation, names: Names
) -> Iterator[str]:
    """The arguments of the operation's decorator, besides its path."""
    yield f"name={python(custom.name)}"
    yield f"response_model={_model(custom, names)}"
    if custom.made:
        codes = [one for one in refusals(contract, operation) if one != 429]
        yield f"responses={' | '.join(REFUSALS[code] for code in codes)}"
    else:
        # Nobody has promised it.
        yield "include_in_schema=False"
    if custom.access.who == "role":
        roles = ", ".join(map(python, custom.access.roles))
        yield f"dependencies=[Depends(require_role({roles}))]"
    yield f"summary={python(custom.summary)}"
    if custom.description:
        yield f"description={python(custom.description)}"
    if custom_schemas(custom)[0] and (example := shown_body(custom)):
        shown = {"requestBody": {"content": {"application/json": {"example": example}}}}
        yield f"openapi_extra={python(shown)}"


def _model(custom: Custom, names: Names) -> str:
    """The class of the answer, as routers write it."""
    _, answer = custom_schemas(custom)
    shown = names[custom.shows] if custom.shows else None
    if answer or shown is None:
        return f"{SCHEMAS}.{answer}"
    return f"{shown.short}_schemas.{shown.answer}"


def _prose(custom: Custom) -> str:
    """What the operation does, as the text between the quotes of a docstring."""
    paragraphs = (custom.description or custom.summary).splitlines()
    lines = [
        line for paragraph in paragraphs for line in (textwrap.wrap(paragraph, _WIDTH) or [""])
    ]
    return docstring(lines)


def _taken(field: Field, *, query: bool) -> str:
    if query and field.description:
        field = msgspec.structs.replace(field, description="")
    written = kinds.shared_type(field) or kinds.own_type(field)
    reader = kinds.from_text(field.kind) if query else ""
    written = f"Annotated[{written}, {reader}]" if reader else written
    attribute = naming.attribute(field)
    renamed = "" if attribute == field.name else f'alias="{field.name}"'
    optional = " | None" if field.nullable else ""
    return f"{attribute}: {written}{optional}{kinds.given(field, renamed)}"


def _groups(contract: Contract, custom: Custom, name: str, names: Names) -> Iterator[Group]:
    if custom.shows:
        shown = names[custom.shows]
        yield Group(name, (f"items: list[{shown.short}_schemas.{shown.answer}]",))
    else:
        yield from _told(name, custom.answers)


def _told(name: str, members: tuple[Told, ...]) -> Iterator[Group]:
    """The classes of an answer, those of its lists first."""
    lines: list[str] = []
    for one in members:
        written = TYPES.get(one.kind, "")
        if one.rows:
            inner = f"{name}{class_name(one.name)}"
            yield from _told(inner, one.rows)
            written = f"list[{inner}]"
        written += " | None" if one.nullable else ""
        if one.description:
            written = f"Annotated[{written}, Field(description={python(one.description)})]"
        attribute = naming.attribute_for(one.name)
        shown = "" if attribute == one.name else f' = Field(serialization_alias="{one.name}")'
        lines.append(f"{attribute}: {written}{shown}")
    yield Group(name, tuple(lines))


def _looks(contract: Contract, custom: Custom, names: Names, *, known: bool) -> Iterator[Look]:
    for field in custom.takes:
        if isinstance(field.kind, Reference):
            target = contract.resource(field.kind.resource)
            closed = scope(contract, target, names).closed and known
            yield Look(
                naming.attribute(field),
                names[target.name].row,
                f"readable_{target.plural}" if closed else "",
            )
