"""The composition root: settings become concrete objects. The only place that names them."""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec

from smartforge import __version__
from smartforge.checks.authorization import Authorization
from smartforge.checks.base import Check, Subject
from smartforge.checks.boot import Boot
from smartforge.checks.contract import ContractServed
from smartforge.checks.fuzz import Fuzz
from smartforge.checks.lint import Lint
from smartforge.checks.operations import Operations
from smartforge.checks.promise import promised_in
from smartforge.checks.security import Security
from smartforge.checks.syntax import Syntax
from smartforge.checks.tests import GeneratedTests
from smartforge.engine.base import NewProject
from smartforge.engine.durable import DurableEngine
from smartforge.engine.local import LocalQueue
from smartforge.engine.queue import Queue
from smartforge.errors import DatabaseUnusable, SettingsInvalid
from smartforge.events import Author
from smartforge.forge.base import Choice, RunRequest, Steps, Workshop
from smartforge.forge.budget import Budget, Budgeted
from smartforge.forge.run import run
from smartforge.llm.base import Provider
from smartforge.log.audit import Beside
from smartforge.log.base import UNNAMED_SECONDS, Log, Observe, Removing
from smartforge.log.memory import MemoryLog
from smartforge.log.retention import retain
from smartforge.log.sqlite import SQLiteLog
from smartforge.log.sqlite.backup import Copied, Stopped, back_up, put_back
from smartforge.log.sqlite.beside import beside
from smartforge.log.sqlite.database import FileLock
from smartforge.log.sqlite.shrinking import shrink
from smartforge.log.states import States
from smartforge.planners.base import Planner
from smartforge.planners.offline import OfflinePlanner
from smartforge.preview.base import Project
from smartforge.preview.environment import Admin, environment_of
from smartforge.sandbox.base import Sandbox
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.settings import DEFAULT_MODEL, Settings
from smartforge.targets.base import Target
from smartforge.targets.fastapi import FastAPITarget
from smartforge.temporary import sweep
from smartforge.writers.base import Writer
from smartforge.writers.compiled import CompiledWriter

logger = logging.getLogger(__name__)

TARGETS: dict[str, Callable[[], Target]] = {"fastapi": FastAPITarget}
DEFAULT_TARGET = "fastapi"
LOOPBACK = "127.0.0.1"

WORKFLOW = "run.v1"
"""How runs are executed. Where the steps of a run or what they leave change so that an older node
could not go on with it, this gets a new name, and the old one stays until no run has it."""


def checks() -> tuple[Check, ...]:
    """Every check, in the order in which they are shown; the longest of a stage begin first."""
    return (
        *(Syntax(), Lint(), Security(), Boot()),
        *(Fuzz(), GeneratedTests(), Operations(), Authorization(), ContractServed()),
    )


class Forge:
    """The tools of this process, made once from the settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sandbox: Sandbox = Bubblewrap()
        self._providers: dict[str, Provider] = {}

    def choose(self, new: NewProject) -> Choice:
        """What a new project is made with. Raises SettingsInvalid for what there is not."""
        settings = self.settings
        target = new.target or DEFAULT_TARGET
        _known("target", target, tuple(TARGETS))
        planner, author = new.planner or settings.planner, new.author or settings.author
        _known("planner", planner, ("auto", "offline", "model"))
        _known("author", author, ("auto", "model"))
        model = None if new.model == "offline" else new.model or settings.model
        if model is not None and settings.model is None:
            raise SettingsInvalid(
                f"The model {model!r} was chosen, but no endpoint is set.",
                "Set OPENAI_API_KEY or OPENAI_BASE_URL and start again, or choose `offline`.",
            )
        if model is None and "model" in (planner, author):
            raise SettingsInvalid(
                "A model was asked for, but none is set.",
                "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a local endpoint, or say `offline`.",
            )
        if model is not None:
            self._new_provider(model)  # Raises here what would else end every run.
        return Choice(target, model, planner, author)

    def workshop(self, choice: Choice, spent: int = 0) -> Workshop:
        """The tools for one run, whose model calls have used `spent` tokens so far."""
        budget = Budget(self.settings.budget, spent)
        target = TARGETS[choice.target]()
        writers: dict[Author, Writer] = {"compiled": CompiledWriter(target, self.settings.pace)}
        planner: Planner = OfflinePlanner()
        author: Author = "compiled"
        if choice.model is not None:
            from smartforge.planners.model import ModelPlanner
            from smartforge.writers.model import ModelWriter

            provider = Budgeted(self._provider(choice.model), budget)
            writers["model"] = ModelWriter(provider)
            if choice.planner != "offline":
                planner = ModelPlanner(provider)
            if choice.author == "model":
                author = "model"
        return Workshop(
            planner=planner,
            target=target,
            author=author,
            writers=writers,
            checks=checks(),
            sandbox=self.sandbox,
            budget=budget,
        )

    def _provider(self, model: str) -> Provider:
        if model not in self._providers:
            self._providers[model] = self._new_provider(model)
        return self._providers[model]

    def _new_provider(self, model: str) -> Provider:
        from smartforge.llm.openai import OpenAIProvider

        return OpenAIProvider(
            model or DEFAULT_MODEL,
            api_key=self.settings.openai_api_key,
            base_url=self.settings.openai_base_url,
        )

    async def close(self) -> None:
        for provider in self._providers.values():
            await provider.close()


class Product(msgspec.Struct, frozen=True):
    """A log, the states folded from it, and the engine that runs on it, open."""

    forge: Forge
    log: Log
    states: States
    engine: DurableEngine


@asynccontextmanager
async def product(
    settings: Settings, *, durable: bool, observe: Observe | None = None, role: str = "serve"
) -> AsyncGenerator[Product, None]:
    """Open everything, and close it in the opposite order whatever happens.

    `durable` keeps the log in the database that is set, SQLite below `settings.data` by default;
    else it is private and gone afterwards.
    `observe` is told of each commit of a durable log.
    """
    if durable:
        from smartforge.server.allocator import hold_little

        hold_little()  # Before the log's threads are there.
    log = _log(settings, observe) if durable else MemoryLog()
    queue = _queue(settings, durable, role)
    forge = Forge(settings)
    states = States(log)

    async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
        try:
            await run(request, forge.workshop(request.choice, request.spent), log, steps, epoch)
        finally:
            if durable:  # Who comes back after a restart need not wait for a long fold.
                states.catch_up(request.project_id)

    await log.open()
    try:
        if durable:
            await asyncio.to_thread(sweep)
        engine = DurableEngine(log, queue, {WORKFLOW: execute}, forge.choose)
        try:
            await engine.open()
            yield Product(forge, log, states, engine)
        finally:
            await engine.close()
    finally:
        await states.close()
        await forge.close()
        await log.close()


def _queue(settings: Settings, durable: bool, role: str) -> Queue:
    """The one that all nodes on the database share; a node that is alone has one in memory."""
    if not durable or settings.database_url is None:
        return LocalQueue(settings.runs)
    from smartforge.engine.postgres import PostgresQueue

    return PostgresQueue(settings.database_url, settings.runs, role=role, version=__version__)


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
    )
    metrics = Metrics(__version__)
    async with (
        product(settings, durable=True, observe=metrics.observe_commit) as made,
        _retaining(settings, made.log),
    ):
        await _warn_of_no_proof(made.forge)
        options = ServerOptions(
            door=door,
            settings=shown(settings),
            viewers=settings.viewers.server,
            viewers_per_project=settings.viewers.project,
            viewers_per_address=settings.viewers.address,
        )
        await serve_on(
            build(made.log, made.engine, options, made.states, metrics),
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
    """What `GET /api/settings` tells: what is set, and no secret."""
    return {
        "model": settings.model,
        "endpoint": "set" if settings.openai_base_url else None,
        "targets": list(TARGETS),
        "planner": settings.planner,
        "author": settings.author,
        "pace": settings.pace,
        "budget": settings.budget,
        "database": "postgresql" if settings.database_url else "sqlite",
    }


async def database_state(settings: Settings) -> str:
    """Open the database and close it again, unless a server does. Raises DatabaseUnusable."""
    if settings.database_url:
        return await _postgres_state(settings.database_url)
    path = _sqlite_path(settings)
    with suppress(OSError):  # Whatever is wrong with the folder, opening it says in better words.
        try:
            FileLock(path).release()
        except DatabaseUnusable:
            return f"SQLite in {settings.data}, in use by a running server"
    log = SQLiteLog(path)
    await log.open()
    await log.close()
    return f"SQLite in {settings.data}"


def _log(settings: Settings, observe: Observe | None) -> Log:
    if settings.database_url:
        from smartforge.log.postgres import PostgresLog

        return PostgresLog(settings.database_url, observe=observe)
    return SQLiteLog(_sqlite_path(settings), observe=observe)


def _sqlite_path(settings: Settings) -> Path:
    return settings.data / "smartforge.db"


async def _postgres_state(url: str) -> str:
    from smartforge.log.postgres import PostgresLog

    log = PostgresLog(url)
    await log.open()
    await log.close()
    return f"PostgreSQL at {log.where}"


@asynccontextmanager
async def audited(settings: Settings) -> AsyncGenerator[Beside]:
    """The log that is set, to be read alone, whoever else uses it. Raises DatabaseUnusable."""
    if settings.database_url:
        from smartforge.log.postgres.beside import beside as beside_postgres

        async with beside_postgres(settings.database_url) as log:
            yield log
    else:
        async with beside(_sqlite_path(settings)) as log:
            yield log


@asynccontextmanager
async def pruning(settings: Settings) -> AsyncGenerator[tuple[Removing, float]]:
    """The log that is set, to remove from it, and the age from which unnamed content may go.

    A log in SQLite must be nobody else's, and its file is smaller afterwards. Raises
    DatabaseUnusable.
    """
    log = _log(settings, None)
    await log.open()
    try:
        yield log, UNNAMED_SECONDS if settings.database_url else 0.0
    finally:
        await log.close()
    if not settings.database_url:
        await asyncio.to_thread(shrink, _sqlite_path(settings))


def check_alone(settings: Settings) -> None:
    """Raises DatabaseUnusable where a server uses the log in SQLite."""
    path = _sqlite_path(settings)
    if not settings.database_url and path.is_file():
        FileLock(path).release()


@asynccontextmanager
async def _retaining(settings: Settings, log: Removing) -> AsyncGenerator[None]:
    """Remove what is older than the settings say, for as long as the block goes on."""
    if not settings.keep_days:
        yield
        return
    retaining = asyncio.create_task(
        retain(lambda: audited(settings), log, settings.keep_days), name="retention"
    )
    try:
        yield
    finally:
        retaining.cancel()
        await asyncio.wait([retaining])


def backup(settings: Settings, to: Path, *, replace: bool, stopped: Stopped) -> Copied | None:
    """See `back_up`. Raises SettingsInvalid where the log is in PostgreSQL."""
    _refuse_postgres(settings, "pg_dump copies it")
    return back_up(_sqlite_path(settings), to, replace=replace, stopped=stopped)


def restore_backup(
    settings: Settings, of: Path, *, replace: bool, stopped: Stopped
) -> Copied | None:
    """See `put_back`. Raises SettingsInvalid where the log is in PostgreSQL."""
    _refuse_postgres(settings, "pg_restore puts a copy of it back")
    return put_back(of, _sqlite_path(settings), replace=replace, stopped=stopped)


def _refuse_postgres(settings: Settings, instead: str) -> None:
    if settings.database_url:
        raise SettingsInvalid(
            f"The log is in PostgreSQL (SMARTFORGE_DATABASE_URL is set), where {instead}.",
            "docs/howto/data.md shows how. For the log in SQLite, unset the variable.",
        )


def page_built() -> bool:
    """Whether the page's build is where the server looks for it."""
    from smartforge.server.options import STATIC

    return (STATIC / "index.html").is_file()


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


def subject(settings: Settings, folder: Path, promised: dict[str, object]) -> Subject:
    """A generated project in a folder, ready to be checked."""
    return Subject(
        folder=folder,
        promised=promised,
        dependencies=TARGETS[DEFAULT_TARGET]().dependencies(),
        sandbox=Forge(settings).sandbox,
    )


def _known(name: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise SettingsInvalid(
            f"There is no {name} called {given!r}.", f"Choose one of {', '.join(allowed)}."
        )
