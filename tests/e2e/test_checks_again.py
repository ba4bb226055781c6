"""The Checks tab in a real Chromium: running the checks of a version once more."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_diff import AXE, RESTYLE, RULES
from tests.e2e.test_page import done, send, snapshot
from tests.processes import ServerProcess

pytestmark = pytest.mark.xdist_group("browser")


async def test_the_checks_run_again_live_and_the_version_stays(
    page: Page, server: ServerProcess, artefacts: Path
) -> None:
    project = await send(page, server)
    await done(page)
    before = snapshot(server, project)
    await page.get_by_role("tab", name="Checks").click()
    await page.get_by_role("button", name="Run again").click()
    await expect(page.get_by_role("log")).to_contain_text("Checked again: all is well")
    await expect(page.get_by_role("button", name="Run again")).to_be_focused()
    after = snapshot(server, project)
    assert after["run"] != before["run"]
    assert (after["version"], after["files"]) == (1, before["files"])
    assert [one["step"] for one in after["steps"]] == ["validating"]
    await expect(page.get_by_role("region", name="Checks")).to_contain_text(
        re.compile(f"{len(after['checks'])} of {len(after['checks'])} checks passed")
    )

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
            await page.screenshot(path=artefacts / f"checks-again-{scheme}-{width}.png")
            assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
