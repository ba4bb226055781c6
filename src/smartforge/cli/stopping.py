"""Runs a command so that Ctrl-C, SIGTERM and SIGHUP end it in order, with nothing left behind."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopping:
    """Told of the first signal; later ones change nothing, for the way out is short.

    `act` is what is done then: the command is cancelled, unless it has put something better there.
    """

    def __init__(self, act: Callable[[], object]) -> None:
        self.act = act
        self.by: signal.Signals | None = None

    @property
    def status(self) -> int:
        """The exit status of a command that a signal has ended, as shells count it."""
        return 128 + (self.by or signal.SIGINT)

    def say(self, by: signal.Signals) -> None:
        """A signal has come."""
        if self.by is None:
            self.by = by
            self.act()


def run(
    command: Callable[[Stopping], Coroutine[Any, Any, int]],
    loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> int:
    """The command's exit status; 128 + the signal's number where a signal cancelled it."""
    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(_guarded(command))


async def _guarded(command: Callable[[Stopping], Coroutine[Any, Any, int]]) -> int:
    this = asyncio.current_task()
    assert this is not None
    stopping = Stopping(this.cancel)
    running = asyncio.get_running_loop()
    # What is ignored already, under nohup for example, stays ignored.
    taken = [each for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    for each in taken:
        running.add_signal_handler(each, stopping.say, each)
    try:
        return await command(stopping)
    except asyncio.CancelledError:
        if stopping.by is None:
            raise
        return stopping.status
    finally:
        for each in taken:
            running.remove_signal_handler(each)
            if stopping.by is not None:
                signal.signal(each, signal.SIG_IGN)
