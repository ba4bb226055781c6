"""Reaching PostgreSQL: its address without the secret, connections, and errors in plain words."""

import re
from typing import Any, LiteralString, cast

import psycopg
from psycopg import Connection, conninfo, errors
from psycopg.rows import TupleRow

from smartforge.errors import DatabaseUnusable

DEFAULTS = {
    "application_name": "smartforge",
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "target_session_attrs": "read-write",
}
"""What the address may set otherwise: a server that is gone is noticed within about ten seconds,
and of several hosts the one that takes writes is used."""

OLDEST_SERVER = 120_000

IDLE_IN_BATCH = "5s"
"""A node that stands still in the middle of a batch is cut off: it may not hold up the others."""

_SETTINGS: LiteralString = """
    SELECT set_config('client_encoding', 'UTF8', false),
           set_config('statement_timeout', '15s', false),
           set_config('lock_timeout', '5s', false),
           set_config('idle_in_transaction_session_timeout', %s, false),
           set_config('default_transaction_read_only', %s, false)
"""


class Database:
    """Where the database is. Neither `repr` nor any error of it tells the password."""

    def __init__(self, url: str) -> None:
        """Raises DatabaseUnusable for an address that libpq cannot read."""
        try:
            given = conninfo.conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            # What libpq says of it repeats parts of the address, the password among them.
            raise _unreadable() from None
        if _torn(given):
            raise _unreadable()
        self._parameters: dict[str, Any] = {**DEFAULTS, **given}
        host, port = given.get("host") or given.get("hostaddr"), given.get("port")
        self.where = f"{host or 'the local socket'}{f':{port}' if port else ''}"
        if name := given.get("dbname"):
            self.where += f", database {name}"

    def __repr__(self) -> str:
        return f"Database({self.where})"

    def reach(self) -> Connection[TupleRow]:
        """A connection without implicit transactions, on which nothing was said yet.

        Raises psycopg.Error.
        """
        return psycopg.connect(**self._parameters, autocommit=True)

    def connect(self, *, writing: bool = False) -> Connection[TupleRow]:
        """A connection without implicit transactions, that cannot write unless asked to.

        Raises psycopg.Error.
        """
        connection = self.reach()
        try:
            connection.execute(_SETTINGS, (IDLE_IN_BATCH, "off" if writing else "on"))
        except BaseException:
            connection.close()
            raise
        return connection

    def unusable(self, error: psycopg.Error) -> DatabaseUnusable:
        """What went wrong, and the way out, in a user's words."""
        for kind, what, hint in _KINDS:
            if isinstance(error, kind):
                return DatabaseUnusable(what.format(where=self.where), hint)
        reason = self._told(error)
        # libpq gives no code where no connection was made, or where it broke; there is but text.
        if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
            for words, what, hint in _UNREACHED:
                if re.search(words, reason):
                    return DatabaseUnusable(what.format(where=self.where, reason=reason), hint)
            return DatabaseUnusable(
                f"PostgreSQL at {self.where} cannot be reached: {reason}.",
                "Check that it runs, and the address, user and password of --database-url.",
            )
        return DatabaseUnusable(
            f"PostgreSQL at {self.where} does not answer as it should: {reason}.",
            "Nothing that was acknowledged is lost. Look into the server's own log.",
        )

    def _told(self, error: psycopg.Error) -> str:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".")
        for secret in ("password", "sslpassword"):
            if hidden := cast(str | None, self._parameters.get(secret)):
                # As a whole word: "x" struck out of "exists" would tell it.
                reason = re.sub(rf"(?<!\w){re.escape(hidden)}(?!\w)", "***", reason)
        return _PREFIX.sub("", reason)


def _torn(given: dict[str, Any]) -> bool:
    """Whether a sign in the password has torn it: the rest stands where it would be repeated."""
    host, port = str(given.get("host", "")), str(given.get("port", ""))
    name, user = str(given.get("dbname", "")), given.get("user")
    return "@" in host or bool(port.strip("0123456789,")) or ("@" in name and user is None)


def _unreadable() -> DatabaseUnusable:
    return DatabaseUnusable(
        "The address of the database cannot be read.",
        "Write it as postgresql://USER:PASSWORD@HOST:PORT/NAME; signs such as @, / and # in a"
        " password are written as %40, %2F and %23.",
    )


def is_lost(error: psycopg.Error) -> bool:
    """Whether the connection broke, was ended by the server, or could not be made.

    Only what the server itself said has a code (postgresql.org/docs, Appendix A).
    """
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return True
    return isinstance(error, _ENDED)


def is_passing(error: psycopg.Error) -> bool:
    """Whether the transaction was undone because of what others did meanwhile."""
    return isinstance(error, _PASSING)


_ENDED = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.IdleInTransactionSessionTimeout,
    errors.ReadOnlySqlTransaction,  # It became a standby; another host may be the primary now.
)
_PASSING = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.UniqueViolation,
)
_PREFIX = re.compile(
    "^connection (failed|is bad): "
    "(connection to server .* failed: FATAL:  |connection to server at .* failed: )?"
)
"""What libpq says before the reason: the address once more, unless a socket is missing."""
_STANDBY = (
    "PostgreSQL at {where} takes no writes: it is a standby, or set to read only.",
    "Give the address of the primary with --database-url.",
)
_FULL = (
    "The disk of PostgreSQL at {where} is full: nothing more can be stored.",
    "Free some space. Nothing that was acknowledged is lost and nothing is half done: a server"
    " that runs goes on by itself, one that could not start can be started again.",
)
_UNREACHED = (
    (
        "server does not support SSL|no pg_hba.conf entry",
        "PostgreSQL at {where} does not take this kind of connection: {reason}.",
        "Let its pg_hba.conf allow this user, database and host. Where it insists on TLS write"
        " ?sslmode=require behind --database-url, where it has none ?sslmode=prefer.",
    ),
    (
        "authentication failed|no password supplied|^role .* (does not exist|not permitted)",
        "PostgreSQL at {where} refuses the user or the password: {reason}.",
        "Check both in --database-url or SMARTFORGE_DATABASE_URL; signs such as @, / and # in a"
        " password are written as %40, %2F and %23.",
    ),
    (
        "^database .* does not exist",
        "There is no such database in PostgreSQL at {where}: {reason}.",
        "Make it with `createdb --template=template0 --encoding=UTF8 NAME`, or name another one"
        " in --database-url.",
    ),
    (
        "too many (clients|connections)|remaining connection slots|no more connections",
        "PostgreSQL at {where} has no connection left: {reason}.",
        "Raise its max_connections, or the limit of the user or the database: each node of Smart"
        " Forge needs up to 10. A node that runs goes on when there is one again.",
    ),
    (
        "resolve host|translate host name",
        "The host of PostgreSQL at {where} is not known: {reason}.",
        "Check the name of the host in --database-url.",
    ),
    ("session is read-only|standby mode", *_STANDBY),
    ("No space left on device", *_FULL),
)
"""What is found in PostgreSQL's words where no connection came about. In another language none of
it is found; its words are then told as they are."""
_KINDS: tuple[tuple[type[psycopg.Error] | tuple[type[psycopg.Error], ...], str, str], ...] = (
    (errors.DiskFull, *_FULL),
    (errors.ReadOnlySqlTransaction, *_STANDBY),
    (
        errors.InsufficientPrivilege,
        "The user of PostgreSQL at {where} may not do what the log needs.",
        "Make it the owner of the database, or GRANT CREATE ON DATABASE to it.",
    ),
    (
        errors.LockNotAvailable,
        "The tables in PostgreSQL at {where} are locked by somebody else.",
        "End what holds them; pg_stat_activity shows it. Nothing was stored.",
    ),
    (
        errors.QueryCanceled,
        "PostgreSQL at {where} did not answer in time.",
        "It is overloaded, or its disk is. Nothing that was acknowledged is lost.",
    ),
    (
        (errors.UndefinedTable, errors.UndefinedColumn),
        "The tables in PostgreSQL at {where} are not as this server left them.",
        "Another program has changed them. Restore a backup, or choose another database.",
    ),
)
