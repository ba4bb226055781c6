"""When the viewers of a feed are served: at once, and then once a tick at most.

The cost of a stream is in its writes, not in its events. So the first event after a silence goes
out at once, and those that come within the tick wait for its end and share one write.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator

from smartforge.server.stream.viewer import Viewer

logger = logging.getLogger(__name__)

SLICE = 256
"""Viewers that are served in one turn of the event loop; others have a turn in between."""


class Sweep:
    """Calls `serve` with all of `viewers()` after a `wake`, at most once every `tick` seconds.

    `serve` takes as many of the iterator as it can, slice by slice. Nobody is passed over: one
    who was there at the wake is served with what there was then, or more; where `serve` raises,
    it is called again with those behind the one that it had taken last.
    """

    def __init__(
        self,
        viewers: Callable[[], Iterable[Viewer]],
        serve: Callable[[Iterator[Viewer]], None],
        tick: float,
    ) -> None:
        self._viewers = viewers
        self._serve = serve
        self._tick = tick
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time() - tick
        self._rest: tuple[Viewer, ...] = ()
        self._timer: asyncio.Handle | None = None
        self._again = self._cancelled = False

    def wake(self) -> None:
        """There is something new."""
        if self._cancelled:
            return
        if self._rest:
            self._again = True
        elif self._timer is None:
            due = self._began + self._tick
            if self._loop.time() >= due:
                self._begin()
            else:
                self._timer = self._loop.call_at(due, self._begin)

    def cancel(self) -> None:
        """No more offers, whoever still wakes."""
        self._cancelled = True
        if self._timer is not None:
            self._timer.cancel()
        self._rest = ()

    def _begin(self) -> None:
        self._timer = None
        self._began = self._loop.time()
        self._rest = tuple(self._viewers())
        self._go_on()

    def _go_on(self) -> None:
        self._serve_all(iter(self._rest[:SLICE]))
        self._rest = self._rest[SLICE:]
        if self._rest:
            self._timer = self._loop.call_soon(self._go_on)
            return
        self._timer = None
        if self._again:
            self._again = False
            self.wake()

    def _serve_all(self, viewers: Iterator[Viewer]) -> None:
        while True:
            try:
                self._serve(viewers)
            except Exception:
                logger.exception("a viewer could not be served")
            else:
                return
