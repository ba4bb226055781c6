"""Faults that a server plants in itself, to prove that a trial finds them."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from smartforge.engine import inprocess
from smartforge.forge.recorded import Left, recorded
from smartforge.log.base import Blobs, Record
from tests.chaos.stream.faults import lose_tail

FAULTS = ("forgotten step", "lost tail", "left process")


def plant(fault: str, data: str) -> None:
    """Make this process have the fault; nothing for an empty name."""
    match fault:
        case "forgotten step":
            inprocess.recorded = _forgetful
        case "lost tail":
            _lose_tail(Path(data) / "smartforge.db")
        case "left process":
            subprocess.Popen(["sleep", "100"], stdout=subprocess.DEVNULL, start_new_session=True)
        case _:
            assert not fault, fault


async def _forgetful(records: Iterable[Record], run: str, blobs: Blobs) -> Left:
    """What a run has left, but for the last of its whole files."""
    left = await recorded(records, run, blobs)
    written = [key for key in left.results if key.startswith("write:")]
    for key in written[-1:]:
        del left.results[key]
    return left


def _lose_tail(database: Path) -> None:
    """As if the newest commit of each project had never been durable."""
    if database.exists():
        lose_tail(str(database), "lost tail")
