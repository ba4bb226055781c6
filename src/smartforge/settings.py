"""What the operator has set: options, then `SMARTFORGE_*` variables, then defaults."""

import os
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, cast

import msgspec
import platformdirs

from smartforge.engine.base import Limits
from smartforge.errors import SettingsInvalid
from smartforge.llm.known import OPENAI, chain_of
from smartforge.llm.reach import Reach, read_reach

Planning = Literal["auto", "offline", "model"]
Writing = Literal["auto", "model"]

DEFAULT_MODEL = OPENAI.usual
SERVE_PACE = 20_000
"""Code points a second of the compiled writer in `serve`, so that a person can follow."""

NO_MODEL = (
    "Set OPENAI_API_KEY, ANTHROPIC_API_KEY or GOOGLE_API_KEY, or OPENAI_BASE_URL for an endpoint of"
    " your own, or name a local model (SMARTFORGE_MODEL=ollama:NAME), or say `offline`."
)
"""What to do where a model was asked for and none is set."""

MOST_BUDGET = 1_000_000_000_000
MOST_USD, MOST_SECONDS = 1_000_000, 604_800
LEAST_CONTEXT, MOST_CONTEXT = 1_000, 100_000_000

LogLevel = Literal["debug", "info", "warning", "error"]
LOG_LEVELS = ("debug", "info", "warning", "error")


class Viewers(msgspec.Struct, frozen=True):
    """How many viewers there may be: of the server, of one project, from one address."""

    server: int = 5000
    project: int = 2000
    address: int = 2000


class Previews(msgspec.Struct, frozen=True):
    """How many generated APIs may be awake at once, and after how many seconds one that nobody
    uses or watches goes to sleep."""

    awake: int = 20
    idle_seconds: int = 300


class Models(msgspec.Struct, frozen=True):
    """Who is asked for one kind of work in place of the model for everything; None for nobody."""

    plan: str | None = None
    write: str | None = None
    repair: str | None = None


class Settings(msgspec.Struct, frozen=True):
    """Everything that is set, read once. Secrets are only here; `repr` strikes them out.

    `model` is None where no model may be asked, else the names of those that are asked, with a
    comma and a space between two: the next one where one fails. `context` is how many tokens they
    take at once, None for what is known of each. `pace` is code points a second,
    0 for as fast as possible. `budget` is how many tokens the model calls of one run may use, 0
    for no limit; likewise `budget_usd` is what they may cost, and `budget_seconds` how long after
    its start a run may ask models. `user_budget` and `user_budget_usd` are what the model calls of
    one user may use and cost on one day, in UTC, in all runs together.
    `token` guards the door on an address that is not loopback. `keep_days` is how long a project
    without an event is kept, 0 for ever. `advisory_url` is where the packages of projects are
    looked up, None for nowhere.
    """

    data: Path
    database_url: str | None = None
    model: str | None = None
    models: Models = Models()
    reach: Reach = Reach()
    context: int | None = None
    pace: int = 0
    budget: int = 0
    budget_usd: Decimal = Decimal(0)
    budget_seconds: int = 0
    user_budget: int = 0
    user_budget_usd: Decimal = Decimal(0)
    planner: Planning = "auto"
    author: Writing = "auto"
    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    preview_origin: str | None = None
    previews: Previews = Previews()
    viewers: Viewers = Viewers()
    runs: Limits = Limits()
    log_level: LogLevel = "warning"
    keep_days: int = 0
    advisory_url: str | None = None

    def __repr__(self) -> str:
        return f"Settings(data={self.data!s}, model={self.model!r}, host={self.host!r})"


class Options(msgspec.Struct, frozen=True):
    """What was said on the command line; None means nothing was said."""

    data: Path | None = None
    database_url: str | None = None
    model: str | None = None
    planner: str | None = None
    author: str | None = None
    pace: int | None = None
    host: str | None = None
    port: int | None = None
    token: str | None = None


def read(
    options: Options,
    environment: Mapping[str, str] | None = None,
    *,
    default_pace: int = 0,
) -> Settings:
    """Settings from options and environment (the process's own, unless one is given).

    Raises SettingsInvalid, naming the option or variable, for a value that makes no sense.
    """

    environment = os.environ if environment is None else environment

    def value(name: str) -> str | None:
        return environment.get(f"SMARTFORGE_{name}") or None

    data = options.data or Path(value("DATA") or platformdirs.user_data_dir("smartforge"))
    planner = options.planner or value("PLANNER") or "auto"
    author = options.author or value("AUTHOR") or "auto"
    _one_of("planner", planner, ("auto", "offline", "model"))
    _one_of("author", author, ("auto", "model"))
    reach = read_reach(environment)
    models = _models(options.model, value, reach)
    model = _model(options.model or value("MODEL"), reach)
    if (options.model or value("MODEL")) is None:
        model = models.write or models.plan or models.repair or model
    if model is None and "model" in (planner, author):
        raise SettingsInvalid("A model was asked for, but none is set.", NO_MODEL)
    return Settings(
        data=_home(data),
        database_url=_database(options.database_url or value("DATABASE_URL")),
        model=model,
        models=models,
        reach=reach,
        context=_context(value("CONTEXT")),
        pace=_number("pace", options.pace, value("PACE"), default_pace, 0, 10_000_000),
        budget=_number("SMARTFORGE_BUDGET", None, value("BUDGET"), 0, 0, MOST_BUDGET),
        budget_usd=_usd("SMARTFORGE_BUDGET_USD", value("BUDGET_USD")),
        budget_seconds=_number(
            "SMARTFORGE_BUDGET_SECONDS", None, value("BUDGET_SECONDS"), 0, 0, MOST_SECONDS
        ),
        user_budget=_number(
            "SMARTFORGE_USER_BUDGET", None, value("USER_BUDGET"), 0, 0, MOST_BUDGET
        ),
        user_budget_usd=_usd("SMARTFORGE_USER_BUDGET_USD", value("USER_BUDGET_USD")),
        planner=cast(Planning, planner),
        author=cast(Writing, author),
        host=options.host or value("HOST") or "127.0.0.1",
        port=_number("port", options.port, value("PORT"), 8000, 0, 65_535),
        token=sound_token(options.token or value("TOKEN")),
        allowed_hosts=_list(value("ALLOWED_HOSTS")),
        allowed_origins=_list(value("ALLOWED_ORIGINS")),
        preview_origin=(value("PREVIEW_ORIGIN") or "").rstrip("/") or None,
        previews=_previews(value),
        viewers=_viewers(value),
        runs=_runs(value),
        log_level=_log_level(value("LOG_LEVEL")),
        keep_days=_number("SMARTFORGE_KEEP_DAYS", None, value("KEEP_DAYS"), 0, 0, 100_000),
        advisory_url=_advisory(value("ADVISORY_URL")),
    )


def sound_token(token: str | None) -> str | None:
    """The token, if a header can carry it. Raises SettingsInvalid, without repeating it."""
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise SettingsInvalid(
            "The token holds characters that no header can carry.",
            "Use ASCII letters, digits and signs, without spaces.",
        )
    return token


def _database(url: str | None) -> str | None:
    """The address, which is never repeated: it may hold a password."""
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        raise SettingsInvalid(
            "The address of the database is not one of PostgreSQL.",
            "Write --database-url or SMARTFORGE_DATABASE_URL as"
            " postgresql://USER:PASSWORD@HOST:PORT/NAME, or leave it unset: the log is then kept"
            " in SQLite.",
        )
    return url


def _advisory(url: str | None) -> str | None:
    if url is not None and not url.startswith(("http://", "https://")):
        raise SettingsInvalid(
            f"SMARTFORGE_ADVISORY_URL is {url!r}.",
            "Give the address of a service that speaks as OSV does, as https://HOST, or leave it"
            " unset: packages are then not looked up.",
        )
    return url


def _home(folder: Path) -> Path:
    try:
        return folder.expanduser()
    except RuntimeError:
        raise SettingsInvalid(
            f"There is no home folder for {str(folder)!r}.", "Give the data folder as a full path."
        ) from None


def _models(asked: str | None, value: Callable[[str], str | None], reach: Reach) -> Models:
    """What is said on the command line is meant for everything."""
    if asked is not None or value("MODEL") == "offline":
        return Models()
    plan, write, repair = (
        value(f"MODEL_{work}") and _model(value(f"MODEL_{work}"), reach)
        for work in ("PLAN", "WRITE", "REPAIR")
    )
    return Models(plan, write, repair)


def _model(asked: str | None, reach: Reach) -> str | None:
    if asked == "offline":
        return None
    if asked is None:
        return reach.usual()
    chain = chain_of(asked, elsewhere=OPENAI.name in reach.urls)
    for named in chain:
        if str(named) == "offline":
            raise SettingsInvalid(
                f"The models {asked!r:.200} hold `offline`, which is none.",
                "Say `offline` alone, or name models alone.",
            )
        if not reach.reaches(named.known):
            raise SettingsInvalid(
                f"The model {str(named)!r} was chosen, but there is no endpoint to ask.",
                f"Set {named.known.key}, or {named.known.address} for an endpoint of your own, or"
                " say `offline`.",
            )
    return ", ".join(str(named) for named in chain)


def _usd(name: str, given: str | None) -> Decimal:
    try:
        found = Decimal(given or 0)
    except InvalidOperation:
        found = Decimal(-1)
    if not (found.is_finite() and 0 <= found <= MOST_USD):
        raise SettingsInvalid(
            f"{name} is {given!r}.",
            f"Give an amount in USD from 0 to {MOST_USD}, such as 0.50.",
        )
    return found


def _context(given: str | None) -> int | None:
    if given is None:
        return None
    return _number("SMARTFORGE_CONTEXT", None, given, 0, LEAST_CONTEXT, MOST_CONTEXT)


def _viewers(value: Callable[[str], str | None]) -> Viewers:
    plain = Viewers()
    return Viewers(
        server=_most(value, "VIEWERS", plain.server),
        project=_most(value, "VIEWERS_PER_PROJECT", plain.project),
        address=_most(value, "VIEWERS_PER_ADDRESS", plain.address),
    )


def _previews(value: Callable[[str], str | None]) -> Previews:
    plain = Previews()
    idle = value("PREVIEW_IDLE_SECONDS")
    return Previews(
        awake=_most(value, "PREVIEWS", plain.awake),
        idle_seconds=_number(
            "SMARTFORGE_PREVIEW_IDLE_SECONDS", None, idle, plain.idle_seconds, 1, 604_800
        ),
    )


def _runs(value: Callable[[str], str | None]) -> Limits:
    plain = Limits()
    return Limits(
        node=_most(value, "RUNS_PER_NODE", plain.node),
        user=_most(value, "RUNS_PER_USER", plain.user),
        all=_most(value, "RUNS", plain.all),
    )


def _most(value: Callable[[str], str | None], variable: str, default: int) -> int:
    return _number(f"SMARTFORGE_{variable}", None, value(variable), default, 1, 1_000_000)


def _log_level(given: str | None) -> LogLevel:
    level = (given or "warning").lower()
    _one_of("SMARTFORGE_LOG_LEVEL", level, LOG_LEVELS)
    return cast(LogLevel, level)


def _one_of(name: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise SettingsInvalid(f"{name} is {given!r}.", f"Choose one of {', '.join(allowed)}.")


def _number(
    name: str, option: int | None, variable: str | None, default: int, least: int, most: int
) -> int:
    given: int | str = option if option is not None else (variable or default)
    try:
        number = int(given)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise SettingsInvalid(f"{name} is {given!r}.", f"Give a number from {least} to {most}.")
    return number


def _list(value: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (value or "").split(",") if part.strip())
