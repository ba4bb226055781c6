"""How people give points to things: `give a cake 1 to 5 stars`, `rate a hut with 1 to 5 stars`."""

import re

from smartforge.planners.offline.wording.change import Change, spelled

_MADE = {"rate": "ratings", "review": "reviews"}


def _starred(match: re.Match[str]) -> str:
    """What is done, then the scale of what comes of it, and what else goes with it."""
    made = _MADE[match["do"].lower()]
    more = "".join(f" and {one}" for one in (match["first"], match["more"]) if one)
    scale = f"{made} have {match['unit']} from {match['low']} to {match['high']}{more}"
    once = " only once" if match["once"] else ""
    return f"{match['do']}{match['s']} {match['what']}{once}. {scale}"


_VALUES = {"time": "a time in seconds", "points": "points", "point": "points"}


def _entered(match: re.Match[str]) -> str:
    """Results with whose they are, where they were got, and the value itself."""
    what = (match["what"] or match["whats"]).lower()
    who, where = match["who"] or match["whose"], match["where"]
    made = "scores" if what == "score" else "results"
    value = _VALUES.get(what, f"a {what}")
    return (
        f". {made} have a {who}, a {where} and {value}. {who}s have a name. {where}s have a name. "
    )


CHANGES: tuple[Change, ...] = (
    # `a review with 1 to 5 stars`, `reviews have 1-5 stars`, `scores run from 50 to 100`
    spelled(
        r"\b(?P<with>with|has|have|gives?) (?P<low>\d{1,2}) ?(?:-|–|to) ?(?P<high>\d{1,3})"
        r" (?P<unit>stars|points)(?= ?(?:[.,;]|and|$))",
        r"\g<with> \g<unit> from \g<low> to \g<high>",
    ),
    spelled(
        r"\b(?P<what>scores|ratings|grades|marks|points|stars|values|levels)"
        r" (?:run|range|reach|vary) (?:from|between) (?=\d)",
        r"\g<what> go from ",
    ),
    # `submit a score for a player in a game`: what is kept of it.
    spelled(
        r"(?:^|(?<=[a-z])[:;.,] )(?:submit|post|enter|record|log|add|store|send|save|report)"
        r" (?:(?:an?|the) (?P<what>score|time|distance) (?:for|of|by) (?:an?|the) (?P<who>[a-z]+)"
        r"|(?:an?|the) (?P<whose>[a-z]+)'s (?P<whats>score|time|points|distance))"
        r" (?:in|on|for|at) (?:an?|the|one) (?P<where>[a-z]+)\b",
        _entered,
    ),
    # `give a cake 1 to 5 stars`: rated by that.
    spelled(
        r"\bgive(?P<s>s?) (?P<what>(?:each|every|an?|the|any|their) [a-z]+|[a-z]+s)"
        r" (?:from )?(?P<low>\d{1,2}) ?(?:-|–|to) ?(?P<high>\d{1,3}) (?:stars?|points?)\b",
        r"rate\g<s> \g<what> from \g<low> to \g<high>",
    ),
    spelled(
        r"\b(?P<do>rate|review)(?P<s>s?) (?P<what>(?:(?:an?|the|each|every|any) )?[a-z]+)"
        r"(?P<once>,? (?:but )?(?:only |just |at most )?once)?,? (?:with|by giving|giving|using)"
        r" (?:(?P<first>an? [a-z]+)(?: and|,) )?(?P<low>\d{1,2}) ?(?:-|–|to)"
        r" ?(?P<high>\d{1,3}) (?P<unit>stars|points)"
        r"(?:(?: and|,) (?P<more>an? [a-z]+))?",
        _starred,
    ),
)
