"""The official Python and TypeScript clients of Durable Streams, unchanged, on a real server."""

import json
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import durable_streams
import httpx
import msgspec
import pytest

from smartforge.server.durable import offset_of
from tests.processes import environment, node

ROOT = Path(__file__).parents[2]
READER = Path(__file__).with_name("durable_reader.mjs")
TOKEN = "the-token-of-the-door"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
EVERYTHING = 10**9


class Batch(msgspec.Struct, frozen=True, rename="camel"):
    """What a client gives its reader at a time, and the offset to go on from."""

    items: list[dict[str, Any]]
    offset: str
    up_to_date: bool

    @property
    def completes(self) -> bool:
        return any(each["type"] == "complete" for each in self.items)


Read = Callable[..., list[Batch]]
"""`(url, offset, live, limit=..., started=...)`: reads until the first `complete` or until `limit`
events have come, or where `live` is false to the end. `started` is called at the first batch.
"""


@pytest.fixture
def url() -> Generator[str]:
    """A finished project as a stream, in a server of its own; its last event is a rename."""
    command = [sys.executable, "-m", "tests.acceptance.durable_process", TOKEN]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        try:
            assert started.stdout is not None
            yield started.stdout.readline().strip() + "api/durable/project1"
        finally:
            started.terminate()
            _, errors = started.communicate(timeout=20)
        assert (started.returncode, errors) == (0, "")


def read_by_python(
    url: str,
    offset: str,
    live: Any,
    limit: int = EVERYTHING,
    started: Callable[[], None] | None = None,
) -> list[Batch]:
    batches: list[Batch] = []
    with (
        httpx.Client(trust_env=False, timeout=30) as client,
        durable_streams.stream(
            url, offset=offset, live=live, headers={**BEARER}, client=client
        ) as response,
    ):
        for event in response.iter_events(mode="json_batches"):
            batch = Batch(event.data, event.next_offset, event.up_to_date)
            if started and not batches:
                started()
            batches.append(batch)
            if live and (batch.completes or sum(len(each.items) for each in batches) >= limit):
                break
    return batches


def read_by_typescript(
    url: str,
    offset: str,
    live: Any,
    limit: int = EVERYTHING,
    started: Callable[[], None] | None = None,
) -> list[Batch]:
    batches: list[Batch] = []
    with reading(url, TOKEN, offset, json.dumps(live).strip('"'), str(limit)) as reader:
        assert reader.stdout is not None
        for line in reader.stdout:
            if started and not batches:
                started()
            batches.append(msgspec.json.decode(line, type=Batch))
    return batches


@contextmanager
def reading(*arguments: str) -> Generator["subprocess.Popen[str]"]:
    command = [node(), "--input-type=module", "-", *arguments]
    with (
        READER.open() as script,
        subprocess.Popen(
            command,
            cwd=ROOT / "web",
            env=environment(),
            stdin=script,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as started,
    ):
        try:
            yield started
            _, errors = started.communicate(timeout=60)
            assert (started.returncode, errors) == (0, "")
        finally:
            started.kill()


@pytest.fixture(params=[read_by_python, read_by_typescript])
def read(request: pytest.FixtureRequest) -> Read:
    return request.param


def ask_for_a_change(url: str) -> None:
    """Begin a run."""
    path = url.replace("/durable/", "/projects/") + "/messages"
    asked = httpx.post(path, json={"prompt": "Another one"}, headers=BEARER, trust_env=False)
    assert asked.status_code == 202


def stored(url: str) -> list[dict[str, Any]]:
    """Every event, by the first door."""
    path = url.replace("/durable/", "/projects/") + "/events?limit=10000"
    listed: dict[str, Any] = httpx.get(path, headers=BEARER, trust_env=False).json()
    return listed["events"]


def items(batches: list[Batch]) -> list[dict[str, Any]]:
    return [item for batch in batches for item in batch.items]


def test_a_finished_project_is_read_from_its_start(url: str, read: Read) -> None:
    batches = read(url, "-1", live=False)
    assert items(batches) == stored(url)
    assert len(items(batches)) > 1000, "it fitted into one answer"
    assert batches[-1].up_to_date
    head = httpx.head(url, headers=BEARER, trust_env=False)
    assert batches[-1].offset == head.headers["stream-next-offset"]


@pytest.mark.parametrize("live", ["sse", "long-poll"])
def test_a_run_is_followed_from_the_first_event_to_the_last(
    url: str, read: Read, live: str
) -> None:
    past = items(read(url, "-1", live=False))
    # One before the tail: the first batch tells that the reader is there, and begins the run.
    offset = offset_of(past[-1]["seq"] - 1)
    batches = read(url, offset, live, started=lambda: ask_for_a_change(url))
    assert len(batches) > 2, "nothing was live"
    assert past[:-1] + items(batches) == stored(url)


@pytest.mark.parametrize("live", ["sse", "long-poll"])
def test_a_reader_goes_on_from_a_kept_offset_without_gap_or_repeat(
    url: str, read: Read, live: str
) -> None:
    kept = read(url, "-1", live=False)[-1].offset
    ask_for_a_change(url)
    batches: list[Batch] = []
    while not (batches and batches[-1].completes):
        batches += read(url, batches[-1].offset if batches else kept, live, limit=90)
    seqs = [item["seq"] for item in items(batches)]
    assert seqs[0] == int(kept) + 1
    assert all(one + 1 == other for one, other in pairwise(seqs))
    assert items(batches) == stored(url)[-len(seqs) :]


def test_without_the_token_nothing_is_read(url: str) -> None:
    with (
        httpx.Client(trust_env=False) as client,
        pytest.raises(durable_streams.DurableStreamError) as caught,
    ):
        durable_streams.stream(url, client=client)
    assert caught.value.status == 401


def test_a_stream_that_is_not_there_is_not_found(url: str) -> None:
    with (
        httpx.Client(trust_env=False) as client,
        pytest.raises(durable_streams.StreamNotFoundError),
    ):
        durable_streams.stream(f"{url}x", headers={**BEARER}, client=client)
