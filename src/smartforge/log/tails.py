"""The newest events of the projects that are written to, kept in memory for their followers.

A follower at the tail is answered from here, without a thread and without the database.
"""

from collections.abc import Sequence

from smartforge.log.base import Record

TAIL_BYTES = 256 * 1024
"""How much of one project's encoded events is kept."""

TAIL_PROJECTS = 64
"""Of how many projects a tail is kept: those written to last."""


class Tails:
    """What was committed lately, project by project. Used on the event loop's thread alone."""

    def __init__(self) -> None:
        self._tails: dict[str, _Tail] = {}

    def extend(self, project_id: str, records: Sequence[Record]) -> None:
        """Add what a commit stored; called once for each commit, in their order."""
        tail = self._tails.pop(project_id, None)
        if tail is None or tail.records[-1].seq + 1 != records[0].seq:
            tail = _Tail()
        tail.extend(records)
        self._tails[project_id] = tail
        if len(self._tails) > TAIL_PROJECTS:
            del self._tails[next(iter(self._tails))]

    def forget(self, project_id: str) -> None:
        """The project was removed."""
        self._tails.pop(project_id, None)

    def after(self, project_id: str, cursor: int, limit: int) -> Sequence[Record] | None:
        """Up to `limit` events beyond the cursor; None where memory does not reach back so far."""
        tail = self._tails.get(project_id)
        if tail is None or tail.records[0].seq > cursor + 1:
            return None
        start = cursor + 1 - tail.records[0].seq
        return tail.records[start : start + limit]


class _Tail:
    """The end of one project's log: always its newest event, and as many before it as fit."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._size = 0

    def extend(self, records: Sequence[Record]) -> None:
        self.records.extend(records)
        self._size += sum(len(record.data) for record in records)
        if self._size > TAIL_BYTES:
            self._forget_half()

    def _forget_half(self) -> None:
        """Half at once, so that an append costs the same on average however long the tail is."""
        start, kept = len(self.records), 0
        while kept <= TAIL_BYTES // 2:
            start -= 1
            kept += len(self.records[start].data)
        del self.records[:start]
        self._size = kept
