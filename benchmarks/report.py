"""A benchmark's result: a table for the terminal and a JSON file to commit."""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


def row(
    metric: str, unit: str, ours: float, peers: dict[str, float] | None = None
) -> dict[str, Any]:
    """One line of a result; ratios are ours divided by the peer's."""
    peers = peers or {}
    return {
        "metric": metric,
        "unit": unit,
        "ours": round(ours, 3),
        "peers": {name: round(value, 3) for name, value in peers.items()},
        "ratios": {name: round(ours / value, 3) for name, value in peers.items() if value},
    }


def report(name: str, settings: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Print the rows and write them to `benchmarks/results/NAME.json`."""
    result = {
        "name": name,
        "machine": machine(),
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in ("smartforge", "fastapi", "uvicorn")},
        },
        "settings": settings,
        "rows": rows,
    }
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    (RESULTS / f"{name}.json").write_text(text, "utf-8")
    table = Table("metric", "unit", "ours", "peers", title=name)
    for one in rows:
        peers = ", ".join(f"{peer} {value}" for peer, value in one["peers"].items())
        table.add_row(one["metric"], one["unit"], str(one["ours"]), peers)
    Console().print(table)


def machine() -> str:
    """What it was measured on, without a name that could identify anybody."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"
