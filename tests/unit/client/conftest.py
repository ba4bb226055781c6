"""A server to talk to."""

from collections.abc import AsyncGenerator

import pytest

from tests.unit.client.places import Place


@pytest.fixture
async def place() -> AsyncGenerator[Place, None]:
    place = Place()
    await place.start()
    try:
        yield place
    finally:
        await place.stop()
