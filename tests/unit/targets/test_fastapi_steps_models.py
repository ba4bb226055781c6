"""Steps between models with whatever a table can have, on both databases, there and back."""

from pathlib import Path

import pytest

from smartforge.targets.fastapi import migration
from smartforge.targets.fastapi.modelled import modelled
from smartforge.targets.fastapi.rendering import PROJECT
from smartforge.targets.fastapi.steps.lines import Step
from smartforge.targets.fastapi.steps.pairs import Named
from smartforge.targets.fastapi.steps.shapes import shapes
from tests.postgres import shared
from tests.unit.targets.projects import python, write

LONG = "a_name_that_is_as_long_as_names_can_possibly_be_in_a_contract"
OLD = f"""
class Book(Base):
    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    stock: Mapped[int] = mapped_column()
    {LONG}: Mapped[str] = mapped_column(String(9), unique=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", ondelete="SET NULL"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("books.id", ondelete="SET NULL"))
    status: Mapped[str] = mapped_column(String(9), server_default=text("'a'"))

    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("stock < 99", name="few"),
        Index(
            "open_books",
            "author_id",
            unique=True,
            sqlite_where=text("status IN ('a')"),
            postgresql_where=text("status IN ('a')"),
        ),
        {{"sqlite_autoincrement": True}},
    )


class Author(Base):
    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    best_id: Mapped[int | None] = mapped_column(ForeignKey("books.id", ondelete="SET NULL"))
"""
NEW = f"""
class Book(Base):
    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    stock: Mapped[int] = mapped_column()
    version: Mapped[int] = mapped_column(default=1)
    {LONG}: Mapped[str] = mapped_column(String(9))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(9))

    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("stock < 50", name="fewer"),
        {{"sqlite_autoincrement": True}},
    )


class Room(Base):
    __tablename__ = "rooms"

    id: Mapped[int] = mapped_column(primary_key=True)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("halls.id"))


class Hall(Base):
    __tablename__ = "halls"

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
"""

PROGRAM = """
import sys
sys.path.insert(0, ".")
import sqlalchemy as sa
import step
from alembic import op
from alembic.migration import MigrationContext
from alembic.operations import Operations

url, long = sys.argv[1:]
NAMING = {
    "pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

def shape(connection):
    seen = sa.inspect(connection)
    return {
        table: [
            sorted([c["name"], str(c["type"]), c["nullable"], str(c["default"])[:3]]
                   for c in seen.get_columns(table) if c["name"] != "id"),
            sorted(u["name"] for u in seen.get_unique_constraints(table)),
            sorted(i["name"] for i in seen.get_indexes(table)),
            sorted([f["name"], f["options"]["ondelete"] if f["options"] else ""]
                   for f in seen.get_foreign_keys(table)),
            sorted([c["name"], c["sqltext"]] for c in seen.get_check_constraints(table)),
        ]
        for table in seen.get_table_names()
    }

def rows():
    op.execute(f"INSERT INTO books (stock, {long}) VALUES (3, 'x'), (4, 'y')")

def after(*steps):
    with sa.create_engine(url).connect() as connection:
        options = {"target_metadata": sa.MetaData(naming_convention=NAMING)}
        context = MigrationContext.configure(connection, opts=options)
        with Operations.context(context):
            for one in steps:
                one()
        kept = connection.execute(sa.text("SELECT count(*) FROM books")).scalar()
        found = shape(connection)
        connection.rollback()
        return found, kept

there, kept = after(step.first, rows, step.up)
back, still = after(step.first, rows, step.up, step.down)
for wanted, got in ((after(step.fresh)[0], there), (after(step.first)[0], back)):
    for table in wanted.keys() | got.keys():
        if wanted.get(table) != got.get(table):
            print(table, "wanted", wanted.get(table), "got", got.get(table))
print(kept, still)
"""


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    old, new = modelled(OLD), modelled(NEW)
    same = Named({}, {})
    functions = {
        "first": migration.made(old),
        "fresh": migration.made(new),
        "up": Step(shapes(old), shapes(new), same, {}).lines(),
        "down": Step(shapes(new), shapes(old), same, {}).lines(),
    }
    source = "import sqlalchemy as sa\nfrom alembic import op\nfrom migrations.tables import *\n\n"
    source += "\n\n".join(migration.function(name, lines) for name, lines in functions.items())
    helped = (PROJECT / "migrations/tables.py.j2").read_text(encoding="utf-8")
    files = {"step.py": source, "migrations/tables.py": helped}
    return write(files, tmp_path_factory.mktemp("steps"))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_step_makes_the_tables_of_the_models(steps: Path, database: str) -> None:
    url = "sqlite://"
    if database == "postgresql":
        server = shared()
        url = server.url(server.new_database()).replace("postgresql:", "postgresql+psycopg:")
    ended = python(steps, "-c", PROGRAM, url, LONG)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert ended.stdout.split() == ["2", "2"], ended.stdout
