"""What engine and log add to the work itself: to a model that writes, and to compiling offline.

A model that streams 80 tokens a second writes the files of a project: for a run of the product, and
for a bare loop that asks the same server for the same files, as many at once, with the same client
library (openai), and does nothing else. And a run without a model, from its start to the
start of validating, beside planning and rendering the same prompt in memory. Checks are in none of
them. Medians of five, ours and the other in turn, after one warm-up of each.

SMARTFORGE_BENCH_QUICK=1 tries it with one round and a few files; then nothing is kept.
"""

import ast
import asyncio
import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

import httpx
import msgspec
from openai import AsyncOpenAI

from benchmarks.programs import ROOT, ProgramError, cores
from benchmarks.report import report, row
from benchmarks.serving import ENDS, Event, new_project, serving, viewing
from smartforge.forge.base import CALLS
from smartforge.forge.plan import Plan, plan
from smartforge.planners.offline import OfflinePlanner
from smartforge.settings import DEFAULT_MODEL
from smartforge.targets.fastapi import FastAPITarget
from smartforge.writers.base import WriteRequest
from smartforge.writers.context import Context, context_for

QUICK = os.environ.get("SMARTFORGE_BENCH_QUICK") == "1"
ROUNDS = 1 if QUICK else 5
PACE = 80
FILES = 8 if QUICK else None
CHARACTERS = 600
"""About the most of one answer: two seconds of it. What is added is added to every answer, so short
ones are the harder case."""

WAIT_SECONDS = 300.0
PROMPT = "Create a simple todo API with CRUD operations"
STREAMED_LIMIT_PERCENT, OFFLINE_LIMIT_MS = 5.0, 150.0


class Work(msgspec.Struct, frozen=True):
    """The plan of the prompt, and what the model answers, by path, in the order of the plan."""

    made: Plan
    answers: Mapping[str, str]


class Spans(msgspec.Struct):
    """Seconds, one a round."""

    streamed: list[float] = []
    loop: list[float] = []
    offline: list[float] = []
    memory: list[float] = []


def main() -> None:
    try:
        spans = asyncio.run(_measure())
    except (ProgramError, TimeoutError) as error:
        raise SystemExit(f"overhead: nothing could be measured: {error!r}") from error
    streamed, loop = statistics.median(spans.streamed), statistics.median(spans.loop)
    offline, memory = statistics.median(spans.offline), statistics.median(spans.memory)
    rows = [
        row("writing by a model", "s", streamed, {"bare loop": loop}),
        row(
            "engine and log add to it",
            "%",
            100 * (streamed / loop - 1),
            limit=STREAMED_LIMIT_PERCENT,
        ),
        row("planning and writing offline", "ms", 1000 * offline, {"in memory": 1000 * memory}),
        row("engine and log add to it", "ms", 1000 * (offline - memory), limit=OFFLINE_LIMIT_MS),
    ]
    report("overhead", _settings(), rows, versions={"openai": version("openai")}, keep=not QUICK)
    failed = [line["metric"] for line in rows if not line.get("held", True)]
    if failed:
        raise SystemExit(f"overhead: does not hold: {'; '.join(failed)}")


async def _measure() -> Spans:
    """The model on one core; on the other one what is measured, and this process, which looks."""
    made = await plan(OfflinePlanner(), FastAPITarget(), "model", [PROMPT])
    texts = FastAPITarget().render(made.contract)
    answers = {
        file.path: _shortened(file.path, texts[file.path])
        for file in made.files
        if file.author == "model"
    }
    work = _work(made, answers, FILES)
    own, others = cores()
    if own is not None:
        os.sched_setaffinity(0, {own})
    spans = Spans()
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        async with (
            _model(data / "script.json", answers, others) as url,
            serving(data, {"OPENAI_BASE_URL": url}, core=own) as product,
            AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client,
        ):
            await _round(product.http, client, _work(made, answers, 1), Spans())
            for number in range(ROUNDS):
                print(f"round {number + 1} of {ROUNDS}", flush=True)
                await _round(product.http, client, work, spans)
    return spans


def _work(made: Plan, answers: Mapping[str, str], files: int | None) -> Work:
    """The first `files` of the model's files, or all."""
    return Work(made, dict([*answers.items()][:files]))


def _shortened(path: str, text: str) -> str:
    """Its first lines, which are a whole file: of Python, the statements that fit, one at least."""
    lines = text.splitlines(keepends=True)
    ends = range(1, len(lines) + 1)
    if path.endswith(".py"):
        ends = [one.end_lineno or 0 for one in ast.parse(text).body]
    heads = ["".join(lines[:end]) for end in ends]
    fitting = [head for head in heads if len(head) <= CHARACTERS]
    return fitting[-1] if fitting else "".join(heads[:1])


async def _round(http: httpx.AsyncClient, client: AsyncOpenAI, work: Work, spans: Spans) -> None:
    spans.streamed.append(await _streamed(http, work.answers))
    spans.loop.append(await _loop(client, work))
    spans.offline.append(await _offline(http))
    spans.memory.append(await _memory())


async def _streamed(http: httpx.AsyncClient, answers: Mapping[str, str]) -> float:
    """From the model's first `file:generating` to its last `file:complete`, by the log's clock."""
    missing = {*answers}

    def whole(event: Event) -> bool:
        if event["type"] == "file:complete":
            missing.discard(event["path"])
        return not missing

    seen = await _seen(http, whole, planner="offline", author="model")
    of_model = [event for event in seen if event.get("path") in answers]
    began = [event["ts"] for event in of_model if event["type"] == "file:generating"]
    for event in of_model:
        if event["type"] == "file:complete" and event["sha256"] != _sha256(answers[event["path"]]):
            raise ProgramError(f"{event['path']} is not what the model has said")
    return (of_model[-1]["ts"] - min(began)) / 1000


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def _loop(client: AsyncOpenAI, work: Work) -> float:
    """The same questions, as many at once, and their answers joined; nothing else."""
    files = [file for file in work.made.files if file.path in work.answers]
    asked = [
        context_for(WriteRequest(file, work.made.files, work.made.contract, [PROMPT], 1))
        for file in files
    ]
    turns = asyncio.Semaphore(CALLS)

    async def answer(context: Context) -> str:
        async with turns:
            return await _answer(client, context)

    began = time.perf_counter()
    said = await asyncio.gather(*(answer(context) for context in asked))
    took = time.perf_counter() - began
    if said != [*work.answers.values()]:
        raise ProgramError("the bare loop did not get what the model has said")
    return took


async def _answer(client: AsyncOpenAI, context: Context) -> str:
    stream = await client.chat.completions.create(
        model=DEFAULT_MODEL,
        messages=[
            {"role": "system", "content": context.instructions},
            {"role": "user", "content": context.prompt},
        ],
        stream=True,
    )
    parts = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
    return "".join(parts)


async def _offline(http: httpx.AsyncClient) -> float:
    """From `run:started` to the start of validating, by the log's clock."""
    seen = await _seen(
        http,
        lambda event: event["type"] == "step:start" and event["step"] == "validating",
        model="offline",
    )
    [start] = [event["ts"] for event in seen if event["type"] == "run:started"]
    return (seen[-1]["ts"] - start) / 1000


async def _memory() -> float:
    """Planning and rendering, the formatter's process included."""
    began = time.perf_counter()
    made = await plan(OfflinePlanner(), FastAPITarget(), "compiled", [PROMPT])
    FastAPITarget().render(made.contract)
    return time.perf_counter() - began


async def _seen(
    http: httpx.AsyncClient, reached: Callable[[Event], bool], **choice: str
) -> list[Event]:
    """The events of a new run up to the one that is waited for; then it is stopped.

    Raises ProgramError where it ends before.
    """
    project = await new_project(http, PROMPT, **choice)
    async with viewing(http, project) as viewer:
        last = await viewer.first(
            lambda event: reached(event) or event["type"] in ENDS, WAIT_SECONDS
        )
        if last.event["type"] in ENDS:
            raise ProgramError(f"the run has ended: {last.event}")
        (await http.post(f"/api/projects/{project}/cancel")).raise_for_status()
        return [one.event for one in viewer.seen if one.event["seq"] <= last.event["seq"]]


@asynccontextmanager
async def _model(
    script: Path, answers: Mapping[str, str], core: int | None
) -> AsyncGenerator[str, None]:
    """A scripted model in a process of its own, on its core; its address."""
    await asyncio.to_thread(script.write_bytes, msgspec.json.encode({"files": answers}))
    command = (sys.executable, "-m", "tests.openai_wire", "--script", str(script))
    wire = await asyncio.create_subprocess_exec(
        *command, "--pace", str(PACE), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    if core is not None:
        os.sched_setaffinity(wire.pid, {core})
    assert wire.stdout is not None
    try:
        url = (await wire.stdout.readline()).decode().strip()
        if not url:
            raise ProgramError("the scripted model did not start")
        yield url
    finally:
        if wire.returncode is None:
            wire.terminate()
        await wire.wait()


def _settings() -> dict[str, object]:
    pinned = cores()[0] is not None
    return {
        "prompt": PROMPT,
        "rounds": f"{ROUNDS}, medians; ours and the other in turn, after one warm-up of each",
        "model": f"scripted, in a process of its own, {PACE} tokens/s",
        "answers": f"of the real files the first lines that are whole, about {CHARACTERS}"
        f" characters; {CALLS} at once",
        "writing by a model": "from the first `file:generating` to the last `file:complete` of a"
        " model's file, by the log's clock; compiled files are written meanwhile",
        "bare loop": "the same questions with the openai client alone, the answers joined",
        "planning and writing offline": "from `run:started` to the start of validating, by the"
        " log's clock; the server with `--pace 0`",
        "in memory": "planning and rendering, the formatter included, without chunks and hashes",
        "cores": "the model on one, all else on the other" if pinned else "one core for all",
        "viewers": "one, of every event",
        "auth": "token",
        "limits": "on",
        "durability": "SQLite WAL, synchronous FULL",
    }
