"""Who waits for which project, and waking them. Used on the event loop's thread alone."""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager


class Waiters:
    """Waiting for events beyond a cursor, for many projects at once.

    A waiter is registered before the log is looked at, and the log calls `wake` after each
    commit: an event committed before the look is seen by it, a later one wakes. So none is lost.
    """

    def __init__(self) -> None:
        self._cursors: dict[str, dict[asyncio.Future[bool], int]] = {}
        self._all: set[asyncio.Future[bool]] = set()

    def __len__(self) -> int:
        """How many waiters there are now."""
        return len(self._all)

    def projects(self) -> list[str]:
        """The projects that somebody waits for."""
        return list(self._cursors)

    @contextmanager
    def waiter(self, cursors: Mapping[str, int]) -> Generator[asyncio.Future[bool]]:
        """A future that becomes True when one of the projects gets an event beyond its cursor.

        It is forgotten when the block is left, by whatever way.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._all.add(future)
        for project_id, cursor in cursors.items():
            self._cursors.setdefault(project_id, {})[future] = cursor
        try:
            yield future
        finally:
            self._forget(future, cursors)

    def wake(self, project_id: str, last: int) -> None:
        """`last` is now the newest event of the project."""
        for future, cursor in self._cursors.get(project_id, {}).items():
            if last > cursor:
                _answer(future, True)

    def wake_removed(self, project_id: str) -> None:
        """The project was removed: whoever waits for it is to look."""
        for future in self._cursors.get(project_id, ()):
            _answer(future, True)

    def wake_all(self) -> None:
        """Everybody gets False at once: nothing more will come."""
        for future in self._all:
            _answer(future, False)

    def _forget(self, future: asyncio.Future[bool], cursors: Mapping[str, int]) -> None:
        self._all.discard(future)
        for project_id in cursors:
            waiting = self._cursors[project_id]
            del waiting[future]
            if not waiting:
                del self._cursors[project_id]


async def answer_within(future: asyncio.Future[bool], timeout: float) -> bool:
    """The waiter's answer, or False after `timeout` seconds."""
    timer = asyncio.get_running_loop().call_later(timeout, _answer, future, False)
    try:
        return await future
    finally:
        timer.cancel()


def _answer(future: asyncio.Future[bool], answer: bool) -> None:
    if not future.done():
        future.set_result(answer)
