"""What the server inside is told: by its arguments, and by the order that it reads."""

import json
from collections.abc import Mapping
from typing import Any

from smartforge.sandbox.base import Limits, Program
from smartforge.sandbox.recipe import INSIDE, resource_limits

# An application that has not started by then tells where it hangs; it must get to do so.
HANGING_AFTER, HANGING_SHARE = 15.0, 0.75
SCRIPT = ("-I", "-S", "-c")


def arguments(listener: int, order: int, rehearsal: str = "") -> list[str]:
    """For the interpreter: serve on that descriptor what is read from the other one."""
    return ["-I", "-S", f"{INSIDE}/serve_asgi.py", str(listener), str(order), rehearsal]


def order(application: str, limits: Limits) -> bytes:
    """For a sandbox that was started with its environment and its limits."""
    return _encoded(_application(application, limits), {}, {})


def late_order(application: str, program: Program) -> bytes:
    """For a sandbox that was started before there was a program."""
    return _late(_application(application, program.limits), program)


def script_of(program: Program) -> str | None:
    """The source of a program that is given as such and runs isolated, without site packages."""
    return program.arguments[len(SCRIPT)] if _is_script(program) else None


def late_script(source: str, program: Program) -> bytes:
    """The order to run a script instead; see `script_of`."""
    told = {"source": source, "arguments": [*program.arguments[len(SCRIPT) + 1 :]]}
    return _late(told, program)


def _is_script(program: Program) -> bool:
    return tuple(program.arguments[: len(SCRIPT)]) == SCRIPT and len(program.arguments) > len(
        SCRIPT
    )


def _application(name: str, limits: Limits) -> dict[str, Any]:
    seconds = min(HANGING_AFTER, HANGING_SHARE * limits.wall_seconds)
    return {"application": name, "seconds": seconds}


def _late(what: Mapping[str, Any], program: Program) -> bytes:
    return _encoded(what, program.environment, resource_limits(program.limits))


def _encoded(
    what: Mapping[str, Any],
    environment: Mapping[str, str],
    set_inside: Mapping[str, tuple[int, int]],
) -> bytes:
    told = {**what, "environment": dict(environment), "limits": dict(set_inside)}
    return json.dumps(told).encode()
