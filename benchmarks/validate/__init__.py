"""How long the proof of a bookstore takes, and what the sandbox and spares change about it.

To the first answer of the project: from a spare, from a cold sandbox, and from uvicorn without one.
All checks on the project in a folder, with and without the fuzz, beside the same tools run by hand.
And what a run of `smartforge new` tells of itself. Medians of five, ours and the others in turn.

SMARTFORGE_BENCH_QUICK=1 tries it with one round; then nothing is kept.
"""

import asyncio
import os
import statistics
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.programs import ProgramError
from benchmarks.report import report, row
from benchmarks.validate import answers, hand, ours

QUICK = os.environ.get("SMARTFORGE_BENCH_QUICK") == "1"
ROUNDS = 1 if QUICK else 5
PROMPT = "Build a bookstore API with authors, books and reviews, JWT auth"
AT_ONCE, IN_TURN = "by hand, all at once", "by hand, one after the other"


def main() -> None:
    try:
        rows = asyncio.run(measured(PROMPT, ROUNDS))
    except (ProgramError, TimeoutError) as error:
        raise SystemExit(f"validate: nothing could be measured: {error!r}") from error
    packages = ("ruff", "pytest", "schemathesis", "hypothesis")
    report(
        "validate", _settings(), rows, versions={p: version(p) for p in packages}, keep=not QUICK
    )
    failed = [one["metric"] for one in rows if not _held(one.get("held", True))]
    if failed:
        raise SystemExit(f"validate: does not hold: {'; '.join(failed)}")


async def measured(prompt: str, rounds: int) -> list[dict[str, Any]]:
    """Every row, for a project made from this prompt."""
    seen: dict[str, list[float]] = {}

    def keep(**seconds: float) -> None:
        for name, each in seconds.items():
            seen.setdefault(name, []).append(each)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", flush=True)
            run = await ours.new(prompt, folder if number == 0 else Path(name) / str(number))
            keep(first_verdict=run.first_verdict, validating=run.validating)
            async with answers.sandbox() as tried:
                keep(spare=await tried.spare(folder), cold=await tried.cold(folder))
            keep(bare=await answers.bare(folder))
            keep(all_but_fuzz=await ours.checked(folder, without=("fuzz",)))
            keep(required=await ours.checked(folder, without=("fuzz", "audit", "performance")))
            keep(everything=await ours.checked(folder))
            keep(tools=await ours.checked(folder, only=("lint", "tests", "fuzz")))
            by_hand = await hand.run(folder)
            keep(in_turn=by_hand.in_turn, at_once=by_hand.at_once)
    return _rows({name: statistics.median(each) for name, each in seen.items()})


def _rows(found: dict[str, float]) -> list[dict[str, Any]]:
    hands = {AT_ONCE: found["at_once"], IN_TURN: found["in_turn"]}
    cold, bare = 1000 * found["cold"], 1000 * found["bare"]
    limits = {"without a sandbox": 1.15}
    return [
        row("spare to first answer", "ms", 1000 * found["spare"], limit=60.0),
        row("cold to first answer", "ms", cold, {"without a sandbox": bare}, limit=limits),
        row("all checks but fuzz", "s", found["all_but_fuzz"], limit=3.0),
        row("all required checks but fuzz", "s", found["required"], limit=3.0),
        row("all checks", "s", found["everything"], limit=10.0),
        row("ruff, pytest and schemathesis", "s", found["tools"], hands, limit={IN_TURN: 1.2}),
        row("`new`: validating", "s", found["validating"], limit=10.0),
        row("`new`: last file to first verdict", "ms", 1000 * found["first_verdict"], limit=300.0),
    ]


def _held(held: bool | dict[str, bool]) -> bool:
    return all(held.values()) if isinstance(held, dict) else held


def _settings() -> dict[str, object]:
    return {
        "prompt": PROMPT,
        "rounds": f"{ROUNDS}, medians; ours and the others in turn",
        "answer": "GET /health answers 200, with an empty database",
        "without a sandbox": "python -m uvicorn on an inherited socket, asyncio and h11 as inside",
        "checks": "as of `smartforge check`, with as many spares ready as a run expects, as they"
        " are when its files are written by a model or at the pace of `serve`",
        "`new`": "a process of its own, whose spares start with the run",
        "by hand": "ruff check and format --check, pytest, schemathesis run (the same phases,"
        " checks, seed and examples) with a token on uvicorn; on the same folder and packages",
        "sandbox": "bubblewrap, every limit on",
    }
