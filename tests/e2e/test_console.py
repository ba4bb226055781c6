"""The console in a real Chromium: answered from the contract, then by the API, without a reload."""

import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.test_page import done
from tests.processes import ServerProcess

SHOP = (
    "A bookshop API where users register and log in. A book has a title and a price. "
    "Only logged in users add books, anyone can read them."
)
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = """axe.run('[data-testid=console]', {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
})"""

pytestmark = pytest.mark.xdist_group("browser")


def ran(line: str) -> str:
    """What a shell gets for the line."""
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout


def begun(server: ServerProcess, prompt: str) -> str:
    """A project whose run has begun; its id."""
    api = f"{server.url}/api/projects"
    return httpx.post(api, json={"prompt": prompt}, trust_env=False).json()["id"]


async def enter(page: Page) -> None:
    """Register and log in with what the form holds."""
    await page.get_by_role("button", name="Register…").click()
    await page.get_by_role("button", name="Register and log in").click()
    await expect(page.get_by_text("Logged in as ada@example.com")).to_be_visible()
    await expect(page.get_by_role("button", name="Log out")).to_be_focused()


async def asked(console: Locator, operation: str, status: str, answerer: str) -> str:
    """Send the example of an operation with the keyboard; returns the body that came."""
    await console.get_by_role("button", name=operation, exact=True).first.click()
    await console.get_by_role("heading", name=operation.removesuffix(" logged in")).wait_for()
    await console.get_by_role("button", name="Send").press("Control+Enter")
    answer = console.get_by_role("region", name="Answer")
    await expect(answer.get_by_text(status)).to_be_visible()
    await expect(answer.get_by_test_id("answerer")).to_have_text(answerer)
    await expect(answer.get_by_text(re.compile(r"^\d+ ms"))).to_be_visible()
    return await answer.get_by_role("region", name="Body").inner_text()


async def test_it_answers_from_the_contract_and_then_from_the_api(
    page: Page, server: ServerProcess, artefacts: Path
) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(server.url)
    await page.get_by_label("Show me the plan first").check()  # Nothing ends in the middle of this.
    await page.get_by_role("textbox").fill(SHOP)
    await page.keyboard.press("Enter")
    await page.get_by_role("tab", name="Console").click()
    console = page.get_by_test_id("console")
    standing = console.get_by_test_id("answerer").first
    await expect(standing).to_have_text("contract")
    operations = console.get_by_role("navigation", name="Operations")
    await operations.get_by_role("searchbox").fill("post books")
    await expect(operations.get_by_role("button")).to_have_count(1)
    await operations.get_by_role("searchbox").press("Escape")  # Elsewhere it stops the run.
    await operations.get_by_role("searchbox").fill("")
    await page.evaluate("window.same = 'page'")
    await enter(page)
    made = json.loads(await asked(console, "POST /books logged in", "201 Created", "contract"))
    await page.get_by_role("button", name="Approve").click()
    await expect(page.locator("[data-status=generating]")).to_be_visible()
    assert json.loads(await asked(console, "GET /books", "200 OK", "contract"))["total"] == 1

    await done(page)
    await expect(standing).to_have_text("real")
    await expect(console.get_by_text("the contract's accounts are gone")).to_be_visible()
    assert json.loads(await asked(console, "GET /books", "200 OK", "real"))["total"] == 0
    await enter(page)
    kept = json.loads(await asked(console, "POST /books logged in", "201 Created", "real"))
    assert kept["title"] == made["title"]
    row = json.loads(await asked(console, "GET /books/{book_id}", "200 OK", "real"))
    assert row == kept
    assert await page.evaluate("window.same") == "page"

    await console.get_by_role("button", name="Copy as curl").click()
    await expect(console.get_by_text("Copied", exact=True)).to_be_visible()
    line = await page.evaluate("navigator.clipboard.readText()")
    assert json.loads(ran(line).splitlines()[-1]) == kept

    past = console.get_by_role("region", name="History").get_by_role("button")
    await expect(past).to_have_count(5)
    await past.last.click()
    body = console.get_by_role("region", name="Body")
    assert json.loads(await body.inner_text()) == made
    await expect(console.get_by_label("Body, JSON")).to_have_value(re.compile(made["title"]))
    await page.screenshot(path=artefacts / "console-real.png")
    async with page.context.expect_page() as opening:
        await console.get_by_role("link", name="Open the API").click()
    opened = await opening.value
    await expect(opened.locator("body")).to_contain_text("/books/{book_id}")
    await opened.close()
    await console.get_by_role("button", name="Log out").click()
    await expect(console.get_by_text("Not logged in")).to_be_visible()


async def test_it_is_accessible_and_shows_uploads(
    browser: Browser, server: ServerProcess, artefacts: Path
) -> None:
    project = begun(server, "A photo API where users register, log in and upload photos")
    context = await browser.new_context(bypass_csp=True, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(f"{server.url}/projects/{project}")
    await page.get_by_role("tab", name="Console").click()
    console = page.get_by_test_id("console")
    # Whoever logs in before that is not known any more when it is over.
    await expect(page.locator("[data-status=complete]")).to_be_visible(timeout=60_000)
    await expect(console.get_by_test_id("answerer").first).to_have_text("real")
    await enter(page)
    await console.get_by_role("button", name="POST /photos").click()
    picture = {"name": "a b.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"}
    await console.get_by_label(re.compile("^file")).set_input_files([picture])  # pyright: ignore[reportArgumentType]
    await console.get_by_role("button", name="Send").click()
    await expect(console.get_by_text("201 Created")).to_be_visible()
    await page.add_script_tag(path=AXE)
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await page.set_viewport_size({"width": width, "height": 844 if width < 600 else 800})
            if width < 600:
                await page.get_by_role("button", name="API", exact=True).click()
            await page.screenshot(path=artefacts / f"console-{scheme}-{width}.png")
            found = await page.evaluate(RULES)
            violations = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
            assert violations == [], (scheme, width)
    await context.close()
