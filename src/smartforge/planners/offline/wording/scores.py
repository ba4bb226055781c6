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


CHANGES: tuple[Change, ...] = (
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
