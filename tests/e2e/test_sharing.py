"""A project looked at by a link, in a real Chromium, on a server that has a token."""

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.test_page import done, send
from tests.e2e.test_replay import accessible
from tests.processes import QUICK, ServerProcess, serving

pytestmark = pytest.mark.xdist_group("browser")
SECRET = "let-me-in"


@pytest.fixture
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerProcess, None, None]:
    folder = tmp_path_factory.mktemp("guarded")
    with serving(folder, more={"SMARTFORGE_TOKEN": SECRET}, command=QUICK) as running:
        yield running


@pytest.mark.refused
async def test_whoever_has_the_link_looks_on_until_it_ends(
    page: Page, browser: Browser, guarded: ServerProcess, artefacts: Path
) -> None:
    await page.goto(f"{guarded.url}/?token={SECRET}")
    await send(page, guarded)
    await page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name="Share this project")
    await dialog.get_by_label("Good for").select_option("an hour")
    await dialog.get_by_role("button", name="Make a link").click()
    address = await dialog.get_by_label("The link").input_value()
    assert address.startswith(f"{guarded.url}/shared/")
    await done(page)
    await accessible(page, artefacts, "share-dialog")

    # Somebody else, in a browser that knows no token.
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    visitor = await context.new_page()
    refused: list[str] = []
    visitor.on("response", lambda said: refused.append(said.url) if said.status > 399 else None)
    await visitor.goto(address)
    await done(visitor)
    await expect(visitor.get_by_role("region", name="Shared")).to_contain_text("to look at")
    await expect(visitor.get_by_role("textbox", name="Ask for a change")).to_have_count(0)
    await expect(visitor.get_by_role("button", name="Share")).to_have_count(0)
    await visitor.get_by_role("tab", name="Contract").click()
    await expect(visitor.get_by_role("region", name="Contract", exact=True)).to_be_visible()
    await visitor.get_by_role("link", name="Replay").click()
    await expect(visitor.get_by_role("slider", name="Moment")).to_have_value("1")
    await visitor.keyboard.press("Escape")
    await expect(visitor.get_by_role("region", name="Shared")).to_be_visible()
    await expect(visitor.locator(".cm-content")).to_contain_text("create_app")
    assert visitor.url == address
    assert refused == []
    assert await context.cookies() == []
    await accessible(visitor, artefacts, "shared")

    # What the owner does is seen, and when the link is ended the visitor is told.
    await dialog.get_by_role("button", name="End the link").click()
    await expect(dialog.get_by_role("button", name="End the link")).to_have_count(0)
    heading = visitor.get_by_role("heading", name="This link leads nowhere any more")
    await expect(heading).to_be_visible()
    await visitor.goto(address)
    await expect(
        visitor.get_by_role("heading", name="This link was ended by who made it.")
    ).to_be_visible()
    await context.close()
