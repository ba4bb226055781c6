"""Who is here: two browsers on one project, in a real Chromium, and one that is not seen."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.test_replay import accessible
from tests.processes import ServerProcess

pytestmark = pytest.mark.xdist_group("browser")


def begun(server: ServerProcess) -> str:
    body = {"prompt": "asdf qwer"}
    made = httpx.post(f"{server.url}/api/projects", json=body, trust_env=False)
    project: str = made.json()["id"]
    return project


async def test_two_browsers_see_each_other_until_one_is_not_seen(
    page: Page, browser: Browser, server: ServerProcess, artefacts: Path
) -> None:
    address = f"{server.url}/projects/{begun(server)}"
    here = "2 here"
    await page.goto(address)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    context = await browser.new_context()
    other = await context.new_page()
    await other.goto(address)
    await expect(page.get_by_text(here)).to_be_visible()
    await expect(other.get_by_text(here)).to_be_visible()
    # Another tab of a browser is no other viewer; it is told all the same.
    tab = await context.new_page()
    await tab.goto(address)
    await expect(tab.get_by_text(here)).to_be_visible()
    await tab.close()
    await accessible(page, artefacts, "presence")

    await other.goto(f"{server.url}/settings")
    await expect(page.get_by_text(here)).to_have_count(0)
    await other.get_by_role("checkbox", name=re.compile("Count me")).uncheck()
    await expect(other.get_by_text("This holds for pages that you open")).to_be_visible()
    await accessible(other, artefacts, "presence-settings")
    await other.goto(address)
    await expect(other.get_by_role("button", name="Share")).to_be_visible()
    third = await browser.new_context()
    seen = await third.new_page()
    await seen.goto(address)
    await expect(seen.get_by_text(here)).to_be_visible()
    await expect(page.get_by_text(here)).to_be_visible()
    await expect(other.get_by_text(re.compile(r"\d here"))).to_have_count(0)
    await third.close()
    await context.close()
