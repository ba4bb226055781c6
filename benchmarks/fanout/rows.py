"""The findings of all servers as the rows of the report, with the limits that ours has to keep."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.fanout.servers import NCHAN, NODE, OURS, SEVERAL, SSE_STARLETTE
from benchmarks.fanout.visit import Measured
from benchmarks.report import row

Found = tuple[Mapping[str, Sequence[Measured]], Sequence[float], Mapping[str, str]]
"""Of one server: what was measured at each pace, kilobytes a viewer, why a number is missing."""

CPU_LIMITS = {SSE_STARLETTE: 0.30, NODE: 0.90, NCHAN: 1.2}
SEVERAL_LIMIT = 1.3

STEADY_FIGURES: tuple[tuple[str, str, Callable[[Measured], float]], ...] = (
    ("took", "s", lambda one: one.took),
    ("viewers' own CPU", "s/100,000 deliveries", lambda one: one.client),
    ("due to receipt, p50", "ms", lambda one: one.p50),
    ("due to receipt, p99", "ms", lambda one: one.p99),
)
FULL_FIGURES: tuple[tuple[str, str, Callable[[Measured], float]], ...] = (
    ("took", "s", lambda one: one.took),
    ("share of one core", "of 1", lambda one: one.share),
    ("CPU", "s/100,000 deliveries", lambda one: one.cpu),
    ("due to receipt, p99", "ms", lambda one: one.p99),
)


def rows(found: Mapping[str, Found]) -> list[dict[str, Any]]:
    """One row a figure; a peer without a number has none, and a note that says why."""
    table = Table(found)
    made = [
        table.row("steady", "CPU", "s/100,000 deliveries", lambda one: one.cpu, CPU_LIMITS),
        _several(found),
    ]
    made += [table.row("steady", *figure) for figure in STEADY_FIGURES]
    made.append(table.memory())
    made.append(table.row("full", "due to receipt, p50", "ms", lambda one: one.p50, 60.0))
    made += [table.row("full", *figure) for figure in FULL_FIGURES]
    made.append(table.row("burst", "until the last delivery", "s", lambda one: one.took, 0.3))
    return made


class Table:
    """Medians over the rounds, ours beside the peers'."""

    def __init__(self, found: Mapping[str, Found]) -> None:
        self._found = found
        self._peers = [name for name in found if name not in (OURS, SEVERAL)]

    def row(
        self,
        pace: str,
        metric: str,
        unit: str,
        figure: Callable[[Measured], float],
        limit: float | Mapping[str, float] | None = None,
    ) -> dict[str, Any]:
        peers = {name: self._figure(name, pace, figure) for name in self._peers}
        ours = statistics.median(map(figure, self._found[OURS][0][pace]))
        return row(f"{pace}: {metric}", unit, ours, peers, self._notes(pace), limit=limit)

    def memory(self) -> dict[str, Any]:
        sizes = {name: self._found[name][1] for name in self._peers}
        peers = {name: statistics.median(each) if each else None for name, each in sizes.items()}
        ours = statistics.median(self._found[OURS][1])
        return row("memory", "kB/viewer", ours, peers, self._notes("steady"), limit=12.0)

    def _figure(self, name: str, pace: str, figure: Callable[[Measured], float]) -> float | None:
        measured = self._found[name][0].get(pace)
        return statistics.median(map(figure, measured)) if measured else None

    def _notes(self, pace: str) -> dict[str, str]:
        said = {name: self._found[name][2] for name in self._peers}
        return {
            name: notes.get("failed") or notes[pace]
            for name, notes in said.items()
            if "failed" in notes or pace in notes
        }


def _several(found: Mapping[str, Found]) -> dict[str, Any]:
    several, single = (
        statistics.median(one.cpu for one in found[name][0]["steady"]) for name in (SEVERAL, OURS)
    )
    metric = "steady: CPU, route of several projects"
    peers = {"route of one project": single}
    limit = {"route of one project": SEVERAL_LIMIT}
    return row(metric, "s/100,000 deliveries", several, peers, limit=limit)
