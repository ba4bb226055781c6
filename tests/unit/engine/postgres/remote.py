"""A node in a process of its own, which a test can kill or stop, told by lines what to do."""

import asyncio
import sys
from pathlib import Path
from typing import Self

from smartforge.engine.base import Limits
from smartforge.engine.postgres import PostgresQueue
from tests.contract.queues import Ear, take

ROOT = Path(__file__).parents[4]


class Remote:
    """Starts the process; the block ends with its end."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> Self:
        command = (sys.executable, "-m", __name__, self._url)
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, cwd=ROOT
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.communicate()

    async def ask(self, *words: str) -> str:
        """Have it do something; its answer."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{' '.join(words)}\n".encode())
        async with asyncio.timeout(30):
            return (await self.process.stdout.readline()).decode().strip()


async def main(url: str) -> None:
    """Answer one line with one, until there are no more."""
    ear, queue = Ear(), PostgresQueue(url, Limits(), role="worker", version="2")
    await queue.open(ear.heard)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(await _answer(queue, ear, *line.split()), flush=True)
    await queue.close()


async def _answer(queue: PostgresQueue, ear: Ear, *words: str) -> object:
    match words:
        case ["here"]:
            return (await queue.cluster()).here
        case ["take", *on]:
            return await take(queue, *on)
        case ["owns", run]:
            return run in await queue.mine()
        case ["hear", what]:
            await ear.until(what)
            # It is a node again once it has an id.
            while not (here := (await queue.cluster()).here):  # noqa: ASYNC110 - it is not told
                await asyncio.sleep(0.01)
            return here
        case _:
            raise ValueError(words)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
