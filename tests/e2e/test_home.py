"""The list of projects on the home page, in a real Chromium: found, renamed, copied, deleted."""

from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.test_page import finished, snapshot
from tests.processes import ServerProcess

TITLES = (
    "<b>Bold</b> & <script>alert(1)</script>",
    "مكتبة الكتب",
    "🦊 Foxes of a forest whose name is so long that no list of any width could show it all",
    *(f"Copy number {n}" for n in range(7)),
)

pytestmark = pytest.mark.xdist_group("browser")


def copies(server: ServerProcess, titles: tuple[str, ...]) -> list[str]:
    """So many projects of these titles, the last of them the newest; copies cost no run."""
    original = finished(server)
    made: list[str] = []
    with httpx.Client(base_url=f"{server.url}/api/projects", trust_env=False) as client:
        while (now := snapshot(server, original))["version"] is None:
            client.get(f"/{original}/events", params={"after": now["seq"], "wait": 3})
        for title in titles:
            made.append(client.post(f"/{original}/duplicate").raise_for_status().json()["id"])
            client.patch(f"/{made[-1]}", json={"title": title}).raise_for_status()
    return made


@pytest.mark.refused
async def test_projects_are_found_renamed_copied_deleted_and_brought_back(
    page: Page, server: ServerProcess
) -> None:
    bold, *_ = copies(server, TITLES)
    await page.goto(server.url)
    await expect(page.locator("[data-project]")).to_have_count(8)
    search = page.get_by_role("searchbox", name="Search projects")
    await search.fill("BOLD")
    row = page.locator(f'[data-project="{bold}"]')
    await expect(page.locator("[data-project]")).to_have_count(1)
    await expect(row.get_by_role("link")).to_contain_text(TITLES[0])

    await row.get_by_role("link").press("F2")
    await page.get_by_label("New title").fill("Boldest 📚")
    await page.keyboard.press("Enter")
    await expect(row.get_by_role("link")).to_be_focused()
    await page.reload()
    await search.fill("boldest")
    await expect(row).to_contain_text("Boldest 📚")

    await row.get_by_role("link").press("Delete")
    undo = page.get_by_role("button", name="Undo")
    await expect(undo).to_be_focused()
    assert snapshot(server, bold)["status"] == 404  # A problem, and no project.
    await page.keyboard.press("Enter")
    await expect(row.get_by_role("link")).to_be_focused()
    assert snapshot(server, bold)["title"] == "Boldest 📚"

    await row.get_by_role("button", name="Duplicate").click()
    await expect(page.locator("[data-project]")).to_have_count(2)
    copy = page.locator(f'[data-project]:not([data-project="{bold}"])')
    await expect(copy.get_by_role("link")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/projects/*")
    assert not page.url.endswith(bold)
    assert snapshot(server, page.url.rsplit("/", 1)[-1])["versions"][0]["version"] == 1


@pytest.mark.refused
async def test_a_list_that_cannot_be_had_is_asked_for_again(
    page: Page, server: ServerProcess
) -> None:
    finished(server)
    await page.route("**/api/projects?*", lambda route: route.abort())
    await page.goto(server.url)
    await expect(page.get_by_text("Your projects cannot be listed")).to_be_visible()
    await page.unroute_all()
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator("[data-project]").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_list_is_accessible(
    browser: Browser, server: ServerProcess, artefacts: Path, scheme: str
) -> None:
    copies(server, TITLES[:4])  # As many as are deleted below, and two more.
    axe = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
    for width in (1280, 390):
        context = await browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            bypass_csp=True,
            reduced_motion="reduce",
            has_touch=width == 390,
            is_mobile=width == 390,
        )
        page = await context.new_page()
        await page.goto(server.url)
        rows = page.locator("[data-project]")
        await rows.nth(2).get_by_role("button", name="Delete").click()
        await expect(page.get_by_role("button", name="Undo")).to_be_visible()
        await rows.nth(1).get_by_role("button", name="Rename").click()
        await expect(page.get_by_label("New title")).to_be_focused()
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        await page.screenshot(path=artefacts / f"projects-{scheme}-{width}.png", full_page=True)
        await page.add_script_tag(path=axe)
        found = await page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        )
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
        await context.close()
