"""What has states or excludes its like is kept, wherever it is first spoken of.

`Orders go from open to paid` keeps orders; `no two bookings of the same room may overlap` keeps
bookings, and they belong to rooms where the prompt keeps any.
"""

import re

from smartforge.contract.names import plural, singular, snake, spaced
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.draft import a
from smartforge.planners.offline.features.heard import Heard, hear_all
from smartforge.planners.offline.features.paths import paths
from smartforge.planners.offline.sketch import Claims
from smartforge.planners.offline.statements.vocabulary import people
from smartforge.planners.offline.vocabulary import words

_GOES = re.compile(
    r"(?:\A|(?<=[;.,:] ))(?:(?:an?|the|each|every|all) )?(?P<what>[a-z_]+(?: [a-z_]+)?) "
    r"(?:can |must |should |always )?(?:go|goes|moves?|starts?|begins?|is|are|pass|passes"
    r"|progress|progresses) (?:first |always |only )?(?:from |through |as |in |out )?(?=[a-z])"
)
_NO_TWO = re.compile(
    r"\b(?:no|never) two (?P<what>[a-z_]+) (?:of|for|in|on|by|at) (?:the |a |one )?same"
    r" (?P<whose>[a-z_]+)\b"
)
_NEVER = re.compile(
    r"\b(?P<what>[a-z_]+s) (?:of|for|in|on|by|at) (?:the |a |one )?same (?P<whose>[a-z_]+)"
    r" (?:must|may|can|should|cannot|never)(?: not| never)? (?:overlap|clash|collide|coincide)\b"
)


def claim_ruled(claims: Claims) -> None:
    """Name the things that have states of their own or exclude each other."""
    heard = hear_all(claims.sentences)
    said = {token.low for one in heard for token in one.tokens}
    for one in heard:
        for match in _GOES.finditer(one.line):
            ways = paths(one.line[match.start() :])
            if any(begin <= len(match.group()) for _, begin, _ in ways):
                _name(claims, one, match)
        for match in (*_NO_TWO.finditer(one.line), *_NEVER.finditer(one.line)):
            made = _name(claims, one, match)
            whose = singular(match["whose"])
            if made and plural(whose) in said:
                at = one.span(*match.span("what"))[0]
                text = f"{a(spaced(made)).capitalize()} belongs to {a(spaced(whose))}."
                claims.tell(one.place, at, text)


def _name(claims: Claims, heard: Heard, match: re.Match[str]) -> str:
    """The thing that is spoken of, kept from now on; empty where it can be none."""
    begin, end = heard.span(*match.span("what"))
    phrase, rest = nounphrases.leading(heard.tokens[begin:end])
    none = words().filler | words().trade | words().products
    if rest or not phrase or phrase[-1].low in none:
        return ""
    if nounphrases.is_field(phrase) and not nounphrases.is_common(phrase):
        return ""
    name = singular(snake(" ".join(one.text for one in phrase)))
    if name in people().always or name in ("status", "state", "user", "it", "they"):
        return ""
    claims.name(heard.place, begin, name)
    return name
