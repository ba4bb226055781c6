"""What the page weighs before anything is opened in it."""

import asyncio
import gzip
import re
from collections.abc import Awaitable
from pathlib import Path

import pytest
from playwright.async_api import Page, Response, Route, expect

import smartforge.server
from tests.e2e.test_page import finished
from tests.processes import ServerProcess

ASSETS = Path(smartforge.server.__file__).parent / "static" / "assets"
LIMIT = 110_000
"""Bytes of gzipped JavaScript before the editor's chunk, the worker's included."""
EDITOR = "code-editor-"
LATER = "project-page-"
WORKER = "worker"

pytestmark = pytest.mark.xdist_group("browser")


async def weighed(page: Page, url: str, until: Awaitable[None]) -> dict[str, int]:
    """The gzipped size of every script that a visit loads until then, and the worker's,
    by name, in the order in which they came."""
    scripts: list[Response] = []
    hosts: set[str] = set()

    def heard(response: Response) -> None:
        hosts.add("/".join(response.url.split("/")[:3]))
        if response.request.resource_type == "script":
            scripts.append(response)

    page.on("response", heard)
    await page.goto(url)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await until
    page.remove_listener("response", heard)
    loaded = {Path(each.url).name: await each.body() for each in scripts}
    [worker] = ASSETS.glob("worker-*.js")
    loaded[WORKER] = worker.read_bytes()
    assert len(hosts) == 1
    return {name: len(gzip.compress(body, 9)) for name, body in loaded.items()}


async def test_the_first_load_is_light_and_asks_no_other_host(
    page: Page, server: ServerProcess
) -> None:
    loaded = await weighed(page, server.url, page.wait_for_load_state("networkidle"))
    assert any(name.startswith("index-") for name in loaded)
    assert not any(name.startswith((LATER, EDITOR)) for name in loaded)
    assert sum(loaded.values()) < LIMIT - 10_000, loaded


async def test_a_projects_page_is_light_before_its_editor(
    page: Page, server: ServerProcess
) -> None:
    there = expect(page.locator(".cm-content")).to_be_visible()
    loaded = await weighed(page, f"{server.url}/projects/{finished(server)}", there)
    [editor] = [at for at, name in enumerate(loaded) if name.startswith(EDITOR)]
    sizes = list(loaded.values())
    assert sum(sizes[:editor]) + loaded[WORKER] < LIMIT, loaded
    assert sizes[editor] < 150_000


async def test_home_stays_until_the_page_of_the_project_is_there(
    page: Page, server: ServerProcess
) -> None:
    asked, held = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await held.wait()
        await route.continue_()

    await page.route(re.compile(LATER + r".*\.js"), hold)
    await page.goto(server.url)
    assert not asked.is_set()
    await page.get_by_role("textbox").fill("A boat API. A boat has a name")
    await asked.wait()  # Typing has fetched it ahead.
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/projects/*")
    await expect(page.get_by_role("heading", name="What API do you need?")).to_be_visible()
    held.set()
    await expect(page.get_by_role("log")).to_contain_text("A boat API")


@pytest.mark.refused
async def test_a_page_that_cannot_be_fetched_says_so(page: Page, server: ServerProcess) -> None:
    await page.route(re.compile(LATER + r".*\.js"), lambda route: route.abort())
    await page.goto(f"{server.url}/projects/{finished(server)}")
    await expect(page.get_by_role("heading", name="could not be loaded")).to_be_visible()
    await page.unroute_all()
    await page.get_by_role("button", name="Reload").click()
    await expect(page.get_by_role("log")).to_be_visible()
