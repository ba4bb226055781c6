"""What is said of a PostgreSQL that cannot be used: in plain words, and never the password."""

import logging
import traceback

import psycopg
import pytest

from smartforge import app
from smartforge.errors import DatabaseUnusable
from smartforge.log.postgres import PostgresLog
from smartforge.log.postgres.database import Database
from smartforge.settings import Options, Settings, read
from tests import postgres

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
    with pytest.raises(DatabaseUnusable, match="cannot be reached") as refused:
        await log.open()
    assert "--database-url" in refused.value.hint
    assert SECRET not in told(refused.value) + caplog.text + repr(log) + repr(Database(url))


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:x%{SECRET}@host/db",
        f"postgresql://host/db?pasword={SECRET}",
        f"postgresql://host/db?{SECRET}",
    ],
)
def test_an_address_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with pytest.raises(DatabaseUnusable) as refused:
        Database(url)
    assert SECRET not in told(refused.value)


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
    assert app.shown(settings)["database"] == "postgresql"
    secret = Settings(data=settings.data, database_url=f"postgresql://me:{SECRET}@host/db")
    assert SECRET not in str(app.shown(secret))
    assert (await app.database_state(settings)).startswith("PostgreSQL at ")
    async with app.product(settings, durable=True) as made:
        assert isinstance(made.log, PostgresLog)
        assert await made.log.projects(1) == []
