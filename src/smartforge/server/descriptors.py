"""How many file descriptors this process may have, and how many connections that allows."""

import contextlib

SPARE = 256
"""Descriptors kept for everything but connections: the log, previews, sandboxes."""

WANTED = 65_536
"""More is never asked for: some programs that are started close every one they might have."""


def raise_limit() -> None:
    """Lift the soft limit of open files to the hard one, up to WANTED; never lower it."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = WANTED if hard == resource.RLIM_INFINITY else min(hard, WANTED)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def room_for(connections: int) -> int:
    """That many connections, or as many as leave SPARE descriptors free; at least one."""
    with contextlib.suppress(ImportError, OSError):
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY:
            return max(1, min(connections, soft - SPARE))
    return connections
