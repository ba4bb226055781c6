"""What a batch of operations makes of the projects it was given: computed here, without I/O.

Nobody else changes its projects before the commit: they are locked by then, or else the commit
stores nothing where somebody did.
"""

from collections.abc import Mapping, Sequence

from smartforge.events import Fact
from smartforge.log import refusals
from smartforge.log.base import Checkpoint, Head, Record, supersedes
from smartforge.log.clock import Clock
from smartforge.log.group_commit import Moved
from smartforge.log.postgres.reads import is_storable
from smartforge.log.standing import Append, Standing, begun

Key = tuple[str, str]
"""A project and the key of one of its appends."""


class Batch:
    """The standings of some projects and the used keys among those asked for, and what changes.

    An operation that raises has changed nothing; those after it build on those before it.
    """

    def __init__(
        self, standings: Mapping[str, Standing], keys: Mapping[Key, int], clock: Clock
    ) -> None:
        self.standings = dict(standings)
        self._keys = dict(keys)
        self._clock = clock
        self.created: list[str] = []
        self.changed: dict[str, Standing] = {}
        self.stored: dict[str, list[Record]] = {}
        self.used: dict[Key, int] = {}
        self.blobs: dict[str, bytes] = {}
        self.kept: dict[str, Checkpoint] = {}

    def create(
        self,
        project_id: str,
        facts: Sequence[Fact],
        run: str | None = None,
        asking: Sequence[Fact] = (),
    ) -> Head:
        """See `Appending.create`."""
        if project_id in self.standings:
            raise refusals.taken(project_id)
        _check_storable("project id", project_id)
        standing, records = begun(project_id, self._clock(), facts, run, asking)
        self.created.append(project_id)
        return self._change(standing, records).head()

    def claim(self, project_id: str) -> int:
        """See `Appending.claim`."""
        return self._change(self._standing(project_id).claimed(), []).epoch

    def append(self, new: Append) -> int:
        """See `Appending.append`."""
        standing = self._standing(new.project_id)
        if new.key is not None:
            _check_storable("key", new.key)
            if (first := self._keys.get((new.project_id, new.key))) is not None:
                return first
        grown, records = standing.extended(
            new.facts, run=new.run, now=self._clock(), close=new.close
        )
        if new.epoch not in (None, standing.epoch):
            raise refusals.fenced(new.project_id, new.epoch)
        if new.key is not None:
            used = (new.project_id, new.key)
            self._keys[used] = self.used[used] = grown.last
        return self._change(grown, records).last

    def put(self, sha256: str, content: bytes) -> None:
        """Store the content under its hash."""
        self.blobs[sha256] = content

    def keep(self, checkpoint: Checkpoint) -> None:
        """See `Checkpoints.keep`."""
        self._standing(checkpoint.project_id)
        if supersedes(checkpoint, self.kept.get(checkpoint.project_id)):
            self.kept[checkpoint.project_id] = checkpoint

    @property
    def only_grows(self) -> bool:
        """Whether it does nothing but add events, to projects that were there."""
        return bool(self.stored) and not (self.created or self.used or self.blobs or self.kept)

    def lasts(self) -> dict[str, int]:
        """The projects that get events, and the newest seq of each after the commit."""
        return {each: self.changed[each].last for each in self.stored}

    def moved(self) -> list[Moved]:
        """The projects that change, as they stand after the commit."""
        return [
            Moved(head=standing.head(), records=self.stored.get(project_id, ()))
            for project_id, standing in self.changed.items()
        ]

    def _standing(self, project_id: str) -> Standing:
        if project_id not in self.standings:
            raise refusals.unknown_project(project_id)
        return self.standings[project_id]

    def _change(self, standing: Standing, records: Sequence[Record]) -> Standing:
        """The last thing an operation does: it cannot fail any more."""
        self.standings[standing.project_id] = self.changed[standing.project_id] = standing
        if records:
            self.stored.setdefault(standing.project_id, []).extend(records)
        return standing


def _check_storable(what: str, text: str) -> None:
    if not is_storable(text):
        raise ValueError(f"the {what} {text!r} holds a sign that PostgreSQL cannot store")
