"""A batch that only adds events to projects, stored by one statement: in one round trip."""

from collections.abc import Mapping
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.log.postgres import columns, notices
from smartforge.log.postgres.batch import Batch
from smartforge.log.standing import Standing

# Each part reads the one before it, which gives their order: the projects are locked, if they are
# as expected, in the order of their ids; then the number is taken; then all is stored.
_GROW = """
    WITH new AS (
        SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                             %s::bigint[], %s::text[], %s::boolean[])
             AS new (id, old_last, old_epoch, ts, last, epoch, headline, deleted)
    ), held AS (
        SELECT project.id FROM smartforge.project JOIN new USING (id)
        WHERE project.next_seq = new.old_last + 1 AND project.epoch = new.old_epoch
        ORDER BY project.id FOR UPDATE OF project
    ), numbered AS (
        UPDATE smartforge.writer SET batch = %s, seen = now()
        WHERE id = %s AND batch < %s
          AND (SELECT count(*) FROM held) = (SELECT count(*) FROM new)
        RETURNING id
    ), moved AS (
        UPDATE smartforge.project
        SET ts = new.ts, next_seq = new.last + 1, epoch = new.epoch,
            headline = new.headline::json, deleted = new.deleted
        FROM new, numbered WHERE project.id = new.id
    ), stored AS (
        INSERT INTO smartforge.event (project, seq, type, data)
        SELECT event.* FROM numbered,
               unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[]) AS event
    )
    SELECT pg_notify(%s, %s) FROM numbered
"""


def grow(
    connection: Connection[TupleRow],
    batch: Batch,
    expected: Mapping[str, Standing],
    writer: UUID,
    number: int,
) -> bool:
    """Store a batch that `only_grows` and was computed from the `expected` standings.

    False where a project stands otherwise by now, or where the writer has forgotten its number
    or used it: nothing is stored then.
    """
    old = [expected[each] for each in batch.changed]
    ids, _, ts, lasts, epochs, headlines, deleted = columns.of_standings(batch.changed.values())
    parameters = (
        *(ids, [each.last for each in old], [each.epoch for each in old]),
        *(ts, lasts, epochs, headlines, deleted),
        *(number, writer, number),
        *columns.of_events(batch),
        *(notices.CHANNEL, notices.announcement(batch.lasts())),
    )
    return connection.execute(_GROW, parameters).fetchone() is not None
