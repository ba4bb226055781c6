"""A real model behind the wire: small and foolish, but not scripted by us."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Generator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from smartforge.errors import AnswerIncomplete
from smartforge.llm.base import Spent
from smartforge.llm.openai import OpenAIProvider
from tests.local_model import serving_a_model
from tests.processes import smartforge

pytestmark = [pytest.mark.xdist_group("local model"), pytest.mark.timeout(300)]

BRIEF = "Answer in one short sentence."
LONGEST = 400  # tokens of an answer; it may go on for minutes otherwise


class Named(BaseModel):
    title: str
    count: int


@pytest.fixture(scope="module")
def url() -> Generator[str, None, None]:
    with serving_a_model(predict=LONGEST) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def endless_url() -> Generator[str, None, None]:
    with serving_a_model(predict=150, endless=True) as base_url:
        yield base_url


def is_answering(url: str) -> bool:
    """Whether the server is at work on an answer."""
    with urllib.request.urlopen(f"{url.removesuffix('/v1')}/slots", timeout=20) as response:
        return any(slot["is_processing"] for slot in json.load(response))


def wait_until_idle(url: str) -> None:
    """Ended by the test's time limit, where it never is."""
    while is_answering(url):
        time.sleep(0.05)


async def read(provider: OpenAIProvider, instructions: str, prompt: str) -> list[str | Spent]:
    async with aclosing(provider.stream(instructions, prompt)) as answer:
        return [piece async for piece in answer]


async def test_its_text_streams_in_pieces_and_ends_with_what_it_cost(url: str) -> None:
    provider = OpenAIProvider("smollm2", None, url)
    *pieces, cost = await read(provider, BRIEF, "What is a book?")
    await provider.close()
    assert len(pieces) > 3
    assert all(isinstance(piece, str) for piece in pieces)
    assert isinstance(cost, Spent)
    assert cost.input_tokens > 5
    assert len(pieces) // 2 <= cost.output_tokens <= 4 * len(pieces)
    assert cost.cost is None


async def test_stopping_in_the_middle_ends_its_work(endless_url: str) -> None:
    provider = OpenAIProvider("smollm2", None, endless_url)
    async with aclosing(provider.stream(BRIEF, "What is a book?")) as answer:
        async for _ in answer:
            assert await asyncio.to_thread(is_answering, endless_url)
            break
    await asyncio.to_thread(wait_until_idle, endless_url)
    await provider.close()


async def test_its_structured_answer_has_the_shape(url: str) -> None:
    provider = OpenAIProvider("smollm2", None, url)
    found, spent = await provider.value("Name a thing.", "A shelf with four books.", Named)
    await provider.close()
    assert isinstance(found.title, str)
    assert sum(one.output_tokens for one in spent) > 0


async def test_an_answer_cut_by_the_limit_is_never_taken_for_a_whole_one(endless_url: str) -> None:
    provider = OpenAIProvider("smollm2", None, endless_url)
    with pytest.raises(AnswerIncomplete) as caught:
        await read(provider, BRIEF, "What is a book?")
    await provider.close()
    assert caught.value.hint


@pytest.mark.parametrize("planner", ["auto", "model"])
def test_what_it_plans_ends_proven_or_in_an_honest_failure(planner: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serving_a_model(predict=60, endless=True) as url:
        done = smartforge(
            *("new", "A shelf API: books with a title and a year", "--planner", planner),
            *("--out", str(out), "--json"),
            more={"OPENAI_BASE_URL": url, "SMARTFORGE_MODEL": "smollm2"},
            seconds=280,
        )
    events: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    last = events[-1]
    if done.returncode == 0:
        assert (last["type"], last["verdict"]) == ("complete", "passed")
        assert any(event["type"] == "usage" for event in events)
        (planned,) = [event for event in events if event["type"] == "plan:ready"]
        # Nobody is there to be asked, and so nothing else than the model's plan is made.
        assert not planned["offered"]
        assert out.is_dir()
    else:
        assert (done.returncode, last["type"]) == (1, "error")
        assert last["message"] in done.stderr
        assert last["hint"] in done.stderr
        assert not out.exists()
