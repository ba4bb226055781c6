"""What the server counts, in the text format of Prometheus.

The stream and the log only add to numbers of their own; they are read when somebody asks. No
label holds what users could make many of, such as a project's id.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from prometheus_client import CollectorRegistry, Histogram, Info, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4

COMMIT_SECONDS = (
    *(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
)
COMMIT_OPERATIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)

_STREAM = "smartforge_stream_"


class Figures(Protocol):
    """What the stream has counted since the start; each only rises."""

    opened: int
    resumed: int
    events: int
    deliveries: int
    bytes: int
    snapshots: int
    parked: int

    @property
    def closed(self) -> Mapping[str, int]:
        """By reason; there are few of them."""
        ...

    @property
    def refused(self) -> Mapping[str, int]:
        """By reason; there are few of them."""
        ...


class Gauges(Protocol):
    """How the stream stands at one moment; `lag` is in events, of the viewer furthest behind."""

    @property
    def viewers(self) -> int: ...

    @property
    def projects(self) -> int: ...

    @property
    def parked(self) -> int: ...

    @property
    def lag(self) -> int: ...


class Streaming(Protocol):
    """What is asked about the stream, on the event loop's thread."""

    @property
    def figures(self) -> Figures: ...

    def gauges(self) -> Gauges: ...


class Metrics:
    """A registry of one server. Made before the log, so that the log can tell it of commits."""

    def __init__(self, version: str) -> None:
        self._registry = CollectorRegistry()
        self._stream: Streaming | None = None
        self._commit_seconds = Histogram(
            "smartforge_log_commit_seconds",
            "How long a commit took, until it was durable",
            buckets=COMMIT_SECONDS,
            registry=self._registry,
        )
        self._commit_operations = Histogram(
            "smartforge_log_commit_operations",
            "How many operations shared a commit",
            buckets=COMMIT_OPERATIONS,
            registry=self._registry,
        )
        Info("smartforge_build", "This program", registry=self._registry).info({"version": version})
        ProcessCollector(registry=self._registry)

    def observe_commit(self, seconds: float, operations: int) -> None:
        """See `log.base.Observe`; safe on every thread."""
        self._commit_seconds.observe(seconds)
        self._commit_operations.observe(operations)

    def watch(self, stream: Streaming) -> None:
        """Ask this stream from now on; there is one."""
        self._stream = stream

    async def scrape(self) -> bytes:
        """All metrics as they are now, as MEDIA_TYPE."""
        # The stream lives on the event loop; reading files about the process would hold it up.
        found = () if self._stream is None else tuple(_of_stream(self._stream))
        return await asyncio.to_thread(generate_latest, _Scrape(found, self._registry))


class _Scrape(Collector):
    """What one scrape tells."""

    def __init__(self, found: Iterable[Metric], registry: CollectorRegistry) -> None:
        self._found = found
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        yield from self._found
        yield from self._registry.collect()


def _of_stream(stream: Streaming) -> Iterator[Metric]:
    gauges, figures = stream.gauges(), stream.figures
    for name, said, now in (
        ("viewers", "Viewers that are connected", gauges.viewers),
        ("projects", "Projects that are kept in memory because they are watched", gauges.projects),
        ("parked", "Viewers that are waited for, since their socket is full", gauges.parked),
        ("lag_events", "Events by which the slowest viewer is behind", gauges.lag),
    ):
        yield GaugeMetricFamily(_STREAM + name, said, value=now)
    for name, said, count in (
        ("connects", "Viewers that came", figures.opened),
        ("reconnects", "Those of them that came back with a cursor", figures.resumed),
        ("events", "Events taken from the log into memory", figures.events),
        ("deliveries", "Events handed to viewers, once for each viewer", figures.deliveries),
        ("bytes", "Bytes handed to viewers", figures.bytes),
        ("snapshots", "Snapshots sent instead of many events", figures.snapshots),
        ("parkings", "Times that a full socket made a viewer wait", figures.parked),
    ):
        yield CounterMetricFamily(_STREAM + name, said, value=count)
    for name, said, counts in (
        ("disconnects", "Viewers that went, and why", figures.closed),
        ("refused", "Viewers that were sent away, and why", figures.refused),
    ):
        family = CounterMetricFamily(_STREAM + name, said, labels=["reason"])
        for reason, count in sorted(counts.items()):
            family.add_metric([reason], count)
        yield family
