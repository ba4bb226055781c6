"""`python -m tests.planted [WORD...]`: every defect in every project, or those that hold a word.

Prints each that was not caught with the right place, and how many were. About four seconds of a
core for each; two at once.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from smartforge.sandbox.bubblewrap import Bubblewrap
from tests.planted.base import Planted
from tests.planted.trying import Projects, Try, tried

WIDTH = 2


async def main(words: list[str]) -> int:
    sandbox, turns = Bubblewrap(), asyncio.Semaphore(WIDTH)
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        projects = Projects(Path(folder))

        async def one(name: str, planted: Planted) -> Try:
            async with turns:
                found = await tried(projects, name, planted, sandbox)
            caught = found.caught or "NOT CAUGHT"
            print(f"{caught}: {name}: {found.what} ({found.place})", flush=True)
            if found.caught is None:
                print(f"    {found.said}", flush=True)
            return found

        wanted = [
            (name, planted)
            for name, planted in projects.all()
            if all(word in f"{name} {planted.defect.what}" for word in words)
        ]
        found = await asyncio.gather(*(one(name, planted) for name, planted in wanted))
    caught = sum(each.caught is not None for each in found)
    print(f"{caught} of {len(found)} caught, with the right file and line")
    return int(caught < len(found))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
