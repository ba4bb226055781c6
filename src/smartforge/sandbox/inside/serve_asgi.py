"""Serves an ASGI application on an inherited listening socket; runs inside the sandbox.

    python -I -S serve_asgi.py LISTENER ORDER REHEARSAL

ORDER is a descriptor from which one JSON object is read to its end: what to serve, or a script to
run; and, where the sandbox was started before that was known, its environment and limits.
REHEARSAL, where there is one, is Python that makes use of what such applications import; when it
has ended, DONE is written to ORDER, or why it failed.

The server is imported before the project comes onto the import path, so that no file of the
project can stand in for a module of the standard library or of the server.
"""

import faulthandler
import gc
import json
import math
import os
import resource
import socket
import sys
import threading
import time
import traceback
from importlib import import_module
from typing import Any

# A thread's stack counts as data; forty of the usual size would use up most of the limit.
THREAD_STACK = 2 * 1024 * 1024
DONE, MOST_TOLD = b"!", 500


def main(listener: int, order: int, rehearsal: str) -> None:
    """Wait for the order, and do it."""
    packages = [path for path in os.environ.get("PYTHONPATH", "").split(":") if path]
    sys.path[:0] = packages
    # Importing makes much and drops little.
    gc.disable()
    import_module("uvicorn")

    threading.stack_size(THREAD_STACK)
    if rehearsal:
        os.write(order, rehearse(rehearsal))
    wanted = read(order)
    os.environ.update(wanted["environment"])
    for name, (soft, hard) in wanted["limits"].items():
        limit(name, soft, hard)
    if "source" in wanted:
        os.close(listener)
        run(wanted["source"], wanted["arguments"], packages)
    else:
        serve(listener, wanted["application"], wanted["seconds"])


def serve(listener: int, application: str, seconds: float) -> None:
    """Import and serve until the end.

    A failed import leaves its traceback on stderr; so does an application that has not started
    after so many seconds, and tells where it hangs.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            faulthandler.cancel_dump_traceback_later()

    sys.path.insert(0, "/app")
    faulthandler.dump_traceback_later(seconds, exit=False)
    module, _, name = application.partition(":")
    try:
        loaded = __import__(module, fromlist=["_"])
        served = getattr(loaded, name)
    except BaseException:
        # In one piece: processes that it has forked may be writing theirs at the same time.
        os.write(2, traceback.format_exc().encode(errors="backslashreplace"))
        os._exit(3)
    gc.freeze()
    gc.enable()
    config = uvicorn.Config(
        served,
        loop="asyncio",
        http="h11",
        ws="none",
        access_log=False,
        log_level="warning",
        use_colors=False,
        timeout_keep_alive=30,
    )
    Server(config).run(sockets=[socket.socket(fileno=listener)])


def run(source: str, arguments: list[str], packages: list[str]) -> None:
    """As `python -I -S -c SOURCE ARGUMENT...` would, but with what was rehearsed."""
    sys.argv[:] = ["-c", *arguments]
    sys.path[:] = [path for path in sys.path if path not in packages]
    gc.enable()
    exec(compile(source, "<string>", "exec"), {"__name__": "__main__"})


def rehearse(source: str) -> bytes:
    """What it has made goes, what it has imported stays, and is no more looked at for garbage.

    A rehearsal that fails does no harm to what follows. Returns DONE, or why it failed.
    """
    try:
        exec(compile(source, "<rehearsal>", "exec"), {"__name__": "rehearsal"})
    except Exception as error:
        return f"{type(error).__name__}: {error}".encode(errors="replace")[:MOST_TOLD]
    gc.collect()
    gc.freeze()
    return DONE


def read(order: int) -> dict[str, Any]:
    """The order; nobody gives one who has gone."""
    content = b""
    while piece := os.read(order, 65536):
        content += piece
    os.close(order)
    if not content:
        os._exit(1)
    return json.loads(content)


def limit(name: str, soft: int, hard: int) -> None:
    """CPU counts from now on. What cannot be raised stays as it is."""
    number = getattr(resource, f"RLIMIT_{name}")
    used = math.ceil(time.process_time()) if name == "CPU" else 0
    _, most = resource.getrlimit(number)
    if most == resource.RLIM_INFINITY:
        most = hard + used
    resource.setrlimit(number, (min(soft + used, most), min(hard + used, most)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
