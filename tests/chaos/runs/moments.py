"""What has happened in a trial so far, for those who wait for a moment of it."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from tests.chaos.runs.door import TrialFailed
from tests.chaos.runs.plan import Disturbance, When
from tests.chaos.runs.viewer import Head
from tests.openai_wire import Wire

PATIENCE = 500
"""A moment that does not come within so many events will not come any more."""

SEEN: dict[tuple[str, str], When] = {
    ("file:complete", ""): "file",
    ("check:start", "boot"): "checks",
    ("run:resumed", ""): "resumed",
}
"""The moments that an event tells, by its type and the name of its check."""


class Moments:
    """Counts them. `over` is set when nothing more is to be disturbed."""

    def __init__(self, wire: Wire) -> None:
        self.over = False
        self._wire = wire
        self._failed = False
        self._counts: Counter[When] = Counter()
        self._moved = asyncio.Event()

    def __str__(self) -> str:
        return str(dict(self._counts))

    def saw(self, head: Head) -> None:
        """A viewer was shown an event."""
        self.note("event")
        if (moment := SEEN.get((head.type, head.check))) is not None:
            self.note(moment)

    def note(self, when: When) -> None:
        """It has happened once more."""
        self._counts[when] += 1
        self._moved.set()

    def end(self) -> None:
        """Nothing more is to be disturbed."""
        self.over = True
        self._moved.set()

    def give_up(self) -> None:
        """Whoever waits is to get TrialFailed."""
        self._failed = True
        self._moved.set()

    async def watch_model(self) -> None:
        """Tell of everything that happens at the model, until cancelled."""

        def look(_: Wire) -> bool:
            self._moved.set()
            return False

        while True:
            with suppress(TimeoutError):
                await self._wire.until(look)

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait for it. Raises TrialFailed where the trial was given up."""
        while not reached():
            if self._failed:
                raise TrialFailed("the trial was given up")
            await self._moved.wait()
            self._moved.clear()

    async def until_due(self, what: Disturbance) -> None:
        """Wait for the moment of a disturbance; nobody waits for one that does not come."""
        due = self._count(what.when) + what.count
        late = self._count("event") + PATIENCE
        await self.until(
            lambda: self.over or self._count(what.when) >= due or self._count("event") >= late
        )

    def _count(self, when: When) -> int:
        match when:
            case "planning":
                return sum(each.asked == "plan" for each in self._wire.requests)
            case "answer":
                return sum(each.asked != "plan" and bool(each.sent) for each in self._wire.requests)
            case _:
                return self._counts[when]
