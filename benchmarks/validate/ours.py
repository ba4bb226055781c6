"""The product's own checks: on a folder, and as a run of `smartforge new` tells of them."""

import asyncio
import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.programs import ProgramError
from smartforge.app.forge import checks, subject
from smartforge.checks.promise import promised_in
from smartforge.events import CheckCompleted, CheckName
from smartforge.forge.check import check
from smartforge.sandbox.spares import Spares
from smartforge.settings import Options, read


class Run(msgspec.Struct, frozen=True):
    """Seconds, by the log's clock."""

    first_verdict: float
    validating: float


async def new(prompt: str, folder: Path) -> Run:
    """Make a project into the folder, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "smartforge", "new", prompt, "--json", "--out", str(folder)),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise ProgramError("`smartforge new` has failed")
    events: list[dict[str, Any]] = [msgspec.json.decode(line) for line in out.splitlines()]

    def at(kind: str) -> list[int]:
        return [event["ts"] for event in events if event["type"] == kind]

    [began], [ended] = at("validation:start"), at("validation:complete")
    last = max(ts for ts in at("file:complete") if ts <= began)
    return Run((at("check:complete")[0] - last) / 1000, (ended - began) / 1000)


async def checked(
    folder: Path, *, without: Collection[CheckName] = (), only: Collection[CheckName] = ()
) -> float:
    """Seconds of these checks, with all spares ready. Raises ProgramError when one fails."""
    asked = [one for one in checks() if one.name not in without and (not only or one.name in only)]
    promised = await asyncio.to_thread(promised_in, folder)
    async with subject(read(Options(model="offline")), folder, promised) as under_check:
        await under_check.sandbox.probe()
        assert isinstance(under_check.sandbox, Spares)
        await under_check.sandbox.settled()
        began = time.perf_counter()
        async for fact in check(asked, lambda one: one.check(under_check)):
            if isinstance(fact, CheckCompleted) and fact.required and fact.verdict != "passed":
                raise ProgramError(f"{fact.check}: {fact.summary}")
        return time.perf_counter() - began
