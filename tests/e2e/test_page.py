"""The page, as a person uses it: a real Chromium, a real server, real runs."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.processes import ServerProcess

TODO = "Create a simple todo API with CRUD operations"
DONE = "API generated successfully!"

pytestmark = pytest.mark.xdist_group("browser")


async def send(page: Page, server: ServerProcess, prompt: str = TODO, query: str = "") -> str:
    """Type a prompt on the home page and send it; returns the project's id."""
    await page.goto(f"{server.url}/{query}")
    await page.get_by_role("textbox").fill(prompt)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/projects/*")
    return page.url.rsplit("/", 1)[-1]


def snapshot(server: ServerProcess, project: str) -> dict[str, Any]:
    return httpx.get(f"{server.url}/api/projects/{project}", trust_env=False).json()


async def done(page: Page) -> None:
    await expect(page.get_by_text(DONE).first).to_be_visible(timeout=60_000)


async def rows(page: Page) -> list[str]:
    """What the chat says, a line each, without times."""
    text = await page.get_by_role("log").inner_text()
    return [line for line in text.splitlines() if line.strip() and " s" not in line]


async def test_a_prompt_reaches_complete_and_text_is_seen_growing(
    page: Page, thorough: ServerProcess
) -> None:
    await send(page, thorough)
    await expect(page.get_by_text("Planning API structure...")).to_be_visible()
    viewer = page.get_by_test_id("streaming-code-viewer")
    await expect(viewer.get_by_test_id("write-caret")).to_be_visible()
    bytes_shown = viewer.get_by_text(re.compile(r"^Writing")).first
    await expect(bytes_shown).to_be_visible()
    before = await viewer.locator(".cm-content").inner_text()
    await page.wait_for_function(
        "before => document.querySelector('.cm-content').innerText !== before", arg=before
    )
    await done(page)
    await expect(page.get_by_text("100%")).to_be_visible()
    for words in ("Created app/main.py", "Validating generated code...", "11 checks passed"):
        await expect(page.get_by_text(words).first).to_be_visible()


async def test_a_refresh_in_the_middle_and_a_second_tab_show_the_same(
    page: Page, context: BrowserContext, server: ServerProcess
) -> None:
    project = await send(page, server)
    await expect(page.get_by_text(re.compile(r"Created app/")).first).to_be_visible()
    await page.reload()
    second = await context.new_page()
    await second.goto(page.url)
    await done(page)
    await done(second)
    assert await rows(page) == await rows(second)
    await second.reload()
    await done(second)
    assert await rows(second) == await rows(page)
    assert snapshot(server, project)["status"] == "complete"


async def test_without_a_stream_the_page_polls_its_way_to_the_end(
    page: Page, server: ServerProcess
) -> None:
    async def refuse(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/plain", body="a proxy's own words")

    await page.route("**/api/stream*", refuse)
    await send(page, server, query="?worker=0")
    await done(page)


async def test_a_follow_up_during_a_run_waits_and_then_runs(
    page: Page, thorough: ServerProcess
) -> None:
    project = await send(page, thorough)
    await expect(page.get_by_text(re.compile(r"Created ")).first).to_be_visible()
    await page.get_by_role("textbox", name="Ask for a change").fill("Also add a priority to todos")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Queued").first).to_be_visible()
    first = snapshot(thorough, project)
    await expect(page.get_by_role("link", name="Version 1")).to_be_visible(timeout=60_000)
    await expect(page.get_by_text("Queued")).to_have_count(0)
    second = snapshot(thorough, project)
    assert len(first["queue"]) == 1
    assert second["queue"] == []
    assert second["run"] != first["run"]
    assert second["status"] in ("planning", "generating", "validating")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_text(re.compile("Stopped by you")).first).to_be_visible()


async def test_stop_ends_the_run_and_the_next_message_works(
    page: Page, thorough: ServerProcess
) -> None:
    project = await send(page, thorough)
    await expect(page.get_by_text(re.compile(r"Created ")).first).to_be_visible()
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_text(re.compile("Stopped by you")).first).to_be_visible()
    assert snapshot(thorough, project)["status"] == "cancelled"
    await page.get_by_role("textbox", name="Ask for a change").fill("Try it again")
    await page.keyboard.press("Enter")
    await done(page)


async def test_an_unclear_prompt_is_answered_with_what_to_change(
    page: Page, server: ServerProcess
) -> None:
    await send(page, server, "asdf qwer zxcv")
    await expect(page.get_by_role("button", name=re.compile("Try again|Retry"))).to_be_visible()
    assert "asdf" in await page.get_by_role("log").inner_text()


@pytest.mark.refused
async def test_an_unknown_project_has_a_way_home(page: Page, server: ServerProcess) -> None:
    await page.goto(f"{server.url}/projects/nobody")
    await page.get_by_role(
        "link", name=re.compile("home|start|projects", re.IGNORECASE)
    ).first.click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


@cache
def finished(server: ServerProcess) -> str:
    """A project that is made once for all who only look at it; it may still be on its way."""
    made = httpx.post(f"{server.url}/api/projects", json={"prompt": TODO}, trust_env=False)
    return made.json()["id"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_page_is_accessible(
    browser: Browser, thorough: ServerProcess, artefacts: Path, scheme: str, width: int
) -> None:
    """WCAG 2.2 A and AA by axe-core: home, cluster, settings, and a finished project."""
    axe = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
    context = await browser.new_context(
        viewport={"width": width, "height": 844 if width < 600 else 800},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page = await context.new_page()
    project = finished(thorough)
    pages = {
        "home": "/",
        "cluster": "/cluster",
        "settings": "/settings",
        "complete": f"/projects/{project}",
    }
    for name, path in pages.items():
        await page.goto(thorough.url + path)
        if name == "complete":
            await done(page)
            await expect(page.get_by_text("100%")).to_be_visible()
        elif name == "cluster":
            await expect(page.get_by_role("table", name="Nodes")).to_contain_text("Live")
        elif name == "settings":
            await expect(page.get_by_text("None: rules make the plans")).to_be_visible()
        else:
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await page.screenshot(path=artefacts / f"{name}-{scheme}-{width}.png")
        await page.add_script_tag(path=axe)
        found = await page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        )
        violations = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
        assert violations == [], name
    await context.close()
