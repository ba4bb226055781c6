"""`CREATE TABLE` statements as the things and fields that they make."""

import re
from collections.abc import Iterator

from smartforge.contract import Email, Url
from smartforge.contract.names import singular, snake
from smartforge.planners.offline.fieldkinds import kind_of_name
from smartforge.planners.offline.pasted.column import GIVEN, Column, listed

_TABLE = re.compile(
    r"\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?[`\"\[]?(?:\w+\.)?(?P<name>\w+)[`\"\]]?\s*\(",
    re.IGNORECASE,
)
_KINDS = (
    ("boolean|bool|bit", "boolean"),
    ("bigint|smallint|tinyint|mediumint|integer|int|serial|bigserial", "integer"),
    ("numeric|decimal|real|float|double|money", "decimal"),
    ("timestamp|timestamptz|datetime", "timestamp"),
    ("date", "date"),
    ("json|jsonb", "json"),
    ("text|clob|longtext|mediumtext", "long text"),
)
_IN = re.compile(r"\b(?:in\s*|enum\s*)\((?P<values>\s*'[^)]*)\)", re.IGNORECASE)
_LENGTH = re.compile(r"^(?:var)?char(?:acter)?(?:\s+varying)?\s*\((\d+)\)", re.IGNORECASE)
_REFERS = re.compile(r"\breferences\s+[`\"]?(?:\w+\.)?(?P<other>\w+)", re.IGNORECASE)
_ABOVE = re.compile(r"\bcheck\s*\([^()]*?(?P<sign>>=?)\s*(?P<limit>\d+)", re.IGNORECASE)
_DEFAULT = re.compile(r"\bdefault\s+(?P<value>'[^']*'|[\w.]+)(?!\w*\()", re.IGNORECASE)
_TOGETHER = re.compile(r"^unique\s*(?:key\s*\w*\s*)?\((?P<names>[^)]*)\)", re.IGNORECASE)
_FOREIGN = re.compile(
    r"^foreign\s+key\s*\(\s*[`\"]?(?P<name>\w+)[`\"]?\s*\)\s*references\s+[`\"]?(?P<other>\w+)",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"^(?:primary|key|index|constraint|check|exclude)\b", re.IGNORECASE)
_CASCADE = re.compile(r"\bon\s+delete\s+cascade\b", re.IGNORECASE)


def told(text: str) -> str:
    """`text` with every table that it makes as a list of fields."""
    found = list(_TABLE.finditer(text))
    for match in reversed(found):
        end = _closing(text, match.end())
        if end is None:
            continue
        body = text[match.end() : end]
        after = re.match(r"\)[^;\n]*;?", text[end:])
        stop = end + (after.end() if after else 1)
        text = f"{text[: match.start()]}\n{_table(match['name'], body)}\n{text[stop:]}"
    return text


def _closing(text: str, at: int) -> int | None:
    level = 1
    for place in range(at, len(text)):
        level += (text[place] == "(") - (text[place] == ")")
        if not level:
            return place
    return None


def _parts(body: str) -> Iterator[str]:
    """The definitions of a table, cut at the commas that stand in no brackets."""
    body = re.sub(r"--[^\n]*", "", body)
    level = begin = 0
    for place, letter in enumerate(body):
        level += (letter == "(") - (letter == ")")
        if letter == "," and not level:
            yield " ".join(body[begin:place].split())
            begin = place + 1
    yield " ".join(body[begin:].split())


def _table(name: str, body: str) -> str:
    columns: dict[str, Column] = {}
    more: list[str] = []
    for part in filter(None, _parts(body)):
        part = re.sub(r"^constraint\s+\w+\s+", "", part, flags=re.IGNORECASE)
        foreign, together = _FOREIGN.match(part), _TOGETHER.match(part)
        if foreign:
            known = columns.get(foreign["name"])
            optional = known.optional if known else False
            columns[foreign["name"]] = Column(foreign["name"], (), foreign["other"], optional)
        elif together:
            names = [
                re.sub(r"_id$", "", each.strip(' `"')) for each in together["names"].split(",")
            ]
            said = " and ".join(each.replace("_", " ") for each in names)
            more.append(f"The combination of {said} is unique.")
        elif not _ASIDE.match(part):
            column = _column(part)
            if column is not None:
                columns[column.name] = column
        refers = _REFERS.search(part)
        if refers and _CASCADE.search(part):
            other = singular(snake(refers["other"])).replace("_", " ")
            more.append(f"Deleting a {other} deletes its {name.replace('_', ' ').lower()}.")
    return listed(name, list(columns.values()), more)


def _column(part: str) -> Column | None:
    name, _, rest = part.partition(" ")
    name = name.strip('`"[]').lower()
    if name in GIVEN or not name or re.search(r"\bprimary\s+key\b", rest, re.IGNORECASE):
        return None
    low = rest.lower()
    optional = "not null" not in low and "default" not in low
    refers = _REFERS.search(rest)
    if refers:
        return Column(name, (), refers["other"], optional)
    kind = _kind(rest)
    told = kind == "text" and isinstance(kind_of_name(name), Email | Url)
    about = [] if told else [kind]
    length = _LENGTH.match(rest) if kind == "text" and not told else None
    about += [f"at most {length[1]} characters"] if length else []
    about += ["unique"] if re.search(r"\bunique\b", low) else []
    about += _limits(rest)
    about.append("optional" if optional else "required" if "default" not in low else "")
    return Column(name, tuple(filter(None, about)), "", optional)


def _kind(rest: str) -> str:
    values = _IN.search(rest)
    if values:
        named = [each.strip(" '") for each in values["values"].split(",")]
        return f"({', '.join(named)})"
    for words, kind in _KINDS:
        if re.match(rf"(?:{words})\b", rest, re.IGNORECASE):
            return kind
    return "text"


def _limits(rest: str) -> list[str]:
    above, default = _ABOVE.search(rest), _DEFAULT.search(rest)
    said: list[str] = []
    if above:
        said.append(f"{'at least' if above['sign'] == '>=' else 'greater than'} {above['limit']}")
    value = default["value"].strip("'") if default else ""
    if value and value.lower() not in ("null", "now", "current_timestamp", "current_date"):
        said.append(f"default {value.lower() if value.lower() in ('true', 'false') else value}")
    return said
