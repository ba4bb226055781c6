"""Fixtures for every test."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The product runs on asyncio alone."""
    return "asyncio"
