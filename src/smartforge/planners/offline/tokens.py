"""A prompt as sentences of tokens: the only place that looks at single characters.

Every pass is linear in the length of the prompt.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from smartforge.planners.offline.layout import Line, lines

_TOKEN = re.compile(
    r"""
      (?P<literal>`[^`\n]{1,400}`|"[^"\n]{1,400}"|“[^”\n]{1,400}”
        | (?<!\w)'[^'\n]{1,60}'(?!\w))
    | (?P<truth>(?i:\b(?:yes/no|true/false|y/n|on/off)\b))
    | (?P<short>\b(?:[eE]\.g\.|[iI]\.e\.|etc\.))
    | (?P<word>[^\W\d]\w*(?:[-'’][^\W\d]\w*)*|\d+[^\W\d_]\w*)
    | (?P<clock>(?<![\d:])[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?![\d:]))
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<arrow>-{1,3}>|=>|→|➜|⇒)
    | (?P<bound>>=|<=|≥|≤)
    | (?P<dots>\.\.+|…)
    | (?P<sign>[^\s\w])
    """,
    re.VERBOSE,
)
_LABEL = re.compile(r"[ \t]*\w[\w \t-]{0,40}\??:")
# After a semicolon: at most four words and then the next entry or the end.
_ENTRY = re.compile(r"(?![^;.]*\b(?:has|have|can|with|is|are)\b)(?:\s*[\w/-]+){1,4}\s*(?:[;.(]|\Z)")
_TODO = re.compile(
    r"\bto do(?=s\b| (?:list|lists|item|items|app|apis?|backend|tracker|manager|service)\b)", re.I
)

_LOST = re.compile(r"\blost and found\b", re.I)
_BY = re.compile(r"\b(step|day|side|page|line|word) by \1\b", re.I)
_JOINED = re.compile(
    r"\b(check|pick|drop|clock) (in|out|up|off)(?= (?:dates?|times?|days?|at|location|address)\b)",
    re.I,
)
_SINCE = re.compile(r"(?:(?<=, )|(?<=: )|(?<=and ))(from|to|until) (date|time|day)(?=\W|$)", re.I)

# Spellings that are one word to the planner.
_SAME = {
    "to-do": "todo",
    "to-dos": "todos",
    "todo's": "todos",
    "e-mail": "email",
    "e-mails": "emails",
    "e-commerce": "ecommerce",
    "back-end": "backend",
    "web-shop": "webshop",
    "optinal": "optional",
    "wich": "which",
    "wether": "whether",
    "adn": "and",
    "teh": "the",
    "wiht": "with",
    "whith": "with",
    "hav": "have",
    "shoud": "should",
    "betwen": "between",
    "requried": "required",
    "managment": "management",
}
_ARROWS = frozenset({"->", "-->", "--->", "=>", "→", "➜", "⇒"})


class Token(msgspec.Struct, frozen=True):
    """A word, number or sign. `low` is what rules compare; `literal` was quoted by the user."""

    text: str
    low: str
    start: int
    end: int
    word: bool = False
    number: bool = False
    literal: bool = False


class Sentence(msgspec.Struct, frozen=True):
    """Tokens that belong together, without the full stop.

    `bullet` is the indentation of an entry of a list, -1 for running text. `opens` tells that
    what follows is listed under it: it ends with a colon, or is a heading.
    """

    tokens: tuple[Token, ...]
    text: str
    bullet: int = -1
    opens: bool = False


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of `text` in their order; blank ones are left out."""
    joined = _LOST.sub("lost-and-found", _BY.sub(r"\1-by-\1", _TODO.sub("todo", text)))
    joined = _SINCE.sub(r"\1-\2", _JOINED.sub(r"\1-\2", joined))
    gathered: list[str] = []
    bullet = -1
    for line in lines(joined):
        after_list = bullet >= 0 and line.flush  # a sentence below a list is none of its entries
        ended = gathered and (_ends(gathered[-1], bullet) or after_list)
        if gathered and (ended or _starts(line) or _LABEL.match(line.body)):
            yield from _cut(" ".join(gathered), bullet, opens=line.bullet > bullet)
            gathered, bullet = [], -1
        if line.heading:
            yield from _cut(line.body, -1, opens=True)
        elif line.body:
            gathered.append(line.body)
            bullet = max(bullet, line.bullet)
    yield from _cut(" ".join(gathered), bullet, opens=False)


def _starts(line: Line) -> bool:
    return line.heading or line.bullet >= 0 or not line.body


def _ends(line: str, bullet: int) -> bool:
    return line.endswith((".", "!", "?", ":", ";")) or (bullet >= 0 and line.endswith(","))


def _cut(text: str, bullet: int, opens: bool) -> Iterator[Sentence]:
    """Cut one paragraph at full stops, question and exclamation marks, and semicolons."""
    gathered: list[Token] = []
    level = 0
    for match in _TOKEN.finditer(text):
        token = _token(match)
        level = max(0, level + (token.low in "([{") - (token.low in ")]}"))
        at_end = token.end == len(text) or text[token.end].isspace()
        stop = token.low in (".", "!", "?") and at_end and (token.low == "." or not level)
        if token.low == "?" and stop and any(one.low == ":" for one in gathered[-40:]):
            gathered.append(token)  # notes: title, body, author?
        parts = token.low == ";" and not level
        if parts and _goes_on(text, token.end, gathered):
            gathered.append(token)
        elif stop or parts:
            yield from _sentence(gathered, bullet, opens=opens and token.end == len(text))
            gathered, level = [], 0
        else:
            gathered.append(token)
    yield from _sentence(gathered, bullet, opens)


def _goes_on(text: str, at: int, gathered: Sequence[Token]) -> bool:
    """Whether a semicolon parts entries of one list: `tram: line number; depot; seats`."""
    listing = any(token.low in (":", "has", "have", "with") for token in gathered[-40:])
    entry = _ENTRY.match(text, at)
    return listing and entry is not None


def _sentence(tokens: list[Token], bullet: int, opens: bool) -> Iterator[Sentence]:
    if tokens and tokens[-1].low == ":":
        tokens, opens = tokens[:-1], True
    if any(token.word or token.number for token in tokens):
        yield Sentence(tuple(tokens), said(tokens), bullet, opens)


def said(tokens: Sequence[Token]) -> str:
    """The user's own words, with the blanks between them as they were, but at most one."""
    parts: list[str] = []
    end = tokens[0].start if tokens else 0
    for token in tokens:
        parts.append((" " if token.start > end else "") + token.text)
        end = token.end
    return "".join(parts)


def _token(match: re.Match[str]) -> Token:
    group = match.lastgroup
    text = match.group()
    if group == "literal":
        inner = text[1:-1].strip()
        return Token(inner, inner.lower(), match.start(), match.end(), word=True, literal=True)
    low = text.lower().replace("’", "'")
    if low in _SAME:
        text = low = _SAME[low]
    low = "->" if low in _ARROWS else "readonly" if low == "read-only" else low
    is_word = group in ("word", "short", "truth", "clock")
    return Token(text, low, match.start(), match.end(), is_word, group == "number")
