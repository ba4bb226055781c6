"""Tenants: `companies sign up`, `each practice has its own patients`, `data of one gym ...`."""

from collections.abc import Iterator, Sequence

import msgspec

from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.vocabulary import people
from smartforge.planners.offline.tokens import Sentence, Token, said

_HAVING = word_set("has have gets get owns own sees see keeps keep manages manage only can may")
_DATA = word_set("data never not see sees leak leaks visible isolated access share shared separate")
_APART = word_set("isolated separated separate segregated partitioned split kept scoped apart")
_COUNTING = word_set(
    """
    report reports count counts total totals number many statistics stats revenue stock sum average
    max maximum most least up one only once unique sales overview
    """
)
_SEVERAL = word_set("several multiple many different various")
_PER = word_set("workspace organization organisation tenant company team")
_SIGNING = word_set("register registers sign signs")
_PERSONAL = ("er", "or", "ist", "ian", "ee", "ant", "person", "man", "woman")
_MAY = word_set("can may must first to")


class Tenancy(msgspec.Struct, frozen=True):
    """What the tenants are called, where it stands, and the words for it."""

    name: str
    place: int
    begin: int
    end: int
    said: str


class _Hint(msgspec.Struct, frozen=True):
    """A sign that `tenancy` is meant, of the kind `of`."""

    of: str
    tenancy: Tenancy


# Which hints together make tenants of what usually is none.
_ENOUGH = ({"signs", "its"}, {"several", "its"}, {"several", "signs"}, {"apart"})


def tenancies(sentences: Sequence[Sentence], longest: int) -> list[Tenancy]:
    """All words that speak of tenants; those that only say so much have the likely name."""
    hints: list[_Hint] = []
    for place, sentence in enumerate(sentences):
        tokens = sentence.tokens[:longest]
        lows = [token.low.removesuffix("'s") for token in tokens]
        for at in range(len(tokens)):
            hints += _hints(place, tokens, lows, at)
    found: list[Tenancy] = []
    several = [one.tenancy.name for one in hints if one.of == "several"]
    for one in hints:
        name = one.tenancy.name
        if one.of == "each" and several:
            found.append(msgspec.structs.replace(one.tenancy, name=several[-1]))
        if one.of in ("each", "several") and not (name and one.of == "several"):
            continue
        kinds = {other.of for other in hints if other.tenancy.name == name}
        usual = name in people().tenants and kinds != {"several"}
        if not name or usual or any(kinds >= some for some in _ENOUGH):
            found.append(one.tenancy)
    if found and all(not one.name for one in found):
        found = [msgspec.structs.replace(found[0], name=_likely(sentences, longest))]
    return sorted((one for one in found if one.name), key=lambda one: (one.place, one.begin))


def _likely(sentences: Sequence[Sentence], longest: int) -> str:
    """The first thing that tenants usually are, where `multi-tenant` is all that is said."""
    for sentence in sentences:
        for token in sentence.tokens[:longest]:
            name = singular(snake(token.text)) if token.word else ""
            if name in people().tenants and name != "tenant":
                return name
    return "organization"


def _hints(place: int, tokens: Sequence[Token], lows: list[str], at: int) -> Iterator[_Hint]:
    low, rest = lows[at], lows[at + 1 :]
    before = tokens[at - 1].low if at else ""
    if low == "multi" and rest[:1] == ["tenant"]:
        yield _Hint("told", _tenancy("", place, tokens, at, at + 2))
    if low in people().tenant_signs:
        yield _Hint("told", _tenancy("", place, tokens, at, at + 1))
    if low in ("each", "every") and _has_its(rest):
        yield _Hint("each", _tenancy("", place, tokens, at, at + 1))
    name = _institution(tokens[at])
    if not name:
        return
    here = _tenancy(name, place, tokens, at, at + 1)
    listed = name in people().tenants
    if _has_its(rest) or (listed and _has_own(rest)):
        yield _Hint("its", here)
    after = next((at for at, one in enumerate(rest) if one not in _MAY), len(rest))
    if rest[after : after + 1] and rest[after] in _SIGNING:
        bare = rest[after + 1 : after + 2]
        if rest[after].startswith("sign") == (bare == ["up"]):
            yield _Hint("signs", here)
    if before in _SEVERAL or (before == "for" and at > 1 and lows[at - 2] == "saas"):
        yield _Hint("several", here)
    apart = before in ("another", "other", "between", "across") and _DATA & {*lows}
    others = _keeps_apart(lows, at)
    if apart or others or (before in ("per", "by") and _APART & {*lows}):
        yield _Hint("apart", here)
    theirs = before == "their" or lows[max(0, at - 2) : at] == ["their", "own"]
    inside = theirs and {"only", "own"} & {*lows}
    if listed and inside and {"see", "sees", "access", "data"} & {*lows}:
        yield _Hint("inside", here)
    if name in _PER and before == "per" and not _COUNTING & {*lows}:
        yield _Hint("per", here)


def _tenancy(name: str, place: int, tokens: Sequence[Token], at: int, end: int) -> Tenancy:
    words = said(tokens[max(0, at - 2) : at + 5])
    while end < len(tokens) and tokens[end].low in _HAVING | {"its", "own"}:
        end += 1
    return Tenancy(name, place, at, end, words)


def _institution(token: Token) -> str:
    """The singular of a noun that names no people; empty for other words."""
    if not token.word or token.literal or not nounphrases.is_nounlike(token):
        return ""
    name = singular(snake(token.text.removesuffix("'s").removesuffix("’s")))
    lists = people()
    persons = lists.user | lists.owners | lists.anyone | lists.always | {"data", "account"}
    if name in lists.tenants:
        return name
    person = name in persons or name in lists.ranks or name.endswith(_PERSONAL)
    return "" if person else name


def _has_its(rest: Sequence[str]) -> bool:
    """`has its own`, `sees only its`."""
    at = 0
    while at < len(rest) and rest[at] in _HAVING:
        at += 1
    return at > 0 and rest[at : at + 2] == ["its", "own"]


def _has_own(rest: Sequence[str]) -> bool:
    return bool(rest[:1]) and rest[0] in _HAVING and "own" in rest[:4]


def _keeps_apart(lows: Sequence[str], at: int) -> bool:
    """`data of one gym is never visible to another`, `agencies must not see each other's`."""
    rest = lows[at + 1 :]
    if not {"not", "never", "cannot", "can't", "mustn't", "no"} & {*lows}:
        return False
    one_of = at > 1 and lows[at - 1] in ("one", "a", "each") and lows[at - 2] in ("of", "from")
    other = {"another", "other", "others"} & {*rest}
    seen = {"see", "sees", "visible", "access", "accessible", "shown", "leak", "read"} & {*rest}
    mutual = at <= 1 and ["each", "other"] in [list(rest[i : i + 2]) for i in range(len(rest))]
    return bool(seen) and ((one_of and bool(other)) or mutual)
