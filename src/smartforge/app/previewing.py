"""Generated projects, served from their sandboxes: one in a folder, or all of a server."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from smartforge.app.forge import DEFAULT_TARGET, TARGETS
from smartforge.app.product import Product
from smartforge.checks.promise import promised_in
from smartforge.preview.base import Project
from smartforge.preview.environment import Admin, environment_of
from smartforge.sandbox.base import Warm
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.spares import Keeping
from smartforge.settings import Settings
from smartforge.targets.base import Target

if TYPE_CHECKING:
    from smartforge.preview.live import LivePreviews

LOOPBACK = "127.0.0.1"

KEEPING = Keeping(most=1, idle_seconds=3600.0, quiet_seconds=2.0)
"""How many sandboxes wait for previews that wake, and for how long after the last one did."""


async def preview(
    folder: Path,
    port: int,
    *,
    stop: asyncio.Event,
    ready: Callable[[str, Admin | None], None],
    tell: Callable[[str], None],
) -> None:
    """Serve the project in this folder on loopback until `stop`; nothing of it is left then.

    `ready` gets the URL once the project answers there, and the account that may do everything,
    where it has roles. `tell` gets a sentence when the project is started again. Raises
    SettingsInvalid for a folder that is no project and for a port that cannot be had,
    PreviewFailed where the project does not start, SandboxUnavailable where nothing can be run.
    """
    from smartforge.preview.front import Front
    from smartforge.preview.headers import Rules
    from smartforge.preview.sandboxed import SandboxedPreviews
    from smartforge.server.serve import listen, serve_on, url_of
    from smartforge.server.tokens import PREVIEW_HEADER
    from smartforge.server.users import OWN_COOKIES

    environment, admin = environment_of(await asyncio.to_thread(promised_in, folder))
    dependencies = TARGETS[DEFAULT_TARGET]().dependencies()
    sockets = listen(LOOPBACK, port)
    url = url_of(LOOPBACK, sockets[0].getsockname()[1])
    # Cookies know no ports: a server's would come here too, and untrusted code would read them.
    own = Rules(own_headers=frozenset({PREVIEW_HEADER}), own_cookies=OWN_COOKIES)
    previews = SandboxedPreviews(Bubblewrap(), own, lambda _, words: tell(words))
    try:
        made = await previews.start(url, Project(folder, dependencies, environment))
        await serve_on(sockets, Front(made), ready=lambda: ready(url, admin), stop=stop)
    finally:
        for each in sockets:
            each.close()
        await previews.close()


def warm(target: Target) -> Warm:
    """What a spare for previews waits with: no migrations, which a preview that wakes has none
    of, and which would take a sixth of its memory."""
    rehearsal = target.rehearsal().replace("MIGRATING = True", "MIGRATING = False", 1)
    rehearsal += "\nimport importlib.util, tarfile\n"  # For what stands before the API.
    return Warm(target.dependencies(), rehearsal, light=True)


@asynccontextmanager
async def live_previews(settings: Settings, made: Product) -> "AsyncGenerator[LivePreviews]":
    """The APIs of all projects of an open product, until the end of the block.

    Once one was awake, a spare sandbox waits for the next one that wakes.
    """
    from smartforge.preview.live import Bounds, LivePreviews
    from smartforge.server.tokens import PREVIEW_HEADER
    from smartforge.server.users import OWN_COOKIES

    spares = made.forge.spares

    def expect(target: str) -> None:
        spares.expect(warm(TARGETS[target]()), keeping=KEEPING)

    previews = LivePreviews(
        made.log,
        made.states,
        spares,
        lambda target: TARGETS[target]().dependencies(),
        settings.data / "previews",
        own_headers=frozenset({PREVIEW_HEADER}),
        own_cookies=OWN_COOKIES,
        bounds=Bounds(awake=settings.previews.awake, idle_seconds=settings.previews.idle_seconds),
        expect=expect,
        ending=spares.close,
    )
    async with previews.open():
        yield previews
