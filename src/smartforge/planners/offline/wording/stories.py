"""What people tell of their things: `somebody triages it`, `how many I need`, `no two alike`."""

import re

from smartforge.contract.names import plural, singular
from smartforge.planners.offline.wording.change import Change, spelled

_WE = r"(?:i|we|you|they|he|she|one|somebody|someone)"
_STEP = r"[a-z]+(?: [a-z]+){0,2}"
_AFTER = re.compile(
    r"(?:,|,? and|;)(?: then)? (?:somebody|someone|we|they|an? [a-z]+|the [a-z]+)"
    r" (?P<verb>[a-z]+?)s? (?:it|them)(?=[,.;]| and\b|$)",
    re.IGNORECASE,
)
_BECOMES = re.compile(
    r"(?:,|,? and|;)(?: then)? it(?: then)? (?:gets|is|becomes) (?=[a-z]+ed\b)", re.IGNORECASE
)
_FINALLY = re.compile(
    r"(?:,|,? and) (?:then|finally|lastly|at last|in the end) (?=[a-z]+ed\b)", re.IGNORECASE
)


def _steps(match: re.Match[str]) -> str:
    """`starts as new, somebody checks it, and finally closed`: each step behind a `then`."""
    rest = _AFTER.sub(lambda step: f", then {_done(step['verb'].lower())}", match["rest"])
    rest = _FINALLY.sub(", then ", _BECOMES.sub(", then ", rest))
    return f"{match['how']} as {match['state']}{rest}"


def _done(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    return f"{verb[:-1]}ied" if re.search(r"[^aeiou]y$", verb) else f"{verb}ed"


def _for_each(match: re.Match[str]) -> str:
    rows = plural(singular(match["what"].lower()))
    return f". {rows.capitalize()} belong to a {match['one']}"


def _arrows(match: re.Match[str]) -> str:
    return re.sub(r" ?> ?", " -> ", match.group())


def _discussed(match: re.Match[str]) -> str:
    what = match["what"] if match["them"].lower() == "them" else match["them"]
    return f"{match['said']}. Comments belong to a {singular(what.lower())}"


def _graded(match: re.Match[str]) -> str:
    """`a rating is a whole number from 1 to 5`: the thing holds the number of its name."""
    what = match["what"].lower()
    return f"{match['at']}A {what} has a {what} from {match['low']} to {match['high']}"


CHANGES: tuple[Change, ...] = (
    spelled(
        rf"\bhow many (?:of (?:it|them|these|those) )?{_WE} (?:still )?(?:need|want|have|own|took"
        r"|take|bought|use)s?\b",
        "quantity",
    ),
    spelled(
        rf"\bwhether {_WE}(?: ?['’](?:ve|s)| have| has)(?: already| ever)? (?P<did>[a-z]+)"
        r" (?:it|them)(?: already| yet)?(?=[,.;)]|$| and\b)",
        r"whether it is \g<did>",
    ),
    spelled(
        r"\b(?:pages|batches|chunks|portions) of (?P<n>\d{1,3})(?! to\b)(?: [a-z]+)?\b",
        r"\g<n> per page",
    ),
    spelled(
        r"(?P<at>\(|, )(?:no two(?: are)? (?:alike|the same|equal)|never the same twice)"
        r"(?=[,.;)]|$)",
        r"\g<at>unique",
    ),
    # `clerks have names`: each has one.
    spelled(r"\b(?P<who>[a-z]+s) have names(?=[,.;]| and\b|$)", r"\g<who> have a name"),
    # `finds belong to a dig and were made by a digger`
    spelled(
        r"\b(?P<who>(?:an? )?[a-z]+) (?P<do>belongs?) to (?P<one>(?:an?|one|exactly one) [a-z]+)"
        r" and (?:is|are|was|were) [a-z]+(?:ed|en|de|ght|ne|nd|ld|lt|pt) by (?P<other>(?:an?|one"
        r"|exactly one) [a-z]+)(?= ?(?:[.;,]|$))",
        r"\g<who> \g<do> to \g<one> and \g<other>",
    ),
    spelled(
        r"(?P<do>\bbelongs? to (?:an?|one|exactly one) [a-z]+),? and (?:carries|carry|bears?"
        r"|comes? with) (?=an? |the |its )",
        r"\g<do> and has ",
    ),
    # `meetings with a date, plus the attendance per meeting`
    spelled(
        r",? (?:plus|as well as|along with) (?:the )?(?P<what>(?!total|sum|average|count|number"
        r"|cost|price|amount|share|rate)[a-z]+) (?:per|(?:of|for) each)"
        r" (?P<one>[a-z]+)(?=[.;\n]|$)",
        _for_each,
    ),
    # `alarmed > on site > done`
    spelled(rf"\b{_STEP} > {_STEP}(?: > {_STEP})+\b", _arrows),
    spelled(
        r"(?P<at>[.;] )it (?:moves|goes|passes|runs)(?: through| from)?"
        r" (?=[a-z]+(?: [a-z]+){0,2} ->)",
        r"\g<at>Status: ",
    ),
    spelled(
        r"\b(?P<how>starts?|begins?) (?:out )?(?:as|in) (?P<state>(?:an? )?[a-z]+)"
        r"(?P<rest>,[^.\n]*\b(?:it|them|finally|lastly)\b[^.\n]*)",
        _steps,
    ),
    spelled(
        r"(?P<said>\b(?P<what>[a-z]+s) (?:can|may|are|have) [^.;\n]{3,60}?)(?:,|,? and|, and)"
        r" (?:people|users|everybody|everyone|we|they) (?:can |may )?(?:discuss|talk about)"
        r" (?P<them>them|[a-z]+s) in comments\b",
        _discussed,
    ),
    spelled(
        r"(?P<at>^|[.;] )an? (?P<what>rating|score|grade|mark|vote) is an? (?:whole number"
        r"|integer|number) (?:between|from) (?P<low>\d{1,2}) (?:and|to) (?P<high>\d{1,3})\b",
        _graded,
    ),
    # `accept them at one endpoint: event id, kind`
    spelled(
        r"\b(?:accept|receive|take|collect)s? (?:them|these|those|it|everything) (?:at|on|through"
        r"|via|with|in) (?:an?|one|a single) (?:post )?(?:endpoint|route|url)(?: with)? ?:"
        r" (?=[a-z_]+(?: [a-z]+)?,)",
        "POST endpoint that takes ",
    ),
    spelled(
        r"\bif (?:an?|the|the same) (?P<what>[a-z_]+(?: id)?) (?:comes|arrives|is sent|shows up"
        r"|is received|appears)(?: in)? (?:twice|again|a second time|more than once),?"
        r" (?:just |please )?(?:ignore|drop|skip|discard) (?:it|that|the (?:second|later|new)"
        r"(?: one)?|the repeats?)\b",
        r"ignore duplicates of the same \g<what>",
    ),
    spelled(
        r"(?P<what>(?:, |\band )[a-z_]+) as (?:an? )?(?:free |free-form )?(?:json(?: object)?"
        r"|object)(?=[,.;]| and\b|$)",
        r"\g<what> (json)",
    ),
)
"""Read before all others but the spellings, which know these forms alone."""

ENDED: tuple[Change, ...] = (
    spelled(r"(?P<head>\bendpoint that takes [a-z]+)_id\b", r"\g<head> id"),
    # What an endpoint takes besides names of kinds is whatever the other side sends.
    spelled(
        r"(?P<head>\bendpoint that takes [^.;:\n]*?(?:, |\band ))(?P<what>details|data|content)"
        r"(?=[.;,\n]| and\b|$)",
        r"\g<head>\g<what> (json)",
    ),
)
