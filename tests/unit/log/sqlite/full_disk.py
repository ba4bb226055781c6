"""Run by a test: a log whose files may not grow for a while, as on a full disk."""

import asyncio
import resource
import sys
from pathlib import Path

from smartforge.errors import DatabaseUnusable
from smartforge.log.sqlite import SQLiteLog
from tests.contract.logs import CREATED, chunk, seqs


def limit_files(size: int) -> None:
    """From now on the kernel refuses writes beyond `size` bytes; Python ignores its signal."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


def write_ahead_size(path: Path) -> int:
    return Path(f"{path}-wal").stat().st_size


async def main(path: Path) -> None:
    log = SQLiteLog(path)
    await log.open()
    await log.create("p", [CREATED])
    limit_files(write_ahead_size(path))
    outcomes = await asyncio.gather(
        *(log.append("p", [chunk("x" * 1_000)], run="r") for _ in range(30)),
        return_exceptions=True,
    )
    refused = sum(isinstance(outcome, DatabaseUnusable) for outcome in outcomes)
    print(f"{refused} of {len(outcomes)} refused")
    limit_files(resource.RLIM_INFINITY)
    last = max([await log.append("p", [chunk()], run="r") for _ in range(31)])
    assert await seqs(log, "p") == list(range(1, last + 1))
    await log.close()
    again = SQLiteLog(path)
    await again.open()
    found = await seqs(again, "p")
    print(f"seq 1..{last}, opened again: {found[0]}..{found[-1]}")
    assert found == list(range(1, last + 1))
    await again.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
