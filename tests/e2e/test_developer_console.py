"""The developer console in a real Chromium: what arrived, filtered, copied, and the figures."""

import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.test_page import done, finished, send, snapshot
from tests.processes import ServerProcess

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = """axe.run('[data-testid=developer-console]', {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
})"""

pytestmark = pytest.mark.xdist_group("browser")


def ended(server: ServerProcess) -> str:
    """A project that was made before anybody looked; its id."""
    project = finished(server)
    api = f"{server.url}/api/projects/{project}/events?wait=25&after="
    page = {"last": 0, "done": False}
    while not page["done"]:
        page = httpx.get(f"{api}{page['last']}", trust_env=False, timeout=60).json()
    return project


async def opened(page: Page, server: ServerProcess) -> str:
    """A project that was seen being made, with the console open; its id."""
    project = await send(page, server)
    await done(page)
    await page.keyboard.press("Control+Shift+D")
    await expect(page.get_by_role("searchbox", name="Filter events")).to_be_focused()
    return project


async def test_it_shows_filters_and_copies_events_as_they_came(
    page: Page, server: ServerProcess
) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    project = await opened(page, server)
    console = page.get_by_test_id("developer-console")
    events = console.get_by_role("listbox", name="Events")
    await expect(events.get_by_role("option").last).to_contain_text("complete")
    total = await events.get_by_role("option").last.get_attribute("aria-setsize")
    assert total is not None
    assert await events.get_by_role("option").count() < 60 < int(total)  # Only what is seen.

    await page.keyboard.type("file:complete app/main.py")
    await expect(events.get_by_role("option")).to_have_count(1)
    await events.focus()
    await page.keyboard.press("End")
    detail = json.loads(await console.get_by_role("region", name="Event ").inner_text())
    assert (detail["type"], detail["path"]) == ("file:complete", "app/main.py")
    await console.get_by_role("searchbox").fill("code:chunk")
    await console.get_by_role("button", name="Copy NDJSON").click()
    await expect(console.get_by_text("Copied")).to_be_visible()
    lines = (await page.evaluate("navigator.clipboard.readText()")).splitlines()
    copied = [json.loads(line) for line in lines]
    assert {each["type"] for each in copied} == {"code:chunk"}
    assert [each["seq"] for each in copied] == sorted({each["seq"] for each in copied})

    figures = console.get_by_role("region", name="Figures")
    for words in ("Connectionlive", "a worker for 1 tab", "Connections now1", "Reconnects0"):
        await expect(figures).to_contain_text(words)
    seq = snapshot(server, project)["seq"]
    await expect(figures).to_contain_text(f"seq of {project}{seq}")
    await expect(figures).to_contain_text(re.compile("Half within [0-9]+ ms"))

    await page.keyboard.press("Escape")
    await expect(console).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_loads_what_was_before_and_is_accessible(
    browser: Browser, server: ServerProcess, artefacts: Path, scheme: str
) -> None:
    context = await browser.new_context(
        bypass_csp=True,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    project = ended(server)
    await page.goto(f"{server.url}/projects/{project}")
    await expect(page.locator("[data-status=complete]")).to_be_visible(timeout=20_000)
    await page.keyboard.press("Control+Shift+D")
    options = page.get_by_role("listbox", name="Events").get_by_role("option")
    await page.get_by_role("button", name="Load earlier").click()
    seq = snapshot(server, project)["seq"]
    # Each event once, besides what the page was told of its connection, and the state.
    await expect(options.last).to_have_attribute(
        "aria-setsize", re.compile(f"^(?:{seq + 2}|{seq + 3}|{seq + 4})$")
    )
    await page.get_by_role("listbox", name="Events").focus()
    await page.keyboard.press("End")
    await page.keyboard.press("PageUp")
    await page.add_script_tag(path=AXE)
    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 844 if width < 600 else 800})
        await page.screenshot(path=artefacts / f"developer-{scheme}-{width}.png")
        found = await page.evaluate(RULES)
        violations = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
        assert violations == [], width
    await context.close()
