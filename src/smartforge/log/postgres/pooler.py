"""Whether what stands before PostgreSQL, as PgBouncer may, keeps its connections apart."""

import selectors
import uuid
from contextlib import ExitStack, closing

import psycopg
from psycopg import Connection
from psycopg.pq import ExecStatus
from psycopg.rows import TupleRow

from smartforge.errors import DatabaseUnusable
from smartforge.log.postgres.database import Database

PATIENCE = 5.0
"""Seconds for one answer: a pool without a free connection would let a query wait for minutes."""

NEEDED = 10
"""How many connections a node has at most."""

ROUNDS = 10
"""Other programs may use the pool meanwhile and hide in one round that it mixes."""

_OWN = "SELECT pg_backend_pid()"
_MARK = "SELECT set_config('smartforge.probe', '{}', false), pg_backend_pid()"
_SEEN = "SELECT current_setting('smartforge.probe', true)"


def check_pooler(database: Database) -> None:
    """Returns where the database is reached directly, or by a pool that keeps connections apart.

    Raises DatabaseUnusable where a pool hands the same connection of PostgreSQL to several
    programs by turns: LISTEN and advisory locks would silently be lost, and settings would reach
    others. Also where the pool is too small. Nothing is written, and no setting but one of our own
    is left in the pool. Raises psycopg.Error where PostgreSQL cannot be reached.
    """
    with closing(database.reach()) as first:
        # A pool makes up the number that it tells at the start (protocol: BackendKeyData).
        if _row(database, first, _OWN) == [str(first.info.backend_pid)]:
            return
        with closing(database.reach()) as second:
            if all(_kept(database, first, second) for _ in range(ROUNDS)):
                _check_size(database, NEEDED - 2)
                return
    raise DatabaseUnusable(
        f"PostgreSQL at {database.where} is reached through a pool in transaction mode, as of"
        " PgBouncer: what a connection listens to, locks and sets would be lost.",
        "Give PostgreSQL's own address with --database-url, or that of a pool in session mode"
        " (PgBouncer: pool_mode = session).",
    )


def _check_size(database: Database, more: int) -> None:
    """Raises DatabaseUnusable where the pool does not have so many more: calls would hang."""
    with ExitStack() as held:
        for _ in range(more):
            _row(database, held.enter_context(closing(database.reach())), _OWN)


def _kept(database: Database, first: Connection[TupleRow], second: Connection[TupleRow]) -> bool:
    """Whether the second does not get what the first has, even when it needs one in between."""
    mark = uuid.uuid4().hex
    _, backend = _row(database, first, _MARK.format(mark))
    if _row(database, second, _SEEN) == [mark]:
        return False
    # A transaction holds on to the connection that the first one was given, if it may.
    _row(database, second, "BEGIN")
    try:
        return _row(database, first, f"{_SEEN}, pg_backend_pid()") == [mark, backend]
    finally:
        _row(database, second, "ROLLBACK")


def _row(database: Database, connection: Connection[TupleRow], query: str) -> list[str | None]:
    """The one row, as text. Raises psycopg.Error; DatabaseUnusable where no answer comes."""
    raw = connection.pgconn
    raw.send_query(query.encode())
    with selectors.DefaultSelector() as selector:
        selector.register(raw.socket, selectors.EVENT_READ)
        while raw.is_busy():
            if not selector.select(PATIENCE):
                raise _too_small(database)
            raw.consume_input()
    result = raw.get_result()
    assert result is not None, "a query that was sent has a result"
    while raw.get_result() is not None:
        pass
    if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise psycopg.errors.error_from_result(result)
    values = [result.get_value(0, column) for column in range(result.nfields)]
    return [None if value is None else value.decode() for value in values]


def _too_small(database: Database) -> DatabaseUnusable:
    return DatabaseUnusable(
        f"The pool before PostgreSQL at {database.where} has too few connections left.",
        f"Each node of Smart Forge needs up to {NEEDED}, and `doctor` as many to look: raise the"
        " pool's size (PgBouncer: default_pool_size), or give PostgreSQL's own address with"
        " --database-url.",
    )
