"""Ten of the planted defects; `python -m tests.planted` tries them all."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from smartforge.sandbox.bubblewrap import Bubblewrap
from tests import sandboxes
from tests.planted.defects import DEFECTS
from tests.planted.projects import PROMPTS
from tests.planted.trying import Projects, tried

pytestmark = pytest.mark.xdist_group("planted")

SAMPLE = (
    ("bookstore", "SQL made of a request"),
    ("bookstore", "a role that everybody has"),
    ("expenses", "a key that is written down"),
    ("expenses", "an update that is lost"),
    ("expenses", "totals of everything"),
    ("desk", "a hash that gets out"),
    ("bookstore", "rows that belong to somebody else"),
    ("library", "every origin"),
    ("crm", "a token whose end does not count"),
    ("gym", "an application that does not start"),
)
KNOWN = {defect.what: defect for defect in DEFECTS}


@pytest.fixture(scope="module")
def projects() -> Iterator[Projects]:
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        yield Projects(Path(folder))


@pytest.mark.parametrize(("name", "what"), SAMPLE)
async def test_a_planted_defect_is_caught_with_file_and_line(
    projects: Projects, name: str, what: str
) -> None:
    sandbox = Bubblewrap()
    await sandboxes.needed(sandbox)
    found = await tried(projects, name, projects.find(name, KNOWN[what]), sandbox)
    assert found.caught is not None, found


def test_there_are_enough_defects_in_every_project(projects: Projects) -> None:
    places = [name for name, _ in projects.all()]
    assert len(places) >= 60
    assert all(places.count(name) >= 30 for name in PROMPTS)
