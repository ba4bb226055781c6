"""How values are written in the languages of a generated project: Python, TOML, Markdown."""

import json
import re
from collections.abc import Callable, Mapping, Sequence

_WIDTH = 68  # of one string on a line, so that its line stays within 100 columns
_PAIR = 80  # of a key and its text together, in a dictionary that stands deep
_LEAST = 24  # of a text beside a long key
_RUN = 40  # from this many columns on, a repeated character is written as a product

# Letters that no linter takes for look-alikes of others; all else outside ASCII is escaped.
_LETTERS = frozenset("äöüßÄÖÜàâçéèêëîïôùûœÀÂÇÉÈÊËÎÏÔÙÛŒáíóúñÁÍÓÚÑåøæÅØÆãõÃÕìòÌÒ")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def python(value: object) -> str:
    """A Python expression for a JSON value, on as many lines as it needs.

    Text is escaped, so that whatever a user wrote stays inside its quotes.
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return _sequence(value)  # pyright: ignore[reportUnknownArgumentType] - JSON edge
    if isinstance(value, Mapping):
        pairs = (pair(key, one, python) for key, one in value.items())  # pyright: ignore
        return "{" + ", ".join(pairs) + "}"
    return repr(value)


def pair(key: object, value: object, told: Callable[[object], str]) -> str:
    """An entry of a dictionary; a text takes the room that its key leaves on the line."""
    name = python(key)
    width = min(_WIDTH, max(_LEAST, _PAIR - len(name)))
    return f"{name}: {_text(value, width) if isinstance(value, str) else told(value)}"


def string(text: str, width: int = _WIDTH) -> str:
    """Nothing but string literals, several in a row where `text` is long; fit for a type too."""
    return (
        " ".join(map(_quoted, _cut(text, width))) if len(_quoted(text)) > width else _quoted(text)
    )


def docstring(lines: Sequence[str]) -> str:
    """What stands between the quotes of a docstring, so that no text can end it."""
    return "\n".join("".join(map(_escaped, line)) for line in lines)


def toml(text: str) -> str:
    """A TOML basic string for one line of printable text."""
    return json.dumps(text, ensure_ascii=False)


def markdown(text: str) -> str:
    """One line of text that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\1", text)


def _sequence(values: Sequence[object]) -> str:
    first = values[0] if values else None
    if len(values) > 3 and all(one == first for one in values):
        return f"[{python(first)}] * {len(values)}"
    return "[" + ", ".join(map(python, values)) + "]"


def _text(text: str, width: int = _WIDTH) -> str:
    last = text[-1:]
    body = text.rstrip(last) if last else text
    run = len(text) - len(body)
    if last and run * len(_escaped(last)) >= _RUN:
        tail = f"{_quoted(last)} * {run}"
        return f"{_quoted(body)} + {tail}" if body else tail
    plain = string(text, width)
    return plain if len(_quoted(text)) <= width else f"({plain})"


def _cut(text: str, width: int) -> list[str]:
    """`text` in pieces that fit on a line, cut after blanks where there are any."""
    pieces = [""]
    for word in re.findall(r"\S+\s*|\s+", text):
        fits = len(_quoted(word)) <= width
        for part in [word] if fits else [word[at : at + 6] for at in range(0, len(word), 6)]:
            if len(_quoted(pieces[-1] + part)) > width and pieces[-1]:
                pieces.append("")
            pieces[-1] += part
    return pieces


def _quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(one: str) -> str:
    if one in '"\\':
        return "\\" + one
    if one in _LETTERS or (one.isascii() and one.isprintable()):
        return one
    code = ord(one)
    if one in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[one]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
