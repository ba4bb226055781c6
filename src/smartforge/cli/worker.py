"""`smartforge worker`: executes the runs of a cluster, without a door."""

import asyncio
import sys
from typing import Annotated

import typer

from smartforge.cli.counts import counted
from smartforge.cli.exits import COMPLETE
from smartforge.cli.serve import log_from
from smartforge.cli.stopping import Stopping, run
from smartforge.settings import SERVE_PACE, Options, read

DRAIN_SECONDS = 30.0


def worker(
    database_url: Annotated[
        str | None, typer.Option(help="The PostgreSQL database that the nodes share.")
    ] = None,
    pace: Annotated[
        int | None, typer.Option(help="Characters a second of the compiled writer; 0: all speed.")
    ] = None,
    drain: Annotated[
        float,
        typer.Option(
            min=0, max=3600, help="Seconds that its runs have to end; then other nodes go on."
        ),
    ] = DRAIN_SECONDS,
) -> None:
    """Execute the runs of the servers that share a database, until stopped."""
    import uvloop

    settings = read(Options(database_url=database_url, pace=pace), default_pace=SERVE_PACE)
    log_from(settings.log_level)

    async def work_until_stopped(stopping: Stopping) -> int:
        from smartforge.app.serving import work

        stop = asyncio.Event()

        def ready(where: str) -> None:
            # From here on a signal is no breaking off, but how a worker ends.
            stopping.act = stop.set
            print(f"Executing the runs of PostgreSQL at {where}", flush=True)

        def draining(runs: int) -> None:
            words = f"Waiting up to {drain:.0f} s for {counted(runs, 'run')}"
            print(words, file=sys.stderr, flush=True)

        await work(settings, stop=stop, ready=ready, draining=draining, patience=drain)
        return COMPLETE

    raise typer.Exit(run(work_until_stopped, uvloop.new_event_loop))
