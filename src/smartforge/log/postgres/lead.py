"""Which of several servers on one database executes its runs: the one that holds a lock."""

import asyncio
import contextlib

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.log.postgres.database import Database

LOCK = int.from_bytes(b"SmFgRuns", "big")
"""A lock of the database's own, let go by PostgreSQL when the connection that holds it ends."""


PATIENCE = "2s"
"""PostgreSQL needs a moment to see that a server was killed; the next one waits for that."""


class Lead:
    """A try to be the one. What is taken is held until `close`, or as long as the connection.

    It only keeps two servers from beginning the same runs; that one which has been replaced
    cannot append any more is the fence's affair (`Appending.claim`).
    """

    def __init__(self, url: str) -> None:
        """Raises DatabaseUnusable for an address that cannot be read."""
        self._database = Database(url)
        self._connection: Connection[TupleRow] | None = None

    async def take(self) -> bool:
        """Whether this server is the one from now on; waits for up to 2 s for another's end.

        Raises DatabaseUnusable.
        """
        return await asyncio.to_thread(self._take)

    async def close(self) -> None:
        """Let another one be it. May be repeated."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.to_thread(_let_go, connection)

    def _take(self) -> bool:
        try:
            connection = self._connection = self._database.connect(writing=True)
            connection.execute("SELECT set_config('lock_timeout', %s, false)", (PATIENCE,))
            connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        except psycopg.errors.LockNotAvailable:
            return False
        except psycopg.Error as error:
            raise self._database.unusable(error) from error
        return True


def _let_go(connection: Connection[TupleRow]) -> None:
    # The end of the connection does it as well, but only soon after.
    with contextlib.suppress(psycopg.Error):
        connection.execute("SELECT pg_advisory_unlock_all()")
    connection.close()
