"""The Diff tab in a real Chromium: the files and the contract of two versions."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_page import done, send, snapshot
from tests.processes import ServerProcess

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
# Chromium leaves some inherited colours as they were when the scheme is switched under a page.
RESTYLE = """() => {
    document.body.hidden = true;
    document.body.offsetHeight;
    document.body.hidden = false;
}"""

pytestmark = pytest.mark.xdist_group("browser")


async def change(page: Page, words: str, version: int) -> None:
    asking = page.get_by_role("textbox", name="Ask for a change")
    await asking.fill(words)
    await asking.press("Enter")
    link = page.get_by_role("link", name=f"Version {version}")
    await expect(link).to_be_visible(timeout=60_000)


async def accessible(page: Page, artefacts: Path, name: str) -> None:
    """No violation in both schemes, wide and on a phone; leaves screenshots."""
    await page.emulate_media(reduced_motion="reduce")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.evaluate(RESTYLE)
        for width in (1280, 390):
            await page.set_viewport_size({"width": width, "height": 844 if width < 600 else 800})
            if width < 600:
                await page.get_by_role("button", name="API", exact=True).click()
            found = await page.evaluate(RULES)
            await page.screenshot(path=artefacts / f"diff-{name}-{scheme}-{width}.png")
            told = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
            assert told == [], (name, scheme, width)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 800})


async def test_it_shows_what_a_follow_up_has_changed_and_what_breaks(
    page: Page, server: ServerProcess, artefacts: Path
) -> None:
    project = await send(page, server, "A book API. A book has a title and an author")
    await done(page)
    await page.evaluate(AXE.read_text())
    await page.get_by_role("tab", name="Diff").click()
    await expect(page.get_by_text("One version so far. Say what to change")).to_be_visible()
    await accessible(page, artefacts, "one")
    before = {file["path"]: file["sha256"] for file in snapshot(server, project)["files"]}

    await change(page, "Add a price to books", 2)
    contract = page.get_by_role("region", name="Changes of the contract")
    await expect(contract).to_contain_text("Books: the field price was added, optional")
    await expect(contract).to_contain_text("nothing breaks")
    await expect(contract.get_by_text("Breaking", exact=True)).to_have_count(0)
    after = {file["path"]: file["sha256"] for file in snapshot(server, project)["files"]}
    options = page.get_by_role("listbox", name="What differs").get_by_role("option")
    shown = await options.evaluate_all("all => all.slice(1).map(one => one.dataset.path)")
    assert shown == sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )

    await options.first.focus()
    await page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_be_focused()
    await page.locator('[data-path="app/models.py"]').last.click()
    added = page.get_by_test_id("difference").locator(".cm-line.cm-changedLine, .cm-insertedLine")
    await expect(added.filter(has_text="price").first).to_be_visible()
    await accessible(page, artefacts, "inline")
    await page.get_by_role("button", name="Side by side").click()
    new = page.get_by_label("app/models.py in version 2")
    await expect(new).to_contain_text("price")
    await expect(page.get_by_label("app/models.py in version 1")).not_to_contain_text("price")
    await accessible(page, artefacts, "split")

    await page.get_by_role("tab", name="Code").click()
    await change(page, "Remove the author from books", 3)
    await page.get_by_role("button", name="See changes of version 3").click()
    await expect(contract.get_by_text("Breaking", exact=True)).to_be_visible()
    await expect(contract).to_contain_text("Books: the field author was removed")
    await expect(options.first).to_contain_text("1 breaking")
    await accessible(page, artefacts, "breaking")
    await page.get_by_label("From").select_option("Version 1")
    await expect(contract).to_contain_text("the field price was added")
