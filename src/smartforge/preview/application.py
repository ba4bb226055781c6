"""One generated API kept running in its sandbox: started, asked for its health, started again."""

import asyncio
import math
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpcore
import msgspec

from smartforge.checks.asking import Answer, ask
from smartforge.checks.causes import cause_of, hanging_at
from smartforge.errors import PreviewFailed, SmartForgeError
from smartforge.preview.base import Project
from smartforge.sandbox.base import Limits, Program, Sandbox, Served

APPLICATION = "app.main:app"

LIMITS = Limits(
    wall_seconds=math.inf,
    cpu_seconds=1_000_000_000,
    file_bytes=64 * 1024 * 1024,
    kept_output="last",
)
"""Memory and processes are those of every sandbox. A preview runs until it is stopped, and may
say as much as it likes; the end of it is kept, to tell why it ended."""

BOOT_SECONDS = 25.0

MOST_CONNECTIONS, IDLE_CONNECTIONS = 200, 32
IDLE_SECONDS = 15.0
"""Less than the 30 s after which the application closes an idle connection from its side."""

END_SECONDS = 0.5

UP = httpcore.URL(scheme=b"http", host=b"app", port=None, target=b"/health")
MOST_HEALTH_BYTES = 64 * 1024

HINT = "`smartforge check` on its folder says more."
STOPPED = PreviewFailed("The preview has been stopped.", "Start it again.")


Lay = Callable[[], AbstractAsyncContextManager[Project]]


class Life(msgspec.Struct, frozen=True):
    """From one start to the end that follows."""

    served: Served
    connections: httpcore.AsyncConnectionPool


class Application:
    """Belongs to one event loop, as its sandbox does. Whoever starts it must `stop` it."""

    def __init__(
        self,
        sandbox: Sandbox,
        lay: Lay,
        tell: Callable[[str], None] = lambda words: None,
        boot_seconds: float = BOOT_SECONDS,
        application: str = APPLICATION,
    ) -> None:
        """`lay` lays the project out anew for each start, until the end of that life.

        `tell` gets a clause that says how the API has ended by itself, when it is started again.
        """
        self._sandbox = sandbox
        self._lay = lay
        self._application = application
        self._tell = tell
        self._boot_seconds = boot_seconds
        self._open = AsyncExitStack()
        self._life: Life | None = None
        self._starting: asyncio.Task[Life] | None = None
        self._refusal: SmartForgeError | None = None

    def running(self) -> bool:
        """Whether it answers now, without a start before."""
        return self._life is not None and self._life.served.running()

    async def connections(self) -> httpcore.AsyncConnectionPool:
        """Connections to the API, once it answers `GET /health`; it is started if it must be.

        Raises PreviewFailed with the cause, SandboxUnavailable; and the same again after that.
        """
        return (await self._living_now()).connections

    async def socket(self) -> Path:
        """The socket at which the API answers; otherwise as `connections`."""
        return (await self._living_now()).served.socket

    async def _living_now(self) -> Life:
        if self._life is not None and self._life.served.running():
            return self._life
        if self._refusal is not None:
            raise self._refusal
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
            self._starting.add_done_callback(self._started)
        starting = self._starting
        # Whoever waits may leave: the others still want it.
        await asyncio.wait({starting})
        if starting.cancelled():
            raise STOPPED
        return starting.result()

    async def broken(self) -> None:
        """A connection broke: wait a moment for the end of the API, if that is why."""
        if self._life is not None:
            ending = asyncio.ensure_future(self._life.served.ended())
            await asyncio.wait({ending}, timeout=END_SECONDS)
            ending.cancel()
            await asyncio.gather(ending, return_exceptions=True)

    async def stop(self) -> None:
        """End it for good; nothing is left, cancelled or not. Stopping twice is fine."""
        self._refusal = STOPPED
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        self._life = None
        await self._open.aclose()

    def _started(self, starting: "asyncio.Task[Life]") -> None:
        self._starting = None
        if not starting.cancelled() and isinstance(error := starting.exception(), SmartForgeError):
            self._refusal = self._refusal or error

    async def _start(self) -> Life:
        if self._life is not None:
            cause = cause_of(await self._life.served.ended(), LIMITS)
            self._tell(cause.clause)
            self._life = None
            await self._open.aclose()
        self._life = await self._open.enter_async_context(self._living())
        return self._life

    @asynccontextmanager
    async def _living(self) -> AsyncGenerator[Life]:
        async with AsyncExitStack() as sandboxed:
            laid = await sandboxed.enter_async_context(self._lay())
            program = Program(
                (), laid.folder, laid.dependencies, laid.environment, LIMITS, stays=True
            )
            served = await sandboxed.enter_async_context(
                self._sandbox.serve(program, self._application)
            )
            async with httpcore.AsyncConnectionPool(
                uds=str(served.socket),
                max_connections=MOST_CONNECTIONS,
                max_keepalive_connections=IDLE_CONNECTIONS,
                keepalive_expiry=IDLE_SECONDS,
            ) as connections:
                try:
                    async with asyncio.timeout(self._boot_seconds):
                        if not await _is_up(connections):
                            await _healthy(served)
                except TimeoutError:
                    await sandboxed.aclose()
                    where = hanging_at((await served.ended()).stderr)
                    raise PreviewFailed(
                        "The application did not start: it gave no answer to GET /health within "
                        f"{self._boot_seconds:g} s{where.place if where else ''}.",
                        HINT,
                    ) from None
                yield Life(served, connections)


async def _is_up(connections: httpcore.AsyncConnectionPool) -> bool:
    """Whether it says so, without further ado. The connection is there for the first request."""
    try:
        answer = await connections.handle_async_request(httpcore.Request("GET", UP))
        try:
            told = 0
            async for piece in answer.aiter_stream():
                told += len(piece)
                if told > MOST_HEALTH_BYTES:
                    return False
            return answer.status == 200
        finally:
            await answer.aclose()
    except (httpcore.NetworkError, httpcore.ProtocolError):
        return False


async def _healthy(served: Served) -> None:
    """Ask once more, for the cause. Raises PreviewFailed."""
    answer = await ask(served, "/health", LIMITS)
    if not isinstance(answer, Answer):
        raise PreviewFailed(f"The application did not start: it {answer.clause}.", HINT)
    if answer.status != 200:
        raise PreviewFailed(
            f"The application did not start well: GET /health answered {answer.status}.", HINT
        )
