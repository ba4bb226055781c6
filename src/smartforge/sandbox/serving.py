"""What the server inside is told: by its arguments, and by the order that it reads."""

import json
from collections.abc import Mapping
from typing import Any

from smartforge.sandbox.base import Limits, Program
from smartforge.sandbox.recipe import INSIDE, resource_limits

# An application that has not started by then tells where it hangs; it must get to do so.
HANGING_AFTER, HANGING_SHARE = 15.0, 0.75


def arguments(listener: int, order: int, rehearsal: str = "") -> list[str]:
    """For the interpreter: serve on that descriptor what is read from the other one."""
    return ["-I", "-S", f"{INSIDE}/serve_asgi.py", str(listener), str(order), rehearsal]


def order(application: str, limits: Limits) -> bytes:
    """For a sandbox that was started with its environment and its limits."""
    return _order(application, limits, {}, {})


def late_order(application: str, program: Program) -> bytes:
    """For a sandbox that was started before there was a program."""
    limits = resource_limits(program.limits)
    return _order(application, program.limits, program.environment, limits)


def _order(
    application: str,
    limits: Limits,
    environment: Mapping[str, str],
    set_inside: Mapping[str, tuple[int, int]],
) -> bytes:
    told: dict[str, Any] = {
        "application": application,
        "seconds": min(HANGING_AFTER, HANGING_SHARE * limits.wall_seconds),
        "environment": dict(environment),
        "limits": dict(set_inside),
    }
    return json.dumps(told).encode()
