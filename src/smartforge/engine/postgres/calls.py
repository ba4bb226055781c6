"""What nodes call out to each other, by PostgreSQL's NOTIFY."""

from typing import LiteralString

CHANNEL: LiteralString = "smartforge_queue"
"""Where it is told that something may be there to take, and whose run was ended."""

WAKE: LiteralString = "wake"

STOP: LiteralString = "stop"
"""`stop NODE RUN`: this run, which that node executes, is over. It wakes everybody as well."""


def stopped(payload: str, node: str | None) -> str | None:
    """The run that this node is to stop, if the call says so; anybody may use the channel."""
    match payload.split(" "):
        case ["stop", called, run] if called == node:
            return run
        case _:
            return None
