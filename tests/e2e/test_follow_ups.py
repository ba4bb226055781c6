"""Follow-ups that wait, in a real Chromium: their place, new words, taken back, too late."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_page import send, snapshot
from tests.processes import serving

pytestmark = pytest.mark.xdist_group("browser")


async def test_what_waits_tells_its_place_and_can_be_edited_and_taken_back(
    page: Page, tmp_path: Path
) -> None:
    with serving(tmp_path, ["--pace", "400"]) as server:
        project = await send(page, server)
        await expect(page.get_by_text(re.compile("^Generating [a-z]+[/.]")).first).to_be_visible()
        asking = page.get_by_role("textbox", name="Ask for a change")
        for words in ("Also add a color to todos", "Also add a size to todos"):
            await asking.fill(words)
            await asking.press("Enter")
            await expect(asking).to_have_value("")
            await expect(page.get_by_text(words)).to_be_visible()
        await expect(page.get_by_text("Queued, next")).to_be_visible()
        await expect(page.get_by_text("Queued, 2nd in line")).to_be_visible()

        edit = page.get_by_role("button", name="Edit the follow-up, 2nd in line")
        await edit.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("textbox", name="Edit the follow-up")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(edit).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("ControlOrMeta+a")
        await page.keyboard.type("Also add a priority to todos")
        await page.keyboard.press("Enter")
        await expect(edit).to_be_focused()
        await expect(page.get_by_text("Also add a priority to todos")).to_be_visible()

        await page.get_by_role("button", name="Remove the follow-up, next").click()
        await expect(page.get_by_text("Also add a color to todos")).to_have_count(0)
        await expect(page.get_by_text("Queued, next")).to_be_visible()
        await expect(page.get_by_text("2nd in line")).to_have_count(0)
        left = snapshot(server, project)
        assert [each["text"] for each in left["messages"]] == ["Also add a priority to todos"]
        assert len(left["queue"]) == 1

        await page.get_by_role("button", name="Edit the follow-up, next").click()
        await expect(page.get_by_role("textbox", name="Edit the follow-up")).to_be_focused()
        await page.keyboard.type(" and a color")
        await page.get_by_role("button", name="Stop", exact=True).click()
        await expect(page.get_by_text("It has begun already")).to_be_visible()
        await page.get_by_role("button", name="Send as follow-up").click()
        await expect(page.get_by_text("Queued, next")).to_be_visible()
        await expect(page.get_by_text("Also add a priority to todos and a color")).to_be_visible()
