"""The nodes in their table: who joins, is there, leaves, or is given up for dead."""

from collections.abc import Sequence
from typing import LiteralString

import msgspec
from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.engine.base import Node
from smartforge.engine.postgres.calls import CHANNEL, WAKE
from smartforge.engine.postgres.tickets import decide

SILENT = 1.0
"""Seconds without a beat after which a node is dead that has lost its connection, too."""

FROZEN = 6.0
"""Seconds without a beat after which a node is dead, connected or not."""


class Member(msgspec.Struct, frozen=True):
    """What a node tells of itself; the values are those of `Node`."""

    name: str
    role: str
    version: str
    slots: int


class Peer(msgspec.Struct, frozen=True):
    """Another node: when its last beat was, and whether that was `SILENT` ago by the database."""

    id: str
    seen: int
    silent: bool


_JOIN = """
    INSERT INTO smartforge.node (id, name, role, version, slots, lock, draining, seen)
    VALUES (%s, %s, %s, %s, %s, %s, %s, clock_timestamp())
"""
_BEAT = """
    UPDATE smartforge.node SET seen = clock_timestamp(), lock = %s, draining = %s WHERE id = %s
"""
_PEERS = """
    SELECT id, (extract(epoch FROM seen) * 1000000)::bigint,
           seen < clock_timestamp() - make_interval(secs => %s)
    FROM smartforge.node WHERE id <> %s
"""
_FREE: LiteralString = f"""
    , freed AS (
        UPDATE smartforge.ticket SET node = NULL, taken = NULL FROM gone WHERE node = gone.id
    )
    SELECT pg_notify('{CHANNEL}', '{WAKE}') FROM gone
"""
# The lock of a node that lives and is connected cannot be had.
_GIVE_UP: LiteralString = f"""
    WITH gone AS (
        DELETE FROM smartforge.node
        WHERE id = ANY(%s::text[]) AND seen < clock_timestamp() - make_interval(secs => %s)
          AND (seen < clock_timestamp() - make_interval(secs => %s)
               OR pg_try_advisory_xact_lock(lock))
        RETURNING id
    ) {_FREE}
"""
_LEAVE: LiteralString = f"""
    WITH gone AS (DELETE FROM smartforge.node WHERE id = %s RETURNING id) {_FREE}
"""
_ALL = """
    SELECT id, name, role, version, slots, draining,
           (extract(epoch FROM started) * 1000)::bigint, (extract(epoch FROM seen) * 1000)::bigint
    FROM smartforge.node ORDER BY started, id
"""


def join(
    connection: Connection[TupleRow], node: str, member: Member, lock: int, *, draining: bool
) -> None:
    """Become a node of this id, which nobody has had before."""
    values = (node, member.name, member.role, member.version, member.slots, lock, draining)
    connection.execute(_JOIN, values)


def beat(connection: Connection[TupleRow], node: str, lock: int, *, draining: bool) -> bool:
    """Tell that the node lives; False where it was given up for dead."""
    return connection.execute(_BEAT, (lock, draining, node)).rowcount == 1


def peers(connection: Connection[TupleRow], node: str) -> list[Peer]:
    """All other nodes."""
    return [Peer(*row) for row in connection.execute(_PEERS, (SILENT, node))]


def give_up(connection: Connection[TupleRow], nodes: Sequence[str]) -> bool:
    """Let the runs of those among these that are dead wait again; whether any was."""
    dead = decide(connection, _GIVE_UP, (list(nodes), SILENT, FROZEN))
    return dead.rowcount > 0


def leave(connection: Connection[TupleRow], node: str) -> None:
    """Let the runs of the node wait again, and forget it."""
    decide(connection, _LEAVE, (node,))


def drain(connection: Connection[TupleRow], node: str) -> None:
    """Show that the node takes no more runs."""
    connection.execute("UPDATE smartforge.node SET draining = true WHERE id = %s", (node,))


def everything(connection: Connection[TupleRow]) -> list[Node]:
    """All nodes, oldest first."""
    return [
        Node(
            id=row[0],
            name=row[1],
            role=row[2],
            version=row[3],
            slots=row[4],
            draining=row[5],
            started=row[6],
            seen=row[7],
        )
        for row in connection.execute(_ALL)
    ]
