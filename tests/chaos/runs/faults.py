"""Faults that a server plants in itself, to prove that a trial finds them."""

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from smartforge.engine import executor
from smartforge.events import Fact
from smartforge.forge.recorded import Left, recorded
from smartforge.log.base import Blobs, Record
from tests.chaos.stream.faults import lose_tail


def plant(fault: str, data: str) -> None:
    """Make this process have the fault; nothing for an empty name."""
    match fault:
        case "forgotten step":
            executor.recorded = _forgetful
        case "lost tail":
            _lose_tail(Path(data) / "smartforge.db")
        case "left process":
            subprocess.Popen(["sleep", "100"], stdout=subprocess.DEVNULL, start_new_session=True)
        case "deaf":
            _deafen()
        case "deaf, no fence":
            _deafen()
            _open_fence()
        case _:
            assert not fault, fault


def _deafen() -> None:
    """Have it break off nothing that was taken from it: only the fence is left."""
    executor.Executor.stop = lambda self, run: None


def _open_fence() -> None:
    """Let whoever has been replaced go on appending."""
    from smartforge.log.postgres import PostgresLog

    append: Any = PostgresLog.append

    async def regardless(
        self: PostgresLog, project_id: str, facts: Sequence[Fact], **options: Any
    ) -> int:
        return await append(self, project_id, facts, **(options | {"epoch": None}))

    PostgresLog.append = regardless


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
