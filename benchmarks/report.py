"""A benchmark's result: a table for the terminal and a JSON file to commit."""

import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


def row(
    metric: str,
    unit: str,
    ours: float,
    peers: Mapping[str, float | None] | None = None,
    notes: Mapping[str, str] | None = None,
    *,
    limit: float | Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """One line of a result; ratios are ours divided by the peer's.

    A peer without a number is None, and `notes` says why. `limit` is the most that ours may be,
    or the most that its ratio to a peer may be; `held` says whether it is kept, where it is known.
    """
    peers = peers or {}
    known = {name: value for name, value in peers.items() if value is not None}
    line: dict[str, Any] = {
        "metric": metric,
        "unit": unit,
        "ours": round(ours, 3),
        "peers": {name: _rounded(value) for name, value in peers.items()},
        "ratios": {name: round(ours / value, 3) for name, value in known.items() if value},
    }
    if notes:
        line["notes"] = dict(notes)
    if isinstance(limit, Mapping):
        ratios = {name: line["ratios"][name] for name in limit if name in line["ratios"]}
        line["limit"] = dict(limit)
        line["held"] = {name: ratio <= limit[name] for name, ratio in ratios.items()}
    elif limit is not None:
        line["limit"], line["held"] = limit, ours <= limit
    return line


def report(
    name: str,
    settings: dict[str, Any],
    rows: list[dict[str, Any]],
    *,
    versions: Mapping[str, str] | None = None,
    keep: bool = True,
) -> None:
    """Print the rows and, to `keep` them, write them to `benchmarks/results/NAME.json`."""
    result = {
        "name": name,
        "machine": machine(),
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in ("smartforge", "fastapi", "uvicorn")},
            **(versions or {}),
        },
        "settings": settings,
        "rows": rows,
    }
    if keep:
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
        (RESULTS / f"{name}.json").write_text(text, "utf-8")
    table = Table("metric", "unit", "ours", "peers", "limit", title=name)
    for one in rows:
        peers = ", ".join(_shown(one, peer) for peer in one["peers"])
        table.add_row(one["metric"], one["unit"], str(one["ours"]), peers, _limit(one))
    Console().print(table)


def _shown(line: dict[str, Any], peer: str) -> str:
    value = line["peers"][peer]
    note = line.get("notes", {}).get(peer, "none").partition(":")[0]
    return f"{peer} {note if value is None else value}"


def _limit(line: dict[str, Any]) -> str:
    limit: float | dict[str, float] | None = line.get("limit")
    if limit is None:
        return ""
    if not isinstance(limit, dict):
        return f"{limit} {_word(line['held'])}"
    held: dict[str, bool] = line["held"]
    said = [f"{most} of {peer} {_word(held.get(peer))}" for peer, most in limit.items()]
    return ", ".join(said)


def _word(held: bool | None) -> str:
    return "unknown" if held is None else ("held" if held else "MISSED")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def machine() -> str:
    """What it was measured on, without a name that could identify anybody."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"
