"""A page in Chromium under measurement: its main thread, its frames, what it draws and when."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Page

from benchmarks.live.page import NOTE, Drawn, drawn
from benchmarks.programs import ProgramError

FRAME_MS = 1000 / 60
TASK_FLOOR_MS = 1.0
CATEGORIES = ["disabled-by-default-devtools.timeline"]
# What a frame's callback sees is when it was drawn; a frame that is missing leaves a gap.
FRAMES = """
() => {
  window.frames_ = [];
  const next = (now) => { window.frames_.push(now); requestAnimationFrame(next); };
  requestAnimationFrame(next);
}
"""


class Looking:
    """One page, and what its browser counts of it."""

    def __init__(self, browser: Browser, page: Page, session: CDPSession) -> None:
        self.page = page
        self._browser = browser
        self._session = session

    async def metric(self, name: str) -> float:
        """A figure of `Performance.getMetrics`, such as TaskDuration in seconds."""
        found = await _ask(self._session, "Performance.getMetrics")
        return next(each["value"] for each in found["metrics"] if each["name"] == name)

    async def heap(self) -> float:
        """Bytes that are still reachable."""
        await _ask(self._session, "HeapProfiler.collectGarbage")
        return await self.metric("JSHeapUsedSize")

    async def note(self) -> None:
        """Note from now on which frames are drawn, and what of a file stands in them."""
        await self.page.evaluate(NOTE)
        await self.note_frames()

    async def note_frames(self) -> None:
        await self.page.evaluate(FRAMES)

    async def forget(self) -> None:
        """What was noted takes no memory any more."""
        await self.page.evaluate("() => { window.noted.length = 0; window.frames_.length = 0; }")

    async def trace(self) -> None:
        """Note from now on what the main thread does."""
        await self._browser.start_tracing(page=self.page, categories=CATEGORIES)

    async def tasks(self) -> list[float]:
        """End the trace; the tasks of the page's main thread, in milliseconds."""
        return _tasks(json.loads(await self._browser.stop_tracing()))

    async def frames(self) -> tuple[int, int]:
        """How many frames were drawn, and how many were not."""
        times: list[float] = await self.page.evaluate("window.frames_")
        gaps = [after - before for before, after in pairwise(times)]
        return len(times), sum(max(0, round(gap / FRAME_MS) - 1) for gap in gaps)

    async def drawn(self) -> list[Drawn]:
        return await drawn(self.page)


@asynccontextmanager
async def looking(browser: Browser, context: BrowserContext) -> AsyncGenerator[Looking, None]:
    """A page of its own, while the block runs."""
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await _ask(session, "Performance.enable", timeDomain="threadTicks")
    try:
        yield Looking(browser, page, session)
    finally:
        await page.close()


async def _ask(session: CDPSession, method: str, **more: object) -> Any:
    send: Any = getattr(session, "send")  # noqa: B009 - its own types are not whole
    return await send(method, more)


def _tasks(trace: Any) -> list[float]:
    """Those of the page's main thread, the busiest of its kind."""
    events = trace["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    by_thread: dict[tuple[int, int], list[float]] = {thread: [] for thread in mains}
    for one in events:
        thread = one["pid"], one["tid"]
        if one["name"] == "RunTask" and one["ph"] == "X" and thread in by_thread:
            by_thread[thread].append(one.get("dur", 0) / 1000)
    none: list[float] = []
    tasks = max(by_thread.values(), key=sum, default=none)
    if not tasks:
        raise ProgramError("the browser's trace names no task of the page's main thread")
    return [each for each in tasks if each >= TASK_FLOOR_MS]
