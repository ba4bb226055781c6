"""What is written to the PostgreSQL tables: a batch of operations in one transaction.

A batch takes two round trips, however many operations it has. The first locks its projects and
tells how they stand; then everything is computed here; the second writes it all and commits.

The fence: a project's row is locked before its epoch is compared, and stays locked until the
commit, so nobody can claim a newer epoch, or take the same seq, in between. That is what
`UPDATE ... WHERE epoch = ...` does, with the comparison on this side of the wire. The locks are
taken in the order of the ids, so that two nodes cannot wait for each other.

Exactly once: the first round trip also numbers the batch in this writer's own row, and so locks
it. Where the connection is lost after the second was sent, the row is asked for that number: the
answer waits for the old transaction to end, and tells whether it was stored.
"""

import uuid
from collections.abc import Callable, Sequence
from typing import Any, Generic, LiteralString, Self, TypeVar, cast

import msgspec
from psycopg import Connection, Cursor, Pipeline
from psycopg.rows import TupleRow

from smartforge.errors import DatabaseUnusable
from smartforge.log.clock import Clock
from smartforge.log.group_commit import Committed, Refused
from smartforge.log.postgres.batch import Batch, Key
from smartforge.log.postgres.link import Link
from smartforge.log.postgres.reads import COLUMNS, is_storable, standing_of
from smartforge.log.standing import Standing

T = TypeVar("T")

CHANNEL = "smartforge"
"""Where every commit is announced: a JSON object of projects and their newest seq."""

PAYLOAD_BYTES = 7_500
"""A longer announcement is left empty and means "look"; PostgreSQL allows less than 8,000."""

FORGET_WRITERS = "DELETE FROM smartforge.writer WHERE seen < now() - interval '1 day'"

_NUMBER_BATCH = """
    INSERT INTO smartforge.writer (id, batch, seen) VALUES (%s, %s, now())
    ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, seen = now()
"""
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
    ON CONFLICT DO NOTHING
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
        self._number += 1
        sent: list[Committed] = []

        def write(connection: Connection[TupleRow]) -> Committed:
            if sent and self._last_batch(connection) == self._number:
                return sent[0]
            sent.clear()
            return self._commit(connection, operations, sent)

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

    def _commit(
        self,
        connection: Connection[TupleRow],
        operations: Sequence[Callable[[Self], Any]],
        sent: list[Committed],
    ) -> Committed:
        # NOTIFY names the backend it came from, by which this node knows its own.
        self.backends = {connection.info.backend_pid}
        with connection.pipeline() as pipe:
            self.batch = self._begin(connection, pipe, operations)
            outcomes = [self._attempt(operation) for operation in operations]
            done = Committed(outcomes=outcomes, moved=self.batch.moved())
            self._write(connection, self.batch)
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
        about = [cast(Operation[Any], each) for each in operations if isinstance(each, Operation)]
        projects = {each.project_id for each in about if each.project_id is not None}
        keys = {
            (each.project_id, each.key)
            for each in about
            if each.project_id is not None and each.key is not None
        }
        connection.execute("BEGIN", prepare=False)
        connection.execute(_NUMBER_BATCH, (self._id, self._number))
        locked = connection.execute(_LOCK, ([each for each in projects if is_storable(each)],))
        used = _find_keys(connection, keys)
        # With a mere flush the server would not notice a transaction that stands still.
        pipe.sync()
        standings = {row[0]: standing_of(row) for row in locked.fetchall()}
        return Batch(standings, _keys_in(used), self._clock)

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
            connection.execute(_INSERT_PROJECTS, _columns(new))
        if old:
            connection.execute(_UPDATE_PROJECTS, _columns(old))
        events = [(each, one) for each, stored in batch.stored.items() for one in stored]
        if events:
            columns = [(each, one.seq, one.type, one.data) for each, one in events]
            connection.execute(_INSERT_EVENTS, _turned(columns))
        if batch.used:
            columns = [(*key, last) for key, last in batch.used.items()]
            connection.execute(_INSERT_KEYS, _turned(columns))
        if batch.blobs:
            # Sorted, so that two nodes which store the same do not wait for each other.
            connection.execute(_INSERT_BLOBS, _turned(sorted(batch.blobs.items())))
        if batch.kept:
            columns = [
                (one.project_id, one.seq, one.shape, one.data) for one in batch.kept.values()
            ]
            connection.execute(_KEEP_CHECKPOINTS, _turned(columns))
        if batch.stored:
            payload = announcement({each: batch.changed[each].last for each in batch.stored})
            connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))

    def _last_batch(self, connection: Connection[TupleRow]) -> int:
        """The last batch of this writer that was stored, once the old connection's has ended."""
        row = connection.execute(_LAST_BATCH, (self._id,)).fetchone()
        return 0 if row is None else int(row[0])


class Operation(msgspec.Struct, Generic[T], frozen=True):
    """One thing to do in a batch, and what must be locked and known before: a project, a key."""

    act: Callable[[Batch], T]
    project_id: str | None = None
    key: str | None = None

    def __call__(self, writes: Writes) -> T:
        return self.act(writes.batch)


def announcement(lasts: dict[str, int]) -> str:
    """What other nodes hear of a commit; empty where it is too long to be told."""
    payload = msgspec.json.encode(lasts)
    return payload.decode() if len(payload) <= PAYLOAD_BYTES else ""


def _find_keys(connection: Connection[TupleRow], keys: set[Key]) -> Cursor[TupleRow] | None:
    storable = [each for each in keys if is_storable(each[0] + each[1])]
    return connection.execute(_FIND_KEYS, _turned(storable)) if storable else None


def _keys_in(found: Cursor[TupleRow] | None) -> dict[Key, int]:
    rows = [] if found is None else found.fetchall()
    return {(project_id, key): last for project_id, key, last in rows}


def _columns(standings: Sequence[Standing]) -> list[list[Any]]:
    return _turned(
        [
            (
                each.project_id,
                each.created,
                each.ts,
                each.last,
                each.epoch,
                msgspec.json.encode(each.headline).decode(),
                each.headline.deleted,
            )
            for each in standings
        ]
    )


def _turned(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows as columns: one array for each parameter, so that any number of rows is one query."""
    return [list(column) for column in zip(*rows, strict=True)]
