"""The runs of one project in this process: the one that is on, and those that wait."""

import asyncio
from collections import deque

import msgspec

from smartforge.events import Trigger


class Queued(msgspec.Struct, frozen=True):
    """A run that waits in its project's lane."""

    run: str
    trigger: Trigger
    message_id: str | None


class Lane:
    """The runs of one project: one at a time, in order.

    `turn` is held while a run begins and while it is cancelled, so that a Stop never falls
    between two runs; and while a message is edited or removed, so that its run does not begin.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.queue: deque[Queued] = deque()
        self.run: str | None = None
        self.epoch = 0
        self.execution: asyncio.Task[None] | None = None
        self.driver: asyncio.Task[None] | None = None

    @property
    def next(self) -> str | None:
        """The run that is on; between two runs the one that begins next."""
        return self.run or (self.queue[0].run if self.queue else None)

    def asked_by(self, message_id: str) -> Queued | None:
        """The run in the queue that this message asks for."""
        return next((one for one in self.queue if one.message_id == message_id), None)
