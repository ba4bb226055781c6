"""One project's API between sleep and waking: what it runs on, and what stays of it."""

import asyncio
import functools
import os
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpcore
import msgspec
import websockets

from smartforge.contract.openapi import openapi
from smartforge.errors import PreviewFailed, SmartForgeError
from smartforge.forge.folder import laid_out
from smartforge.preview.application import Application
from smartforge.preview.base import Project, State
from smartforge.preview.compiled import CODE_FILE, ENTRY_FILE, compiled, entry, print_of
from smartforge.preview.environment import KEPT_DATABASE_URL, environment_of
from smartforge.preview.kept import MOST_DATA_BYTES, Data, Kept, Settings
from smartforge.preview.standing import Standing, Standings
from smartforge.sandbox.base import Sandbox

ENTRY, DATA_FILE = "smartforge_entry:entry", "smartforge_kept.tar"
PACKAGES = "smartforge_packages"
MIGRATED_NAME = "SMARTFORGE_PREVIEW_MIGRATED"
KEY_NAME = "SMARTFORGE_PREVIEW_KEY"

PATIENCE = 5.0
"""Seconds that an API has to give its data out, and for which one that failed is left alone."""


class Tools(msgspec.Struct, frozen=True):
    """What all grounds share. `dependencies` are the packages of a target, by its name; `expect`
    is told that more of its projects may be started soon. One at a time is `compiling`."""

    sandbox: Sandbox
    standings: Standings
    kept: Kept
    dependencies: Callable[[str], Path]
    expect: Callable[[str], None]
    boot_seconds: float
    compiling: asyncio.Lock


class Base(msgspec.Struct):
    """What the lives of one version have in common: its files, which `known_by` tells from all
    others, laid out. `compiled` is whether nobody need ask for their code any more."""

    version: int | None
    folder: Path
    dependencies: Path
    promised: dict[str, Any]
    known_by: str
    compiled: bool


class Ground:
    """Whoever wakes it must `close` it."""

    def __init__(
        self, project_id: str, tools: Tools, say: Callable[[State, int | None, str], None]
    ) -> None:
        self.used = time.monotonic()
        self.changed: float | None = None
        self._id = project_id
        self._tools = tools
        self._say = say
        self._lock = asyncio.Lock()
        self._application: Application | None = None
        self._version: int | None = None
        self._key = ""
        self._fresh = False
        self._failed: tuple[float, int | None, SmartForgeError] | None = None
        self._base: Base | None = None
        self._laying = AsyncExitStack()

    @property
    def awake(self) -> bool:
        """Whether there is, or may be, anything that runs."""
        return self._application is not None

    @property
    def version(self) -> int | None:
        return self._version

    def running(self) -> bool:
        return self._application is not None and self._application.running()

    async def wake(self, standing: Standing) -> Application:
        """The API of that version, answering; with the data that were kept.

        Raises PreviewFailed with the cause, SandboxUnavailable.
        """
        async with self._lock:
            if self._application is not None and self._version != standing.version:
                await self._sleep()
            if self._application is None:
                await self._begin(standing)
            application = self._application
            assert application is not None
        if not application.running():
            self._say("starting", self._version, "")
            await application.connections()
            self._say("live", self._version, "")
        return application

    async def sleep(self) -> None:
        """Take the data out, then end it; nothing of it runs any more. Repeating it is fine."""
        async with self._lock:
            await self._sleep()

    async def close(self) -> None:
        """Put it to sleep, and remove what it would wake from."""
        async with self._lock:
            await self._sleep()
            await self._unlay()

    async def start_over(self) -> None:
        """End it without its data, and forget those that were kept."""
        async with self._lock:
            self.changed = None
            await self._sleep()
            await asyncio.to_thread(self._tools.kept.drop, self._id)

    async def keep(self) -> None:
        """Keep the data as they are now, where something has changed and the API gives them."""
        application, self.changed = self._application, None
        if application is None or not application.running():
            return
        content = await _data_of(await application.connections(), self._key)
        if content:
            data = Data(self._version or 0, content)
            await asyncio.to_thread(self._tools.kept.keep, self._id, data)

    @property
    def compiled(self) -> bool:
        """Whether there is nothing to compile for the time when it wakes again."""
        return self._base is None or self._base.compiled

    async def compile(self) -> None:
        """Keep the code of this version. Waits while that is done for another one."""
        tools, base = self._tools, self._base
        if base is None or base.compiled:
            return
        base.compiled = True
        async with tools.compiling:
            code = await compiled(tools.sandbox, base.folder, base.dependencies)
        async with self._lock:
            if code is not None and base is self._base:
                await asyncio.to_thread(tools.kept.keep_code, self._id, base.known_by, code)
                await asyncio.to_thread(_lay, base.folder / CODE_FILE, code)

    async def settings(self) -> Settings:
        return await asyncio.to_thread(self._tools.kept.settings, self._id)

    async def _sleep(self) -> None:
        application = self._application
        if application is None:
            return
        try:
            if self.changed is not None:
                await self.keep()
        finally:
            self._application = None
            await application.stop()

    async def _begin(self, standing: Standing) -> None:
        self._refuse_again(standing)
        self._version = standing.version
        self._say("starting", self._version, "")
        try:
            try:
                await self._start(standing)
            except PreviewFailed:
                if not await asyncio.to_thread(self._tools.kept.has_data, self._id):
                    raise
                # It may be these data that the version cannot begin with.
                await asyncio.to_thread(self._tools.kept.set_aside, self._id)
                await self._start(standing)
        except SmartForgeError as error:
            self._failed = (time.monotonic(), standing.version, error)
            self._say("failed", self._version, error.what)
            raise
        self._failed = None
        if self._fresh:
            # What its first start has made is kept, too: it need not be made when it wakes.
            self.changed = time.monotonic()
        self._say("live", self._version, "")
        if standing.state is not None:
            self._tools.expect(standing.state.target)

    def _refuse_again(self, standing: Standing) -> None:
        """One that did not start a moment ago would not start now."""
        if self._failed is not None:
            since, version, error = self._failed
            if version == standing.version and time.monotonic() - since < PATIENCE:
                raise error

    async def _start(self, standing: Standing) -> None:
        lay = functools.partial(self._laid, standing)
        tools = self._tools
        made = Application(tools.sandbox, lay, self._ended, tools.boot_seconds, ENTRY)
        self._application = made
        try:
            await made.connections()
        except BaseException:
            self._application = None
            await made.stop()
            raise

    def _ended(self, clause: str) -> None:
        self._say("starting", self._version, f"The application {clause}. It starts again.")

    @asynccontextmanager
    async def _laid(self, standing: Standing) -> AsyncGenerator[Project]:
        """The files of the version with what was kept, for one life."""
        tools = self._tools
        base = await self._base_of(standing)
        settings = await self.settings()
        data = await asyncio.to_thread(tools.kept.data, self._id)
        await asyncio.to_thread(_lay, base.folder / DATA_FILE, data.content if data else None)
        self._key = secrets.token_urlsafe(24)
        known = settings.secrets
        environment, _ = environment_of(base.promised, known.key, known.password, KEPT_DATABASE_URL)
        environment |= {**settings.variables, KEY_NAME: self._key}
        if data is not None:
            environment[MIGRATED_NAME] = "yes" if data.version == standing.version else ""
        self._fresh = data is None
        yield Project(base.folder, base.dependencies, environment)

    async def _base_of(self, standing: Standing) -> Base:
        """What every life of a version begins with; laid out once, until `close`."""
        if self._base is not None and self._base.version == standing.version:
            return self._base
        await self._unlay()
        assert standing.state is not None
        tools = self._tools
        files = await tools.standings.files(standing.state)
        files |= await asyncio.to_thread(_beside, files)
        promised = openapi(await tools.standings.contract(standing.state))
        dependencies = await asyncio.to_thread(tools.dependencies, standing.state.target)
        folder = await self._laying.enter_async_context(laid_out(files))
        # Rows of the API will lie there.
        await asyncio.to_thread(folder.chmod, 0o700)
        known = print_of(standing.state.files)
        code = await asyncio.to_thread(tools.kept.code, self._id, known)
        await asyncio.to_thread(_lay, folder / CODE_FILE, code)
        version, has_code = standing.version, code is not None
        self._base = Base(version, folder, dependencies, promised, known, has_code)
        return self._base

    async def _unlay(self) -> None:
        self._base = None
        await self._laying.aclose()


def _lay(place: Path, content: bytes | None) -> None:
    """In place of what lay there."""
    place.unlink(missing_ok=True)
    if content is not None:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)


def _beside(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What is laid beside the project's own files: the entry, and what WebSockets need."""
    beside = {ENTRY_FILE: entry()}
    if any(b"websocket" in text.lower() for path, text in files.items() if path.endswith(".py")):
        package = Path(websockets.__file__).parent
        for place in package.rglob("*.py"):
            path = place.relative_to(package.parent).as_posix()
            beside[f"{PACKAGES}/{path}"] = place.read_bytes()
    return beside


async def _data_of(connections: httpcore.AsyncConnectionPool, key: str) -> bytes | None:
    """What the API gives out, of a bounded size and in bounded time; else None."""
    url = httpcore.URL(scheme=b"http", host=b"app", port=None, target=f"/{key}".encode())
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE), connections.stream("GET", url) as response:
            if response.status != 200:
                return None
            async for piece in response.aiter_stream():
                body += piece
                if len(body) > MOST_DATA_BYTES:
                    return None
    except (TimeoutError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        return None
    return bytes(body)


def variables_of(settings: Settings, variables: Mapping[str, str]) -> Settings:
    return msgspec.structs.replace(settings, variables=dict(variables))
