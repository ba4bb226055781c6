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
_SMALL = word_set(
    """
    i we run own am are is need want build create make something anything tool app software online
    business company small little local family new would like please help manage managing my our
    what
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
        return f"{plain}{end}\n{_says('todo-backend')}", "todo backend"
    if len(said.split()) > MAX_WORDS or _TELLING.search(said):
        return text, ""
    low = " ".join(re.findall(r"[a-z]+", said.lower()))
    for name, says in _trades():
        match = re.search(rf"\b(?:{name}|{plural(name)})\b", low)
        others = _others(f"{low[: match.start()]} {low[match.end() :]}") if match else []
        if match and not others:
            return says.strip(), name
        if match and len(others) <= MAX_OTHERS:
            end = "" if said.endswith((".", "!", "?")) else "."
            return f"{said}{end}\n{says.strip()}", name
    return text, ""


def _others(text: str) -> list[str]:
    """The words that say more than that something is wanted."""
    lists = words()
    small = lists.stops | lists.filler | lists.determiners | lists.adjectives | lists.products
    small |= lists.manage | lists.containers | lists.english | _SMALL
    return [word for word in text.split() if word not in small]


def _says(name: str) -> str:
    return next(says.strip() for one, says in _trades() if one == name)


@functools.cache
def _trades() -> tuple[tuple[str, str], ...]:
    """Every name of a trade with what is said there, the longest name first."""
    room = resources.files(__name__.rpartition(".")[0])
    data = tomllib.loads(room.joinpath("trades.toml").read_text(encoding="utf-8"))["trade"]
    pairs = [(name.strip(), one["says"]) for one in data for name in one["names"].split(",")]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))
