"""A connection that lasts: where it is lost it is made again, and the work begins anew."""

import logging
import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.errors import DatabaseUnusable
from smartforge.log.postgres.database import Database, is_lost, is_passing
from smartforge.log.postgres.pooler import check_pooler

logger = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 20.0
"""For how many seconds work is tried again; a restart of PostgreSQL takes less."""

SHORTEST, LONGEST = 0.02, 1.0
"""Seconds between two tries: doubling from the one to the other."""


class Link:
    """One connection to the database, for one thread at a time.

    `stopping` ends all patience: what fails then is not tried again.
    """

    def __init__(
        self, database: Database, stopping: threading.Event, *, writing: bool = False
    ) -> None:
        self._database = database
        self._stopping = stopping
        self._writing = writing
        self._connection: Connection[TupleRow] | None = None

    def use(self, work: Callable[[Connection[TupleRow]], T]) -> T:
        """What `work` returns of an open connection that is in no transaction.

        Where the connection is lost, or others were in the way, `work` is called again: it must
        find out by itself what it did before. Raises what it raised beyond psycopg's errors;
        DatabaseUnusable where the database refuses, or has not come back after `PATIENCE`.
        """
        pause, until = SHORTEST, None
        while True:
            try:
                return work(self._opened())
            except psycopg.Error as error:
                lost = is_lost(error)
                self._recover(lost)
                now = time.monotonic()
                until = until or now + PATIENCE
                again = (lost or is_passing(error)) and now < until
                if not again or self._stopping.is_set():
                    raise self._database.unusable(error) from error
                if lost and pause == SHORTEST:
                    logger.warning("lost the connection to PostgreSQL, trying again")
            except BaseException:
                self._recover(lost=False)
                raise
            # Two nodes that were in each other's way should not meet again.
            self._stopping.wait(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST)

    def once(self, work: Callable[[Connection[TupleRow]], T]) -> T:
        """As `use`, but nothing is tried again: for the start, when a user looks on.

        Raises DatabaseUnusable also where a pool is in between that mixes connections.
        """
        try:
            check_pooler(self._database)
            return work(self._opened())
        except psycopg.Error as error:
            self.close()
            raise self._database.unusable(error) from error
        except DatabaseUnusable:
            self.close()
            raise

    def close(self) -> None:
        """Let the connection go; a later `use` makes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _opened(self) -> Connection[TupleRow]:
        if self._connection is None:
            self._connection = self._database.connect(writing=self._writing)
        return self._connection

    def _recover(self, lost: bool) -> None:
        if self._connection is None or lost:
            self.close()
            return
        try:
            self._connection.rollback()
        except psycopg.Error:
            self.close()
