"""A node: with a door, or a worker without one."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence

from smartforge import __version__
from smartforge.app import models
from smartforge.app.forge import TARGETS, Forge
from smartforge.app.lines import line_parts
from smartforge.app.previewing import live_previews
from smartforge.app.product import product
from smartforge.app.upkeep import retaining
from smartforge.engine.base import NewProject
from smartforge.errors import SettingsInvalid
from smartforge.settings import Settings

logger = logging.getLogger(__name__)


async def serve(settings: Settings, ready: Callable[[str, str | None], None]) -> None:
    """Serve page and API until a signal comes, then close everything.

    `ready` gets the URL, and the door's token where it was made here: beyond loopback there
    always is one. A token that was given is never repeated.
    """
    from smartforge.server.build import build
    from smartforge.server.hosts import is_loopback, plain
    from smartforge.server.metrics import Metrics
    from smartforge.server.options import DoorOptions, ServerOptions
    from smartforge.server.serve import serve as serve_on

    Forge(settings).choose(NewProject(""))  # Settings that no run could use are refused now.
    token = settings.token
    if token is None and not is_loopback(plain(settings.host)):
        token = secrets.token_urlsafe(24)
    door = DoorOptions(
        host=settings.host,
        token=token,
        allowed_hosts=settings.allowed_hosts,
        allowed_origins=settings.allowed_origins,
        preview_origin=settings.preview_origin,
    )
    metrics = Metrics(__version__)
    async with (
        product(settings, durable=True, observe=metrics.observe_commit) as made,
        retaining(settings, made.log),
        live_previews(settings, made) as previews,
    ):
        await _warn_of_no_proof(made.forge)
        options = ServerOptions(
            door=door,
            settings=shown(settings),
            viewers=settings.viewers.server,
            viewers_per_project=settings.viewers.project,
            viewers_per_address=settings.viewers.address,
        )

        async def ask_models() -> Sequence[object]:
            return await models.try_each(made.forge.models(), settings.reach)

        await serve_on(
            build(
                made.log,
                made.engine,
                options,
                made.states,
                metrics,
                line_parts,
                previews,
                ask_models,
            ),
            host=settings.host,
            port=settings.port,
            ready=lambda url: ready(url, None if settings.token else token),
        )


async def work(
    settings: Settings,
    *,
    stop: asyncio.Event,
    ready: Callable[[str], None],
    draining: Callable[[int], None],
    patience: float,
) -> None:
    """Execute the runs of the nodes that share the database, until `stop`.

    Then what is on has `patience` seconds to end; the other nodes go on with the rest. `ready`
    is told where the database is, `draining` how many runs are waited for. Raises
    SettingsInvalid where no PostgreSQL is set: a worker beside a server on SQLite makes no sense.
    """
    from smartforge.log.postgres.database import Database

    if settings.database_url is None:
        raise SettingsInvalid(
            "A worker executes the runs of servers that share a PostgreSQL database; none is set.",
            "Give --database-url or SMARTFORGE_DATABASE_URL. With SQLite `smartforge serve` is all"
            " there is to start.",
        )
    Forge(settings).choose(NewProject(""))  # Settings that no run could use are refused now.
    async with product(settings, durable=True, role="worker") as made:
        await _warn_of_no_proof(made.forge)
        ready(Database(settings.database_url).where)
        await stop.wait()
        if on := made.engine.on:
            draining(on)
        await made.engine.drain(patience)


async def _warn_of_no_proof(forge: Forge) -> None:
    level = await forge.sandbox.probe()
    if level.level != "full":
        logger.warning("nothing can be proven on this machine: %s %s", level.detail, level.cure)


def shown(settings: Settings) -> dict[str, object]:
    """What `GET /api/settings` tells: what is set, and no secret.

    Raises SettingsInvalid where a model could not be asked.
    """
    return {
        "model": settings.model,
        "models": [models.shown(*one, settings.reach) for one in Forge(settings).models()],
        "endpoint": "set" if settings.reach.urls else None,
        "targets": list(TARGETS),
        "planner": settings.planner,
        "author": settings.author,
        "pace": settings.pace,
        "budget": settings.budget,
        "budgetUsd": f"{settings.budget_usd:f}",
        "budgetSeconds": settings.budget_seconds,
        "userBudget": settings.user_budget,
        "userBudgetUsd": f"{settings.user_budget_usd:f}",
        "keepDays": settings.keep_days,
        "database": "postgresql" if settings.database_url else "sqlite",
    }


def page_built() -> bool:
    """Whether the page's build is where the server looks for it."""
    from smartforge.server.options import STATIC

    return (STATIC / "index.html").is_file()
