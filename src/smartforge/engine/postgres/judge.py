"""Which nodes seem dead to a node: decided by what it saw of their beats, without I/O."""

from collections.abc import Sequence

from smartforge.engine.postgres.nodes import Peer

GRACE = 2.0
"""Seconds after connecting in which nobody is judged: a restart of PostgreSQL makes all silent."""

LATE = 1.0
"""Seconds without a look after which all that was seen is forgotten: who stood still, perhaps
with the whole machine, cannot tell whether the others did."""


class Judge:
    """Looks at the other nodes about as often as they beat; times are seconds of one clock.

    A node seems dead where it is silent by the database's clock and did not beat between two
    looks: by the first alone, a leap of that clock would be the end of everybody.
    """

    def __init__(self, now: float) -> None:
        self._until = now + GRACE
        self._looked = now
        self._seen: dict[str, int] = {}

    def dead(self, peers: Sequence[Peer], now: float) -> list[str]:
        """The ids of those that seem so, by one more look."""
        before = self._seen if now - self._looked <= LATE else {}
        self._looked, self._seen = now, {each.id: each.seen for each in peers}
        if now < self._until:
            return []
        return [each.id for each in peers if each.silent and before.get(each.id) == each.seen]
