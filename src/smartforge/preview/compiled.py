"""The code of a version as an interpreter keeps it, so that a preview that wakes need not compile.

It is made in a sandbox of its own in which nothing of the project runs, so that no API can change
what it wakes as. The host never looks into it: it is given back to the same files alone.
"""

import base64
import binascii
import hashlib
import marshal
from collections.abc import Iterable
from functools import cache
from importlib import resources
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import msgspec

from smartforge.sandbox.base import Limits, Program, Sandbox
from smartforge.snapshot import FileState

ENTRY_FILE, ENTRY_SOURCE = "smartforge_entry.pyc", "inside/entry.py"
CODE_FILE = "smartforge_code"
MOST_CODE_BYTES = 8 * 1024 * 1024
LIMITS = Limits(wall_seconds=30.0, cpu_seconds=20, output_bytes=2 * MOST_CODE_BYTES)


def print_of(files: Iterable[FileState]) -> str:
    """What these files are told by, and the interpreter that reads them."""
    named = sorted((file.path, file.sha256 or "") for file in files)
    return hashlib.sha256(MAGIC_NUMBER + msgspec.json.encode(named)).hexdigest()


async def compiled(sandbox: Sandbox, folder: Path, dependencies: Path) -> bytes | None:
    """The code of the project in `folder`, or None where there is none, or too much.

    Raises SandboxUnavailable.
    """
    source = _inside("inside/compiling.py").decode()
    program = Program(("-I", "-S", "-c", source), folder, dependencies, limits=LIMITS)
    ended = await sandbox.run(program)
    if ended.exit_code != 0 or ended.cause is not None:
        return None
    try:
        code = base64.b64decode(ended.stdout, validate=True)
    except binascii.Error:
        return None
    return code if len(code) <= MOST_CODE_BYTES else None


@cache
def entry() -> bytes:
    """Our own module in front of each API, as an interpreter keeps it without its source.

    See PEP 552 for the head: a hash that is not compared. The sandbox has our own interpreter.
    """
    code = compile(_inside(ENTRY_SOURCE), f"/app/{Path(ENTRY_SOURCE).name}", "exec", optimize=0)
    return MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8) + marshal.dumps(code)


def _inside(name: str) -> bytes:
    return resources.files("smartforge.preview").joinpath(name).read_bytes()
