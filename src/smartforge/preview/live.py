"""The APIs of all projects as a server serves them: from the contract, then from the sandbox."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from starlette.types import Message, Receive, Scope, Send

from smartforge.contract.openapi import openapi
from smartforge.errors import Conflict, SandboxUnavailable, SmartForgeError, UnknownProject
from smartforge.log.states import States
from smartforge.preview.base import Shown, State
from smartforge.preview.environment import Admin, environment_of
from smartforge.preview.examples import with_examples
from smartforge.preview.ground import Ground, Tools, variables_of
from smartforge.preview.headers import OF_AN_ORIGIN, Rules
from smartforge.preview.kept import Kept, checked
from smartforge.preview.places import Places
from smartforge.preview.promised import Promised
from smartforge.preview.promising import answer_promised
from smartforge.preview.proxy import PATIENCE_SECONDS, Proxy
from smartforge.preview.refusals import (
    Refused,
    crowded,
    gone,
    refuse,
    stopping,
    unknown,
    unplanned,
)
from smartforge.preview.sockets import Sockets
from smartforge.preview.standing import PreviewLog, Standing, Standings
from smartforge.sandbox.base import Sandbox

logger = logging.getLogger(__name__)

MARK = "X-Smart-Forge-Preview"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BEAT = 0.5
QUIET_SECONDS = 1.0
"""After so long without a change the data are kept; while changes go on, every few seconds."""

MOST_PROMISED = 64
STOP_SECONDS = 0.5
"""What data have to be kept once the server stops."""


class Bounds(msgspec.Struct, frozen=True):
    """How many APIs may be awake, and requests under way: to one API, to all. Seconds after which
    one that nobody uses or watches goes to sleep, that one has to start, and to begin an answer."""

    awake: int = 20
    requests: int = 64
    all_requests: int = 256
    idle_seconds: float = 300.0
    boot_seconds: float = 25.0
    patience_seconds: float = PATIENCE_SECONDS


BOUNDS = Bounds()


async def _nothing() -> None:
    """In the place of `ending`, where nothing else ends with them."""


class LivePreviews:
    """Implements `Live`. Belongs to one event loop, as its sandbox does."""

    def __init__(
        self,
        log: PreviewLog,
        states: States,
        sandbox: Sandbox,
        dependencies: Callable[[str], Path],
        folder: Path,
        *,
        own_headers: frozenset[str] = frozenset(),
        own_cookies: frozenset[str] = frozenset(),
        bounds: Bounds = BOUNDS,
        expect: Callable[[str], None] = lambda target: None,
        ending: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        """`folder` is where data outlive the sandboxes. `expect` is told the target of projects
        that may be started soon, `ending` awaited at the end, together with theirs."""
        self._log = log
        self._standings = Standings(log, states)
        self._kept = Kept(folder)
        self._bounds = bounds
        self._at_the_end = ending
        self._tools = Tools(
            sandbox,
            self._standings,
            self._kept,
            dependencies,
            expect,
            bounds.boot_seconds,
            asyncio.Lock(),
        )
        self._places = Places(bounds.requests, bounds.all_requests)
        self._rules = Rules(
            {
                "Content-Security-Policy": "sandbox",
                "X-Content-Type-Options": "nosniff",
                MARK: "live",
            },
            own_headers,
            own_cookies,
            OF_AN_ORIGIN,
        )
        self._grounds: dict[str, Ground] = {}
        self._promised: OrderedDict[str, tuple[bytes, Promised]] = OrderedDict()
        self._said: dict[str, tuple[State, int | None, str]] = {}
        self._tell: Callable[[str, bytes], None] = lambda project_id, data: None
        self._watched: Callable[[str], bool] = lambda project_id: False
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending: asyncio.Task[None] | None = None
        self._closed = False

    # ---- what the door asks ---------------------------------------------------------------

    def attach(self, tell: Callable[[str, bytes], None], watched: Callable[[str], bool]) -> None:
        """See `Live.attach`."""
        self._tell, self._watched = tell, watched

    async def serve(self, project_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        """See `Live.serve`; whatever goes wrong is told as a problem."""
        try:
            if self._closed:
                raise stopping()
            with self._places.taking(project_id):
                await self._serve(project_id, scope, receive, send)
        except Refused as refused:
            await refuse(scope, send, refused)
        except UnknownProject as error:
            await refuse(scope, send, unknown(error.what))

    async def shown(self, project_id: str) -> Shown:
        """See `Live.shown`."""
        standing = await self._standings.of(project_id)
        settings = await asyncio.to_thread(self._kept.settings, project_id)
        has_data = await asyncio.to_thread(self._kept.has_data, project_id)
        state, detail = self._state(project_id, standing)
        admin = None
        if standing.state is not None:
            admin = await self._admin(project_id, standing)
        return Shown(
            state=state,
            version=standing.version,
            url=f"/preview/{project_id}/",
            detail=detail,
            admin={admin.field: admin.login, "password": admin.password} if admin else None,
            variables=tuple(sorted(settings.variables)),
            data_kept=has_data,
        )

    async def document(self, project_id: str) -> dict[str, Any]:
        """See `Live.document`."""
        standing = await self._standings.of(project_id)
        if standing.state is None:
            raise Conflict("The project has no plan yet.", "Ask again once it is planned.")
        return with_examples(await self._standings.contract(standing.state))

    async def reset(self, project_id: str) -> None:
        """See `Live.reset`."""
        await self._standings.of(project_id)
        self._promised.pop(project_id, None)
        ground = self._ground(project_id)
        was_awake = ground.awake
        await ground.start_over()
        if was_awake:
            self._say(project_id, "asleep", ground.version, "It begins with an empty database.")

    async def set_variables(self, project_id: str, variables: Mapping[str, str]) -> None:
        """See `Live.set_variables`."""
        await self._standings.of(project_id)
        sound = checked(variables)
        settings = await asyncio.to_thread(self._kept.settings, project_id)
        await asyncio.to_thread(self._kept.set, project_id, variables_of(settings, sound))
        await self._put_to_sleep(project_id)

    def end(self) -> None:
        """See `Live.end`."""
        self._closed = True
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(), name="ending previews")

    @asynccontextmanager
    async def open(self) -> AsyncGenerator["LivePreviews"]:
        """Look after all of them while the block goes on; nothing of them is left afterwards."""
        looking = asyncio.create_task(self._look_after(), name="looking after previews")
        try:
            yield self
        finally:
            looking.cancel()
            self.end()
            assert self._ending is not None
            await asyncio.wait({self._ending, looking})

    # ---- one request ----------------------------------------------------------------------

    async def _serve(self, project_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        standing = await self._standings.of(project_id)
        if standing.state is None:
            raise unplanned(standing.active)
        if standing.version is None:
            await self._from_contract(project_id, standing, scope, receive, send)
            return
        ground = self._ground(project_id)
        ground.used = time.monotonic()
        try:
            if not ground.awake:
                await self._make_room()
            application = await ground.wake(standing)
        except SandboxUnavailable:
            await self._from_contract(project_id, standing, scope, receive, send)
            return
        except SmartForgeError as error:
            raise gone(error.what, error.hint) from error
        self._promised.pop(project_id, None)
        try:
            if scope["type"] == "websocket":
                await Sockets(application.socket, self._rules)(scope, receive, send)
            else:
                patience = self._bounds.patience_seconds
                proxy = Proxy(
                    application.connections,
                    self._rules,
                    patience_seconds=patience,
                    broken=application.broken,
                )
                await proxy(scope, receive, send)
        finally:
            ground.used = time.monotonic()
            if scope.get("method") not in SAFE and ground.changed is None:
                ground.changed = ground.used

    async def _from_contract(
        self, project_id: str, standing: Standing, scope: Scope, receive: Receive, send: Send
    ) -> None:
        promised = await self._promise(project_id, standing)
        if self._said.get(project_id, ("",))[0] != "contract":
            self._say(project_id, "contract", standing.version, "")
        await answer_promised(promised, self._rules, scope, receive, _marked(send))

    async def _promise(self, project_id: str, standing: Standing) -> Promised:
        assert standing.state is not None
        print_ = msgspec.json.encode(standing.state.contract)
        known = self._promised.get(project_id)
        if known is None or known[0] != print_:
            contract = await self._standings.contract(standing.state)
            admin = await self._admin(project_id, standing)
            known = self._promised[project_id] = (print_, Promised(contract, admin))
        self._promised.move_to_end(project_id)
        while len(self._promised) > MOST_PROMISED:
            self._promised.popitem(last=False)
        return known[1]

    async def _admin(self, project_id: str, standing: Standing) -> Admin | None:
        assert standing.state is not None
        contract = await self._standings.contract(standing.state)
        settings = await asyncio.to_thread(self._kept.settings, project_id)
        known = settings.secrets
        return environment_of(openapi(contract), known.key, known.password)[1]

    # ---- waking and sleeping --------------------------------------------------------------

    def _ground(self, project_id: str) -> Ground:
        if project_id not in self._grounds:

            def say(state: State, version: int | None, detail: str) -> None:
                self._say(project_id, state, version, detail)

            self._grounds[project_id] = Ground(project_id, self._tools, say)
        return self._grounds[project_id]

    async def _make_room(self) -> None:
        """Put the one to sleep that was used longest ago, where too many are awake."""
        awake = {name: one for name, one in self._grounds.items() if one.awake}
        if len(awake) < self._bounds.awake:
            return
        free = [name for name in awake if not self._places.taken(name) and not self._watched(name)]
        if not free:
            raise crowded(len(awake))
        await self._put_to_sleep(min(free, key=lambda name: awake[name].used))

    async def _put_to_sleep(self, project_id: str) -> None:
        ground = self._grounds.get(project_id)
        if ground is not None and ground.awake:
            await ground.sleep()
            self._say(project_id, "asleep", ground.version, "")

    async def _look_after(self) -> None:
        await self._forget_removed()
        while True:
            await asyncio.sleep(BEAT)
            now = time.monotonic()
            asleep: list[tuple[float, str]] = []
            for project_id, ground in list(self._grounds.items()):
                if ground.awake:
                    self._look_at(project_id, ground, now)
                elif not self._places.taken(project_id):
                    asleep.append((ground.used, project_id))
            for _, project_id in sorted(asleep)[: -self._bounds.awake]:
                self._own(self._close(project_id))

    def _look_at(self, project_id: str, ground: Ground, now: float) -> None:
        idle = now - ground.used
        in_use = self._places.taken(project_id) or self._watched(project_id)
        if not in_use and idle >= self._bounds.idle_seconds:
            self._own(self._put_to_sleep(project_id))
        elif ground.changed is not None and (
            idle >= QUIET_SECONDS or now - ground.changed >= 5 * QUIET_SECONDS
        ):
            self._own(ground.keep())
        elif not ground.compiled and idle >= QUIET_SECONDS and ground.running():
            self._own(ground.compile())
        self._own(self._check_is_there(project_id))

    async def _check_is_there(self, project_id: str) -> None:
        """A project that was deleted needs no API; undeleted, it has its data again."""
        try:
            await self._standings.of(project_id)
        except UnknownProject:
            await self._close(project_id)

    async def _close(self, project_id: str) -> None:
        if (ground := self._grounds.pop(project_id, None)) is not None:
            await ground.close()

    async def _forget_removed(self) -> None:
        for project_id in await asyncio.to_thread(lambda: list(self._kept.projects())):
            try:
                await self._log.head(project_id)
            except UnknownProject:
                await asyncio.to_thread(self._kept.forget, project_id)

    def _own(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a preview could not be looked after", exc_info=error)

    async def _end(self) -> None:
        spares = asyncio.ensure_future(self._at_the_end())
        awake = [one for one in self._grounds.values() if one.awake]
        keeping = [asyncio.create_task(one.keep()) for one in awake if one.changed is not None]
        if keeping:
            _, late = await asyncio.wait(keeping, timeout=STOP_SECONDS)
            for each in late:
                each.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
        for task in tuple(self._tasks):
            task.cancel()
        for one in awake:
            one.changed = None
        grounds = (one.close() for one in self._grounds.values())
        for told in await asyncio.gather(spares, *grounds, return_exceptions=True):
            if isinstance(told, Exception):
                logger.error("a preview could not be ended", exc_info=told)

    # ---- telling --------------------------------------------------------------------------

    def _state(self, project_id: str, standing: Standing) -> tuple[State, str]:
        if standing.version is None:
            return "contract", "" if standing.state else "There is no plan yet."
        ground = self._grounds.get(project_id)
        state, version, detail = self._said.get(project_id, ("asleep", standing.version, ""))
        if version == standing.version and state != "live":
            return state, detail
        return ("live", "") if ground is not None and ground.running() else ("asleep", "")

    def _say(self, project_id: str, state: State, version: int | None, detail: str) -> None:
        said = (state, version, detail)
        if self._said.get(project_id) == said:
            return
        self._said[project_id] = said
        frame = {"type": "preview", "projectId": project_id, "state": state, "version": version}
        self._tell(project_id, msgspec.json.encode(frame | ({"detail": detail} if detail else {})))


def _marked(send: Send) -> Send:
    """Says of an answer that it is the contract's."""

    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            name = MARK.lower().encode()
            headers = [pair for pair in message["headers"] if pair[0] != name]
            message = {**message, "headers": [*headers, (name, b"contract")]}
        await send(message)

    return marked
