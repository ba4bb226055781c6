"""The log in PostgreSQL: durable, shared by any number of nodes."""

from smartforge.log.postgres.log import PostgresLog

__all__ = ["PostgresLog"]
