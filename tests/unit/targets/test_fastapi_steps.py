"""Migrations carry the rows of one version of a contract into the tables of the next."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from smartforge.contract import (
    Boolean,
    Choice,
    Contract,
    Date,
    Decimal,
    Field,
    Integer,
    Phone,
    Reference,
    References,
    Resource,
    Text,
    Time,
    Timestamp,
    UniqueTogether,
    validate,
)
from smartforge.contract.carrying import problems
from smartforge.targets.fastapi import FastAPITarget
from tests.postgres import shared
from tests.unit.targets.projects import python, write

AUTHOR = Resource("author", "authors", (Field("name", Text(1, 50)),))
TAG = Resource("tag", "tags", (Field("label", Text()),))
BOOK = Resource(
    "book",
    "books",
    (
        Field("title", Text(1, 50)),
        Field("pages", Integer(0, 9_999), False),
        Field("sold_on", Date()),
        Field("state", Choice(("new", "used")), False, "new"),
        Field("author_id", Reference("author", "restrict")),
        Field("tag_ids", References("tag"), False, []),
    ),
    sortable=("id",),
)
REVIEW = Resource(
    "review", "reviews", (Field("book_id", Reference("book", "cascade")), Field("text", Text()))
)
V1 = validate(Contract("Books", (AUTHOR, TAG, BOOK, REVIEW)))

PRICED = replace(
    BOOK,
    fields=(
        *BOOK.fields,
        Field("price", Decimal("1", "99.99")),
        Field("isbn", Text(3, 20), False, unique=True),
        Field("in_print", Boolean(), False, True),
    ),
    rules=(UniqueTogether(("title", "author_id")),),
    history=True,
)
SHELF = Resource("shelf", "shelves", (Field("room", Text()),))
V2 = validate(replace(V1, resources=(AUTHOR, TAG, PRICED, REVIEW, SHELF)))

T, P, S, C, A, G, *_ = PRICED.fields
VOLUME = replace(
    PRICED,
    name="volume",
    plural="volumes",
    was="book",
    fields=(
        replace(T, name="heading", was="title", kind=Text(1, 80)),
        replace(P, kind=Decimal("0", "9999.00"), required=True),
        replace(S, kind=Timestamp()),
        replace(C, kind=Text(1, 100)),
        replace(A, kind=Reference("author", "cascade")),
        *PRICED.fields[5:],
    ),
    rules=(UniqueTogether(("heading", "author_id")),),
)
REMARK = replace(
    REVIEW, fields=(Field("book_id", Reference("volume", "cascade")), REVIEW.fields[1])
)
V3 = validate(replace(V2, resources=(AUTHOR, TAG, VOLUME, REMARK, SHELF)))

# Nothing about tables.
V4 = validate(
    replace(
        V3,
        title="Books of a shop",
        resources=(
            AUTHOR,
            TAG,
            replace(
                VOLUME,
                was="",
                fields=tuple(replace(one, was="") for one in VOLUME.fields),
                description="What is sold",
            ),
            REMARK,
            SHELF,
        ),
    )
)

PLAIN = V4.resource("volume")
V5 = validate(
    replace(
        V4,
        resources=(
            replace(AUTHOR, stamped=True),
            replace(TAG, name="label", plural="labels", was="tag"),
            replace(
                PLAIN,
                fields=(
                    *PLAIN.fields[:5],
                    replace(PLAIN.fields[5], kind=References("label")),
                    PLAIN.fields[6],
                ),
                rules=(),
            ),
            REMARK,
        ),
    )
)
VERSIONS = (V1, V2, V3, V4, V5)

PROGRAM = """
import json, sys
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text
from app.database import connect
from app.migrate import alone, migrate
from app.models import Base

url, start = sys.argv[1:]
engine = connect(url)

def to(revision, go=command.upgrade):
    config = Config()
    config.set_main_option("script_location", "migrations")
    with alone(engine) as connection:
        config.attributes["connection"] = connection
        go(config, revision)

def run(*lines):
    with engine.begin() as connection:
        for line in lines:
            connection.execute(text(line))

def rows(query):
    with engine.connect() as connection:
        return [[str(value) for value in row] for row in connection.execute(text(query))]

NOW = "'2026-01-02 03:04:05.000000'"
to("0001")
run(
    f"INSERT INTO authors (name, created_at) VALUES ('Ann', {NOW}), ('Ben', {NOW})",
    f"INSERT INTO tags (label, created_at) VALUES ('red', {NOW}), ('blue', {NOW})",
    "INSERT INTO books (title, pages, sold_on, state, author_id, created_at) VALUES"
    f" ('One', 100, '2026-05-06', 'used', 1, {NOW}), ('Two', NULL, '2026-05-07', 'new', 2, {NOW}),"
    f" ('Gone', 3, '2026-05-08', 'new', 2, {NOW})",
    "INSERT INTO books_tag_ids (book_id, tag_id) VALUES (1, 1), (1, 2), (2, 2)",
    f"INSERT INTO reviews (book_id, text, created_at) VALUES (1, 'Good', {NOW}), (2, 'Bad', {NOW})",
    "DELETE FROM books WHERE id = 3",
)
for revision in start.split():
    to(revision)
    if revision == "0002":
        run("INSERT INTO history_of_books (row_id, action, changes, created_at)"
            f" VALUES (1, 'changed', '[]', {NOW})")
migrate(engine)
with engine.connect() as connection:
    left = compare_metadata(MigrationContext.configure(connection), Base.metadata)
found = {
    "left": [str(one) for one in left],
    "volumes": rows("SELECT id, heading, pages, sold_on, state, author_id, price"
                    " FROM volumes ORDER BY id"),
    "links": rows("SELECT volume_id, tag_id FROM volumes_tag_ids ORDER BY 1, 2"),
    "labels": rows("SELECT label FROM labels ORDER BY id"),
    "history": rows("SELECT row_id, action FROM history_of_volumes"),
    "reviews": rows("SELECT book_id, text FROM reviews ORDER BY id"),
    "authors": rows("SELECT name, updated_at = created_at FROM authors ORDER BY id"),
}
run("INSERT INTO volumes (heading, pages, sold_on, state, author_id, price, created_at)"
    f" VALUES ('Next', 1, {NOW}, 'new', 1, 1, {NOW})")
found["next"] = rows("SELECT max(id) FROM volumes")
run("DELETE FROM volumes WHERE heading = 'Next'", "DELETE FROM authors WHERE id = 2")
found["cascaded"] = rows("SELECT id FROM volumes ORDER BY id")
found["reviews left"] = rows("SELECT text FROM reviews")
to("0001", command.downgrade)
found["books"] = rows("SELECT id, title, pages, sold_on, state, author_id FROM books")
found["old links"] = rows("SELECT book_id, tag_id FROM books_tag_ids ORDER BY 1, 2")
migrate(engine)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = FastAPITarget().render(V5, VERSIONS[:-1])
    return write(files, tmp_path_factory.mktemp("books"))


def found(project: Path, url: str, way: str) -> dict[str, Any]:
    ended = python(project, "-c", PROGRAM, url, way)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout)


def as_expected(told: dict[str, Any], *, scaled: bool) -> None:
    """By hand, from the rows of version 1. SQLite keeps decimals as whole numbers of cents."""
    assert told["left"] == []
    one, two = told["volumes"]
    assert one[:2] == ["1", "One"]
    assert two[:2] == ["2", "Two"]
    assert [row[2] for row in (one, two)] == (["10000", "0"] if scaled else ["100.00", "0.00"])
    assert [row[3][:19] for row in (one, two)] == ["2026-05-06 00:00:00", "2026-05-07 00:00:00"]
    assert [row[4:6] for row in (one, two)] == [["used", "1"], ["new", "2"]]
    assert {row[6] for row in (one, two)} == ({"100"} if scaled else {"1.00"})
    assert told["links"] == [["1", "1"], ["1", "2"], ["2", "2"]]
    assert told["labels"] == [["red"], ["blue"]]
    assert told["reviews"] == [["1", "Good"], ["2", "Bad"]]
    assert [row[0] for row in told["authors"]] == ["Ann", "Ben"]
    assert {row[1] for row in told["authors"]} <= {"1", "True"}
    assert told["next"] == [["4"]], "an id is never given twice"
    assert told["cascaded"] == [["1"]]
    assert told["reviews left"] == [["Good"]]
    assert [row[:3] for row in told["books"]] == [["1", "One", "100"]]
    assert told["books"][0][3] == "2026-05-06"
    assert told["old links"] == [["1", "1"], ["1", "2"]]


@pytest.mark.parametrize("way", ["", "0002 0003 0004"], ids=["at once", "step by step"])
def test_sqlite_keeps_its_rows_through_five_versions(
    project: Path, tmp_path: Path, way: str
) -> None:
    told = found(project, f"sqlite:///{tmp_path}/books.db", way)
    as_expected(told, scaled=True)
    assert told["history"] == ([["1", "changed"]] if way else [])


def test_postgresql_keeps_its_rows_through_five_versions(project: Path) -> None:
    server = shared()
    url = server.url(server.new_database()).replace("postgresql:", "postgresql+psycopg:")
    as_expected(found(project, url, ""), scaled=False)


def test_only_versions_that_change_tables_have_a_migration_and_old_ones_stay() -> None:
    target = FastAPITarget()
    every = [dict(target.render(VERSIONS[at], VERSIONS[:at])) for at in range(len(VERSIONS))]
    found = [{path: text for path, text in one.items() if "/versions/" in path} for one in every]

    assert [len(one) for one in found] == [1, 2, 3, 3, 4]
    assert sorted(path.rpartition("/")[2] for path in found[-1]) == [
        "0001_initial.py",
        "0002_add_shelves.py",
        "0003_rename_books_to_volumes.py",
        "0004_rename_tags_to_labels.py",
    ]
    for earlier, later in pairwise(found):
        assert earlier.items() <= later.items()
    assert [one.path for one in target.files(V5, VERSIONS[:-1])] == list(every[-1])


def test_rows_that_have_none_get_a_phone_number_and_a_time_that_can_be_answered(
    tmp_path: Path,
) -> None:
    fields = [Field("title", Text()), Field("phone", Phone(), False), Field("at", Time(), False)]
    old, new = (
        validate(Contract("Calls", (Resource("call", "calls", tuple(each)),)))
        for each in (fields, [replace(one, required=True) for one in fields])
    )
    assert problems(old, new) == ()
    folder = write(FastAPITarget().render(new, [old]), tmp_path)
    ended = python(folder, "-c", CALLS)
    assert ended.returncode == 0, ended.stderr[-3000:]
    (call,) = json.loads(ended.stdout)
    assert (call["phone"], call["at"]) == ("+10000000000", "00:00:00")


CALLS = """
import json
from alembic import command
from alembic.config import Config
from app.database import connect
from app.main import create_app
from app.migrate import alone
from app.settings import Settings
from fastapi.testclient import TestClient
from sqlalchemy import text

settings = Settings()
engine = connect(settings.database_url)
config = Config()
config.set_main_option("script_location", "migrations")
with alone(engine) as connection:
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    connection.execute(text("INSERT INTO calls (title, created_at) VALUES ('x', '2031-01-01')"))
with TestClient(create_app(settings)) as client:
    print(json.dumps(client.get("/calls").json()["items"]))
"""


def test_all_of_it_was_thought_possible() -> None:
    for old, new in pairwise(VERSIONS):
        assert problems(old, new) == ()
