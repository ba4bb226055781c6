"""A model's answer, seen in a real Chromium while it is still open."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.model_project import PLAN, TITLE, answers
from tests.openai_wire import Answer, WireScript, openai_wire
from tests.processes import QUICK, serving

pytestmark = pytest.mark.xdist_group("browser")


async def test_the_first_characters_stand_in_the_page_while_the_answer_is_open_and_stop_closes_it(
    page: Page, tmp_path: Path
) -> None:
    files = answers() | {"app/main.py": Answer(answers()["app/main.py"], hold_after=120, pace=80)}
    async with openai_wire(WireScript(plan=PLAN, files=files)) as wire:
        more = {"OPENAI_BASE_URL": wire.base_url, "SMARTFORGE_AUTHOR": "model"}
        with serving(tmp_path, ["--pace", "0"], more) as server:
            await page.goto(server.url)
            await page.get_by_role("textbox").fill("A note API")
            await page.keyboard.press("Enter")
            await wire.until(
                lambda wire: any(
                    one.asked == "app/main.py" and len(one.sent) >= 120 for one in wire.requests
                )
            )
            viewer = page.get_by_test_id("streaming-code-viewer")
            first = answers()["app/main.py"].splitlines()[0]
            await expect(viewer.locator(".cm-content")).to_contain_text(first)
            assert [one.state for one in wire.requests if one.asked == "app/main.py"] == ["open"]
            await expect(page.get_by_text(TITLE).first).to_be_visible()
            await page.get_by_role("button", name="Stop").click()
            await wire.left()
            await expect(page.get_by_text(re.compile("Stopped by you")).first).to_be_visible()
            await expect(page.get_by_text("Did not finish").first).to_be_visible()


async def test_what_a_model_asks_is_answered_in_the_page_before_it_plans(
    page: Page, tmp_path: Path
) -> None:
    asks = {"questions": [{"text": "Who may read a note?", "choices": ["All", "Its owner"]}]}
    async with openai_wire(WireScript(plan=[asks, PLAN])) as wire:
        more = {"OPENAI_BASE_URL": wire.base_url}
        with serving(tmp_path, ["--pace", "0"], more, command=QUICK) as server:
            await page.goto(server.url)
            await page.get_by_label("Ask me first").check()
            await page.get_by_role("textbox").fill("A note API")
            await page.keyboard.press("Enter")
            card = page.get_by_role("form", name="Before it is planned")
            await expect(card.get_by_role("button", name="Go on")).to_be_disabled()
            await card.get_by_role("radio", name="Its owner").check()
            await card.get_by_role("button", name="Go on").click()
            await expect(card).to_be_hidden()
            await expect(page.get_by_text("Who may read a note? Its owner")).to_be_visible()
            await expect(page.get_by_text("API generated successfully!").first).to_be_visible()
            assert "Who may read a note? Its owner" in wire.requests[-1].prompt
