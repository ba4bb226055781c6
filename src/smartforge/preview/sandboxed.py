"""Previews in the sandbox of this machine: one for each project."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext

from starlette.types import Receive, Scope, Send

from smartforge.preview.application import BOOT_SECONDS, Application
from smartforge.preview.base import Preview, Project
from smartforge.preview.headers import NO_RULES, Rules
from smartforge.preview.proxy import Proxy
from smartforge.sandbox.base import Sandbox


class SandboxedPreview:
    """Implements `Preview`."""

    def __init__(self, application: Application, rules: Rules) -> None:
        self._application = application
        self._proxy = Proxy(application.connections, rules, broken=application.broken)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._proxy(scope, receive, send)

    def running(self) -> bool:
        return self._application.running()

    async def stop(self) -> None:
        """See `Preview.stop`."""
        await self._application.stop()


class SandboxedPreviews:
    """Implements `Previews`. Belongs to one event loop, as its sandbox does."""

    def __init__(
        self,
        sandbox: Sandbox,
        rules: Rules = NO_RULES,
        tell: Callable[[str, str], None] = lambda key, words: None,
        boot_seconds: float = BOOT_SECONDS,
    ) -> None:
        """`tell` gets a key and a sentence when that API ended by itself and starts again."""
        self._sandbox = sandbox
        self._rules = rules
        self._tell = tell
        self._boot_seconds = boot_seconds
        self._kept: dict[str, SandboxedPreview] = {}

    async def start(self, key: str, project: Project) -> Preview:
        """See `Previews.start`."""
        await self.stop(key)

        def tell(clause: str) -> None:
            again = "It starts again, with an empty database."
            self._tell(key, f"The application {clause}. {again}")

        def lay() -> AbstractAsyncContextManager[Project]:
            return nullcontext(project)

        application = Application(self._sandbox, lay, tell, self._boot_seconds)
        preview = self._kept[key] = SandboxedPreview(application, self._rules)
        try:
            await application.connections()
        except BaseException:
            if self._kept.get(key) is preview:
                del self._kept[key]
            await application.stop()
            raise
        return preview

    def running(self) -> Mapping[str, Preview]:
        """See `Previews.running`."""
        return dict(self._kept)

    async def stop(self, key: str) -> None:
        """See `Previews.stop`."""
        if (preview := self._kept.pop(key, None)) is not None:
            await preview.stop()

    async def close(self) -> None:
        """See `Previews.close`."""
        while self._kept:
            await self.stop(next(iter(self._kept)))
