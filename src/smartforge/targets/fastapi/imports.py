"""The import block of a Python file, computed from the names that the file uses."""

import ast
import re
from collections.abc import Mapping

MARK = "@imports\n"

# What the names of generated files stand for: a module, or where a name comes from.
_MODULES = frozenset({"datetime", "json", "pytest", "re"})
_NAMES = {
    name: module
    for module, names in {
        "collections.abc": "Iterator",
        "decimal": "Decimal",
        "typing": "Annotated Any Literal Self",
        "fastapi": "APIRouter Depends HTTPException Path Query Request Response status",
        "fastapi.testclient": "TestClient",
        "pydantic": (
            "AfterValidator AwareDatetime BaseModel BeforeValidator ConfigDict Field HttpUrl "
            "GetCoreSchemaHandler GetJsonSchemaHandler StrictBool StrictInt "
            "ValidationError WithJsonSchema model_validator"
        ),
        "email_validator": "EmailNotValidError validate_email",
        "pydantic.json_schema": "JsonSchemaValue",
        "pydantic_core": "CoreSchema core_schema",
        "sqlalchemy": (
            "JSON BigInteger DateTime Dialect Engine Numeric StaticPool String TypeDecorator "
            "create_engine func make_url select"
        ),
        "sqlalchemy.orm": (
            "DeclarativeBase InstrumentedAttribute Mapped Session mapped_column sessionmaker"
        ),
        "sqlalchemy.types": "TypeEngine",
        "app": "models",
        "app.database": "Base Database ExactNumeric UtcDateTime",
        "app.openapi": "CREATED INVALID NOT_FOUND",
        "app.parameters": "DIGITS ItemId Offset",
        "app.wire": (
            "NOT_SENT WHOLE CalendarDate EmailAddress Id Number Patch Schema StorableText UtcTime "
            "WebAddress"
        ),
        "tests.expect": (
            "AS_JSON NO_IDS NO_NUMBERS NO_OBJECTS UNKNOWN_ID assert_invalid assert_problem "
            "in_order told"
        ),
    }.items()
    for name in names.split()
}
_STANDARD = frozenset({"collections.abc", "datetime", "decimal", "json", "re", "typing"})
_OWN = ("app", "tests")


def with_imports(text: str, others: Mapping[str, str] | None = None) -> str:
    """`text` with its mark replaced by the imports of what it uses and does not define itself.

    `others` maps further names to whole import statements. A text without a mark is unchanged.
    """
    head, mark, body = text.partition(MARK)
    if not mark:
        return text
    others = others or {}
    statements: dict[str, list[str]] = {}
    lines: list[str] = []
    for name in _used(body):
        if name in others:
            lines.append(others[name])
        elif name in _MODULES:
            lines.append(f"import {name}")
        elif name in _NAMES:
            statements.setdefault(_NAMES[name], []).append(name)
    for module, names in statements.items():
        lines.append(f"from {module} import {', '.join(sorted(names, key=_member))}")
    return head + _sections(lines) + body


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts as import sorters do: case aside, numbers by their value."""
    pieces = re.findall(r"[0-9]+|[^0-9]+", name.lower())
    return tuple((0, int(one), "") if one.isdigit() else (1, 0, one) for one in pieces)


def _used(body: str) -> set[str]:
    loaded: set[str] = set()
    defined: set[str] = set()
    for node in ast.walk(ast.parse(body)):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                loaded.add(name)
            case ast.Name(id=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                defined.add(name)
            case _:
                pass
    return loaded - defined


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


def _statement(line: str) -> tuple[int, bool, tuple[tuple[int, int, str], ...]]:
    return (_section(line), line.startswith("from"), natural(line.split()[1]))


def _member(name: str) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    if name.isupper() and len(name) > 1:
        return (0, natural(name))
    return (1 if name[0].isupper() else 2, natural(name))
