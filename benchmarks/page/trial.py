"""What is tried: files written while a page looks on, one after the other, and a page opened."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from playwright.async_api import Browser, BrowserContext

from benchmarks.live.page import Drawn
from benchmarks.page.looking import looking
from benchmarks.page.projects import text_of
from benchmarks.programs import Program, ProgramError

ANSWER_SECONDS = 120.0
PAGE_MS = 60_000
# Nothing new was drawn for a second, after something was.
QUIET = """
() => window.noted.length > 0 &&
  performance.timeOrigin + performance.now() - window.noted.at(-1)[3] > 1000
"""
# The last line of the text stands in the viewer.
ENDED = """
([length, words]) => {
  const prism = document.querySelector(".prism");
  if (prism) return Number(prism.dataset.length) >= length;
  return document.querySelector(".cm-content").textContent.includes(words);
}
"""
# There are rows in the chat, code in the editor, and somewhere to write.
INTERACTIVE = """
() => document.querySelector("[role=log] li, [role=log] article, [role=log] > *") &&
  document.querySelectorAll(".cm-content .cm-line").length > 5 &&
  [...document.querySelectorAll("textarea")].some((box) => !box.disabled)
"""


class Sight(msgspec.Struct, frozen=True):
    """What was seen of a page while something was written.

    `tasks` are those of the main thread that took a millisecond or more, in milliseconds; `cpu` all
    that it did, in seconds. `frames` were drawn and `dropped` were not. `lags`: of each chunk of
    the first file, seconds from storing it until its last character was drawn; `late`: from storing
    the last one until nothing was missing. What was not looked at is empty.
    """

    cpu: float
    frames: int
    dropped: int
    seconds: float
    tasks: Sequence[float] = ()
    lags: Sequence[float] = ()
    late: float = 0.0


class Opened(msgspec.Struct, frozen=True):
    """A project that was opened: its events, and seconds until it could be used."""

    events: int
    cpu: float
    wall: float


class Bench:
    """A server and a browser that has passed its door."""

    def __init__(
        self, server: Program, browser: Browser, context: BrowserContext, address: str
    ) -> None:
        self._server = server
        self._browser = browser
        self._context = context
        self._address = address

    async def pass_door(self, token: str) -> None:
        page = await self._context.new_page()
        await page.goto(f"{self._address}/?token={token}")
        await page.close()

    async def written(
        self, project: str, files: Mapping[str, int], rate: float, size: int
    ) -> Sight:
        """The product's page, while the files are written all at once."""
        await self._begin(project, files)
        async with looking(self._browser, self._context) as look:
            await look.page.goto(f"{self._address}/projects/{project}")
            await look.page.wait_for_selector(".cm-content", state="attached")
            await look.note()
            before = await look.metric("TaskDuration")
            await look.trace()
            answer = await self._stream(project, files, rate, size)
            await look.page.wait_for_function(QUIET, timeout=PAGE_MS, polling=200)
            tasks = await look.tasks()
            cpu = await look.metric("TaskDuration") - before
            path, lines = next(iter(files.items()))
            text = text_of(path, lines)
            seen = [one for one in await look.drawn() if path in one.label]
            lags = _lags(answer["moments"][path], text, seen) if len(files) == 1 else []
            return Sight(cpu, *await look.frames(), answer["seconds"], tasks, lags)

    async def in_harness(
        self, project: str, viewer: str, files: Mapping[str, int], rate: float, size: int
    ) -> Sight:
        """One viewer and nothing else, while a file is written, until it stands there whole."""
        [(path, lines)] = files.items()
        text = text_of(path, lines)
        await self._begin(project, files)
        async with looking(self._browser, self._context) as look:
            address = f"{self._address}/bench/?project={project}&viewer={viewer}"
            await look.page.goto(address)
            await look.page.wait_for_selector(".cm-content, .prism", state="attached")
            await look.note_frames()
            before = await look.metric("TaskDuration")
            answer = await self._stream(project, files, rate, size)
            end = [len(text), text.splitlines()[-1].strip()]
            await look.page.wait_for_function(ENDED, arg=end, timeout=PAGE_MS, polling="raf")
            late = time.time() - answer["moments"][path][-1][1]
            cpu = await look.metric("TaskDuration") - before
            return Sight(cpu, *await look.frames(), answer["seconds"], late=late)

    async def heaps(
        self, warm: Mapping[str, int], files: Mapping[str, int], rate: float, size: int
    ) -> list[float]:
        """Bytes in use after each file, written one after the other in sight of one page.

        Before them the files of `warm` fill what is bounded, such as the list of what arrived.
        """
        project = "one-by-one"
        await self._begin(project, {**warm, **files})
        async with looking(self._browser, self._context) as look:
            await look.page.goto(f"{self._address}/projects/{project}")
            await look.page.wait_for_selector(".cm-content", state="attached")
            await self._stream(project, warm, rate, size)
            found: list[float] = []
            for path, lines in files.items():
                await look.note()
                await self._stream(project, {path: lines}, rate, size)
                await look.page.wait_for_function(QUIET, timeout=PAGE_MS, polling=200)
                await look.forget()
                found.append(await look.heap())
            return found

    async def opened(self, project: str, events: int) -> Opened:
        """A page of its own, from nothing until the project can be used."""
        command = {"do": "history", "project": project, "events": events}
        there = await self._server.ask(command, ANSWER_SECONDS)
        async with looking(self._browser, self._context) as look:
            began = time.monotonic()
            await look.page.goto(f"{self._address}/projects/{project}", wait_until="commit")
            await look.page.wait_for_function(INTERACTIVE, timeout=PAGE_MS, polling="raf")
            wall = time.monotonic() - began
            return Opened(there["seq"], await look.metric("TaskDuration"), wall)

    async def _begin(self, project: str, files: Mapping[str, int]) -> None:
        command = {"do": "begin", "project": project, "paths": list(files)}
        await self._server.ask(command, ANSWER_SECONDS)

    async def _stream(
        self, project: str, files: Mapping[str, int], rate: float, size: int
    ) -> dict[str, Any]:
        command = {
            "do": "stream",
            "project": project,
            "files": files,
            "rate": rate,
            "size": size,
        }
        return await self._server.ask(command, ANSWER_SECONDS)


def _lags(moments: Sequence[tuple[int, float]], text: str, seen: Sequence[Drawn]) -> list[float]:
    """Of each chunk within the numbered lines, how long its last character was on its way."""
    if not seen:
        raise ProgramError("the page has drawn nothing")
    starts = {line: text.index(f"    v{line:04} ") for line in {one.line for one in seen}}
    there = [(starts[one.line] + one.length, one.ms / 1000) for one in seen]
    first, end = starts[min(starts)] + len("    v0000"), text.rindex("\n    return")
    lags: list[float] = []
    at = 0
    for characters, stored in moments:
        if not first < characters <= end or text[:characters].endswith((" ", "\n")):
            continue  # What is blank at the end of a line cannot be told from what is not there.
        while at < len(there) and there[at][0] < characters:
            at += 1
        if at == len(there):
            raise ProgramError("the page has not drawn all of the file")
        lags.append(there[at][1] - stored)
    return lags
