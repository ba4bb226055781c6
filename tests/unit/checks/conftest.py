"""A sandbox and a project for the checks."""

from pathlib import Path

import pytest

from smartforge.checks.base import Subject
from smartforge.sandbox.bubblewrap import Bubblewrap
from tests import sandboxes


@pytest.fixture(scope="session")
async def sandbox() -> Bubblewrap:
    made = Bubblewrap()
    await sandboxes.needed(made)
    return made


@pytest.fixture
def subject(sandbox: Bubblewrap, tmp_path: Path) -> Subject:
    """The sound project; a test may spoil its files."""
    return sandboxes.subject(sandbox, sandboxes.lay_out(tmp_path / "project"))
