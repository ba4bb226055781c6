"""The past of a project in a real Chromium: any moment of it, and playing from one to the next."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_diff import AXE, RESTYLE, RULES
from tests.e2e.test_page import done, send
from tests.processes import ServerProcess

pytestmark = pytest.mark.xdist_group("browser")


async def accessible(page: Page, artefacts: Path, name: str) -> None:
    """No violation in both schemes, wide and on a phone; leaves screenshots."""
    await page.evaluate(AXE.read_text())
    await page.emulate_media(reduced_motion="reduce")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.evaluate(RESTYLE)
        for width in (1280, 390):
            await page.set_viewport_size({"width": width, "height": 844 if width < 600 else 800})
            found = await page.evaluate(RULES)
            await page.screenshot(path=artefacts / f"{name}-{scheme}-{width}.png")
            told = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
            assert told == [], (name, scheme, width)
            wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not wide, (name, scheme, width)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 800})


def log_of(server: ServerProcess, project: str) -> list[dict[str, Any]]:
    url = f"{server.url}/api/projects/{project}/events?limit=10000"
    return httpx.get(url, trust_env=False).json()["events"]


def seq_of(events: list[dict[str, Any]], kind: str, path: str | None = None) -> int:
    return next(
        each["seq"] for each in events if each["type"] == kind and path in (None, each.get("path"))
    )


async def test_any_moment_of_a_run_can_be_looked_at_and_played(
    page: Page, server: ServerProcess, artefacts: Path
) -> None:
    project = await send(page, server)
    await done(page)
    events = log_of(server, project)
    await page.get_by_role("link", name="Replay").click()
    scrubber = page.get_by_role("slider", name="Moment")
    await expect(scrubber).to_have_value("1")
    past = page.get_by_role("region", name="The past")
    await expect(past).to_contain_text("You are looking at the past")
    await expect(page.get_by_text("Created app/main.py")).to_have_count(0)
    await expect(page.get_by_role("textbox", name="Ask for a change")).to_have_count(0)
    await expect(page.get_by_role("tab", name="Console")).to_have_count(0)

    # Keys go from mark to mark and from event to event; the address follows.
    await page.keyboard.press("]")
    await page.keyboard.press("]")
    await expect(scrubber).to_have_attribute("aria-valuetext", re.compile("Planning$"))
    begun = seq_of(events, "file:generating", "app/models.py")
    await page.get_by_role("combobox", name="Go to").select_option(str(begun))
    await expect(page.get_by_text("Generating app/models.py")).to_be_visible()
    await page.get_by_role("combobox", name="Go to").blur()
    await page.keyboard.press("ArrowRight")
    await expect(scrubber).to_have_value(str(begun + 1))
    await page.wait_for_url(f"**/replay/{project}?at={begun + 1}")

    # A link to a moment in the middle of a file shows its text so far, and no more.
    chunks = [each for each in events if each["type"] == "code:chunk"]
    chunks = [each for each in chunks if each["path"] == "app/models.py"]
    middle = chunks[len(chunks) // 2]
    written = "".join(each["text"] for each in chunks if each["seq"] <= middle["seq"])
    await page.goto(f"{server.url}/replay/{project}?at={middle['seq']}")
    await expect(scrubber).to_have_value(str(middle["seq"]))
    viewer = page.get_by_test_id("streaming-code-viewer")
    await expect(viewer.get_by_test_id("write-caret")).to_be_visible()
    lines = written.split("\n")
    await expect(viewer.locator(".cm-line").nth(len(lines) - 1)).to_have_text(lines[-1])
    await expect(viewer.locator(".cm-line")).to_have_count(len(lines))
    await accessible(page, artefacts, "replay-file")

    # Played to the end it is what it is now, and one key leads there.
    await page.get_by_role("button", name="16×").click()
    await page.get_by_role("button", name="Play", exact=True).click()
    await expect(scrubber).to_have_value(str(len(events)), timeout=60_000)
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    await expect(page.get_by_text("API generated successfully!").first).to_be_visible()
    await page.keyboard.press("Home")
    await expect(scrubber).to_have_value("1")
    await page.get_by_role("button", name="Instant").click()
    await page.get_by_role("button", name="Play", exact=True).click()
    await expect(scrubber).to_have_value(str(len(events)))
    await page.keyboard.press("Escape")
    await page.wait_for_url(f"**/projects/{project}")
    await expect(page.get_by_role("textbox", name="Ask for a change")).to_be_visible()


@pytest.mark.refused
async def test_an_address_that_names_no_moment_says_so(page: Page, server: ServerProcess) -> None:
    project = await send(page, server, "asdf qwer zxcv")
    await expect(page.get_by_role("button", name=re.compile("Try again|Retry"))).to_be_visible()
    last = len(log_of(server, project))
    past = page.get_by_role("region", name="The past")
    scrubber = page.get_by_role("slider", name="Moment")
    await page.goto(f"{server.url}/replay/{project}?at=999999")
    await expect(past).to_contain_text("There is no event 999999 yet.")
    await expect(scrubber).to_have_value(str(last))
    await expect(page.get_by_role("button", name=re.compile("Try again|Retry"))).to_have_count(0)
    await page.goto(f"{server.url}/replay/{project}?at=-1")
    await expect(past).to_contain_text("The address names no moment")
    await expect(scrubber).to_have_value("1")
    await page.goto(f"{server.url}/replay/nobody")
    await expect(page.get_by_role("heading", name="There is no such project")).to_be_visible()
