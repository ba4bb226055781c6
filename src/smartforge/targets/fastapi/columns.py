"""The lines of the models: columns, constraints, links between tables, computed values."""

from collections.abc import Iterator

import msgspec

from smartforge.contract import (
    Aggregate,
    Code,
    Contract,
    Decimal,
    Field,
    Integer,
    Marked,
    OneOpen,
    Product,
    Reference,
    References,
    Resource,
    UniqueTogether,
)
from smartforge.contract.names import shorten, singular
from smartforge.targets.fastapi import kinds, naming
from smartforge.targets.fastapi.literals import python

Names = dict[str, naming.ResourceNames]

_ON_DELETE = {"cascade": "CASCADE", "restrict": "RESTRICT", "clear": "SET NULL"}
_ROOM = 48  # of a name that others are made of, so that databases take the whole


class LinkView(msgspec.Struct, frozen=True):
    """A table of pairs: the rows of `own_table` and the rows of `other_table` that go with them.

    For a field of references `attribute` holds the rows on the other side, in the order of their
    ids, and `field` the ids; both are empty for a mark.
    """

    table: str
    own: str
    own_table: str
    other: str
    other_table: str
    other_row: str
    attribute: str = ""
    field: str = ""


class ComputedView(msgspec.Struct, frozen=True):
    """A value that the database works out; `alias` is a second name that its table then needs."""

    name: str
    query: str
    alias: str = ""


class TableView(msgspec.Struct, frozen=True):
    """The body of a model: `columns`, `products` and `constraints` are lines of it."""

    columns: tuple[str, ...]
    products: tuple[str, ...]
    constraints: tuple[str, ...]
    links: tuple[LinkView, ...]
    marks: dict[str, LinkView]
    computed: tuple[ComputedView, ...]

    @property
    def pairs(self) -> tuple[LinkView, ...]:
        return (*self.links, *self.marks.values())


def table_view(contract: Contract, resource: Resource, names: Names) -> TableView:
    marks = {mark.name: _mark(contract, resource, mark.name, names) for mark in resource.marks}
    return TableView(
        columns=tuple(_columns(contract, resource, names)),
        products=tuple(_products(resource)),
        constraints=tuple(_constraints(resource)),
        links=tuple(
            _link(resource, field, field.kind, names)
            for field in resource.fields
            if isinstance(field.kind, References)
        ),
        marks=marks,
        computed=tuple(_computed(contract, resource, names, marks)),
    )


# ---- columns ----------------------------------------------------------------------------------


def _columns(contract: Contract, resource: Resource, names: Names) -> Iterator[str]:
    multiplied = {
        name
        for one in resource.computed
        if isinstance(one.formula, Product)
        for name in one.formula.factors
    }
    for field in resource.fields:
        if not isinstance(field.kind, References):
            line = _column(field, names)
            # Only what is assigned can be calculated with in the body of the class.
            bare = field.name in multiplied and "=" not in line
            yield f"{line} = mapped_column()" if bare else line
    accounts = contract.accounts
    if accounts and accounts.resource == resource.name:
        yield "password_hash: Mapped[str] = mapped_column(String(255))"
        if accounts.password_change:
            # Rows that were there before have one too.
            yield 'token_version: Mapped[int] = mapped_column(default=0, server_default="0")'
        if accounts.roles:
            longest = max(map(len, accounts.roles))
            yield f"role: Mapped[str] = mapped_column(String({longest}))"
    if resource.upload:
        yield "filename: Mapped[str] = mapped_column(String(255))"
        yield "content_type: Mapped[str] = mapped_column(String(255))"
        yield "size: Mapped[int]"
        yield "file_bytes: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)"


def _column(field: Field, names: Names) -> str:
    kind = field.kind
    attribute, column = naming.attribute(field), naming.column(field)
    python_type, column_type = kinds.column_type(kind)
    made = ""
    if isinstance(kind, Reference):
        target = f"{names[kind.resource].table}.id"
        column_type = f'ForeignKey("{target}", ondelete="{_ON_DELETE[kind.on_delete]}")'
    elif isinstance(kind, Code):
        made = f"default=lambda: new_code({kind.length})"
    elif not field.on_creation:
        made = _made(field)
    arguments = _joined(
        "" if column == attribute else f'"{column}"',
        column_type,
        "" if column == field.name else f'key="{field.name}"',
        made,
        "unique=True" if unique(field) else "",
        "index=True" if isinstance(kind, Reference) and not field.unique else "",
    )
    optional = " | None" if field.nullable else ""
    annotation = f"{attribute}: Mapped[{python_type}{optional}]"
    return f"{annotation} = mapped_column({arguments})" if arguments else annotation


def unique(field: Field) -> bool:
    return field.unique or isinstance(field.kind, kinds.MADE_BY_SERVER)


def _made(field: Field) -> str:
    """What the server puts into a field that clients do not send on creation."""
    value = kinds.default(field)[0]
    if value in ("", "None"):
        return ""
    return f"default=lambda: {value}" if value.startswith("[") else f"default={value}"


def _constraints(resource: Resource) -> Iterator[str]:
    for rule in resource.rules:
        match rule:
            case UniqueTogether():
                yield f"UniqueConstraint({_quoted(resource, rule.fields)})"
            case OneOpen():
                is_open = f"text({python(_is_open(resource, rule))})"
                name = python(shorten(f"open_{resource.plural}_{'_'.join(rule.fields)}", _ROOM))
                yield (
                    f"Index({name}, {_quoted(resource, rule.fields)}, unique=True, "
                    f"sqlite_where={is_open}, postgresql_where={is_open})"
                )
            case _:
                pass


def _is_open(resource: Resource, rule: OneOpen) -> str:
    """The condition of a partial index, in the SQL of every database."""
    values = ", ".join("'" + value.replace("'", "''") + "'" for value in rule.open)
    condition = f'"{naming.column(resource.field(rule.status))}" IN ({values})'
    return condition.replace(":", "\\:")


def _quoted(resource: Resource, fields: tuple[str, ...]) -> str:
    return ", ".join(f'"{resource.field(name).name}"' for name in fields)


# ---- links ------------------------------------------------------------------------------------


def _link(resource: Resource, field: Field, kind: References, names: Names) -> LinkView:
    own, other = f"{resource.name}_id", singular(field.name)
    return LinkView(
        table=shorten(f"{resource.plural}_{field.name}", _ROOM),
        own=own,
        own_table=names[resource.name].table,
        other=f"other_{other}" if other == own else other,
        other_table=names[kind.resource].table,
        other_row=names[kind.resource].row,
        attribute=naming.link(resource, field),
        field=naming.attribute(field),
    )


def _mark(contract: Contract, resource: Resource, mark: str, names: Names) -> LinkView:
    assert contract.accounts, "marks are set by accounts"
    accounts = names[contract.accounts.resource]
    return LinkView(
        table=shorten(f"{resource.plural}_{mark}_marks", _ROOM),
        own=f"{resource.name}_id",
        own_table=names[resource.name].table,
        other="marked_by",
        other_table=accounts.table,
        other_row=accounts.row,
    )


# ---- computed values --------------------------------------------------------------------------


def _products(resource: Resource) -> Iterator[str]:
    for computed in resource.computed:
        if isinstance(computed.formula, Product):
            factors = [resource.field(name) for name in computed.formula.factors]
            terms = " * ".join(f"cast({naming.attribute(one)}, Numeric)" for one in factors)
            stored = f"type_coerce({terms}, ExactNumeric(38, {_places(factors)}))"
            yield f"{computed.name}: Mapped[Decimal | None] = column_property({stored})"


def _places(fields: list[Field]) -> int:
    return sum(field.kind.places for field in fields if isinstance(field.kind, Decimal))


def _computed(
    contract: Contract, resource: Resource, names: Names, marks: dict[str, LinkView]
) -> Iterator[ComputedView]:
    row = names[resource.name].row
    for computed in resource.computed:
        match computed.formula:
            case Marked(mark=mark):
                table = marks[mark]
                where = f"{table.table}.c.{table.own} == {row}.id"
                query = f"select(func.count()).where({where}).correlate_except({table.table})"
                yield ComputedView(computed.name, query)
            case Aggregate() as formula:
                yield _aggregate(contract, resource, computed.name, formula, names)
            case Product():
                pass


def _aggregate(
    contract: Contract, resource: Resource, name: str, formula: Aggregate, names: Names
) -> ComputedView:
    row = names[resource.name].row
    other = contract.resource(formula.resource)
    alias = f"other_{resource.name}" if other == resource else ""
    counted = alias or names[other.name].row
    value = figure(formula.function, f"{counted}.{named(other, formula.field)}")
    where = f"{counted}.{named(other, formula.by)} == {row}.id"
    query = f"select({value}).where({where}).correlate_except({counted})"
    return ComputedView(name, query, alias)


def named(resource: Resource, name: str) -> str:
    """The attribute of a row that holds the field or the computed value of that name."""
    field = next((one for one in resource.fields if one.name == name), None)
    return naming.attribute(field) if field else name


def figure(function: str, column: str) -> str:
    """A call that works out one number of many rows."""
    match function:
        case "count":
            return "func.count()"
        case "sum":
            return f"total({column})"
        case "average":
            return f"average({column})"
        case "minimum":
            return f"func.min({column})"
        case _:
            return f"func.max({column})"


def computed_type(contract: Contract, formula: Aggregate | Product | Marked) -> str:
    """The type of a computed field in the answers."""
    match formula:
        case Marked() | Aggregate(function="count"):
            return "Count"
        case Product() | Aggregate(function="average"):
            return "Amount | None"
        case Aggregate():
            number = number_type(contract.resource(formula.resource), formula.field)
            return number if formula.function == "sum" else f"{number} | None"


def number_type(resource: Resource, name: str) -> str:
    """The type of sums of the number of that name."""
    field = next((one for one in resource.fields if one.name == name), None)
    return "int" if field and isinstance(field.kind, Integer) else "Amount"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
