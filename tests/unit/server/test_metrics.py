"""What `/metrics` tells, and what it costs to count."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import msgspec
import pytest
from blockbuster import blockbuster_ctx
from fastapi import FastAPI
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from smartforge import events
from smartforge.log.sqlite import SQLiteLog
from smartforge.server.metrics import Metrics
from smartforge.server.routes.metrics import MetricsRoutes


class Counted:
    """Figures that a test sets."""

    def __init__(self) -> None:
        self.opened = self.resumed = self.events = self.deliveries = 0
        self.bytes = self.snapshots = self.parked = 0
        self.closed: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()


class Standing(msgspec.Struct, frozen=True):
    viewers: int
    projects: int
    parked: int
    lag: int


class FakeStream:
    """Stands as a test says, and knows on which event loop it was asked."""

    def __init__(self) -> None:
        self.figures = Counted()
        self.standing = Standing(0, 0, 0, 0)

    def gauges(self) -> Standing:
        asyncio.get_running_loop()  # Raises on any other thread.
        return self.standing


@pytest.fixture
async def metrics() -> Metrics:
    return Metrics("1.2.3")


@pytest.fixture
async def client(metrics: Metrics) -> AsyncGenerator[httpx.AsyncClient, None]:
    app = FastAPI()
    app.include_router(MetricsRoutes(metrics).router())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as made:
        yield made


async def families(client: httpx.AsyncClient) -> dict[str, Metric]:
    with blockbuster_ctx("smartforge"):
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {each.name: each for each in text_string_to_metric_families(answer.text)}


def values(family: Metric) -> dict[str, float]:
    """The values by the labels' values, or by the sample's name where there are no labels."""
    return {
        ",".join(sample.labels.values()) or sample.name: sample.value for sample in family.samples
    }


async def test_the_stream_is_told_as_it_stands(metrics: Metrics, client: httpx.AsyncClient) -> None:
    stream = FakeStream()
    metrics.watch(stream)
    stream.standing = Standing(viewers=7, projects=3, parked=2, lag=41)
    stream.figures.opened, stream.figures.resumed = 12, 5
    stream.figures.events, stream.figures.deliveries = 100, 700
    stream.figures.bytes, stream.figures.snapshots, stream.figures.parked = 9000, 4, 6
    told = await families(client)
    for name, value in {"viewers": 7, "projects": 3, "parked": 2, "lag_events": 41}.items():
        assert values(told[f"smartforge_stream_{name}"]) == {f"smartforge_stream_{name}": value}
    for name, value in {
        "connects": 12,
        "reconnects": 5,
        "events": 100,
        "deliveries": 700,
        "bytes": 9000,
        "snapshots": 4,
        "parkings": 6,
    }.items():
        total = f"smartforge_stream_{name}_total"
        assert values(told[f"smartforge_stream_{name}"]) == {total: value}


async def test_why_viewers_went_and_were_refused_is_told_by_reason(
    metrics: Metrics, client: httpx.AsyncClient
) -> None:
    stream = FakeStream()
    metrics.watch(stream)
    stream.figures.closed.update({"ended": 3, "slow": 1})
    stream.figures.refused.update({"address": 2})
    told = await families(client)
    assert values(told["smartforge_stream_disconnects"]) == {"ended": 3, "slow": 1}
    assert values(told["smartforge_stream_refused"]) == {"address": 2}


async def test_each_commit_of_a_log_is_counted(
    metrics: Metrics, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    log = SQLiteLog(tmp_path / "log.db", observe=metrics.observe_commit)
    await log.open()
    await log.create(
        "p", [events.ProjectCreated(title="", prompt="", target="fastapi", model=None)]
    )
    changes = [events.TitleChanged(title=str(each)) for each in range(20)]
    await asyncio.gather(*(log.append("p", [each], run=None) for each in changes))
    commits = await log.commits()
    told = await families(client)
    await log.close()
    seconds = values(told["smartforge_log_commit_seconds"])
    operations = values(told["smartforge_log_commit_operations"])
    assert seconds["smartforge_log_commit_seconds_count"] >= commits
    assert 0 < seconds["smartforge_log_commit_seconds_sum"] < 60
    assert operations["smartforge_log_commit_operations_sum"] >= 21
    assert operations["+Inf"] == seconds["+Inf"]


async def test_the_process_and_the_version_are_told(client: httpx.AsyncClient) -> None:
    told = await families(client)
    assert values(told["smartforge_build_info"]) == {"1.2.3": 1}
    assert values(told["process_open_fds"])["process_open_fds"] > 0
    assert values(told["process_resident_memory_bytes"])["process_resident_memory_bytes"] > 0


async def test_two_servers_of_one_process_share_no_counters() -> None:
    one, other = Metrics("1"), Metrics("1")
    one.observe_commit(0.001, 1)
    assert b"smartforge_log_commit_seconds_count 1.0" in await one.scrape()
    assert b"smartforge_log_commit_seconds_count 0.0" in await other.scrape()
