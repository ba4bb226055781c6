"""What is written to the PostgreSQL tables: a batch of operations in one transaction.

Most batches only add events to projects that nobody else adds to. Such a batch takes one round
trip: it is computed from how its projects stood after this writer's last commit, and stored if
they still stand so (`growth`). Every other batch takes two. The first locks its projects and
tells how they stand; then everything is computed here; the second writes it all and commits.

The fence: a project's row is locked before its epoch is compared, and stays locked until the
commit, so nobody can claim a newer epoch, or take the same seq, in between. The locks are taken
in the order of the ids, so that two nodes cannot wait for each other.

Exactly once: every batch has a number, stored with it in this writer's own row. Where the
connection is lost before the answer has come, a new one takes the number: that waits for a
transaction that is under way, tells whether the batch was stored, and lets nothing of it be
stored later on.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, LiteralString, Self, TypeVar, cast

import msgspec
from psycopg import Connection, Cursor, Pipeline
from psycopg.rows import TupleRow

from smartforge.errors import DatabaseUnusable
from smartforge.log.clock import Clock
from smartforge.log.group_commit import Committed, Refused
from smartforge.log.postgres import columns, notices
from smartforge.log.postgres.batch import Batch, Key
from smartforge.log.postgres.growth import grow
from smartforge.log.postgres.link import Link
from smartforge.log.postgres.reads import COLUMNS, is_storable, standing_of
from smartforge.log.standing import Standing

T = TypeVar("T")

KEPT_STANDINGS = 1000
"""Of how many projects it is kept in memory how they stood after the last commit."""

FORGET_WRITERS = "DELETE FROM smartforge.writer WHERE seen < now() - interval '1 day'"

_NUMBER_BATCH = """
    INSERT INTO smartforge.writer (id, batch, seen) VALUES (%s, %s, now())
    ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, seen = now()
"""
# Waits for the transaction that has the row, if there is one.
_LAST_BATCH = """
    INSERT INTO smartforge.writer (id, batch, seen) VALUES (%s, 0, now())
    ON CONFLICT (id) DO UPDATE SET seen = now()
    RETURNING batch
"""
_LOCK: LiteralString = f"""
    SELECT {COLUMNS} FROM smartforge.project
    WHERE id = ANY(%s::text[]) ORDER BY id FOR UPDATE
"""
_FIND_KEYS = """
    SELECT project, key, last FROM smartforge.append_key
    WHERE (project, key) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""
_INSERT_PROJECTS = """
    INSERT INTO smartforge.project (id, created, ts, next_seq, epoch, headline, deleted)
    SELECT id, created, ts, last + 1, epoch, headline::json, deleted
    FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[],
                %s::boolean[])
         WITH ORDINALITY AS new (id, created, ts, last, epoch, headline, deleted, place)
    ORDER BY place
"""
_UPDATE_PROJECTS = """
    UPDATE smartforge.project
    SET ts = new.ts, next_seq = new.last + 1, epoch = new.epoch, headline = new.headline::json,
        deleted = new.deleted
    FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[],
                %s::boolean[])
         AS new (id, created, ts, last, epoch, headline, deleted)
    WHERE project.id = new.id
"""
_INSERT_EVENTS = """
    INSERT INTO smartforge.event (project, seq, type, data)
    SELECT * FROM unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[])
"""
_INSERT_KEYS = """
    INSERT INTO smartforge.append_key (project, key, last)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[])
"""
_INSERT_BLOBS = """
    INSERT INTO smartforge.blob (sha256, content)
    SELECT * FROM unnest(%b::text[], %b::bytea[])
    ON CONFLICT (sha256) DO UPDATE SET stored = now()
"""
# The condition is `base.supersedes`.
_KEEP_CHECKPOINTS = """
    INSERT INTO smartforge.checkpoint (project, seq, shape, data)
    SELECT * FROM unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[])
    ON CONFLICT (project) DO UPDATE
    SET seq = excluded.seq, shape = excluded.shape, data = excluded.data
    WHERE excluded.seq > checkpoint.seq
       OR (excluded.seq = checkpoint.seq AND excluded.shape <> checkpoint.shape)
"""


class Writes:
    """The writing side of the tables, for one thread."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._id = uuid.uuid4()
        self._number = 0
        self._standings: dict[str, Standing] = {}
        self.batch = Batch({}, {}, clock)
        self.backends: set[int] = set()
        self.commits = 0

    def write_all(self, operations: Sequence[Callable[[Self], Any]]) -> Committed:
        """Run the operations in one transaction and return once it is stored, exactly once.

        One that raises has changed nothing. Lost connections are made again and what was not
        stored is computed anew, for as long as `Link` has patience. Raises DatabaseUnusable
        where the database refuses; nothing of the batch is stored then, unless the error says
        that it is not known.
        """
        sent: list[Committed] = []

        def write(connection: Connection[TupleRow]) -> Committed:
            if sent and self._was_stored(connection):
                return sent[0]
            sent.clear()
            self._number += 1
            # NOTIFY names the backend it came from, by which this node knows its own.
            self.backends = {connection.info.backend_pid}
            done = self._grow(connection, operations, sent)
            done = done or self._commit(connection, operations, sent)
            self._standings = _joined(self._standings, self.batch.standings)
            return done

        try:
            done = self._link.use(write)
        except DatabaseUnusable as error:
            if sent:
                raise DatabaseUnusable(
                    f"{error.what} Whether the last events were stored is not known.",
                    "Follow the project to see; an append with a key can be repeated.",
                ) from error
            raise
        self.commits += 1
        return done

    def _grow(
        self,
        connection: Connection[TupleRow],
        operations: Sequence[Callable[[Self], Any]],
        sent: list[Committed],
    ) -> Committed | None:
        """Store the batch by one statement; None where it cannot be, and nothing was stored."""
        projects, keys = _about(operations)
        if keys or not projects <= self._standings.keys():
            return None
        expected = {each: self._standings[each] for each in projects}
        batch = Batch(expected, {}, self._clock)
        done = self._compute(batch, operations)
        # What is refused may only seem wrong, to one who does not know the newest.
        if not batch.only_grows or any(isinstance(each, Refused) for each in done.outcomes):
            return None
        sent.append(done)
        if grow(connection, batch, expected, self._id, self._number):
            return done
        sent.clear()
        return None

    def _commit(
        self,
        connection: Connection[TupleRow],
        operations: Sequence[Callable[[Self], Any]],
        sent: list[Committed],
    ) -> Committed:
        with connection.pipeline() as pipe:
            batch = self._begin(connection, pipe, operations)
            done = self._compute(batch, operations)
            self._write(connection, batch)
            sent.append(done)
            connection.execute("COMMIT", prepare=False)
        return done

    def _begin(
        self,
        connection: Connection[TupleRow],
        pipe: Pipeline,
        operations: Sequence[Callable[[Self], Any]],
    ) -> Batch:
        """Lock what the batch is about, in one round trip."""
        projects, keys = _about(operations)
        connection.execute("BEGIN", prepare=False)
        connection.execute(_NUMBER_BATCH, (self._id, self._number))
        locked = connection.execute(_LOCK, ([each for each in projects if is_storable(each)],))
        used = _find_keys(connection, keys)
        # With a mere flush the server would not notice a transaction that stands still.
        pipe.sync()
        standings = {row[0]: standing_of(row) for row in locked.fetchall()}
        return Batch(standings, _keys_in(used), self._clock)

    def _compute(self, batch: Batch, operations: Sequence[Callable[[Self], Any]]) -> Committed:
        self.batch = batch
        outcomes = [self._attempt(operation) for operation in operations]
        return Committed(outcomes=outcomes, moved=batch.moved())

    def _attempt(self, operation: Callable[[Self], Any]) -> Any:
        try:
            return operation(self)
        except Exception as error:
            return Refused(error=error)

    def _write(self, connection: Connection[TupleRow], batch: Batch) -> None:
        """Send everything that changes; its errors come with the end of the pipeline."""
        new = [batch.changed[each] for each in batch.created]
        old = [each for each in batch.changed.values() if each.project_id not in batch.created]
        if new:
            connection.execute(_INSERT_PROJECTS, columns.of_standings(new))
        if old:
            connection.execute(_UPDATE_PROJECTS, columns.of_standings(old))
        if batch.stored:
            connection.execute(_INSERT_EVENTS, columns.of_events(batch))
        if batch.used:
            used = [(*key, last) for key, last in batch.used.items()]
            connection.execute(_INSERT_KEYS, columns.turned(used))
        if batch.blobs:
            # Sorted, so that two nodes which store the same do not wait for each other.
            connection.execute(_INSERT_BLOBS, columns.turned(sorted(batch.blobs.items())))
        if batch.kept:
            kept = [(one.project_id, one.seq, one.shape, one.data) for one in batch.kept.values()]
            connection.execute(_KEEP_CHECKPOINTS, columns.turned(kept))
        if batch.stored:
            notice = (notices.CHANNEL, notices.announcement(batch.lasts()))
            connection.execute("SELECT pg_notify(%s, %s)", notice)

    def _was_stored(self, connection: Connection[TupleRow]) -> bool:
        """Whether the batch that was sent on a connection now lost is stored; if not, never."""
        with connection.transaction():
            row = connection.execute(_LAST_BATCH, (self._id,)).fetchone()
            connection.execute(_NUMBER_BATCH, (self._id, self._number))
        return row is not None and row[0] == self._number


class Operation(msgspec.Struct, Generic[T], frozen=True):
    """One thing to do in a batch, and what must be locked and known before: a project, a key."""

    act: Callable[[Batch], T]
    project_id: str | None = None
    key: str | None = None

    def __call__(self, writes: Writes) -> T:
        return self.act(writes.batch)


def _about(operations: Sequence[Callable[[Any], Any]]) -> tuple[set[str], set[Key]]:
    """The projects that the operations are about, and the keys."""
    about = [cast(Operation[Any], each) for each in operations if isinstance(each, Operation)]
    projects = {each.project_id for each in about if each.project_id is not None}
    keys = {
        (each.project_id, each.key)
        for each in about
        if each.project_id is not None and each.key is not None
    }
    return projects, keys


def _joined(old: Mapping[str, Standing], new: Mapping[str, Standing]) -> dict[str, Standing]:
    joined = {**old, **new}
    return joined if len(joined) <= KEPT_STANDINGS else dict(new)


def _find_keys(connection: Connection[TupleRow], keys: set[Key]) -> Cursor[TupleRow] | None:
    storable = [each for each in keys if is_storable(each[0] + each[1])]
    return connection.execute(_FIND_KEYS, columns.turned(storable)) if storable else None


def _keys_in(found: Cursor[TupleRow] | None) -> dict[Key, int]:
    rows = [] if found is None else found.fetchall()
    return {(project_id, key): last for project_id, key, last in rows}
