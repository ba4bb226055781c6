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
_SMALL = word_set(
    """
    i we run own am are is need want build create make something anything tool app software online
    business company small little local family new would like please help manage managing my our
    what
    """
)


def filled(text: str) -> tuple[str, str]:
    """`text` with what the trade that it names says, and the name of that; else an empty name."""
    said = text.strip()
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


@functools.cache
def _trades() -> tuple[tuple[str, str], ...]:
    """Every name of a trade with what is said there, the longest name first."""
    room = resources.files(__name__.rpartition(".")[0])
    data = tomllib.loads(room.joinpath("trades.toml").read_text(encoding="utf-8"))["trade"]
    pairs = [(name.strip(), one["says"]) for one in data for name in one["names"].split(",")]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))
