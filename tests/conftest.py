"""Fixtures for every test."""

import signal
import threading

import pytest
from _pytest.nodeid import NodeId


def pytest_configure() -> None:
    """A shell that runs the tests in the background has them ignore SIGINT, and the programs that
    they start would inherit that; a handler is not inherited.
    """
    main = threading.current_thread() is threading.main_thread()
    if main and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of one `xdist_group` on one worker.

    pytest-xdist 3.8 writes the group into `_nodeid`, which pytest 9.2 no longer reads: without
    this each worker makes what the tests of a group share.
    """
    if not config.getoption("loadgroup", False):
        return
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        if mark and not item.nodeid.endswith(f"@{mark.args[0]}"):
            item._id = NodeId.parse(f"{item.nodeid}@{mark.args[0]}")  # pyright: ignore[reportPrivateUsage]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The product runs on asyncio alone."""
    return "asyncio"
