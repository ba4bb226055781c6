"""What a run needs of an engine."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

Json = Any


class Steps(Protocol):
    """Runs the steps of one execution of a run.

    A step's result is recorded once under its key: where the run is executed again, a finished
    step returns its recorded result and its body is not run. A body that did not finish is run
    again from its start, so a body runs at least once. Arguments and results are JSON.
    """

    async def step(
        self, key: str, fn: Callable[..., Awaitable[Json]], arguments: dict[str, Json]
    ) -> Json: ...
