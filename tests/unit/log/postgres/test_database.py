"""What is said of a PostgreSQL that cannot be used: in plain words, and never the password."""

import asyncio
import logging
import traceback
from collections.abc import Iterator

import psycopg
import pytest

from smartforge.app.logs import database_state
from smartforge.app.product import product
from smartforge.app.serving import shown
from smartforge.errors import DatabaseUnusable
from smartforge.log.postgres import PostgresLog
from smartforge.log.postgres.database import Database
from smartforge.settings import Options, Settings, read
from tests import postgres
from tests.contract.logs import CREATED

SECRET = "s3cret"


def told(error: BaseException) -> str:
    """Everything that a log or a user could see of the error."""
    hint = error.hint if isinstance(error, DatabaseUnusable) else ""
    return "".join(traceback.format_exception(error)) + hint


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{SECRET}@127.0.0.1:1/db",
        f"postgresql://me:{SECRET}@no-such-host.invalid/db",
        f"postgresql://me@127.0.0.1:1/db?password={SECRET}",
        f"postgresql:///db?host=/nowhere&user=me&password={SECRET}",
    ],
)
async def test_a_server_that_cannot_be_reached_is_told_without_the_password(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    log = PostgresLog(url)
    with pytest.raises(DatabaseUnusable, match=r"cannot be reached|is not known") as refused:
        await log.open()
    assert "--database-url" in refused.value.hint
    assert SECRET not in told(refused.value) + caplog.text + repr(log) + repr(Database(url))


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:x%{SECRET}@host/db",
        f"postgresql://host/db?pasword={SECRET}",
        f"postgresql://host/db?{SECRET}",
        f"postgresql://me:a@{SECRET}@host/db",
        f"postgresql://me:{SECRET}/b@host/db",
        f"postgresql://me:12/{SECRET}@host/db",
    ],
)
def test_an_address_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with pytest.raises(DatabaseUnusable) as refused:
        Database(url)
    assert SECRET not in told(refused.value)
    assert "%40" in refused.value.hint


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{SECRET}%40@host:5432/db",
        f"postgresql://me:{SECRET}@one,two:1,2/db",
        f"postgresql://me%40here:{SECRET}@host/a%40b",
        f"postgresql://host?user=me%40here&password={SECRET}",
        "postgresql:///?host=/run/postgresql",
    ],
)
def test_an_address_of_an_unusual_kind_is_read(url: str) -> None:
    assert SECRET not in Database(url).where


def test_a_short_password_is_not_told_by_the_words_it_is_struck_out_of() -> None:
    error = psycopg.OperationalError('role "x" does not exist')
    assert "refuses the user" in str(Database("postgresql://me:x@host/db").unusable(error))
    assert 'role "***" does not exist' in str(Database("postgresql://me:x@h/db").unusable(error))


FAILED = 'connection failed: connection to server at "10.0.0.1", port 5432 failed: '


@pytest.mark.parametrize(
    ("said", "what", "cure"),
    [
        (f'{FAILED}FATAL:  password authentication failed for user "me"', "the password", "%40"),
        (f"{FAILED}fe_sendauth: no password supplied", "the password", "--database-url"),
        (f'{FAILED}FATAL:  role "me" does not exist', "refuses the user", "--database-url"),
        (f'{FAILED}FATAL:  role "me" is not permitted to log in', "refuses the user", "Check both"),
        (f'{FAILED}FATAL:  database "db" does not exist', "no such database", "createdb"),
        (f"{FAILED}FATAL:  sorry, too many clients already", "no connection left", "max_conn"),
        (f'{FAILED}FATAL:  too many connections for role "me"', "no connection left", "limit of"),
        (
            f"{FAILED}FATAL:  remaining connection slots are reserved for roles with SUPERUSER",
            "no connection left",
            "max_connections",
        ),
        (
            f"{FAILED}server does not support SSL, but SSL was required",
            "this kind of connection",
            "sslmode=prefer",
        ),
        (
            f'{FAILED}FATAL:  no pg_hba.conf entry for host "10.0.0.2", no encryption',
            "this kind of connection",
            "sslmode=require",
        ),
        (f"{FAILED}FATAL:  could not write init file: No space left on device", "full", "Free"),
        (f"{FAILED}session is read-only", "takes no writes", "the primary"),
        (
            "failed to resolve host 'nowhere': [Errno -2] Name or service not known",
            "is not known",
            "name of the host",
        ),
        (f"{FAILED}FATAL:  the database system is starting up", "cannot be reached", "it runs"),
        (f"{FAILED}FATAL:  Passwort-Authentifizierung fehlgeschlagen", "fehlgeschlagen", "user"),
    ],
)
def test_why_no_connection_comes_about_is_named_with_the_cure(
    said: str, what: str, cure: str
) -> None:
    refused = Database(f"postgresql://me:{SECRET}@10.0.0.1/db").unusable(
        psycopg.OperationalError(said)
    )
    assert what in refused.what
    assert cure in refused.hint
    assert refused.what.count("10.0.0.1") == 1, "the address is told once"


@pytest.fixture
def guarded(url: str, database: str) -> Iterator[str]:
    """The URL of the database for a user who needs a password, and has the wrong one."""
    server = postgres.shared()
    rules = server.socket.parent / "pg_hba.conf"
    before = rules.read_text()
    server.execute(f"CREATE ROLE guest LOGIN PASSWORD '{SECRET}'")
    rules.write_text(f"local {database} guest scram-sha-256\n{before}")
    server.execute("SELECT pg_reload_conf()")
    yield url.replace("postgres@", "guest:wr0ng@")
    rules.write_text(before)
    server.execute("SELECT pg_reload_conf()")
    server.execute("DROP ROLE guest")


async def test_a_wrong_password_is_named_and_not_repeated(guarded: str) -> None:
    # PostgreSQL reads its new rules a moment after it was told to.
    async with asyncio.timeout(20):
        while True:
            with pytest.raises(DatabaseUnusable) as refused:
                await PostgresLog(guarded).open()
            if "may not do" not in refused.value.what:
                break
    assert "refuses the user or the password" in refused.value.what
    assert "wr0ng" not in told(refused.value)


async def test_while_postgresql_has_no_connection_left_a_log_waits_and_goes_on(
    url: str, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = postgres.shared()
    server.execute("CREATE ROLE guest LOGIN")
    server.execute(f'ALTER DATABASE "{database}" OWNER TO guest')
    log = PostgresLog(url.replace("postgres@", "guest@"))
    try:
        await log.open()
        await log.create("p", [CREATED])
        server.execute("ALTER ROLE guest CONNECTION LIMIT 0")
        refused = PostgresLog(url.replace("postgres@", "guest@"))
        with pytest.raises(DatabaseUnusable, match="no connection left"):
            await refused.open()
        caplog.clear()
        reading = asyncio.create_task(log.head("p"))
        async with asyncio.timeout(20):
            while "trying again" not in caplog.text:  # noqa: ASYNC110
                await asyncio.sleep(0)
        server.execute("ALTER ROLE guest CONNECTION LIMIT -1")
        assert (await reading).last == 1
    finally:
        await log.close()
        server.execute(f'ALTER DATABASE "{database}" OWNER TO postgres', database)
        server.execute("REASSIGN OWNED BY guest TO postgres", database)
        server.execute("DROP ROLE guest")


async def test_a_database_that_is_missing_or_forbidden_is_told(url: str, database: str) -> None:
    with pytest.raises(DatabaseUnusable, match='"nowhere" does not exist'):
        await PostgresLog(postgres.shared().url("nowhere")).open()
    postgres.shared().execute("DROP ROLE IF EXISTS guest")
    postgres.shared().execute("CREATE ROLE guest LOGIN")
    with pytest.raises(DatabaseUnusable, match="may not") as refused:
        await PostgresLog(url.replace("postgres@", "guest@")).open()
    assert "GRANT" in refused.value.hint
    assert database in str(refused.value)
    postgres.shared().execute("DROP ROLE guest")


def test_a_password_in_what_the_server_says_is_struck_out() -> None:
    database = Database(f"postgresql://me:{SECRET}@host/db")
    error = psycopg.OperationalError(f'connection to "{SECRET}" failed')
    assert SECRET not in str(database.unusable(error))


async def test_what_the_product_shows_of_its_database(url: str) -> None:
    settings = read(Options(database_url=url), {})
    assert shown(settings)["database"] == "postgresql"
    secret = Settings(data=settings.data, database_url=f"postgresql://me:{SECRET}@host/db")
    assert SECRET not in str(shown(secret))
    assert (await database_state(settings)).startswith("PostgreSQL at ")
    async with product(settings, durable=True) as made:
        assert isinstance(made.log, PostgresLog)
        assert await made.log.projects(1) == []
