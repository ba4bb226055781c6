"""The lines of a prompt: bullets, headings, and tables read as bullets.

Every pass is linear in the length of the prompt.
"""

import re

import msgspec

_BULLET = re.compile(r"([ \t]*)(?:[-*•‣·–]|\d{1,3}[.)])[ \t]+(?=\S)")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+")
_NAME = re.compile(r"[A-Za-z][\w-]*(?: [\w-]+)?:?")
_SET_IN = re.compile(r"(?:[ ]{2,8}|\t)[A-Za-z]\w*(?: \w+){0,2} ?:[ \t]+\S")
_RULE = re.compile(r"[|:\- \t]*-[|:\- \t]*\Z")
_YES = frozenset({"yes", "y", "true", "x", "✓", "✔", "✅", "required"})


class Line(msgspec.Struct, frozen=True):
    """One line without its marks; `bullet` is its indentation, -1 for what is no bullet.

    `flush` tells that it begins with a capital and is not set in.
    """

    body: str
    bullet: int = -1
    heading: bool = False
    flush: bool = False


def lines(text: str) -> list[Line]:
    """The lines of `text`; the rows of a table are bullets, none is blank before a bullet."""
    kept: list[Line] = []
    header: list[str] | None = None
    for line in _with_bullets(text.splitlines()):
        cells = _cells(line)
        if not cells:
            header = None
            found = _line(line)
        elif header is None or _RULE.match(line):
            header = header or [cell.lower() for cell in cells]
            continue
        else:
            found = Line(_row(header, cells), 0)
        while found.bullet >= 0 and kept and not kept[-1].body:
            kept.pop()
        kept.append(found)
    return kept


def _with_bullets(given: list[str]) -> list[str]:
    """Fields that are set in below a name, without marks of their own, as bullets below it."""
    told: list[str] = []
    under = False
    for place, line in enumerate(given):
        following = given[place + 1] if place + 1 < len(given) else ""
        field = _SET_IN.match(line)
        if _NAME.fullmatch(line.rstrip()) and _SET_IN.match(following):
            under = True
            told += ["", f"{line.rstrip().removesuffix(':')}:"]
            continue
        under = under and bool(field)
        told.append(f"  - {line.strip()}" if under else line)
    return told


def _line(line: str) -> Line:
    if heading := _HEADING.match(line):
        return Line(line[heading.end() :].strip(), heading=True)
    if bullet := _BULLET.match(line):
        return Line(line[bullet.end() :].strip(), len(bullet.group(1)))
    return Line(line.strip(), flush=line[:1].isupper())


def _cells(line: str) -> list[str]:
    """The cells of `| a | b |`; empty for a line that is no row of a table."""
    row = line.strip()
    if len(row) < 5 or row[0] != "|" or row[-1] != "|":
        return []
    return [cell.strip() for cell in row[1:-1].split("|")]


def _row(header: list[str], cells: list[str]) -> str:
    """`name: string, required`: the first cell is the name, what is not required is optional."""
    about: list[str] = []
    for title, cell in zip(header[1:], cells[1:], strict=False):
        if title in ("required", "mandatory"):
            about.append("required" if cell.lower() in _YES else "optional")
        elif cell and title not in ("description", "example", "notes"):
            about.append(cell)
    return f"{cells[0]}: {', '.join(about)}" if about else cells[0]
