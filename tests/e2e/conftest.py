"""A real Chromium on a real server. What the console complains about fails the test."""

import os
import shutil
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    async_playwright,
    expect,
)

from tests.processes import QUICK, ServerProcess, serving

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Where Chromium is. Without one the test is skipped, or fails where CI is set."""
    named = os.environ.get("SMARTFORGE_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = "There is no Chromium: install the package chromium, or set SMARTFORGE_CHROMIUM."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="package")
async def browser() -> AsyncGenerator[Browser, None]:
    path = chromium()
    flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=flags)
        yield launched
        await launched.close()


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerProcess, None, None]:
    """With quick checks: most tests here are about the page."""
    with serving(tmp_path_factory.mktemp("data"), command=QUICK) as running:
        yield running


@pytest.fixture(scope="package")
def thorough(tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerProcess, None, None]:
    """With all checks: a run takes so long that something can be done in the middle of it."""
    with serving(tmp_path_factory.mktemp("thorough")) as running:
        yield running


@pytest.fixture
async def context(browser: Browser) -> AsyncGenerator[BrowserContext, None]:
    made = await browser.new_context(viewport={"width": 1280, "height": 800})
    yield made
    await made.close()


@pytest.fixture
async def page(
    context: BrowserContext, request: pytest.FixtureRequest
) -> AsyncGenerator[Page, None]:
    """A page whose console errors and uncaught exceptions fail the test at its end.

    Chromium itself reports each request that the server refuses; a test in which that is the
    point says so with the mark `refused`.
    """
    complaints: list[str] = []
    refusals = request.node.get_closest_marker("refused") is not None

    def heard(said: ConsoleMessage) -> None:
        if refusals and said.text.startswith("Failed to load resource"):
            return
        if said.type == "error":
            complaints.append(said.text)

    opened = await context.new_page()
    opened.on("console", heard)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    # Two cores may be busy with other tests: as patient as it takes, never longer than needed.
    opened.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    yield opened
    assert complaints == []


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are left for a person to look at."""
    folder = Path(__file__).parent.parent / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder
