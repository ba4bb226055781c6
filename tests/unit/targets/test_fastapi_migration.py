"""The first migration makes the very tables that the models describe, whatever these hold."""

import ast
import re
from pathlib import Path

import pytest

from smartforge.targets.fastapi import FastAPITarget
from smartforge.targets.fastapi.migration import initial_migration
from smartforge.targets.fastapi.modelled import modelled
from tests.unit.targets.examples import TODO
from tests.unit.targets.projects import python, write

HEAD = """
import datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint, Column, ForeignKey, Index, JSON, LargeBinary, Numeric, String, Table,
    UniqueConstraint, text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.database import Base, UtcDateTime
"""

LIBRARY = """
shelved = Table(
    "shelved",
    Base.metadata,
    Column("book_id", ForeignKey("books.id", ondelete="CASCADE"), primary_key=True),
    Column("shelf_id", ForeignKey("shelves.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Stamped(Base):
    __abstract__ = True

    updated_at: Mapped[datetime.datetime] = mapped_column(UtcDateTime, sort_order=2)


class Book(Base):
    __tablename__ = "books"

    title: Mapped[str] = mapped_column(String(200), default="Nameless")
    isbn: Mapped[str] = mapped_column(String(17), unique=True)
    status: Mapped[str] = mapped_column(String(10), server_default=text("'new'"))
    pages: Mapped[int | None] = mapped_column()
    in_print: Mapped[bool]
    published: Mapped[datetime.date | None]
    scan: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    tags: Mapped[list[str]] = mapped_column(JSON(none_as_null=True))
    ctid_: Mapped[str] = mapped_column("ctid_", String(5), key="ctid")
    author_id: Mapped[int] = mapped_column(
        ForeignKey("authors.id", ondelete="RESTRICT"), index=True
    )
    sequel_id: Mapped[int | None] = mapped_column(ForeignKey("books.id", ondelete="SET NULL"))
    twice: Mapped[int | None] = column_property(pages * 2)
    shelves: Mapped[list["Shelf"]] = relationship(secondary=shelved)

    __table_args__ = (
        UniqueConstraint("title", "ctid"),
        CheckConstraint("pages > 0", name="some_pages"),
        Index(
            "one_draft",
            "author_id",
            unique=True,
            sqlite_where=status.in_(["draft"]),
            postgresql_where=status.in_(["draft"]),
        ),
        {"sqlite_autoincrement": True},
    )


class Author(Stamped):
    __tablename__ = "authors"

    name: Mapped[str] = mapped_column(String(100))
    best_book_id: Mapped[int | None] = mapped_column(ForeignKey("books.id", ondelete="SET NULL"))


class Shelf(Base):
    __tablename__ = "shelves"

    a_name_that_is_as_long_as_names_can_possibly_be_in_a_contract: Mapped[str] = mapped_column(
        String(9), unique=True
    )
"""

# Migrates there, back and there again; then says how models and tables differ.
PROGRAM = """
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from app.database import connect
from app.migrate import migrate
from app.models import Base

engine = connect("sqlite:///library.db")
migrate(engine)
migrate(engine)
with engine.begin() as connection:
    config = Config(toml_file="pyproject.toml")
    config.attributes["connection"] = connection
    command.downgrade(config, "base")
    print(inspect(connection).get_table_names())
migrate(engine)
with engine.connect() as connection:
    print(compare_metadata(MigrationContext.configure(connection), Base.metadata))
    for (made,) in connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")):
        print(" ".join(made.split()))
"""


def migration(models: str) -> str:
    return initial_migration(FastAPITarget().render(TODO)["app/database.py"], models)


def test_models_and_tables_are_the_same_after_it(tmp_path: Path) -> None:
    files = dict(FastAPITarget().render(TODO))
    files["app/models.py"] = HEAD + LIBRARY
    files["migrations/versions/0001_initial.py"] = migration(HEAD + LIBRARY)
    ended = python(write(files, tmp_path), "-c", PROGRAM)
    assert ended.returncode == 0, ended.stderr
    emptied, differences, *made = ended.stdout.splitlines()
    assert emptied == "['alembic_version']"
    assert differences == "[]"
    books = next(one for one in made if one.startswith("CREATE TABLE books"))
    assert "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT" in books
    assert "status VARCHAR(10) DEFAULT 'new' NOT NULL" in books
    assert "CONSTRAINT uq_books_title_ctid_ UNIQUE (title, ctid_)" in books
    assert "CONSTRAINT ck_books_some_pages CHECK (pages > 0)" in books
    assert "FOREIGN KEY(author_id) REFERENCES authors (id) ON DELETE RESTRICT" in books
    authors = next(one for one in made if re.match(r'CREATE TABLE "?authors', one))
    assert "AUTOINCREMENT" in authors
    assert "REFERENCES books (id) ON DELETE SET NULL" in authors
    assert any("one_draft" in one and "WHERE status IN ('draft')" in one for one in made)


def test_every_constraint_that_a_database_can_call_by_name_has_one() -> None:
    tree = ast.parse(migration(HEAD + LIBRARY))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Constraint")
    ]
    assert len(calls) > 8
    names = [ast.unparse(one.value) for call in calls for one in call.keywords if one.arg == "name"]
    assert len(names) == len(calls)
    assert sum(name == "None" for name in names) == 1, "the one that is too long for PostgreSQL"


def test_equal_models_give_equal_bytes() -> None:
    assert migration(HEAD + LIBRARY) == migration(HEAD + LIBRARY)


@pytest.mark.parametrize(
    "line",
    ["other: Mapped[Strange]", "__table_args__ = (made_up,)"],
)
def test_what_it_does_not_understand_is_said(line: str) -> None:
    with pytest.raises(ValueError, match=r"Strange|made_up"):
        modelled(f'class X(Base):\n    __tablename__ = "xs"\n    {line}\n')
