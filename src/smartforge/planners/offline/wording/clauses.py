"""Clauses that hang on a noun, as sentences of their own: what it belongs to, what it lasts."""

import re

from smartforge.planners.offline.verbs import verbs
from smartforge.planners.offline.wording.change import Change, spelled


def _lasting(match: re.Match[str]) -> str:
    """`leases of a plot to a gardener from a start date to an end date`."""
    made = match["made"]
    parents = [one for one in (match["one"], match["two"]) if one]
    links = "".join(f". {made} belong to {one}" for one in parents)
    return f"{made}. {made} have a {match['first']} and a {match['last']}{links}"


def _decided(match: re.Match[str]) -> str:
    """`then approved or denied by a librarian`: who decides, in a sentence of its own."""
    known = verbs().states
    one, other = known.get(match["one"].lower()), known.get(match["other"].lower())
    if not (one and other):
        return match.group()
    who = match["who"].removesuffix("s")
    said = f"{match['one']} or {match['other']}"
    return f"{said}. Only {who}s can {one} and {other} them"


CHANGES: tuple[Change, ...] = (
    # `wheels that belong to a cheese with a weight`: the weight is the wheel's.
    spelled(
        r",? (?:and )?(?P<who>[a-z]+s) (?:(?:that|which) )?(?:belong|belonging) to"
        r" (?P<one>(?:an?|one|the) [a-z]+),? (?:with|(?:and|that|which) have) ",
        r". \g<who> belong to \g<one>. \g<who> have ",
    ),
    spelled(
        r"(?P<made>[a-z]+s) (?:of|for) (?P<one>an? [a-z]+)"
        r"(?: (?:to|for|by|with) (?P<two>an? [a-z]+))?,? from an?"
        r" (?P<first>[a-z]+ (?:date|time|day)) (?:to|until) an?"
        r" (?P<last>[a-z]+ (?:date|time|day))(?=[.,;]|$)",
        _lasting,
    ),
    spelled(
        r"(?P<what>[a-z]+s) (?P<did>pawned|brought|sold|bought|lent|rented|owned|given|left|made"
        r"|written|placed|filed|reported|submitted|ordered) by (?P<who>[a-z]+)s(?=[.,;:]|$)",
        r"\g<what>. \g<what> belong to a \g<who>",
    ),
    spelled(
        r"\b(?P<one>[a-z]+ed) or (?P<other>[a-z]+ed) by (?:an?|the|some) (?P<who>[a-z]+)\b",
        _decided,
    ),
    spelled(
        r"(?P<at>^|[.;,] )(?:and )?(?P<what>[a-z]+s) (?:need|require)s? (?:a |an )?"
        r"(?:login|log-in|account) and (?=can )",
        r"\g<at>logged in users can create \g<what>. \g<what> ",
    ),
)
