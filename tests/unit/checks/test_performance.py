"""A short load is reported; a list that costs a statement for each of its rows is named."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from smartforge.checks.base import Subject
from smartforge.checks.performance import Performance
from smartforge.contract import Contract, Field, Resource, Text, validate
from smartforge.contract.openapi import openapi
from smartforge.sandbox.base import Sandbox, Warm
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.spares import Spares
from smartforge.targets.fastapi import FastAPITarget
from tests.unit.targets.projects import project

NOTES = validate(Contract("Notes", (Resource("note", "notes", (Field("text", Text(1, 80)),)),)))
RETURN = "    return page_of(db, query, models.Note, sort, limit, offset)\n"
ONE_EACH = (
    "    page = page_of(db, query, models.Note, sort, limit, offset)\n"
    "    for note in page.items:\n"
    "        db.scalars(select(models.Note.text).where(models.Note.id == note.id)).all()\n"
    "    return page\n"
)


def subject(sandbox: Sandbox, folder: Path) -> Subject:
    place = project(NOTES, folder)
    return Subject(place, openapi(NOTES), FastAPITarget().dependencies(), sandbox)


async def test_a_load_is_reported(sandbox: Bubblewrap, tmp_path: Path) -> None:
    verdict = await Performance().check(subject(sandbox, tmp_path))
    assert verdict.outcome == "passed", verdict
    assert verdict.evidence["lists"] == 1
    figures = ("requests", "requestsPerSecond", "p99Ms", "memoryMB")
    assert all(verdict.evidence[name] > 0 for name in figures)


@pytest.fixture
async def spares(sandbox: Bubblewrap) -> AsyncIterator[Spares]:
    """One for the load, and one in which the same is seen again."""
    made, target = Spares(sandbox), FastAPITarget()
    made.expect(Warm(target.dependencies(), target.rehearsal()), 2)
    try:
        assert await made.settled() == 2
        yield made
    finally:
        await made.close()


async def test_a_statement_for_each_row_is_named_with_its_line(
    spares: Spares, tmp_path: Path
) -> None:
    made = subject(spares, tmp_path)
    place = made.folder / "app/routers/notes.py"
    text = place.read_text()
    assert text.count(RETURN) == 1
    place.write_text(text.replace(RETURN, ONE_EACH))
    verdict = await Performance().check(made)
    assert verdict.outcome == "failed"
    assert verdict.evidence["operation"] == "GET /notes"
    assert verdict.evidence["path"] == "app/routers/notes.py"
    lines = place.read_text().splitlines()
    assert "db.scalars(select(models.Note.text)" in lines[verdict.evidence["line"] - 1]
    assert await spares.settled() == 0


async def test_rows_that_are_loaded_to_be_left_out_are_named(
    sandbox: Bubblewrap, tmp_path: Path
) -> None:
    made = subject(sandbox, tmp_path)
    place = made.folder / "app/pages.py"
    text = place.read_text()
    whole = text.replace(".limit(limit).offset(offset)", "").replace(
        "rows.all()", "rows.all()[offset : offset + limit]"
    )
    assert whole != text
    place.write_text(whole)
    verdict = await Performance().check(made)
    assert verdict.outcome == "failed"
    assert verdict.evidence["path"] == "app/pages.py"
    assert "loaded" in verdict.summary
