"""Makes the pictures of the README anew: a run as it goes, and its end in light and dark.

    make pictures

A server of its own with nothing in it, a real run without a model, a real Chromium. What is written
into docs/images/ is as it was seen; the clip only goes faster than the run. Exit status 1 where a
picture is larger than a README should carry.
"""

import asyncio
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROMPT = (
    "A bookstore API with accounts. People can rate books 1-5; show the average. Log in by JWT."
)
SIZE, CLIP_SIZE = (1280, 800), (1080, 675)
FRAME_SECONDS = 0.45
# The clip is this much faster than the run was; its clock in the page tells the true time.
SPEED = 2.5
LOOK_SECONDS = 5.0
END_SECONDS = 8.0
RUN_MS = 120_000
MOST_BYTES = 1_500_000
DONE = "API generated successfully!"


class Shot(NamedTuple):
    """A screenshot as PNG, and when it was taken, in seconds of a steady clock."""

    at: float
    png: bytes


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address:
        asyncio.run(look(address))
    large = [one.name for one in IMAGES.iterdir() if one.stat().st_size > MOST_BYTES]
    for one in sorted(IMAGES.iterdir()):
        print(f"{one.name}: {one.stat().st_size / 1000:.0f} kB")
    if large:
        print(f"pictures: too large for a README: {', '.join(large)}", file=sys.stderr)
    return 1 if large else 0


@contextmanager
def served(data: Path) -> Generator[str, None, None]:
    """A server with the default settings and no model, and its address."""
    kept = {name: value for name, value in os.environ.items() if "_API_KEY" not in name}
    command = [str(Path(sys.executable).with_name("smartforge")), "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--data", str(data)], env=kept, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if "is ready at" not in line:
                raise SystemExit(f"pictures: the server did not start: {line!r}")
            yield line.split()[-1].rstrip("/")
        finally:
            process.terminate()


async def look(address: str) -> None:
    found = os.environ.get("SMARTFORGE_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)))
    flags = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=flags)
        try:
            project = await clip(browser, address)
            for scheme in ("light", "dark"):
                await still(browser, project, scheme)
        finally:
            await browser.close()


async def clip(browser: Browser, address: str) -> str:
    """From the first letter of the prompt to the checks; returns the address of the project."""
    width, height = CLIP_SIZE
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="light"
    )
    page = await context.new_page()
    await page.goto(address)
    shots: list[Shot] = []

    async def typed() -> None:
        await page.get_by_role("textbox").first.press_sequentially(PROMPT, delay=12)
        await page.keyboard.press("Enter")
        await page.get_by_text(DONE).first.wait_for(timeout=RUN_MS)

    await filming(page, shots, typed)
    for tab in ("Contract", "Checks"):
        await page.get_by_role("tab", name=tab).click()
        await filming(page, shots, lambda: asyncio.sleep(LOOK_SECONDS))
    write(shots, IMAGES / "run.webp")
    await context.close()
    return page.url


async def filming(page: Page, shots: list[Shot], doing: Callable[[], Awaitable[None]]) -> None:
    """Take pictures as long as it is being done."""
    done = asyncio.ensure_future(doing())
    while not done.done():
        began = time.monotonic()
        shots.append(Shot(began, await page.screenshot(caret="initial")))
        await asyncio.sleep(max(0.0, began + FRAME_SECONDS - time.monotonic()))
    await done


def write(shots: list[Shot], target: Path) -> None:
    """An animated picture: frames as far apart as they were taken, equal ones only once."""
    ends = [*(shot.at for shot in shots[1:]), shots[-1].at + END_SECONDS]
    frames: list[tuple[bytes, float]] = []
    for shot, end in zip(shots, ends, strict=True):
        if frames and frames[-1][0] == shot.png:
            frames[-1] = (shot.png, frames[-1][1] + end - shot.at)
        else:
            frames.append((shot.png, end - shot.at))
    images = [Image.open(io.BytesIO(png)).convert("RGB") for png, _ in frames]
    images[0].save(
        target,
        save_all=True,
        append_images=images[1:],
        duration=[round(1000 * seconds / SPEED) for _, seconds in frames],
        loop=0,
        quality=45,
        method=4,
        minimize_size=True,
    )
    print(f"{len(frames)} frames, {sum(seconds for _, seconds in frames) / SPEED:.0f} s")


async def still(browser: Browser, project: str, scheme: str) -> None:
    """The contract of what was made, as sharp as a good screen shows it."""
    width, height = SIZE
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=2,
    )
    page = await context.new_page()
    await page.goto(project)
    await expect(page.get_by_text(DONE).first).to_be_visible()
    await page.get_by_role("tab", name="Contract").click()
    await expect(page.get_by_role("tabpanel").get_by_role("table").first).to_be_visible()
    await page.mouse.move(0, 0)
    png = await page.screenshot(animations="disabled")
    Image.open(io.BytesIO(png)).convert("RGB").save(
        IMAGES / f"complete-{scheme}.webp", lossless=True, method=6
    )
    await context.close()


if __name__ == "__main__":
    raise SystemExit(main())
