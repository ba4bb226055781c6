"""Fixtures for every test."""

import signal
import threading

import pytest


def pytest_configure() -> None:
    """A shell that runs the tests in the background has them ignore SIGINT, and the programs that
    they start would inherit that; a handler is not inherited.
    """
    main = threading.current_thread() is threading.main_thread()
    if main and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The product runs on asyncio alone."""
    return "asyncio"
