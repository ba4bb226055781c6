"""The tickets in their table: each call is one short transaction, safe to be repeated.

Who takes a run, holds some back or is given up does so under one lock, which is had before the
statement that decides begins: that sees everything that was decided before it. So no limit is
ever exceeded, and nobody takes a run between the look and the deed.
"""

from collections.abc import Collection
from typing import Any, LiteralString

from psycopg import Connection, Cursor
from psycopg.rows import TupleRow

from smartforge.engine.base import Limits, Ticket
from smartforge.engine.postgres.calls import CHANNEL, STOP, WAKE

QUEUE = int.from_bytes(b"SmFgQueu", "big")
"""The advisory lock of whoever decides which runs are taken."""

_MS: LiteralString = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

_COLUMNS: LiteralString = 'project, run, seq, "user", workflow, queued, node, taken'

# Who comes new stands where the others are, and each further run of a user one turn later.
_ADD: LiteralString = f"""
    WITH added AS (
        INSERT INTO smartforge.ticket (run, project, seq, "user", workflow, queued, turn)
        SELECT %(run)s, %(project)s, %(seq)s, %(user)s, %(workflow)s, %(queued)s, greatest(
            coalesce(max(turn) FILTER (WHERE node IS NOT NULL), min(turn), 0),
            max(turn) FILTER (WHERE "user" = %(user)s) + 1)
        FROM smartforge.ticket
        ON CONFLICT (run) DO NOTHING RETURNING run
    )
    SELECT pg_notify('{CHANNEL}', '{WAKE}') FROM added
"""
# One that was taken without hearing so comes first. What is behind another run of its project,
# or beyond a limit, is not free; nor is, for this node, what it still has to break off since it
# was given up for dead.
_TAKE: LiteralString = f"""
    WITH mine AS (
        SELECT run FROM smartforge.ticket
        WHERE node = %(node)s AND run <> ALL(%(on)s::text[]) ORDER BY number LIMIT 1
    ), busy AS MATERIALIZED (
        SELECT "user", count(*) AS runs, count(*) FILTER (WHERE node = %(node)s) AS here
        FROM smartforge.ticket WHERE node IS NOT NULL GROUP BY "user"
    ), free AS (
        SELECT run FROM smartforge.ticket LEFT JOIN busy USING ("user")
        WHERE node IS NULL AND workflow = ANY(%(workflows)s::text[])
          AND run <> ALL(%(on)s::text[])
          AND NOT %(draining)s
          AND EXISTS (SELECT FROM smartforge.node WHERE id = %(node)s)
          AND (SELECT coalesce(sum(here), 0) FROM busy) < %(of_node)s
          AND (SELECT coalesce(sum(runs), 0) FROM busy) < %(of_all)s
          AND coalesce(busy.runs, 0) < %(of_user)s
          AND NOT EXISTS (
              SELECT FROM smartforge.ticket AS other
              WHERE other.project = ticket.project AND other.run <> ticket.run
                AND (other.node IS NOT NULL OR other.seq < ticket.seq))
          AND NOT EXISTS (SELECT FROM smartforge.hold WHERE hold.project = ticket.project)
        ORDER BY coalesce(busy.runs, 0), turn, number LIMIT 1
    )
    UPDATE smartforge.ticket SET node = %(node)s, taken = coalesce(taken, {_MS})
    WHERE run = coalesce((SELECT run FROM mine), (SELECT run FROM free))
    RETURNING {_COLUMNS}
"""
_DROP: LiteralString = f"""
    WITH dropped AS (DELETE FROM smartforge.ticket WHERE run = %(run)s RETURNING node)
    SELECT pg_notify('{CHANNEL}', CASE WHEN node <> %(node)s
        THEN concat_ws(' ', '{STOP}', node, %(run)s::text) ELSE '{WAKE}' END)
    FROM dropped
"""
_AHEAD = """
    SELECT count(*) FILTER (WHERE project = %(project)s), count(*) FILTER (WHERE node IS NULL)
    FROM smartforge.ticket
"""
_OF: LiteralString = f"""
    SELECT {_COLUMNS} FROM smartforge.ticket WHERE project = %s ORDER BY node IS NULL, seq
"""
_HOLD = """
    INSERT INTO smartforge.hold (project, node) SELECT %s, id FROM smartforge.node WHERE id = %s
    ON CONFLICT (project) DO UPDATE SET node = excluded.node WHERE hold.node = excluded.node
"""
_WAITING = "SELECT run FROM smartforge.ticket WHERE project = %s AND node IS NULL ORDER BY seq"
_LET_GO: LiteralString = f"""
    WITH held AS (DELETE FROM smartforge.hold WHERE node = %s RETURNING project)
    SELECT pg_notify('{CHANNEL}', '{WAKE}') FROM held
"""
_ALL: LiteralString = f"SELECT {_COLUMNS} FROM smartforge.ticket ORDER BY number"
_NOW: LiteralString = f"SELECT {_MS}"


def add(connection: Connection[TupleRow], new: Ticket) -> None:
    """See `Queue.add`."""
    values = {
        "run": new.run,
        "project": new.project_id,
        "seq": new.seq,
        "user": new.user,
        "workflow": new.workflow,
        "queued": new.queued,
    }
    connection.execute(_ADD, values)


def take(
    connection: Connection[TupleRow],
    node: str,
    workflows: Collection[str],
    on: Collection[str],
    limits: Limits,
    *,
    draining: bool,
) -> Ticket | None:
    """See `Queue.take`. A node that was given up for dead takes nothing."""
    values = {
        "node": node,
        "workflows": list(workflows),
        "on": list(on),
        "draining": draining,
        "of_node": limits.node,
        "of_user": limits.user,
        "of_all": limits.all,
    }
    row = decide(connection, _TAKE, values).fetchone()
    return _ticket(row) if row else None


def mine(connection: Connection[TupleRow], node: str) -> set[str]:
    """See `Queue.mine`."""
    query = "SELECT run FROM smartforge.ticket WHERE node = %s"
    return {row[0] for row in connection.execute(query, (node,))}


def drop(connection: Connection[TupleRow], node: str | None, run: str) -> None:
    """See `Queue.drop`."""
    connection.execute(_DROP, {"node": node or "", "run": run})


def ahead(connection: Connection[TupleRow], project_id: str) -> int:
    """See `Queue.ahead`."""
    row = connection.execute(_AHEAD, {"project": project_id}).fetchone()
    assert row is not None, "an aggregate always is a row"
    own, waiting = row
    return int(own or waiting)


def of(connection: Connection[TupleRow], project_id: str) -> list[Ticket]:
    """See `Queue.of`."""
    return [_ticket(row) for row in connection.execute(_OF, (project_id,))]


def everything(connection: Connection[TupleRow]) -> list[Ticket]:
    """All tickets in the order of asking."""
    return [_ticket(row) for row in connection.execute(_ALL)]


def now(connection: Connection[TupleRow]) -> int:
    """The database's time in Unix milliseconds."""
    row = connection.execute(_NOW).fetchone()
    assert row is not None, "it has no condition"
    return int(row[0])


def hold(connection: Connection[TupleRow], node: str, project_id: str) -> list[str] | None:
    """Have nothing of the project taken until `let_go` or the end of the node; what waits.

    None where another node holds it, or where this one has gone.
    """
    if not decide(connection, _HOLD, (project_id, node)).rowcount:
        return None
    return [row[0] for row in connection.execute(_WAITING, (project_id,))]


def let_go(connection: Connection[TupleRow], node: str) -> None:
    """Undo the holds of this node."""
    connection.execute(_LET_GO, (node,))


def decide(connection: Connection[TupleRow], query: LiteralString, values: Any) -> Cursor[TupleRow]:
    """Run one statement under the lock, as a transaction of its own, in one round trip."""
    with connection.pipeline():
        connection.execute("BEGIN", prepare=False)
        # In a statement of its own: what the next one sees is settled when that begins.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (QUEUE,))
        decided = connection.execute(query, values)
        connection.execute("COMMIT", prepare=False)
    return decided


def _ticket(row: TupleRow) -> Ticket:
    project, run, seq, user, workflow, queued, node, taken = row
    return Ticket(
        project_id=project,
        run=run,
        seq=seq,
        user=user,
        workflow=workflow,
        queued=queued,
        node=node,
        taken=taken,
    )
