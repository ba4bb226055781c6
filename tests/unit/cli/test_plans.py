"""A plan on a real terminal: shown in short, approved, changed, rejected."""

import io
import os

import pytest
from rich.console import Console

from smartforge.cli.plans import approve, lines_of
from smartforge.contract import Choice, Contract, Field, Reference, Resource, Text, validate
from smartforge.contract.rules import UniqueTogether
from smartforge.events import APPROVE, REJECT
from tests.unit.cli.test_questions import terminal

__all__ = ["terminal"]

CONTRACT = validate(
    Contract(
        title="Books",
        resources=(
            Resource(name="author", plural="authors", fields=(Field("name", Text()),)),
            Resource(
                name="book",
                plural="books",
                fields=(
                    Field("title", Text(), unique=True),
                    Field("state", Choice(("new", "old")), required=False),
                    Field("author", Reference("author")),
                ),
                rules=(UniqueTogether(("title", "author")),),
            ),
        ),
    )
)


def test_a_plan_is_told_by_fields_rules_and_addresses() -> None:
    told = "\n".join(lines_of(CONTRACT))
    assert "  author: name (text)\n    GET /authors, POST /authors, " in told
    assert "title (text, unique), state (one of new/old, optional), author (of author)" in told
    assert "rule: unique together fields title/author" in told
    assert "/health" not in told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("\n  \nYES\n", APPROVE),
        ("n\n", REJECT),
        ("books have pages\n", "books have pages"),
        ("\x04", REJECT),
    ],
)
async def test_a_plan_is_made_only_where_somebody_says_so(
    terminal: int, typed: str, said: str
) -> None:
    os.write(terminal, typed.encode())
    shown = io.StringIO()
    assert await approve(Console(file=shown), CONTRACT, "Make this plan?") == said
    assert "? Make this plan?" in shown.getvalue()
