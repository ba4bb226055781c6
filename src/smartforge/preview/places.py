"""How many requests may be under way: to one project, and to all together."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from smartforge.preview.refusals import full


class Places:
    """Counts requests; never waits."""

    def __init__(self, each: int, whole: int) -> None:
        self._each = each
        self._whole = whole
        self._taken: Counter[str] = Counter()

    def taken(self, project_id: str) -> int:
        return self._taken[project_id]

    @contextmanager
    def taking(self, project_id: str) -> Generator[None]:
        """A place for the time of the block. Raises Refused (429)."""
        if self._taken[project_id] >= self._each:
            raise full(self._each, "this API")
        if self._taken.total() >= self._whole:
            raise full(self._whole, "all previews")
        self._taken[project_id] += 1
        try:
            yield
        finally:
            self._taken[project_id] -= 1
            if not self._taken[project_id]:
                del self._taken[project_id]
