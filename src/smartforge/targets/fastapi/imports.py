"""The import block of a Python file, computed from the names that the file uses."""

import re
from collections.abc import Iterable, Mapping
from symtable import SymbolTable, symtable

MARK = "@imports\n"

# What the names of generated files stand for: a module, or where a name comes from.
_MODULES = frozenset(
    {
        "base64",
        "datetime",
        "hashlib",
        "json",
        "jwt",
        "logging",
        "os",
        "pytest",
        "re",
        "secrets",
        "threading",
        "unicodedata",
    }
)
NAMES = {
    name: module
    for module, names in {
        "argon2": "PasswordHasher Type",
        "argon2.exceptions": "InvalidHashError VerificationError",
        "collections.abc": (
            "AsyncIterator Callable Collection Coroutine Iterable Iterator Mapping Sequence"
        ),
        "contextlib": "asynccontextmanager",
        "contextvars": "ContextVar",
        "dataclasses": "dataclass field",
        "functools": "lru_cache",
        "decimal": "ROUND_HALF_UP Decimal",
        "itertools": "chain count",
        "typing": "Annotated Any Final Generic Literal NoReturn Self TypeVar",
        "urllib.parse": "quote",
        "fastapi": (
            "APIRouter Depends FastAPI Form Header HTTPException Path Query Request Response "
            "UploadFile status"
        ),
        "fastapi.exceptions": "RequestValidationError",
        "fastapi.dependencies.models": "Dependant",
        "fastapi.responses": "RedirectResponse",
        "fastapi.routing": "APIRoute",
        "fastapi.security": "APIKeyHeader HTTPAuthorizationCredentials HTTPBearer",
        "fastapi.concurrency": "run_in_threadpool",
        "fastapi.security.utils": "get_authorization_scheme_param",
        "fastapi.testclient": "TestClient",
        "pydantic": (
            "AfterValidator AwareDatetime BaseModel BeforeValidator ConfigDict Field HttpUrl "
            "GetCoreSchemaHandler GetJsonSchemaHandler JsonValue PlainSerializer SecretStr "
            "StrictBool StrictInt TypeAdapter ValidationError WithJsonSchema "
            "field_validator model_validator"
        ),
        "email_validator": "EmailNotValidError validate_email",
        "pydantic.json_schema": "JsonSchemaValue",
        "pydantic_core": "CoreSchema core_schema to_jsonable_python",
        "pydantic_settings": "BaseSettings NoDecode SettingsConfigDict",
        "sqlalchemy": (
            "JSON BigInteger Column ColumnElement DateTime Dialect Engine Float ForeignKey Index "
            "Integer LargeBinary MetaData Numeric Select StaticPool String Table TypeDecorator "
            "UniqueConstraint and_ cast create_engine delete event false func insert "
            "literal literal_column make_url or_ select text true type_coerce update"
        ),
        "sqlalchemy.dialects": "postgresql sqlite",
        "sqlalchemy.engine.interfaces": "DBAPIConnection",
        "sqlalchemy.exc": "IntegrityError OperationalError",
        "sqlalchemy.ext.compiler": "compiles",
        "sqlalchemy.orm": (
            "DeclarativeBase InstrumentedAttribute Mapped ORMExecuteState Session aliased "
            "column_property declared_attr mapped_column relationship sessionmaker "
            "with_loader_criteria"
        ),
        "sqlalchemy.sql.compiler": "SQLCompiler",
        "sqlalchemy.sql.functions": "FunctionElement",
        "sqlalchemy.types": "TypeEngine",
        "starlette.types": "Scope",
        "app": "models",
        "app.accounts": "make_first_account open_account",
        "app.keys": "account_of_key new_key",
        "app.logins": "end_logins open_login renew_login",
        "app.database": (
            "Base Database Deletable ExactNumeric HistoryEntry Stamped UtcDateTime Versioned"
        ),
        "app.figures": "average total",
        "app.history": "keep_history name_change was_deleted watch",
        "app.lists": "holds",
        "app.locations": "absolute",
        "app.openapi": (
            "CHANGED CONFLICT COUNTED CREATED CREATED_VERSION NOT_MODIFIED VERSION "
            "VERSION_MISSING FORBIDDEN INVALID LEADS_ON NOT_FOUND TOO_LARGE TOO_MANY "
            "UNAUTHORIZED "
            "KEY_MISSING WRONG_CREDENTIALS WRONG_TYPE file_of replayable there_already"
        ),
        "app.codes": "new_code",
        "app.cursors": "CursorPage page_after",
        "app.pages": "Page page_of",
        "app.parameters": "Cursor DIGITS NUMERAL OBJECT TRUTH ItemId Offset RowFilter Search",
        "app.idempotency": "IdempotencyKey RequiredKey claim_key keep_answer replayed",
        "app.problems": "Problem ProblemResponse invalid located",
        "app.references": "check_reference hold referred",
        "app.reports": (
            "day_of_dates day_of_moments month_of_dates month_of_moments quarter_of_dates "
            "quarter_of_moments week_of_dates week_of_moments year_of_dates year_of_moments"
        ),
        "app.rules": "lock lock_all",
        "app.schemas.auth": (
            "IssuedKey IssuedKeys KeyRequest Login NewKey PasswordChange Refresh Registration "
            "RoleChange Token"
        ),
        "app.schemas.recorded": "RecordedChanges",
        "app.security": (
            "Claims CurrentClaims CurrentLogin CurrentUser KnownUser Passwords SecuredRoute Tokens "
            "current_login current_user require_role signing_key unauthorized"
        ),
        "app.settings": "Settings",
        "app.versions": "IfMatch IfNoneMatch demand is_current version_of",
        "app.trash": "bring_back check_parents discard throw_away",
        "app.slugs": "free_slug",
        "app.uploads": "answer_file read_file",
        "app.wire": (
            "NOT_SENT WHOLE Amount CalendarDate Count EmailAddress Id NextCursor Number Password "
            "Patch PhoneNumber RowId RowIds Schema SlugText StorableText TimeOfDay UtcTime "
            "UuidText WebAddress json_within"
        ),
    }.items()
    for name in names.split()
}
_STANDARD = frozenset(
    {
        *(
            "asyncio",
            "base64",
            "functools",
            "collections.abc",
            "concurrent.futures",
            "contextlib",
            "contextvars",
            "dataclasses",
        ),
        *("datetime", "decimal", "hashlib", "itertools", "json", "logging", "os", "re"),
        *("secrets", "threading"),
        *("typing", "unicodedata", "urllib.parse"),
    }
)
_OWN = ("app", "tests")


def with_imports(
    text: str, others: Mapping[str, str] | None = None, known: Mapping[str, str] | None = None
) -> str:
    """`text` with its mark replaced by the imports of what it uses and does not define itself.

    `known` maps names to the modules that they come from, those of the application by default;
    `others` maps further names to whole import statements. A text without a mark is unchanged.
    """
    head, mark, body = text.partition(MARK)
    if not mark:
        return text
    others, known = others or {}, known or NAMES
    statements: dict[str, list[str]] = {}
    lines: list[str] = []
    for name in _used(body):
        if name in others:
            lines.append(others[name])
        elif name in _MODULES:
            lines.append(f"import {name}")
        elif name in known:
            statements.setdefault(known[name], []).append(name)
    for module, names in statements.items():
        lines.append(from_import(module, names))
    return head + _sections(list(dict.fromkeys(lines))) + body


def from_import(module: str, names: Iterable[str]) -> str:
    """One import statement, its names in the order of import sorters."""
    return f"from {module} import {', '.join(sorted(names, key=_member))}"


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts as import sorters do: case aside, numbers by their value."""
    pieces = re.findall(r"[0-9]+|[^0-9]+", name.lower())
    return tuple((0, int(one), "") if one.isdigit() else (1, 0, one) for one in pieces)


def _used(body: str) -> set[str]:
    """The global names that `body` reads, and does not assign itself."""
    top = symtable(body, "module", "exec")
    used: set[str] = set()
    tables: list[SymbolTable] = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (table is top or symbol.is_global())
        }
    return used - {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}


def _sections(lines: list[str]) -> str:
    sections: dict[int, list[str]] = {}
    for line in sorted(lines, key=_statement):
        sections.setdefault(_section(line), []).append(line)
    return "\n\n".join("\n".join(sections[rank]) for rank in sorted(sections)) + "\n"


def _section(line: str) -> int:
    module = line.split()[1]
    if module in _STANDARD:
        return 0
    return 2 if module.split(".")[0] in _OWN else 1


def _statement(line: str) -> tuple[int, bool, tuple[tuple[int, int, str], ...], str]:
    return (_section(line), line.startswith("from"), natural(line.split()[1]), line)


def _member(name: str) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    if name.isupper() and len(name) > 1:
        return (0, natural(name))
    return (1 if name[0].isupper() else 2, natural(name))
