"""Requests that may come twice: `idempotency keys`, `safe to retry`, `never charge twice`."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from smartforge.contract import Idempotency, Resource
from smartforge.contract.names import spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.features import retrywords as words
from smartforge.planners.offline.features.finding import mentions
from smartforge.planners.offline.features.heard import Heard, hear_all
from smartforge.planners.offline.sketch import Claims, Sketch
from smartforge.planners.offline.tokens import Token

_OWN_NAME = re.compile(r"idempoten|retr(?:y|ies)|header|request|submission|duplicate|click|^key$")
_ENDS = frozenset((",", ";", ".", ":", "(", ")"))


class Said(msgspec.Struct, frozen=True):
    """Words about keys: from which token to before which one."""

    first: int
    last: int


def cues(heard: Heard) -> Iterator[Said]:
    """Where a sentence asks for keys, with the words around that add nothing."""
    for match in words.CUES.finditer(heard.line):
        if _is_elsewhere(heard, match):
            continue
        first, last = heard.span(*match.span())
        while first and _says_no_more(heard.tokens[first - 1]):
            first -= 1
        yield Said(first, _past_rest(heard.tokens, last))


def _is_elsewhere(heard: Heard, match: re.Match[str]) -> bool:
    """Whether this is about what makes no row, or of what says itself that it came before."""
    around = heard.line[max(0, match.start() - 60) : match.end() + 20]
    plain = match[0].startswith("idempotent") or match[0].startswith("exactly")
    return plain and bool(words.ELSEWHERE.search(around)) and not words.MAKING.search(around)


def _says_no_more(token: Token) -> bool:
    if token.low in ("post", "posts"):
        return token.text.startswith("POST")
    return token.low in words.AROUND


def _past_rest(tokens: Sequence[Token], at: int) -> int:
    """Behind what says no more, and behind `so that ...`, `to avoid ...` as far as they go."""
    while at < len(tokens) and not _says_why(tokens, at) and _says_no_more(tokens[at]):
        at += 1
    begin = at + (at < len(tokens) and tokens[at].low == ",")
    if not _says_why(tokens, begin):
        return at
    while begin < len(tokens) and tokens[begin].low not in _ENDS:
        begin += 1
    return begin


def _says_why(tokens: Sequence[Token], at: int) -> bool:
    if at >= len(tokens) or tokens[at].low != "to":
        return at < len(tokens) and tokens[at].low in words.REASONS
    return at + 1 < len(tokens) and tokens[at + 1].low in words.AIMS


def details(heard: Heard) -> Iterator[Said]:
    """What more is said of keys that were asked for."""
    for match in words.DETAILS.finditer(heard.line):
        yield Said(*heard.span(*match.span()))


def claim_retries(claims: Claims) -> None:
    """Keep from the base reading what is said of requests that come twice."""
    everything = hear_all(claims.sentences)
    asked = {heard.place: list(cues(heard)) for heard in everything}
    if not any(asked.values()):
        return
    for heard in everything:
        for said in (*asked[heard.place], *details(heard)):
            claims.hide(heard.place, said.first, said.last)
            for at in range(said.first, said.last):
                named = claims.names.get((heard.place, at), [])
                named[:] = [one for one in named if not _OWN_NAME.search(one)]


def read_retries(sketch: Sketch) -> None:
    """POSTs that can be sent again with their key."""
    everything = hear_all(sketch.sentences)
    asked = {heard.place: _untaken(sketch, heard) for heard in everything}
    if not any(asked.values()):
        return
    line = " ".join(heard.line for heard in everything if asked[heard.place] or any(details(heard)))
    required = bool(words.REQUIRED.search(line)) and not words.OPTIONAL.search(line)
    found: dict[str, Resource] = {}
    for heard in everything:
        if asked[heard.place]:
            found |= {one.name: one for one in meant(sketch, heard)}
    kept = [one for one in found.values() or sketch.contract.resources if takes_keys(sketch, one)]
    if not kept:
        return
    for one in kept:
        sketch.put(msgspec.structs.replace(one, idempotency=Idempotency(required)))
    quote = next(
        heard.quote(heard.starts[said[0].first], _end(heard, said[0].last))
        for heard in everything
        if (said := asked[heard.place])
    )
    sketch.note(f"{quote}: {told(kept, required, line)}")
    for heard in everything:
        for said in (*asked[heard.place], *details(heard)):
            sketch.take(heard.place, said.first, said.last)


def _untaken(sketch: Sketch, heard: Heard) -> list[Said]:
    """The cues of which nobody else made anything, as of events that come twice."""
    return [
        one
        for one in cues(heard)
        if not all(sketch.is_taken(heard.place, at) for at in range(one.first, one.last))
    ]


def _end(heard: Heard, last: int) -> int:
    return heard.starts[last] if last < len(heard.starts) else len(heard.line)


def told(kept: Sequence[Resource], required: bool, line: str = "") -> str:
    """What comes of it, in a sentence."""
    names = listing([spaced(one.plural) for one in kept])
    missing = ", without one 400" if required else ""
    other = bool(words.HOURS.search(line)) and not words.KEPT.search(line)
    hours = " (which cannot be changed)" if other else ""
    return (
        f"POSTs of {names} take an Idempotency-Key: the same request sent again with it is done "
        f"once and answered alike for 24 hours{hours}, another one with it is 422{missing}."
    )


def takes_keys(sketch: Sketch, one: Resource) -> bool:
    accounts = sketch.contract.accounts
    own = accounts is not None and accounts.resource == one.name
    makes = "create" in one.actions or one.bulk is not None
    return makes and not (own or one.upload or one.idempotent)


def meant(sketch: Sketch, heard: Heard) -> Iterable[Resource]:
    """The resources that a sentence names as what is sent; none where that is any."""
    if re.search(r"\b(?:all|every|each|any) (?:post|create|creat\w+|request)", heard.line):
        return ()
    return [one for at, one in mentions(sketch, heard) if not _sends(heard.tokens, at)]


def _sends(tokens: Sequence[Token], at: int) -> bool:
    """Whether the thing named at a token is who sends, or who is charged."""
    before = {token.low for token in tokens[max(0, at - 2) : at]}
    following = [token.low for token in tokens[at + 1 : at + 5]]
    after = following[0] if following else ""
    are_charged = after in words.SUFFERING and bool(words.CHARGED & set(following))
    if words.CHARGED & before or are_charged:
        return True
    acts = (after in words.AROUND and after not in ("is", "are", "be")) or after in words.CHARGED
    return tokens[at].low in words.PEOPLE and acts
