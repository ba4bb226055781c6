"""The queue of runs in PostgreSQL: shared by any number of nodes."""

from smartforge.engine.postgres.queue import PostgresQueue

__all__ = ["PostgresQueue"]
