"""The first migration of a project: all tables of its models, every constraint by its name."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from smartforge.contract import Contract, Reference
from smartforge.targets.fastapi.modelled import Column, Table, modelled

LONGEST = 63  # characters of a name in PostgreSQL; SQLAlchemy shortens longer ones itself
_HEAD = '''"""All tables.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


'''
# What an API without tables has no use for.
_IMPORTS = "import sqlalchemy as sa\nfrom alembic import op\n\n"
# What the project's own column types are in the database.
_OWN = {
    "UtcDateTime": "sa.DateTime(timezone=True)",
    "ExactNumeric": 'sa.Numeric({}).with_variant(sa.BigInteger(), "sqlite")',
}


def initial_migration(*sources: str) -> str:
    """Python source of the revision `0001` for the models in `sources`."""
    tables = modelled(*sources)
    head = _HEAD if tables else _HEAD.replace(_IMPORTS, "")
    return (
        head + function("upgrade", made(tables)) + "\n\n" + function("downgrade", dropped(tables))
    )


def made(tables: tuple[Table, ...]) -> list[str]:
    """Statements that make the tables, whatever refers to what."""
    ordered, late = _in_order(tables)
    body = [line for table in ordered for line in _created(table, late)]
    return body + [_late(table, column) for table, column in late]


def dropped(tables: tuple[Table, ...]) -> list[str]:
    """Statements that remove the tables, to which nothing else refers."""
    ordered, late = _in_order(tables)
    undone = [_early(table, column) for table, column in reversed(late)]
    return undone + [f'op.drop_table("{table.name}")' for table in reversed(ordered)]


def circular(contract: Contract) -> bool:
    """Whether tables refer to each other in a circle."""
    graph = {
        resource.name: {
            field.kind.resource
            for field in resource.fields
            if isinstance(field.kind, Reference) and field.kind.resource != resource.name
        }
        for resource in contract.resources
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return True
    return False


def function(name: str, lines: list[str]) -> str:
    return f"def {name}() -> None:\n" + "".join(f"    {line}\n" for line in lines or ["pass"])


# ---- the order of tables ----------------------------------------------------------------------

_Late = list[tuple[Table, Column]]


def _in_order(found: tuple[Table, ...]) -> tuple[list[Table], _Late]:
    """Tables after those that they refer to; and the references that close a circle."""
    waiting = list(found)
    ordered: list[Table] = []
    late: _Late = []
    while waiting:
        names = {one.name for one in waiting}
        ready = next((one for one in waiting if not one.refers & names), None)
        if ready is None:
            ready = min(waiting, key=lambda one: _hold(one, names))
            late += [(ready, one) for one in ready.columns if _table(one) in names - {ready.name}]
        waiting.remove(ready)
        ordered.append(ready)
    return ordered, late


def _hold(table: Table, names: set[str]) -> tuple[int, int]:
    """How much keeps a table from being the first of a circle: what may be null does so least."""
    held = [one for one in table.columns if _table(one) in names - {table.name}]
    return sum(not one.nullable for one in held), len(held)


def _table(column: Column) -> str:
    return column.refers.partition(".")[0]


# ---- one table --------------------------------------------------------------------------------


def _created(table: Table, late: _Late) -> Iterator[str]:
    parts = [f'"{table.name}"', *(_column(one) for one in table.columns)]
    parts += [
        _foreign(table, one) for one in table.columns if one.refers and (table, one) not in late
    ]
    keys = [one.name for one in table.columns if one.has("primary_key")]
    parts.append(_named("PrimaryKeyConstraint", keys, "pk", table.name))
    for one in table.columns:
        if one.has("unique") and not one.has("index"):
            parts.append(_named("UniqueConstraint", [one.name], "uq", table.name, one.name))
    parts += [constraint(table, one) for one in table.constraints if not _is_index(one)]
    parts += [f"{name}={value}" for name, value in table.options.items()]
    yield f"op.create_table({', '.join(parts)})"
    for one in table.columns:
        if one.has("index"):
            unique = ", unique=True" if one.has("unique") else ""
            name = _name("ix", table.name, one.name)
            yield f'op.create_index({name}, "{table.name}", ["{one.name}"]{unique})'
    for one in table.constraints:
        if _is_index(one):
            yield index(table, one)


def _column(one: Column) -> str:
    return column(one, one.nullable)


def column(one: Column, nullable: bool) -> str:
    """A column as a migration has it."""
    parts = [f'"{one.name}"', column_type(one.type)]
    if "server_default" in one.options:
        parts.append(f"server_default={server_default(one)}")
    return f"sa.Column({', '.join(parts)}, nullable={nullable})"


def server_default(one: Column) -> str:
    given = one.options.get("server_default")
    return _free(given) if given else "None"


def column_type(expression: str) -> str:
    """The type of a column in the database."""
    name, _, rest = expression.partition("(")
    if name in _OWN:
        return _OWN[name].format(rest.removesuffix(")"))
    return _free(expression if rest else f"{expression}()")


def _foreign(table: Table, column: Column) -> str:
    name = _name("fk", table.name, column.name)
    deleted = f', ondelete="{column.on_delete}"' if column.on_delete else ""
    said = f"name={name}{deleted}" if name != "None" else deleted.removeprefix(", ")
    return f'sa.ForeignKeyConstraint(["{column.name}"], ["{column.refers}"], {said})'


def _named(kind: str, columns: list[str], prefix: str, *names: str) -> str:
    listed = ", ".join(f'"{one}"' for one in columns)
    return f"sa.{kind}({listed}, name={_name(prefix, *names)})"


def _name(prefix: str, *names: str) -> str:
    """The name by the convention of the models; None, the name that it will have, where that
    would be too long for the database."""
    return shown_name("_".join((prefix, *names)))


def shown_name(name: str) -> str:
    """A name as a migration has it where it makes what is called so."""
    return f'op.f("{name}")' if len(name) <= LONGEST else "None"


def _is_index(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "Index"


def constraint(table: Table, call: ast.Call) -> str:
    """A constraint as the models have it, with the name that the convention gives it."""
    kind = ast.unparse(call.func)
    keywords = {one.arg: ast.unparse(one.value) for one in call.keywords if one.arg}
    match kind:
        case "UniqueConstraint":
            columns = [table.column(str(ast.literal_eval(one))) for one in call.args]
            listed = [f'"{one}"' for one in columns]
            keywords.setdefault("name", _name("uq", table.name, *columns))
        case "CheckConstraint":
            listed = [condition(table, call)]
            name = str(ast.literal_eval(keywords["name"]))
            keywords["name"] = _name("ck", table.name, name)
        case _:
            raise ValueError(f"a migration cannot hold {kind}")
    said = [f"{name}={value}" for name, value in keywords.items()]
    return f"sa.{kind}({', '.join([*listed, *said])})"


def condition(table: Table, call: ast.Call) -> str:
    """What a check of the models says, as a migration has it."""
    return _free(ast.unparse(call.args[0]), table)


def index(table: Table, call: ast.Call) -> str:
    """The call that makes an index as the models have it."""
    name, *columns = (ast.unparse(one) for one in call.args)
    listed: list[str] = []
    for one in columns:
        node = ast.parse(one, mode="eval").body
        plain = isinstance(node, ast.Constant)
        listed.append(f'"{table.column(str(node.value))}"' if plain else _free(one, table))
    if name == "None":
        plain_names = [ast.literal_eval(one) for one in listed]
        name = _name("ix", table.name, *plain_names)
    keywords = [f"{one.arg}={_free(ast.unparse(one.value), table)}" for one in call.keywords]
    said = ", ".join([name, f'"{table.name}"', f"[{', '.join(listed)}]", *keywords])
    return f"op.create_index({said})"


# ---- circles ----------------------------------------------------------------------------------


def _late(table: Table, column: Column) -> str:
    target, _, remote = column.refers.partition(".")
    deleted = f', ondelete="{column.on_delete}"' if column.on_delete else ""
    name = _name("fk", table.name, column.name)
    said = f'{name}, "{target}", ["{column.name}"], ["{remote}"]{deleted}'
    return f"{_batch(table)}\n        batch.create_foreign_key({said})"


def _early(table: Table, column: Column) -> str:
    name = _name("fk", table.name, column.name)
    return f'{_batch(table)}\n        batch.drop_constraint({name}, type_="foreignkey")'


def _batch(table: Table) -> str:
    options = "".join(
        f", table_kwargs={{{name!r}: {value}}}" for name, value in table.options.items()
    )
    return f'with op.batch_alter_table("{table.name}"{options}) as batch:'


class _Free(ast.NodeTransformer):
    """Names of the models as a migration has them: `sa.String`, and columns by their name."""

    def __init__(self, columns: dict[str, str]) -> None:
        self.columns = columns

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.columns:
            shown = f"sa.column({self.columns[node.id]!r})"
            return ast.parse(shown, mode="eval").body
        return ast.Attribute(ast.Name("sa"), node.id)


def _free(expression: str, table: Table | None = None) -> str:
    columns = {one.attribute: one.name for one in table.columns} if table else {}
    return ast.unparse(_Free(columns).visit(ast.parse(expression, mode="eval")))
