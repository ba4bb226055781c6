"""A run whose custom operations a model writes: what the model said, when, and what came of it."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec
from playwright.async_api import Page
from tests.openai_wire import Answer, Request, Wire

from benchmarks.live.page import Browser, Drawn, drawn
from benchmarks.programs import ProgramError
from benchmarks.serving import ENDS, Event, Product, new_project, stored_events, viewing

PACE = 80.0
FILES = 8
NAMES = tuple(f"score_{letter}" for letter in "abcdefgh")
PROMPT = "An API that keeps hands of cards and scores them by rules of its own"
WAIT_SECONDS = 120.0
SHOWN_SECONDS, LOOK_SECONDS = 20.0, 0.1


class Shown(msgspec.Struct, frozen=True):
    """One file. `lags`: of each token, seconds until its last character stood in the page."""

    lags: Sequence[float]
    took: float
    model: float
    wrong: int
    chunks: int


class Written(msgspec.Struct, frozen=True):
    """Several files at once. `apart`: seconds that the model took for each, added up."""

    took: float
    model: float
    apart: float
    wrong: int
    chunks: int


def plan_of(operations: int) -> dict[str, Any]:
    """A plan with so many operations that only a model can write."""
    examples = [{"body": f'{{"times": {n}}}', "answer": '{"count": 0}'} for n in (1, 2)]
    return {
        "title": "Card API",
        "resources": [
            {"name": "hand", "plural": "hands", "fields": [{"name": "title", "type": "text"}]}
        ],
        "operations": [
            {
                "name": name,
                "summary": f"Score by {name}",
                "description": "Adds up.",
                "resource": "hand",
                "takes": [{"name": "times", "type": "integer", "min": "1", "max": "9"}],
                "answers": [{"name": "count", "type": "count"}],
                "examples": examples,
            }
            for name in NAMES[:operations]
        ],
    }


def text_of(name: str, lines: int) -> str:
    """A file of so many lines that can be told apart, besides what frames it."""
    numbered = "".join(f"    v{n:04} = total + {7 * n} * times  # {name}\n" for n in range(lines))
    return (
        f'"""The operation {name}."""\n\n\n'
        f"def answer(*given: object) -> dict[str, int]:\n"
        f"    total, times = 0, len(given)\n{numbered}"
        f'    return {{"count": v{lines - 1:04}}}\n'
    )


async def shown(product: Product, wire: Wire, browser: Browser, lines: int) -> Shown:
    """A run with one file of the model, in sight of the page."""
    texts = {path_of(NAMES[0]): text_of(NAMES[0], lines)}
    events, requests, page = await _run(product, wire, browser, texts)
    (path, text), (request,) = *texts.items(), requests
    seen = [one for one in page if path in one.label]
    lags = list(_lags(request, text, seen))
    if not lags:
        raise ProgramError("the page did not show the file while it was written")
    took, model = _times(events, requests, texts)
    return Shown(lags, took, model, *_wrong(events, texts, seen))


async def written(product: Product, wire: Wire, browser: Browser, lines: int) -> Written:
    """A run with eight files of the model at once, in sight of the page."""
    texts = {path_of(name): text_of(name, lines) for name in NAMES}
    events, requests, page = await _run(product, wire, browser, texts)
    took, model = _times(events, requests, texts)
    apart = sum(one.moments[-1][1] - one.moments[0][1] + 1 / PACE for one in requests)
    return Written(took, model, apart, *_wrong(events, texts, page))


def path_of(name: str) -> str:
    return f"app/custom/{name}.py"


async def _run(
    product: Product, wire: Wire, browser: Browser, texts: Mapping[str, str]
) -> tuple[list[Event], list[Request], list[Drawn]]:
    """Its events, what the model was asked for these files, and what the page noted of them."""
    held = {path: Answer(text, hold_after=0) for path, text in texts.items()}
    wire.hold()
    wire.script.files = held
    asked = len(wire.requests)
    http = product.http
    project = await new_project(http, PROMPT, model="gpt-4o", planner="model", author="auto")
    async with viewing(http, project) as viewer, browser.watching(project) as page:
        # The page stands before the first token, and so no token has to wait for the page.
        await wire.until(lambda wire: _count(wire, asked, texts) == len(texts))
        wire.release()
        missing = {*texts}

        def whole(event: Event) -> bool:
            if event["type"] == "file:complete":
                missing.discard(event["path"])
            return not missing or event["type"] in ENDS

        last = await viewer.first(whole, WAIT_SECONDS)
        if last.event["type"] in ENDS:
            raise ProgramError(f"the run has ended: {last.event}")
        # What is measured is over; its checks would only take the page's time.
        (await http.post(f"/api/projects/{project}/cancel")).raise_for_status()
        await _drained(page, texts)
        noted = await drawn(page)
    requests = [one for one in wire.requests[asked:] if one.asked in texts]
    if len(requests) != len(texts):
        raise ProgramError(f"the model was asked {len(requests)} times for {len(texts)} files")
    return await stored_events(http, project), requests, noted


def _count(wire: Wire, asked: int, texts: Mapping[str, str]) -> int:
    return sum(one.asked in texts for one in wire.requests[asked:])


async def _drained(page: Page, texts: Mapping[str, str]) -> None:
    """Wait until the page has typed the last line of a file."""
    lines = [line for line in next(iter(texts.values())).splitlines() if line.startswith("    v")]
    last = len(lines) - 1, len(lines[-1])
    for _ in range(round(SHOWN_SECONDS / LOOK_SECONDS)):
        if any((one.line, one.length) == last for one in await drawn(page)):
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise ProgramError("the page has not shown the last line")


def _lags(request: Request, text: str, seen: Sequence[Drawn]) -> list[float]:
    """Of each token within the numbered lines, how long its last character was on its way."""
    starts = {n: text.index(f"    v{n:04} ") for n in {one.line for one in seen}}
    there = [(starts[one.line] + one.length, one.ms / 1000) for one in seen]
    first, end = starts[min(starts)] + len("    v0000"), text.rindex("\n    return")
    lags: list[float] = []
    at = 0
    for characters, said in request.moments:
        if not first < characters <= end or text[:characters].endswith((" ", "\n")):
            continue  # What is blank at the end of a line cannot be told from what is not there.
        while at < len(there) and there[at][0] < characters:
            at += 1
        if at == len(there):
            raise ProgramError("the page has not shown all of the file")
        lags.append(there[at][1] - said)
    return lags


def _times(
    events: Sequence[Event], requests: Sequence[Request], texts: Mapping[str, str]
) -> tuple[float, float]:
    """From the model's first token on: until its last file is whole, and until its last word."""
    began = min(one.moments[0][1] for one in requests) - 1 / PACE
    done = [one["ts"] for one in events if one["type"] == "file:complete" and one["path"] in texts]
    return max(done) / 1000 - began, max(one.moments[-1][1] for one in requests) - began


def _wrong(
    events: Sequence[Event], texts: Mapping[str, str], seen: Sequence[Drawn]
) -> tuple[int, int]:
    """What came out of order or differs, in the log and in the page; and how many chunks came."""
    came = dict.fromkeys(texts, "")
    wrong = chunks = 0
    for event in events:
        if event["type"] == "code:chunk" and event["path"] in came:
            chunks += 1
            wrong += event["at"] != len(came[event["path"]])
            came[event["path"]] += event["text"]
    wrong += sum(came[path] != text for path, text in texts.items())
    for path in texts:
        places = [(one.line, one.length) for one in seen if path in one.label]
        wrong += sum(after < before for before, after in pairwise(places))
    return wrong, chunks
