"""Values without signs between them, and what is said of a thing in one breath."""

import re
from collections.abc import Callable

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
_OFFERED = re.compile(
    r"(?<![\w\"'`-])(services\b(?! (?:for|to|that|which|where)\b)"
    r"|(?:(?<=\ba )|(?<=each )|(?<=one )|(?<=the )|(?<=per ))service\b(?! (?:for|to|with|that)\b))"
    r"(?![\"'`-])",
    re.IGNORECASE,
)


def _values(match: re.Match[str]) -> str:
    """`priority low medium high`: a field and its values, where those are such as grades are."""
    values = match["values"].split()
    if sum(value.lower() in _GRADES for value in values) < 2:
        return match.group()
    return f"{match['name']} ({', '.join(values)})"


def _named(noun: re.Pattern[str]) -> Callable[[re.Match[str]], str]:
    """In quotes a noun is a thing that is kept: else tables are those of a database."""
    return lambda match: noun.sub(lambda one: f'"{one[1]}"', match.group())


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
        _named(_SEATS),
    ),
    # A salon has services, and is none.
    spelled(
        r"\A(?=(?:.|\n)*(?<![\w\"'`-])services (?:(?:have|with) (?:an? )?(?:name|title|minutes"
        r"|price|duration|description)\b|\((?:name|title)\b))(?:.|\n)*\Z",
        _named(_OFFERED),
    ),
    # `only author edits, admins delete anything`
    spelled(
        r"\bonly (?:the |an? )?(?P<who>author|owner|creator)s? (?:can |may )?edits?(?=[.,;]|$)",
        r"only the \g<who> can edit them",
    ),
    spelled(
        r"(?P<before>\bonly the (?:author|owner|creator) can edit [a-z]+)(?:,| and)(?: and)?"
        r" (?P<who>[a-z]+s) (?:can )?(?P<does>delete|edit) (?P<what>anything|everything|all)\b",
        r"\g<before>. \g<who> can \g<does> \g<what>",
    ),
    # `reps see their own deals, managers see all`
    spelled(
        r"(?P<who>\b[a-z]+s) (?:can )?see (?:only )?their own (?P<what>[a-z]+s)"
        r"(?:[,;.]| and| but| while)+ (?P<others>[a-z]+s) (?:can )?see (?:all|everything)"
        r"(?: of them)?(?=[.,;]|$)",
        r"\g<who> see only their own \g<what>. \g<others> see all \g<what>",
    ),
    # What results show is asked of the API, and they are nobody.
    spelled(
        r"(?P<at>^|[.;] )(?:the )?(?:results?|overviews?|dashboards?) (?:should |must |will )?"
        r"(?:shows?|displays?|includes?|contains?) ",
        r"\g<at>Show ",
    ),
    # `screenings of a movie in a hall at a start time with a price`
    spelled(
        r"(?P<what>\b[a-z]+s of an? [a-z]+(?: (?:in|at|on|by) an? [a-z]+)?) at an?"
        r" (?P<when>(?:start(?:ing)? )?(?:time|date)) with ",
        r"\g<what> with a \g<when> and ",
    ),
    spelled(r"\bdrafts? (?:vs\.?|versus) published\b", "published or not"),
    spelled(
        r"\bslug,? unique,? (?:and )?(?:auto[- ]?)?generated(?: from (?:the )?(?P<what>[a-z]+))?",
        lambda m: f"unique slug made from the {m['what'] or 'title'}",
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
