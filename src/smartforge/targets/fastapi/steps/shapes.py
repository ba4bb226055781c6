"""Tables as a migration compares them: columns, constraints and indexes, each by its name."""

import ast

import msgspec

from smartforge.targets.fastapi import migration
from smartforge.targets.fastapi.modelled import Column, Table


class Part(msgspec.Struct, frozen=True):
    """A constraint or an index: equal ones need no change.

    `made` is the call that makes it, on `batch` for a constraint, on `op` for an index.
    """

    kind: str
    name: str
    made: str
    columns: tuple[str, ...] = ()


class Shape(msgspec.Struct, frozen=True):
    """One table. `columns` are by their names, `types` as a migration writes them."""

    table: Table
    columns: dict[str, Column]
    types: dict[str, str]
    parts: tuple[Part, ...]


def shapes(tables: tuple[Table, ...], moved: dict[str, str] | None = None) -> dict[str, Shape]:
    """The shape of each table by its name; `moved` are new names of tables that are referred to."""
    return {one.name: _shape(one, moved or {}) for one in tables}


def _shape(table: Table, moved: dict[str, str]) -> Shape:
    parts: list[Part] = []
    for one in table.columns:
        if one.refers:
            parts.append(_foreign(table, one, moved))
        if one.has("index"):
            unique = ", unique=True" if one.has("unique") else ""
            name = f"ix_{table.name}_{one.name}"
            said = f'{migration.shown_name(name)}, "{{table}}", ["{one.name}"]{unique}'
            parts.append(Part("index", name, f"op.create_index({said})", (one.name,)))
        elif one.has("unique"):
            parts.append(_unique(table, (one.name,), {}))
    parts += [_declared(table, one) for one in table.constraints]
    return Shape(
        table,
        {one.name: one for one in table.columns},
        {one.name: migration.column_type(one.type) for one in table.columns},
        tuple(parts),
    )


def _foreign(table: Table, column: Column, moved: dict[str, str]) -> Part:
    target, _, remote = column.refers.partition(".")
    deleted = f', ondelete="{column.on_delete}"' if column.on_delete else ""
    name = f"fk_{table.name}_{column.name}"
    said = (
        f'{migration.shown_name(name)}, "{moved.get(target, target)}", '
        f'["{column.name}"], ["{remote}"]{deleted}'
    )
    return Part("foreignkey", name, f"batch.create_foreign_key({said})", (column.name,))


def _unique(table: Table, columns: tuple[str, ...], keywords: dict[str, str]) -> Part:
    name = "_".join(("uq", table.name, *columns))
    if "name" in keywords:
        name = str(ast.literal_eval(keywords["name"]))
    listed = ", ".join(f'"{one}"' for one in columns)
    rest = "".join(f", {key}={one}" for key, one in keywords.items() if key != "name")
    made = f"batch.create_unique_constraint({migration.shown_name(name)}, [{listed}]{rest})"
    return Part("unique", name, made, columns)


def _declared(table: Table, call: ast.Call) -> Part:
    """A constraint or an index that stands in the body of a model."""
    keywords = {one.arg: ast.unparse(one.value) for one in call.keywords if one.arg}
    match ast.unparse(call.func):
        case "UniqueConstraint":
            columns = tuple(table.column(str(ast.literal_eval(one))) for one in call.args)
            return _unique(table, columns, keywords)
        case "CheckConstraint":
            name = f"ck_{table.name}_{ast.literal_eval(keywords['name'])}"
            said = f"{migration.shown_name(name)}, {migration.condition(table, call)}"
            return Part("check", name, f"batch.create_check_constraint({said})")
        case "Index":
            return _index(table, call)
        case kind:
            raise ValueError(f"a migration cannot hold {kind}")


def _index(table: Table, call: ast.Call) -> Part:
    plain = [one.value for one in call.args[1:] if isinstance(one, ast.Constant)]
    columns = tuple(table.column(str(one)) for one in plain)
    given = ast.literal_eval(call.args[0])
    name = str(given) if given else "_".join(("ix", table.name, *columns))
    made = migration.index(table, call).replace(f'"{table.name}"', '"{table}"', 1)
    return Part("index", name, made, columns)
