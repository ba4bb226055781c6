"""Values without signs between them, and what is said of a thing in one breath."""

import re

from smartforge.contract.reserved import word_set
from smartforge.planners.offline.wording.change import Change, spelled

_HAVE = r"(?:have|has|contains?|holds?)"
_A = r"(?:an?|one|the|exactly one)"

# What rows are graded by: of three words in a row, two of these make values of all.
_GRADES = word_set(
    """
    low medium high normal urgent critical minor major blocker trivial easy hard difficult expert
    beginner intermediate advanced small large big huge tiny new used old good fair poor bad open
    closed done todo doing pending active inactive draft published cold warm hot light dark
    """
)
_SEATS = re.compile(
    r"(?<![\w\"'`-])(?:(?:restaurant|dining) )?(tables?)(?![\w\"'`-])", re.IGNORECASE
)


def _values(match: re.Match[str]) -> str:
    """`priority low medium high`: a field and its values, where those are such as grades are."""
    values = match["values"].split()
    if sum(value.lower() in _GRADES for value in values) < 2:
        return match.group()
    return f"{match['name']} ({', '.join(values)})"


def _as_things(match: re.Match[str]) -> str:
    """Tables at which people sit are named in quotes: else they are those of a database."""
    return _SEATS.sub(lambda one: f'"{one[1]}"', match.group())


CHANGES: tuple[Change, ...] = (
    spelled(
        r"\b(?P<name>(?:[a-z]+ )?(?:status|priority|difficulty|severity|urgency|size|level|stage"
        r"|condition|spiciness)):? (?P<values>[a-z]+(?: (?!and\b|or\b)[a-z]+){2,5})"
        r"(?=[,.;)]| and [a-z]|$)",
        _values,
    ),
    spelled(
        r"\A(?=(?:.|\n)*(?<![\w\"'`-])tables? (?:have|has|with)"
        r" (?:an? )?(?:(?:table )?numbers?|seats|capacity|(?:number of )?seats)\b)(?:.|\n)*\Z",
        _as_things,
    ),
    # `animals belong to a shelter, have a name`: the same animals.
    spelled(
        rf"(?P<does>\bbelongs? to {_A} [a-z]+(?: [a-z]+)?),(?: and)? (?={_HAVE} )",
        r"\g<does> and ",
    ),
    spelled(
        r"(?P<who>\b[a-z]+) are (?:uniquely )?(?:identified|known) by (?:an?|the|its|their)"
        r" (?P<what>[a-z]+(?: [a-z]+)?)(?=[.,;]|$)",
        r"\g<who> have a unique \g<what>",
    ),
    spelled(
        r"(?P<who>\b[a-z]+) is (?:uniquely )?(?:identified|known) by (?:an?|the|its|their)"
        r" (?P<what>[a-z]+(?: [a-z]+)?)(?=[.,;]|$)",
        r"\g<who> has a unique \g<what>",
    ),
    spelled(r"\bappl(?P<y>y|ies) to [a-z]+ (?=an? [a-z])", r"appl\g<y> for "),
    # `log waterings with date and amount`: what is kept, and no logging.
    spelled(
        r"(?P<at>^|[.;!] )(?:log|record|register) (?P<what>[a-z]+s) (?=(?:with|including) )",
        r"\g<at>\g<what> ",
    ),
    # `a vehicle can't have two open sessions`
    spelled(
        r"\b(?P<one>(?:an?|each|every|the same|one) [a-z]+) (?:can't|cannot|can not|may not|must"
        r" not|should not|can never) have (?:two|2|several|multiple|more than (?:one|1|an?))"
        r" (?P<state>open|active|pending|running|ongoing|current|unpaid) (?P<what>[a-z]+s)"
        r"(?: (?:at once|at (?:the same|a|any) time|simultaneously))?(?=[.,;]|$)",
        lambda m: f"{m['one']} can only have one {m['state']} {m['what'][:-1]}",
    ),
    spelled(
        r"\bonly (?P<who>[a-z]+s) (?:can |may )?(?:move|advance) (?:them|it)(?=[.,;]|$)",
        r"only \g<who> can change their status",
    ),
)
