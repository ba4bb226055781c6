"""Prompts that name a trade and little else, filled up with what its people would say."""

import functools
import re
import tomllib
from importlib import resources

from smartforge.contract.names import plural
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.vocabulary import words

# A longer prompt says itself what is wanted.
MAX_WORDS = 20
MAX_OTHERS = 4

_TELLING = re.compile(
    r"[:;(\n{|]|\b(?:with|has|(?<!\bi )(?<!\bwe )have|having|where|each|every)\b", re.IGNORECASE
)
_OF_IT = (
    r"(?: (?:rest|api|apis|spec|specs|specification|test|tests|suite|suites|contract|project|"
    r"implementation|server|compatible|style|conformant|clone)\b)"
)
# Its name as it is written, or with what makes plain that no todo backend of one's own is meant.
# The small words before it are counted, lest a long prompt made of them be read from each anew.
_TODO_BACKEND = re.compile(
    r"(?:\b(?i:an?|the|my|our|own|new|simple|api|implementation|version|clone|backend|server|that"
    r"|which|of|for|like|as|in|such|by|with|from|per|following|follows|compatible|conforms?|passes"
    r"|pass|passing|to|implements?|implementing|satisfies)\s+){0,12}"
    r"(?:\bTodo-?Backend\b|\b(?i:todobackend)\b|\b(?i:to-?do[- ]backend)(?i:(?=\.com\b|'s? (?:api"
    r"|spec|test|suite)|[ -](?:api|spec|test|compatib|conform|suite|clone|contract))))"
    rf"(?:\.com)?(?:'s|-|)(?i:{_OF_IT}|-compatible|-style|-conformant)*"
)
_ITS_PEOPLE = word_set("team crew staff group company business chain brand startup office shop")
_PUBLISHED = "todo-backend"
_SMALL = word_set(
    """
    i we run own am are is need want build create make something anything tool app software online
    independent business company small little local family new would like please help manage
    managing my our what d ll ve m re s
    """
)


def filled(text: str) -> tuple[str, str]:
    """`text` with what the trade that it names says, and the name of that; else an empty name.

    The name of a published API says all of it, however much is said besides.
    """
    said = text.strip()
    if _TODO_BACKEND.search(said):
        plain = _TODO_BACKEND.sub("a todo API", said)
        end = "" if plain.endswith((".", "!", "?")) else "."
        says = next(says for names, says in sayings() if _PUBLISHED in names)
        return f"{plain}{end}\n{says}", "todo backend"
    if len(said.split()) > MAX_WORDS or _TELLING.search(said):
        return text, ""
    low = f" {_plain(said)} "
    for name, says in _trades():
        written = next((one for one in _written(name) if one in low), "")
        others = _others(_without(low, written)) if written else []
        if written and not others:
            return says, name
        if written and len(others) <= MAX_OTHERS:
            end = "" if said.endswith((".", "!", "?")) else "."
            return f"{said}{end}\n{says}", name
    return text, ""


def _without(low: str, written: str) -> str:
    """The words around a trade's name; `mountain rescue team` is no other thing than the name."""
    before, _, after = low.partition(written)
    first, _, rest = after.partition(" ")
    return f"{before} {rest if first in _ITS_PEOPLE else after}"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z]+", text.lower()))


@functools.cache
def _written(name: str) -> tuple[str, str]:
    """A name as it stands among plain words, and its plural."""
    return f" {_plain(name)} ", f" {_plain(plural(name))} "


def _others(text: str) -> list[str]:
    """The words that say more than that something is wanted."""
    lists = words()
    small = lists.stops | lists.filler | lists.determiners | lists.adjectives | lists.products
    small |= lists.manage | lists.containers | lists.english | _SMALL
    return [word for word in text.split() if word not in small]


@functools.cache
def _trades() -> tuple[tuple[str, str], ...]:
    """Every name of a trade with what is said there, the longest name first."""
    pairs = [(name, says) for names, says in sayings() for name in names if name != _PUBLISHED]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))


@functools.cache
def sayings() -> tuple[tuple[tuple[str, ...], str], ...]:
    """The names of each trade and what its people would say, as if the prompt had said it.

    `trades/` has one file for each walk of life; names are parted by commas there, and the plural
    of each is understood.
    """
    room = resources.files(__name__.rpartition(".")[0]).joinpath("trades")
    files = sorted(room.iterdir(), key=lambda one: one.name)
    return tuple(
        (tuple(one["names"].split(", ")), one["says"].strip())
        for file in files
        for one in tomllib.loads(file.read_text(encoding="utf-8"))["trade"]
    )
