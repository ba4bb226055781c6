"""The migrations of a project: the first makes all tables, each further one leads on from there."""

import textwrap
from collections.abc import Callable, Sequence

import msgspec

from smartforge.contract import Contract
from smartforge.contract.names import identifier, shorten
from smartforge.targets.fastapi import migration
from smartforge.targets.fastapi.modelled import Table, modelled
from smartforge.targets.fastapi.steps.lines import Step
from smartforge.targets.fastapi.steps.pairs import named
from smartforge.targets.fastapi.steps.shapes import shapes
from smartforge.targets.fastapi.steps.values import fills

FOLDER = "migrations/versions"
FIRST = f"{FOLDER}/0001_initial.py"
_HELPED = ("changed", "check_unique", "cut", "fill", "rename_table")
_NAME = 48  # characters of a file's name


class Migration(msgspec.Struct, frozen=True):
    """One file: where, what for, and its text, not formatted yet."""

    path: str
    purpose: str
    text: str


Models = Callable[[Contract], tuple[str, ...]]
"""The modules that describe the tables of a contract."""


def migrations(
    contract: Contract, past: Sequence[Contract], models: Models
) -> tuple[Migration, ...]:
    """All of them, oldest first: each consecutive pair that differs in its tables has one.

    The same past gives the same bytes, whatever comes after it.
    """
    every = (*past, contract)
    first = migration.initial_migration(*models(every[0]))
    found = [Migration(FIRST, "The first migration: all tables", first)]
    tables = [modelled(*models(one)) for one in every]
    for at in range(1, len(every)):
        made = _migration(every[at - 1 : at + 1], tables[at - 1 : at + 1], len(found))
        found += [made] if made else []
    return tuple(found)


def _migration(
    contracts: Sequence[Contract], tables: Sequence[tuple[Table, ...]], count: int
) -> Migration | None:
    """The step from one contract to the next; None where the tables stay as they are."""
    (old, new), (before, after) = contracts, tables
    there = named(old, new, before, after)
    back = there.backwards()
    up = Step(shapes(before, there.tables), shapes(after), there, fills(new))
    lines = up.lines()
    if not lines:
        return None
    down = Step(shapes(after, back.tables), shapes(before), back, fills(old)).lines()
    words = up.words() or ["change the tables"]
    revision, previous = f"{count + 1:04}", f"{count:04}"
    slug = shorten(identifier(words[0]), _NAME)
    heading = "; ".join(words)
    text = _head(heading, up.filled(), revision, previous, [*lines, *down])
    text += migration.function("upgrade", lines) + "\n\n" + migration.function("downgrade", down)
    purpose = f"The next migration: {heading}"
    return Migration(f"{FOLDER}/{revision}_{slug}.py", purpose[:200], text)


def _head(heading: str, filled: list[str], revision: str, previous: str, lines: list[str]) -> str:
    used = [one for one in _HELPED if any(f"{one}(" in line for line in lines)]
    said = heading[:1].upper() + heading[1:]
    values = "".join(f"\n    {one}" for one in filled)
    note = f"\nRows that are there get a value:\n{values}\n" if filled else ""
    helped = f"from migrations.tables import {', '.join(used)}\n" if used else ""
    types = "import sqlalchemy as sa\n" if any("sa." in one for one in lines) else ""
    ops = "from alembic import op\n" if any("op." in one for one in lines) else ""
    blank = "\n" if helped and (ops or types) else ""
    return (
        f'"""{_wrapped(said)}.\n{note}\nRevision ID: {revision}\nRevises: {previous}\n"""\n\n'
        f"{types}{ops}{blank}{helped}\n"
        f'revision: str = "{revision}"\ndown_revision: str | None = "{previous}"\n'
        "branch_labels: str | None = None\ndepends_on: str | None = None\n\n\n"
    )


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 96))
