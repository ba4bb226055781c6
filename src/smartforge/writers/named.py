"""Which file an answer says that it holds: in a comment that is nothing but a path, or beside the
code fence around it. An answer that names another one is that one, however well it parses."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

_PATH = r"[\w.\-/\\]*[\w\-]\.[A-Za-z]\w{0,7}"
_BESIDE = re.compile(_PATH)
_HEADING = re.compile(
    rf"""(?ix) [#/*;<!\-\s]* (?P<label> (?:file|filename|path|filepath) \s* [:=] \s* )?
    [`'"*(\[]* (?P<path> (?:[A-Z]:)? {_PATH} ) [`'"*)\]]* \s* :? \s* (?: -->|\*/|[\#\-=*]+ )? \s*"""
)
_LABELLED = re.compile(
    r"(?i)[#/*;\-\s`]*(?:file|filename|path|filepath)\s*[:=]\s*(?P<path>[^`*\s]+)\W*"
)
_ALONE = re.compile(r"[#*`\s]*(?P<path>(?:[\w.\-]*[/\\])+[\w.\-]*)[*`:\s]*")
_MOST = 300
_PROSE = frozenset({".md", ".markdown", ".mdx", ".rst", ".txt"})  # may well have such headings
_COMMENTS = ("#", "//", "/*", "<!--", ";", "--")


def misplaced(path: str, text: str, beside: str = "") -> str:
    """Why the text is not, or not only, the file at this path, in a clause; empty where nothing
    says so. `beside` is what stood beside the fence around it."""
    for named in _BESIDE.findall(beside):
        if not is_named(path, named):
            return f"beside its fence it says that it is {named}"
    headings = [] if PurePosixPath(path).suffix.lower() in _PROSE else [*_headings(text)]
    for named in headings:
        if not is_named(path, named):
            return f"it says that it holds {named}"
    return "it holds the file more than once" if len(headings) > 1 else ""


def speaks_of_another(path: str, words: str) -> bool:
    """Whether words around a file name another one, so that nobody knows which one it is."""
    named = [one for one in _BESIDE.findall(words) if one.endswith(PurePosixPath(path).suffix)]
    return any(not is_named(path, one) for one in named)


def heading(line: str) -> str:
    """What a line names as a file: after `File:`, or as a path that stands alone; else empty."""
    found = _LABELLED.fullmatch(line) or _ALONE.fullmatch(line)
    return found["path"] if found and len(line) <= _MOST else ""


def _headings(text: str) -> Iterator[str]:
    """The paths that stand alone in comments at the start of a line, or in the first line."""
    first = True
    for line in text.splitlines():
        if not line.strip():
            continue
        if (first or line.startswith(_COMMENTS)) and len(line) <= _MOST:
            found = _HEADING.fullmatch(line)
            if found and (found["label"] or "/" in found["path"] or "\\" in found["path"]):
                yield found["path"]
        first = False


def is_named(path: str, named: str) -> bool:
    """Whether a name is that of the file: all of it, its end, or its place in some folder."""
    name = named.replace("\\", "/").removeprefix("./")
    if ".." in name.split("/") or re.match("[A-Za-z]:", name):
        return False
    return path == name or path.endswith(f"/{name}") or name.endswith(f"/{path}")
