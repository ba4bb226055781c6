"""Runs for which a model never stops writing: they take slots while others are stopped."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from tests.openai_wire import Answer, Wire

from benchmarks.serving import new_project

ENDLESS = Answer(pieces=["x=1\n"] * 150_000)
"""Half an hour at 80 a second, and less than one file may have."""

PROMPT = "A shop sells books"


@asynccontextmanager
async def neighbour(http: httpx.AsyncClient, wire: Wire) -> AsyncGenerator[str, None]:
    """The project of such a run, which is on until the block ends.

    Nobody else may ask the model while it starts: the next answer is its own.
    """
    asked = len(wire.requests)
    wire.script.queue.append(ENDLESS)
    project = await new_project(http, PROMPT, planner="offline", author="model")
    await wire.until(lambda wire: len(wire.requests) > asked)
    try:
        yield project
    finally:
        (await http.post(f"/api/projects/{project}/cancel")).raise_for_status()


async def status(http: httpx.AsyncClient, project: str) -> str:
    """What the server says of the project."""
    answer = await http.get(f"/api/projects/{project}")
    answer.raise_for_status()
    return answer.json()["status"]
