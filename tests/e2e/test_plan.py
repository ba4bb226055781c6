"""A plan that waits, seen in a real Chromium: changed in words, then approved."""

import pytest
from playwright.async_api import Page, expect

from tests.processes import ServerProcess

pytestmark = pytest.mark.xdist_group("browser")


async def test_a_plan_is_changed_in_words_and_made_once_it_is_approved(
    page: Page, server: ServerProcess
) -> None:
    await page.goto(server.url)
    await page.get_by_label("Show me the plan first").check()
    await page.get_by_role("textbox").fill("A plant API. A plant has a name")
    await page.keyboard.press("Enter")
    card = page.get_by_role("form", name="The plan waits for you")
    await card.get_by_role("button", name="See the contract").click()
    await expect(page.get_by_role("region", name="Contract")).to_contain_text("name")
    await card.get_by_label("What is to be otherwise").fill("Add a height in cm to plants")
    await expect(card.get_by_role("button", name="Approve")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Contract")).to_contain_text("height")
    await expect(card.get_by_label("What is to be otherwise")).to_be_empty()
    assert await page.locator('[data-row="file"]').count() == 0
    await card.get_by_role("button", name="Approve").click()
    await expect(card).to_be_hidden()
    await expect(page.get_by_text("API generated successfully!").first).to_be_visible()


async def test_a_plan_that_is_rejected_is_said_to_be(page: Page, server: ServerProcess) -> None:
    await page.goto(server.url)
    await page.get_by_label("Show me the plan first").check()
    await page.get_by_role("textbox").fill("A rock API. A rock has a name")
    await page.keyboard.press("Enter")
    card = page.get_by_role("form", name="The plan waits for you")
    await card.get_by_role("button", name="Reject").click()
    await expect(page.get_by_role("heading", name="You rejected the plan")).to_be_visible()
    await expect(page.get_by_role("button", name="Run again")).to_be_visible()
