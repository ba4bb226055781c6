"""Serves an ASGI application on an inherited listening socket; runs inside the sandbox.

    python -I -S serve_asgi.py MODULE:NAME FD SECONDS

The server is imported before the project comes onto the import path, so that no file of the
project can stand in for a module of the standard library or of the server.
"""

import faulthandler
import os
import socket
import sys
import threading
import traceback

# A thread's stack counts as data; forty of the usual size would use up most of the limit.
THREAD_STACK = 2 * 1024 * 1024


def main(application: str, fd: int, seconds: float) -> None:
    """Import and serve until the end. A failed import leaves its traceback on stderr.

    When the application has not started after so many seconds, stderr tells where it hangs.
    """
    sys.path[:0] = [path for path in os.environ.get("PYTHONPATH", "").split(":") if path]
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            faulthandler.cancel_dump_traceback_later()

    sys.path.insert(0, "/app")
    threading.stack_size(THREAD_STACK)
    listener = socket.socket(fileno=fd)
    module, _, name = application.partition(":")
    faulthandler.dump_traceback_later(seconds, exit=False)
    try:
        loaded = __import__(module, fromlist=["_"])
        served = getattr(loaded, name)
    except BaseException:
        # In one piece: processes that it has forked may be writing theirs at the same time.
        os.write(2, traceback.format_exc().encode(errors="backslashreplace"))
        os._exit(3)
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
    Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
