"""The server's fixtures."""

from collections.abc import AsyncGenerator

import pytest

from tests.unit.server.rig import Project, Rig, new_project, serving


@pytest.fixture
async def rig() -> AsyncGenerator[Rig, None]:
    async with serving() as running:
        yield running


@pytest.fixture
async def project(rig: Rig) -> Project:
    return await new_project(rig.log)
