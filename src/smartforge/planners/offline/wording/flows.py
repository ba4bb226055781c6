"""How states follow each other: `starts as sent and gets accepted or declined by an admin`."""

import re

from smartforge.contract.names import plural
from smartforge.planners.offline.features.paths import is_state
from smartforge.planners.offline.verbs import verbs
from smartforge.planners.offline.wording.change import Change, spelled

_BECOMES = (
    r"(?:can be|may be|gets?|is|are|becomes?|will be|ends? up(?: as)?|turns?(?: into)?"
    r"|(?:goes|go|moves?|changes?|switches|advances?) (?:on )?(?:in)?to)"
)
_JOINED = re.compile(
    rf"(?:,|,? and|;)(?: it)?(?: then| later| finally)? {_BECOMES}(?: then| later| either"
    rf"| finally)?"
    r" (?=(?:(?:in|under|on|out for|ready for) )?[a-z]+)",
    re.IGNORECASE,
)
_STAFF = ("staff", "hr", "finance", "support", "management")
_FIRST = r"(?:pending|open|new|draft|requested|submitted|unpaid|planned|scheduled|proposed|active)"


def _followed(match: re.Match[str]) -> str:
    """What comes after the first state, each behind a `then`."""
    rest = _JOINED.sub(", then ", match["rest"])
    return f"{match['how']} as {match['state']}{rest}"


def _decided(match: re.Match[str]) -> str:
    """`then approved or denied by a librarian`: who decides, in a sentence of its own."""
    known = verbs().states
    one, other = known.get(match["one"].lower()), known.get(match["other"].lower())
    if not (one and other):
        return match.group()
    who = match["who"] if match["who"].lower() in _STAFF else plural(match["who"])
    who = match["who"] if match["who"].endswith("s") else who
    said = f"{match['one']} or {match['other']}"
    return f"{said}. Only {who} can {one} and {other} them"


def _listed(match: re.Match[str]) -> str:
    """`a status new, packed, shipped`: its values, where most are what states are called."""
    values = [one.strip() for one in match["values"].split(",")]
    known = sum(is_state(one.lower()) for one in values)
    bare = match["name"].lower().startswith("sta")  # among other fields, which could go on
    if known * 2 <= len(values) or (bare and known < len(values)):
        return match.group()
    return f"{match['name']} ({', '.join(values)})"


CHANGES: tuple[Change, ...] = (
    spelled(
        r"(?P<name>(?:\b(?:an?|the|with|and) |(?<=, ))(?:status|state|stage)) "
        r"(?P<values>[a-z]+(?: [a-z]+)?(?:, ?[a-z]+(?: [a-z]+)?){1,9})(?=[.;]|$)",
        _listed,
    ),
    # `..., starts pending and can be approved`: how it begins, in a sentence of its own.
    spelled(
        r"(?P<at>^|[.;] )(?P<who>an? (?P<what>[a-z]+(?: [a-z]+)?)) (?P<said>(?:is|has|belongs)"
        rf" [^.;\n]+?)(?:,|,? and) (?P<how>starts?|begins?) (?:out )?(?:as )?(?P<state>{_FIRST})\b",
        r"\g<at>\g<who> \g<said>. \g<who> \g<how> as \g<state>",
    ),
    spelled(rf"\b(?P<how>starts?|begins?) (?:out )?(?P<state>{_FIRST})\b", r"\g<how> as \g<state>"),
    spelled(
        r"\b(?P<how>starts?|begins?) (?:out )?(?:as|in) (?P<state>(?:an? )?[a-z]+(?: [a-z]+)??)"
        r"(?P<rest>(?:,| and|;) [^.\n]*)",
        _followed,
    ),
    spelled(
        r"\b(?P<one>[a-z]+(?:ed|ied)) or (?P<other>[a-z]+ed) by (?:an?|the|some|any|our)? ?"
        r"(?P<who>(?!their|his|her|default|email|mail|date)[a-z]+(?: (?:member|leader|officer"
        r"|manager|team|clerk))?)(?=[.,;]|$| (?:if|when|while|only|who|before|after|and)\b)",
        _decided,
    ),
)
