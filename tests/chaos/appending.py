"""Run by a test: appends to a log without end and prints each place that was acknowledged."""

import asyncio
import sys
from pathlib import Path

from smartforge.log.sqlite import SQLiteLog
from tests.contract.logs import CREATED, chunk

PROJECTS = ("p", "q")
WRITERS = 6
BATCH = 3


async def write(log: SQLiteLog, project_id: str, writer: int) -> None:
    """Each line: the project, the key, the seq that append returned."""
    for number in range(1_000_000):
        key = f"{writer}.{number}"
        facts = [chunk(key) for _ in range(BATCH)]
        last = await log.append(project_id, facts, run="r", key=key)
        print(project_id, key, last, flush=True)


async def main(path: Path) -> None:
    log = SQLiteLog(path)
    await log.open()
    for project_id in PROJECTS:
        await log.create(project_id, [CREATED])
    async with asyncio.TaskGroup() as group:
        for writer in range(WRITERS):
            group.create_task(write(log, PROJECTS[writer % len(PROJECTS)], writer))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
