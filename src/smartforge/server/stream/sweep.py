"""When the viewers of a feed are served: at once, and then once a tick at most.

The cost of a stream is in its writes, not in its events. So the first event after a silence goes
out at once, and those that come within the tick wait for its end and share one write.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from smartforge.server.stream.viewer import Viewer

logger = logging.getLogger(__name__)

SLICE = 256
"""Viewers that are served in one turn of the event loop; others have a turn in between."""


class Sweep:
    """Calls `offer` for each of `viewers()` after a `wake`, at most once every `tick` seconds.

    Nobody is passed over: one who was there at the wake is offered what there was then, or more,
    also where the offer to another one raises.
    """

    def __init__(
        self, viewers: Callable[[], Iterable[Viewer]], offer: Callable[[Viewer], None], tick: float
    ) -> None:
        self._viewers = viewers
        self._offer = offer
        self._tick = tick
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time() - tick
        self._rest: Iterator[Viewer] | None = None
        self._timer: asyncio.Handle | None = None
        self._again = self._cancelled = False

    def wake(self) -> None:
        """There is something new."""
        if self._cancelled:
            return
        if self._rest is not None:
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
        self._rest = None

    def _begin(self) -> None:
        self._timer = None
        self._began = self._loop.time()
        self._rest = iter(tuple(self._viewers()))
        self._go_on()

    def _go_on(self) -> None:
        served = 0
        for viewer in islice(self._rest or (), SLICE):
            served += 1
            try:
                self._offer(viewer)
            except Exception:
                logger.exception("a viewer could not be served")
            if self._cancelled:
                return
        if served == SLICE:
            self._timer = self._loop.call_soon(self._go_on)
            return
        self._rest = self._timer = None
        if self._again:
            self._again = False
            self.wake()
