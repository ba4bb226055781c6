"""`smartforge serve`: page, API and worker in one process."""

import logging
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from smartforge.cli.exits import COMPLETE
from smartforge.cli.stopping import Stopping, run
from smartforge.settings import SERVE_PACE, LogLevel, Options, read


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder for the log.")] = None,
    database_url: Annotated[str | None, typer.Option(help="PostgreSQL instead of SQLite.")] = None,
    token: Annotated[
        str | None, typer.Option(help="Token of the door, needed beyond loopback.")
    ] = None,
    pace: Annotated[
        int | None, typer.Option(help="Characters a second of the compiled writer; 0: all speed.")
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = False,
) -> None:
    """Serve the page and the API until stopped."""
    import uvloop

    from smartforge.app.serving import serve as run_server

    options = Options(
        data=data, database_url=database_url, host=host, port=port, token=token, pace=pace
    )
    settings = read(options, default_pace=SERVE_PACE)
    log_from(settings.log_level)

    def ready(url: str, made_token: str | None) -> None:
        print(f"Smart Forge is ready at {url}", flush=True)
        if made_token is not None:
            print(f"It asks for a token, once: {url}?token={made_token}", flush=True)
        if open_:
            webbrowser.open(url)

    async def serve_until_stopped(_: Stopping) -> int:
        await run_server(settings, ready)
        return COMPLETE

    raise typer.Exit(run(serve_until_stopped, uvloop.new_event_loop))


def log_from(level: LogLevel) -> None:
    """Write our own log to standard error from this level on; of other programs, warnings only."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("smartforge").setLevel(level.upper())
