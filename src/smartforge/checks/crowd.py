"""Requests that reach an application at the same moment.

Each is written but for its last byte; when all are, the last bytes follow in one go. So the
application has all of them before it can answer any, however busy this machine is.
"""

from collections.abc import Sequence
from pathlib import Path

import h11
import httpx

from smartforge.checks.lines import Broken, Line, Told


async def at_once(socket: Path, requests: Sequence[httpx.Request], most_bytes: int) -> list[Told]:
    """Status, headers and body of each answer, in the order of the requests. Raises Broken."""
    lines = [Line(socket, most_bytes) for _ in requests]
    try:
        rests = [
            await line.write(request, but=1) for line, request in zip(lines, requests, strict=True)
        ]
        for line, rest in zip(lines, rests, strict=True):
            line.end(rest)
        return [await line.answer() for line in lines]
    except (OSError, h11.ProtocolError) as error:
        raise Broken(str(error)) from None
    finally:
        for line in lines:
            line.close()
