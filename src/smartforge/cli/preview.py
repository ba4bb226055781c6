"""`smartforge preview`: a generated project, served from its sandbox."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from smartforge.cli.exits import COMPLETE
from smartforge.cli.stopping import Stopping, run
from smartforge.cli.streams import plain
from smartforge.preview.environment import Admin

PORT = 8001


def preview(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A generated project.")],
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = PORT,
) -> None:
    """Serve the project in DIR from its sandbox at http://127.0.0.1:PORT/ until stopped.

    Nothing is installed. What is sent to it is kept while it runs, and gone afterwards.
    """
    import uvloop

    place = folder.resolve()

    async def serve_until_stopped(stopping: Stopping) -> int:
        from smartforge.app.previewing import preview as run_preview

        stop = asyncio.Event()

        def ready(url: str, admin: Admin | None) -> None:
            # From here on a signal is no breaking off, but how a preview ends.
            stopping.act = stop.set
            if admin is not None:
                _say(f"Log in as {admin.login} with {admin.password}, made for this preview alone.")
            print(f"{plain(place.name)} is ready at {url}", flush=True)

        await run_preview(place, port, stop=stop, ready=ready, tell=_say)
        return COMPLETE

    raise typer.Exit(run(serve_until_stopped, uvloop.new_event_loop))


def _say(words: str) -> None:
    print(plain(words), file=sys.stderr, flush=True)
