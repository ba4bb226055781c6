"""What became of the rows: in the database's own file, and in what the API answers."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.followed.base import FollowUp

Json = dict[str, Any]
Tables = dict[str, dict[Any, Json]]
Answers = dict[str, dict[int, Json]]


def stored(path: Path) -> Tables:
    """Every row of every table, by its id, or by all that it holds where it has none."""
    found: Tables = {}
    with contextlib.closing(sqlite3.connect(path)) as database:
        names = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
            "AND name != 'alembic_version'"
        ).fetchall()
        for (table,) in names:
            cursor = database.execute(f'SELECT * FROM "{table}"')
            columns = [one[0] for one in cursor.description]
            rows = [dict(zip(columns, row, strict=True)) for row in cursor]
            found[table] = {one["id"] if "id" in one else tuple(one.values()): one for one in rows}
    return found


def lost(old: Tables, new: Tables, said: FollowUp) -> Iterator[str]:
    """What was there before the migration and is not, or is another, though nobody said so."""
    for table, rows in old.items():
        if table in said.lost:
            continue
        now = said.renamed.get(table, table)
        if now not in new:
            yield f"the table {table} is gone"
            continue
        for key, row in rows.items():
            if key not in new[now]:
                yield f"{table} {key} is gone"
                continue
            for column, value in row.items():
                if f"{table}.{column}" in said.lost:
                    continue
                name = _now(said, table, column)
                if name not in new[now][key]:
                    yield f"{table}.{column} is gone"
                elif new[now][key][name] != value and not _filled(said, table, column, value):
                    yield f"{table} {key}: {column} was {value!r}, is {new[now][key][name]!r}"


def _filled(said: FollowUp, table: str, column: str, value: object) -> bool:
    """Whether it was null and has to be something now."""
    return value is None and f"{table}.{column}" in said.filled


def _now(said: FollowUp, table: str, column: str) -> str:
    """What a column is called now."""
    return said.renamed.get(f"{table}.{column}", column).rpartition(".")[2]


def unseen(old: Answers, new: Answers, said: FollowUp) -> Iterator[str]:
    """What the older API answered and the newer one does not, or otherwise."""
    for path, rows in old.items():
        table = path[1:].replace("-", "_")
        if table in said.lost:
            continue
        there = "/" + said.renamed.get(table, table).replace("_", "-")
        for key, row in rows.items():
            if key not in new.get(there, {}):
                yield f"{there}/{key} is not listed"
                continue
            for name, value in row.items():
                named = f"{table}.{name}"
                now = _now(said, table, name)
                kept = f"GET {path} >items.{name}" not in said.takes and named not in said.lost
                if _filled(said, table, name, value):
                    continue
                if kept and new[there][key].get(now) != value:
                    yield f"{there}/{key}: {name} was {value!r}, is {new[there][key].get(now)!r}"
