"""From a POST to the first byte, event, file and to Complete, on a real server with a real sandbox.

The server is started as a user would start it beyond loopback: token on, limits on, SQLite with
synchronous FULL. It writes at full speed (`--pace 0`). Medians of five runs after one warm-up.
"""

import asyncio
import contextlib
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import msgspec

from benchmarks.report import report, row

PROMPT = "Create a simple todo API with CRUD operations"
TOKEN = "benchmark-token"
RUNS = 5
FIRST = {"first file whole": "file:complete", "Complete": "complete"}


def main() -> None:
    measured = asyncio.run(_measure())
    rows = [
        row(f"POST to {name}", "ms", statistics.median(run[name] for run in measured))
        for name in measured[0]
        if not name.startswith("step ")
    ]
    rows += [
        row(f"share of {name}", "%", statistics.median(run[name] for run in measured))
        for name in measured[0]
        if name.startswith("step ")
    ]
    settings = {
        "prompt": PROMPT,
        "runs": RUNS,
        "auth": "token",
        "limits": "on",
        "durability": "SQLite WAL, synchronous FULL",
        "sandbox": "bubblewrap",
        "pace": 0,
    }
    report("first", settings, rows)


async def _measure() -> list[dict[str, float]]:
    async with _server() as base_url:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=60) as http:
            await _one(http)
            return [await _one(http) for _ in range(RUNS)]


async def _one(http: httpx.AsyncClient) -> dict[str, float]:
    """One run: milliseconds since the POST was sent, and each step's share in percent."""
    began = time.perf_counter()
    created = await http.post("/api/projects", json={"prompt": PROMPT})
    created.raise_for_status()
    times: dict[str, float] = {}
    steps: dict[str, float] = {}

    def note(name: str) -> None:
        times.setdefault(name, 1000 * (time.perf_counter() - began))

    path = f"/api/stream/{created.json()['id']}"
    async with http.stream("GET", path, params={"compact": "0"}) as response:
        lines = response.aiter_lines()
        async for line in lines:
            note("first stream byte")
            if not line.startswith("data: "):
                continue
            note("first event")
            event = msgspec.json.decode(line[6:])
            if event["type"] == "step:complete":
                steps[f"step {event['step']}"] = event["durationMs"]
            for name, kind in FIRST.items():
                if event["type"] == kind:
                    note(name)
            if event["type"] in {"error", "run:cancelled"}:
                raise SystemExit(f"the run did not complete: {event}")
    whole = times["Complete"]
    return times | {name: 100 * spent / whole for name, spent in steps.items()}


@contextlib.asynccontextmanager
async def _server() -> AsyncGenerator[str, None]:
    command = [str(Path(sys.executable).with_name("smartforge")), "serve", "--host", "0.0.0.0"]
    with tempfile.TemporaryDirectory() as data:
        server = await asyncio.create_subprocess_exec(
            *command,
            *("--port", "0", "--data", data, "--token", TOKEN, "--pace", "0"),
            stdout=asyncio.subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if "OPENAI" not in name},
        )
        assert server.stdout is not None
        try:
            ready = (await server.stdout.readline()).decode()
            port = ready.rstrip("/ \n").rpartition(":")[2]
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            await server.wait()
