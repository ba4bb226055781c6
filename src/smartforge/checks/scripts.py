"""The scripts that checks run inside the sandbox, and the decoding of what they print."""

import asyncio
from pathlib import Path
from typing import TypeVar

import msgspec

from smartforge.checks.base import Subject
from smartforge.sandbox.base import Ended, Limits

# Where `Program.folder` and `Program.dependencies` are mounted, and what is served of them.
FOLDER = "/app"
APPLICATION = "app.main:app"
MOUNTED = "/sf/dependencies"

Told = TypeVar("Told", bound=msgspec.Struct)


async def run_script(
    subject: Subject, name: str, *arguments: str, limits: Limits, rehearsed: bool = False
) -> Ended:
    """Run `inside/NAME.py` in the project's sandbox. It prints one JSON object.

    Isolated, without the project on the import path and without site packages: no file of the
    project can stand in for a module that the script uses. `rehearsed`: see `Program`. Raises
    SandboxUnavailable.
    """
    path = Path(__file__).with_name("inside") / f"{name}.py"
    source = await asyncio.to_thread(path.read_text, encoding="utf-8")
    program = subject.program("-I", "-S", "-c", source, *arguments, limits=limits)
    program = msgspec.structs.replace(program, rehearsed=rehearsed)
    return await subject.sandbox.run(program)


def told(ended: Ended, kind: type[Told]) -> Told | None:
    """What the script printed; None when it did not come to its end."""
    if ended.exit_code != 0 or ended.cause is not None:
        return None
    try:
        return msgspec.json.decode(ended.stdout, type=kind)
    except (msgspec.MsgspecError, UnicodeError):
        return None
