"""Upgraded tables are those of a fresh database, downgraded ones those of the version before."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from smartforge.contract import (
    Boolean,
    Contract,
    Decimal,
    Field,
    Integer,
    Reference,
    References,
    Resource,
    Text,
    UniqueTogether,
    validate,
)
from smartforge.contract.carrying import problems
from smartforge.errors import ContractInvalid
from smartforge.targets.fastapi import FastAPITarget
from smartforge.targets.fastapi.rendering import models
from smartforge.targets.fastapi.steps import migrations
from tests.unit.contract.strategies import contracts
from tests.unit.targets.projects import python, write

PAIRS = 25

PROGRAM = """
import importlib.util, json, sys
from pathlib import Path
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

NAMING = {
    "pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

def load(path):
    spec = importlib.util.spec_from_file_location("step", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

def shape(connection):
    seen, found = sa.inspect(connection), {}
    for table in sorted(seen.get_table_names()):
        made = connection.exec_driver_sql(
            f"SELECT sql FROM sqlite_master WHERE name = '{table}'").scalar()
        found[table] = [
            "AUTOINCREMENT" in made,
            sorted([c["name"], str(c["type"]), c["nullable"], c["primary_key"]]
                   for c in seen.get_columns(table)),
            sorted([u["name"], u["column_names"]] for u in seen.get_unique_constraints(table)),
            sorted([i["name"], i["column_names"], i["unique"],
                    {k: str(v) for k, v in i.get("dialect_options", {}).items()}]
                   for i in seen.get_indexes(table)),
            sorted([f["name"], f["constrained_columns"], f["referred_table"], str(f["options"])]
                   for f in seen.get_foreign_keys(table)),
        ]
    return found

def after(*steps):
    with sa.create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"target_metadata": sa.MetaData(naming_convention=NAMING)})
        with Operations.context(context):
            for step in steps:
                step()
        return shape(connection)

sys.path.insert(0, ".")
for folder in sorted(Path("pairs").iterdir()):
    (first, *rest), (fresh,) = (sorted((folder / one).iterdir()) for one in ("old", "new"))
    first, fresh = load(first), load(fresh)
    rest = [load(one) for one in rest]
    ups = [one.upgrade for one in rest]
    downs = [one.downgrade for one in reversed(rest)]
    for wanted, got in (
        (after(fresh.upgrade), after(first.upgrade, *ups)),
        (after(first.upgrade), after(first.upgrade, *ups, *downs)),
    ):
        for table in wanted.keys() | got.keys():
            if wanted.get(table) != got.get(table):
                both = wanted.get(table) or [], got.get(table) or []
                print(folder, table, "wanted", [a for a in both[0] if a not in both[1]],
                      "got", [b for b in both[1] if b not in both[0]])
"""


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Contract, Contract]:
    """A contract, and one to which a follow-up could have led."""
    old = draw(contracts())
    old = replace(old, resources=tuple(_bare(one) for one in old.resources))
    for _ in range(20):
        new = replace(old, resources=tuple(draw(_edited(one)) for one in old.resources))
        if _sound(new) and not problems(old, new):
            return old, new
    return old, old


def _bare(resource: Resource) -> Resource:
    """Without what fields can be left out of without a change of tables."""
    return replace(
        resource,
        filters=(),
        ranges=(),
        searched=(),
        sortable=("id",),
        sorted_by="id",
        computed=(),
        reports=(),
    )


def _sound(contract: Contract) -> bool:
    try:
        validate(contract)
    except ContractInvalid:
        return False
    return True


@st.composite
def _edited(draw: st.DrawFn, resource: Resource) -> Resource:
    """Some of its fields changed, one more, and perhaps another path or a stamp."""
    others = replace(resource, fields=(), name="", plural="", description="")
    named = msgspec.json.encode(others).decode() + " email nick name heading firm_id"
    fields = [
        one
        for field in resource.fields
        for one in ([field] if field.name in named else draw(_field(field)))
    ]
    new = [
        Field("zz_price", Decimal("1", "99.99")),
        Field("zz_count", Integer(3, 9)),
        Field("zz_text", Text(2, 90)),
        Field("zz_note", Text(), False),
        Field("zz_flag", Boolean(), False, True),
        Field("zz_code", Text(), False, unique=True),
        Field("zz_self", Reference(resource.name, "clear"), False),
        Field("zz_many", References(resource.name), False, []),
    ]
    fields += draw(st.lists(st.sampled_from(new), max_size=3, unique_by=lambda one: one.name))
    plural = draw(st.sampled_from([resource.plural, resource.plural, f"{resource.plural}y"]))
    rules = draw(st.sampled_from([resource.rules, ()]))
    if len(fields) > 1 and draw(st.booleans()):
        rules = (*rules, UniqueTogether((fields[0].name, fields[1].name)))
    stamped = draw(st.booleans())
    return replace(resource, fields=tuple(fields), plural=plural, rules=rules, stamped=stamped)


@st.composite
def _field(draw: st.DrawFn, field: Field) -> Iterator[Field]:
    kind = field.kind
    match draw(st.sampled_from(["kept", "kept", "removed", "renamed", "changed", "unique"])):
        case "removed":
            return iter(())
        case "renamed":
            return iter([replace(field, name=f"{field.name}_now"[:60], was=field.name)])
        case "unique":
            return iter([replace(field, unique=not field.unique)])
        case "changed":
            if isinstance(kind, Reference):
                ways = ["cascade", "restrict"]
                kind = replace(kind, on_delete=draw(st.sampled_from(ways)))
            elif isinstance(kind, Text):
                kind = replace(kind, max_length=100_000)
            elif isinstance(kind, Integer) and field.default is None:
                kind = Decimal("-2147483648", "2147483647", draw(st.integers(0, 3)))
            required = draw(st.booleans()) if field.default is None else field.required
            return iter([replace(field, kind=kind, required=required)])
        case _:
            return iter([field])


def test_tables_are_those_of_a_fresh_database_there_and_back(tmp_path: Path) -> None:
    made: list[int] = []

    @seed(0)
    @settings(
        max_examples=PAIRS,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(pairs())
    def rendered(pair: tuple[Contract, Contract]) -> None:
        old, new = pair
        folder = f"pairs/{len(made):03}"
        files = {
            f"{folder}/old/{one.path.rpartition('/')[2]}": one.text
            for one in migrations(new, (old,), models)
        }
        files |= {f"{folder}/new/0001.py": migrations(new, (), models)[0].text}
        write(files, tmp_path)
        made.append(len(files) - 2)

    rendered()
    helped = FastAPITarget().render(_one(), (_none(),))["migrations/tables.py"]
    write({"migrations/tables.py": helped}, tmp_path)
    ended = python(tmp_path, "-c", PROGRAM)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert ended.stdout == ""
    assert sum(made) > PAIRS / 2, json.dumps(made)


def _none() -> Contract:
    return Contract("Books", (Resource("book", "books", (Field("title", Text()),)),))


def _one() -> Contract:
    book = _none().resources[0]
    more = Field("pages", Integer(), False)
    return replace(_none(), resources=(replace(book, fields=(*book.fields, more)),))
