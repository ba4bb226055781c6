"""Editing a file by hand in a real Chromium: kept through a reload, saved as a version, refused."""

import asyncio
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_diff import AXE, RESTYLE, RULES
from tests.e2e.test_page import done, send, snapshot
from tests.processes import ServerProcess

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.refused]

PATH = "app/main.py"


async def test_a_file_is_edited_kept_saved_and_compared(
    page: Page, server: ServerProcess, artefacts: Path
) -> None:
    project = await send(page, server)
    await done(page)
    await page.locator(f'[data-path="{PATH}"]').first.click()
    await page.get_by_role("button", name="Edit", exact=True).click()
    editor = page.get_by_role("textbox", name=f"Edit {PATH}")
    await expect(editor).to_be_focused()
    await page.keyboard.press("Control+Home")
    await page.keyboard.type("# Made by hand 🚀\n")
    await page.wait_for_function(
        "() => Object.values(sessionStorage).some((kept) => kept.includes('Made by hand'))"
    )

    await page.reload()
    await expect(editor).to_contain_text("# Made by hand 🚀")
    await page.evaluate(AXE.read_text())
    await page.emulate_media(reduced_motion="reduce")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.evaluate(RESTYLE)
        for width in (1280, 390):
            await page.set_viewport_size({"width": width, "height": 844 if width < 600 else 800})
            if width < 600:
                await page.get_by_role("button", name="API", exact=True).click()
            found = await page.evaluate(RULES)
            await page.screenshot(path=artefacts / f"editing-{scheme}-{width}.png")
            assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    await page.set_viewport_size({"width": 1280, "height": 800})

    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("log")).to_contain_text("Version 2")
    await expect(editor).to_have_count(0)
    files = f"{server.url}/api/projects/{project}/files"
    saved = await asyncio.to_thread(httpx.get, f"{files}/{PATH}", trust_env=False)
    assert saved.text.startswith("# Made by hand 🚀\n")
    await page.get_by_role("button", name="See changes of version 2").click()
    shown = page.get_by_role("listbox", name="What differs")
    await expect(shown.locator(f'[data-path="{PATH}"]')).to_be_visible()

    # Somebody else makes a version while this one is edited: refused, and nothing is lost.
    await page.get_by_role("tab", name="Code").click()
    await page.locator(f'[data-path="{PATH}"]').first.click()
    await page.get_by_role("button", name="Edit", exact=True).click()
    await page.keyboard.type("# And this")
    theirs = await asyncio.to_thread(httpx.get, f"{files}/app/models.py", trust_env=False)
    text = b"# Theirs\n" + theirs.content
    other = await asyncio.to_thread(
        httpx.put, f"{files}/app/models.py", content=text, trust_env=False
    )
    assert other.status_code == 202
    await expect(page.get_by_role("link", name="Version 3")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert").filter(has_text="of version 2")).to_be_visible()
    await expect(editor).to_contain_text("# And this")
    await page.get_by_role("button", name="Cancel").click()
    await expect(editor).to_have_count(0)
    assert snapshot(server, project)["version"] == 3
