"""A planner that is imported when it is first asked: most commands plan nothing."""

import functools
from collections.abc import Callable

import anyio.to_thread

from smartforge.planners.base import Planned, Planner, PlanRequest


class Later:
    """Implements `planners.base.Planner` by the one that `make` imports and makes.

    `make` is called in a thread by the first plan, since an import may take half a second.
    """

    def __init__(self, make: Callable[[], Planner]) -> None:
        self._made = functools.cache(make)

    async def plan(self, request: PlanRequest) -> Planned:
        """See `Planner.plan`."""
        planner = await anyio.to_thread.run_sync(self._made, abandon_on_cancel=True)
        return await planner.plan(request)
