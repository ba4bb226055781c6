"""Chromium with the project's page, which notes when how much of a file stands in its DOM."""

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page, async_playwright

from benchmarks.programs import ProgramError
from benchmarks.serving import TOKEN

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]

# Each line of a file that is measured begins with its number, so the last one in sight tells how
# much of the file is there. The clock is the system's, as Python's is.
NOTE = """
() => {
  window.noted = [];
  let last = "";
  const look = () => {
    const lines = document.querySelectorAll(".cm-content .cm-line");
    for (let at = lines.length - 1; at >= 0; at--) {
      const text = lines[at].textContent;
      const found = /^    v(\\d{4})/.exec(text);
      if (!found) continue;
      if (text === last) return;
      last = text;
      const path = document.querySelector(".cm-content").getAttribute("aria-label");
      const now = performance.timeOrigin + performance.now();
      window.noted.push([path, Number(found[1]), text.length, now]);
      return;
    }
  };
  new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, characterData: true,
  });
}
"""


class Drawn(msgspec.Struct, frozen=True, array_like=True):
    """What stood in the page: so many characters of this line, at `ms` (Unix milliseconds)."""

    label: str
    line: int
    length: int
    ms: float


class Browser:
    """A browser that has passed the door."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self._context = context
        self._address = address

    @asynccontextmanager
    async def watching(self, project: str) -> AsyncGenerator[Page, None]:
        """The project's page, noting, while the block runs."""
        page = await self._context.new_page()
        try:
            await page.goto(f"{self._address}/projects/{project}?token={TOKEN}")
            await page.wait_for_selector(".cm-content")
            await page.evaluate(NOTE)
            yield page
        finally:
            await page.close()


async def drawn(page: Page) -> list[Drawn]:
    """All that the page has noted."""
    return msgspec.convert(await page.evaluate("window.noted"), list[Drawn])


@asynccontextmanager
async def launched() -> AsyncGenerator[Chromium, None]:
    """Raises ProgramError where there is no Chromium."""
    named = os.environ.get("SMARTFORGE_CHROMIUM")
    path = named or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise ProgramError("there is no Chromium: install it, or set SMARTFORGE_CHROMIUM")
    flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def browsing(address: str) -> AsyncGenerator[Browser, None]:
    """Raises ProgramError where there is no Chromium."""
    async with launched() as browser:
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        yield Browser(context, address.rstrip("/"))
