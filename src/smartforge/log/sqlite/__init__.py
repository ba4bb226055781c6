"""The log in one SQLite file: durable, for one process."""

from smartforge.log.sqlite.log import SQLiteLog

__all__ = ["SQLiteLog"]
