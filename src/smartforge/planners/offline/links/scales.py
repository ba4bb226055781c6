"""The scale of ratings that come of a verb: `people can rate recipes from 1 to 10`."""

from smartforge.planners.offline.sketch import Claims
from smartforge.planners.offline.statements.statement import Statement

_RATED = ("rating", "review", "score", "grade")
_BEFORE_SCALE = ("from", "between", "with", "on", "a", "scale", "of")


def tell_scale(claims: Claims, place: int, one: Statement) -> None:
    """Let the base reading know the scale that stands after a verb such as `rate`."""
    if one.joins not in _RATED:
        return
    tokens = claims.sentences[place].tokens
    at = one.end
    while at < len(tokens) and tokens[at].low in _BEFORE_SCALE:
        at += 1
    if at + 2 >= len(tokens) or not (tokens[at].number and tokens[at + 2].number):
        return
    if tokens[at + 1].low not in ("to", "-", "–", "and"):
        return
    claims.hide(place, one.end, at + 3)
    low, high = tokens[at].low, tokens[at + 2].low
    field = "rating" if one.joins in ("rating", "review") else one.joins
    claims.tell(place, one.begin, f"{one.joins} {field} goes from {low} to {high}")
