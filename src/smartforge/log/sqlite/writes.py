"""What is written to the SQLite tables: a batch of operations in one transaction."""

import contextlib
import sqlite3
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Self

import msgspec

from smartforge.events import Fact
from smartforge.log import refusals
from smartforge.log.base import Checkpoint, Head, Record, Share
from smartforge.log.clock import Clock
from smartforge.log.group_commit import Committed, Moved, Refused
from smartforge.log.sqlite import reads, shares
from smartforge.log.sqlite.database import unusable
from smartforge.log.standing import Append, Standing, begun

KEPT = 4096
"""How many projects' standings are kept in memory between batches."""

_INSERT_PROJECT = """
    INSERT INTO project
        (id, created, ts, next_seq, epoch, title, status, run, waiting, deleted)
    VALUES
        (:id, :created, :ts, :last + 1, 0, :title, :status, :run, :waiting, :deleted)
"""
# The fence, the gapless seq and the row's lock in one statement.
_EXTEND_PROJECT = """
    UPDATE project
    SET next_seq = next_seq + :n, epoch = epoch + :close, ts = :ts, title = :title,
        status = :status, run = :run, waiting = :waiting, deleted = :deleted
    WHERE id = :id AND (:epoch IS NULL OR epoch = :epoch)
    RETURNING next_seq
"""
_CLAIM = "UPDATE project SET epoch = epoch + 1 WHERE id = ? RETURNING epoch"
_INSERT_EVENT = "INSERT INTO event (project, seq, type, data) VALUES (?, ?, ?, ?)"
_INSERT_KEY = "INSERT INTO append_key (project, key, last) VALUES (?, ?, ?)"
_FIND_KEY = "SELECT last FROM append_key WHERE project = ? AND key = ?"
_INSERT_BLOB = """
    INSERT INTO blob (sha256, content, stored) VALUES (?, ?, ?)
    ON CONFLICT (sha256) DO UPDATE SET stored = excluded.stored
"""
_REMOVE_BLOB = "DELETE FROM blob WHERE sha256 = ? AND stored <= ? RETURNING length(content)"
# The project itself is last: the others refer to it.
_REMOVE_PROJECT = (
    "DELETE FROM event WHERE project = ?",
    "DELETE FROM append_key WHERE project = ?",
    "DELETE FROM checkpoint WHERE project = ?",
    "DELETE FROM share WHERE project = ?",
    "DELETE FROM project WHERE id = ?",
)
# The condition is `base.supersedes`.
_KEEP_CHECKPOINT = """
    INSERT INTO checkpoint (project, seq, shape, data) VALUES (?, ?, ?, ?)
    ON CONFLICT (project) DO UPDATE
    SET seq = excluded.seq, shape = excluded.shape, data = excluded.data
    WHERE excluded.seq > seq OR (excluded.seq = seq AND excluded.shape <> shape)
"""


class Writes:
    """The writing side of the tables, for one thread.

    `write_all` is the only way in from outside; the other methods are what the operations that
    it is given call, and run inside of it alone.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, clock: Clock) -> None:
        self._db = connection
        self._path = path
        self._clock = clock
        self._standings: dict[str, Standing] = {}
        self._moved: dict[str, Head] = {}
        self._stored: dict[str, list[Record]] = {}
        self.commits = 0

    def write_all(self, operations: Sequence[Callable[[Self], Any]]) -> Committed:
        """Run the operations in one transaction and return once it is on the disk.

        One that raises is undone alone. Raises DatabaseUnusable where the database itself
        refuses; nothing of the batch is stored then.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(operation) for operation in operations]
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo()
            raise unusable(error, self._path) from error
        self.commits += 1
        return Committed(outcomes=outcomes, moved=self._take_moved())

    def create(
        self,
        project_id: str,
        facts: Sequence[Fact],
        run: str | None = None,
        asking: Sequence[Fact] = (),
    ) -> Head:
        """See `Appending.create`."""
        if reads.heads(self._db, (project_id,)):
            raise refusals.taken(project_id)
        standing, records = begun(project_id, self._clock(), facts, run, asking)
        self._db.execute(_INSERT_PROJECT, _values(standing))
        self._insert(project_id, records)
        return self._keep(standing, records)

    def claim(self, project_id: str) -> int:
        """See `Appending.claim`."""
        standing = self._standing(project_id).claimed()
        self._db.execute(_CLAIM, (project_id,)).fetchall()
        return self._keep(standing, []).epoch

    def append(self, new: Append) -> int:
        """See `Appending.append`."""
        standing = self._standing(new.project_id)
        if new.key is not None and (first := self._appended(new.project_id, new.key)):
            return first
        grown, records = standing.extended(
            new.facts, run=new.run, now=self._clock(), close=new.close
        )
        values = _values(grown) | {"n": len(records), "close": new.close, "epoch": new.epoch}
        moved = self._db.execute(_EXTEND_PROJECT, values).fetchall()
        if not moved:
            raise refusals.fenced(new.project_id, new.epoch)
        if moved != [(grown.last + 1,)]:
            self._standings.pop(new.project_id, None)
            raise refusals.changed_by_others(self._path)
        self._insert(new.project_id, records)
        if new.key is not None:
            self._db.execute(_INSERT_KEY, (new.project_id, new.key, grown.last))
        return self._keep(grown, records).last

    def put(self, sha256: str, content: bytes) -> None:
        """Store the content under its hash."""
        self._db.execute(_INSERT_BLOB, (sha256, content, self._clock()))

    def keep(self, new: Checkpoint) -> None:
        """See `Checkpoints.keep`."""
        self._standing(new.project_id)
        values = (new.project_id, new.seq, new.shape, new.data)
        self._db.execute(_KEEP_CHECKPOINT, values)

    def share(self, new: Share) -> None:
        """See `Shares.share`."""
        self._standing(new.project_id)
        shares.share(self._db, new)

    def revoke(self, digest: str, at: int) -> None:
        """See `Shares.revoke`."""
        shares.revoke(self._db, digest, at)

    def remove(self, project_id: str, last: int) -> bool:
        """See `Removing.remove`."""
        head = self._standing(project_id).head()
        if head.active or head.last > last:
            return False
        for query in _REMOVE_PROJECT:
            self._db.execute(query, (project_id,))
        for known in (self._standings, self._moved, self._stored):
            known.pop(project_id, None)
        return True

    def discard(self, hashes: Collection[str], unnamed: float) -> int:
        """See `Removing.discard`."""
        before = self._clock() - int(unnamed * 1000)
        gone = [self._db.execute(_REMOVE_BLOB, (each, before)).fetchall() for each in hashes]
        return sum(size for rows in gone for (size,) in rows)

    def _attempt(self, operation: Callable[[Self], Any]) -> Any:
        self._db.execute("SAVEPOINT one")
        try:
            outcome = operation(self)
        except sqlite3.Error:
            raise
        except Exception as error:
            self._db.execute("ROLLBACK TO one")
            outcome = Refused(error=error)
        self._db.execute("RELEASE one")
        return outcome

    def _undo(self) -> None:
        self._standings.clear()
        self._take_moved()
        if self._db.in_transaction:
            # Where even this fails, the next BEGIN does too, and comes back here.
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")

    def _take_moved(self) -> list[Moved]:
        moved = [Moved(head=head, records=self._stored[each]) for each, head in self._moved.items()]
        self._moved, self._stored = {}, {}
        return moved

    def _standing(self, project_id: str) -> Standing:
        return self._standings.get(project_id) or reads.standing(self._db, project_id)

    def _appended(self, project_id: str, key: str) -> int | None:
        row: tuple[int] | None = self._db.execute(_FIND_KEY, (project_id, key)).fetchone()
        return None if row is None else row[0]

    def _insert(self, project_id: str, records: Sequence[Record]) -> None:
        rows = [(project_id, record.seq, record.type, record.data) for record in records]
        self._db.executemany(_INSERT_EVENT, rows)

    def _keep(self, standing: Standing, records: list[Record]) -> Head:
        """Remember what now stands. The last thing an operation does: it cannot fail any more."""
        project_id = standing.project_id
        self._standings.pop(project_id, None)
        self._standings[project_id] = standing
        if len(self._standings) > KEPT:
            del self._standings[next(iter(self._standings))]
        self._stored.setdefault(project_id, []).extend(records)
        head = self._moved[project_id] = standing.head()
        return head


def _values(standing: Standing) -> dict[str, str | int | None]:
    line = standing.headline
    return {
        "id": standing.project_id,
        "created": standing.created,
        "ts": standing.ts,
        "last": standing.last,
        "title": line.title,
        "status": line.status,
        "run": line.run,
        "waiting": msgspec.json.encode(line.waiting).decode(),
        "deleted": line.deleted,
    }
