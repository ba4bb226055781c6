"""Lists of what things have, whatever stands before them or around them."""

import re

from smartforge.contract.names import plural, singular
from smartforge.planners.offline.wording.change import Change, spelled

_AT = r"(?P<at>^[ \t]*(?:[-*•] )?|[.;] )"
_PLACED = r"(?:at|in|on|inside|from|along|around|near|within)"
_HAS = r"(?:\(|:|=|has\b|have\b|with\b)"
_OUR = r"(?:an?|the|our|my|each|every|one) "


def is_said_to_have(noun: str, text: str) -> bool:
    """Whether `text` tells somewhere what a `noun` has, so that it is kept."""
    one = singular(noun.lower())
    return bool(re.search(rf"\b(?:{one}|{plural(one)})(?: ?{_HAS})", text, re.IGNORECASE))


def _placed(match: re.Match[str]) -> str:
    """`lockers at a station: number, size`: where they are is one more thing, or no more told."""
    what, where = match["what"], match["where"]
    link = ""
    elsewhere = f"{match.string[: match.start()]}\n{match.string[match.end() :]}"
    if is_said_to_have(where.rpartition(" ")[2], elsewhere):
        link = f"{what} belong to a {singular(where)}. "
    return f"{match['at']}{link}{what}: "


def _done_by(match: re.Match[str]) -> str:
    """`a ride is flown by a pilot and booked by passengers`, where both are kept."""
    what = match["what"]
    told: list[str] = []
    for whom in re.findall(r"\bby ((?:(?:an?|one|many|several) )?[a-z]+)", match["by"], re.I):
        noun = whom.rpartition(" ")[2]
        if not is_said_to_have(noun, match.string):
            return match.group()
        if noun == singular(noun):
            told.append(f"A {what} belongs to a {noun}")
        else:
            told.append(f"{plural(what)} have many {noun} and {noun} have many {plural(what)}")
    return f"{match['at']}{'. '.join(told)}"


def _both_many(match: re.Match[str]) -> str:
    """`a song can be on many records and a record can hold many songs`."""
    one, other = singular(match["a"].lower()), singular(match["b"].lower())
    if (singular(match["b2"].lower()), singular(match["a2"].lower())) != (other, one):
        return match.group()
    these, those = plural(one), plural(other)
    return f"{match['at']}{these} have many {those} and {those} have many {these}"


def _valued(match: re.Match[str]) -> str:
    """`blood groups are A, B and O`, where a blood group stands in a list of fields."""
    field = singular(match["field"].lower())
    listed = rf"(?:[,:(]|\band|\ba|\ban|\bhas|\bhave|\bwith) {field}(?= ?(?:[,.;)]| and\b|$))"
    if not re.search(listed, match.string, re.IGNORECASE | re.MULTILINE):
        return match.group()
    values = re.split(r",? (?:and|or) |, ?| ?/ ?", match["values"])
    return f"{match['at']}The {field} is one of {', '.join(values[:-1])} or {values[-1]}"


def _taking(match: re.Match[str]) -> str:
    """`orders take a quantity of a crate`: of which, and how many."""
    who, one, number = match["who"], match["one"], match["number"]
    number = "quantity" if number.lower() in ("number", "quantity") else number
    return f"{match['at']}{who} have a {number}. {who} belong to {one}"


_MANY = r"(?:many|several|multiple|more than one|different|any number of|a number of|various)"
_OFTEN = r"(?:an?|each|every|one|the same|any)? ?"
_VALUE = r"[\w+-]+(?: [\w+-]+)?"

CHANGES: tuple[Change, ...] = (
    # `# Peat survey` above chapters that begin with `##`: the title of all of it.
    spelled(
        r"\A(?P<title>\s*# [a-z][\w &'-]{0,60}?)(?<! API)(?<! backend)[ \t]*\n"
        r"(?=\s*(?![-*•|+\d]))(?=[\s\S]*?^##)(?![\s\S]*?^# )",
        r"\g<title> API\n",
    ),
    # `inventory no. (unique), tel., name`: no full stop ends a sentence there.
    spelled(r"(?<=[a-z]) no\.(?= ?[(,;:])", " number"),
    spelled(r"(?<=[,:(] )no\.(?= ?[(,;:])", "number"),
    spelled(
        r"\b(?P<short>tel|qty|max|min|incl|approx|desc|addr|dept|avg)\.(?= ?[a-z0-9(,;:])",
        r"\g<short>",
    ),
    # `acquired in (year)`
    spelled(
        r"\b(?P<did>[a-z]+(?:ed|ght|lt|ade|und|wn|rn|en|ld)) (?:in|on|at)"
        r" \((?:the )?(?P<unit>year|date|time)\)",
        r"\g<did> \g<unit>",
    ),
    spelled(
        rf"{_AT}(?P<what>(?:[a-z]+ )?[a-z]+s) {_PLACED} {_OUR}(?P<where>[a-z]+(?: [a-z]+)?):"
        r" (?=[a-z][^.\n:]*,)",
        _placed,
    ),
    # `pilot = name + licence`
    spelled(
        rf"{_AT}(?P<what>[a-z]\w*(?: \w+)?) ?= ?(?P<fields>[a-z][\w ]*(?: ?\+ ?[a-z][\w ]*)+)"
        r"(?=[.;\n]|$)",
        lambda m: f"{m['at']}{m['what']}: {re.sub(' ?[+] ?', ', ', m['fields'])}",
    ),
    spelled(
        rf"{_AT}(?:an?|each|every) (?P<what>[a-z]+)"
        r"(?P<by>(?:(?:,|,? and)? (?:is |gets )?[a-z]+(?:ed|en|wn|ught|ade|aught|un|led|eld) by"
        r" (?:(?:an?|one|many|several) )?[a-z]+)+)(?=[.,;]|$)",
        _done_by,
    ),
    spelled(
        rf"{_AT}{_OFTEN}(?P<a>[a-z]+) (?:(?:can|may|might) )?(?!not\b)[a-z]+(?: [a-z]+){{0,2}}?"
        rf" {_MANY} (?P<b>[a-z]+),? (?:and|while)(?: also)? {_OFTEN}(?P<b2>[a-z]+)"
        rf" (?:(?:can|may|might) )?[a-z]+(?: [a-z]+){{0,2}}? {_MANY} (?P<a2>[a-z]+)(?=[.,;]|$)",
        _both_many,
    ),
    spelled(
        rf"{_AT}(?:the )?(?P<field>(?!(?:status|state|stage|role)e?s)[a-z]+(?: [a-z]+)?s) are"
        rf" (?:always |either |just |only |one of )?:? ?"
        rf"(?P<values>{_VALUE}(?:(?:, ?| ?/ ?){_VALUE})*(?:(?:,|,? and|,? or| ?/) ?{_VALUE}))"
        r"(?=[.;\n]|$)",
        _valued,
    ),
    spelled(
        rf"{_AT}(?P<who>[a-z]+s) (?:take|cover|contain|hold|are for|are over|reduce|use|consume"
        r"|draw|request|reserve|name|include) (?:a|an|some|the) (?P<number>quantity|number|amount)"
        r" of (?P<one>(?:an?|one) [a-z]+(?: [a-z]+)?)(?=[.,;]|$)",
        _taking,
    ),
    # `a price and how many are in stock`
    spelled(
        r"\bhow many (?:of (?:it|them) )?(?:there )?(?:are|is) "
        r"(?:in stock|on stock|available|left|there|in store|on hand)\b",
        "a stock quantity",
    ),
    spelled(
        r"(?<=[a-z,)] )how many (?P<what>[a-z]+s) (?:they|he|she|we|it|the [a-z]+)"
        r" (?:want|wants|need|needs|order|orders|take|takes|book|books|has|have|holds)\b",
        r"number of \g<what>",
    ),
    # `reserve seats for a show giving their name and email`
    spelled(
        r"(?P<for>\b(?:for|in|on|at) (?:an?|the|one) [a-z]+),?"
        r" (?:giving|leaving|stating|providing|specifying|entering|with) (?:their|his|her)"
        r" (?!own\b)",
        r"\g<for> with ",
    ),
    # `a serial number nobody else has`, `a tag that no other kite has`
    spelled(
        r"(?P<a>an?|its|their|one|the) (?P<own>own )?(?P<what>[a-z]+(?: [a-z]+)?)"
        r" (?:that |which )?(?:nobody|no one|no-one|no other(?: [a-z]+)?|none of the others)"
        r"(?: else)? (?:has|have|uses|shares|bears|carries|may have|can have)\b",
        r"\g<a> unique \g<what>",
    ),
    spelled(
        r"(?P<a>an?|its|their|one) (?P<own>own )?(?P<what>[a-z]+(?: [a-z]+)?),?"
        r" (?:that|which) (?:(?:must|may|can|should|will|is) (?:never|not)|never|cannot|can't)"
        r" (?:be )?(?:repeats?|repeated|used twice|given twice|duplicated|occur twice|exist twice"
        r"|appear twice|be the same twice|reused|used again)\b",
        r"\g<a> unique \g<what>",
    ),
    spelled(
        r"(?P<what>(?<=[,:] )[a-z]+(?: [a-z]+)?|(?:an?|its|their) [a-z]+(?: [a-z]+)?)"
        r"(?P<open>,? \(?)(?:no duplicates?|no doubles|no two alike|never twice"
        r"|without duplicates|must not repeat|not twice)(?P<end>\)?)(?= ?(?:[,.;)]|$| and ))",
        r"\g<what> (unique)",
    ),
    spelled(
        r"(?P<at>^|[.;,] )(?:and )?(?P<who>(?:the )?[a-z]+) (?:is|are) the only"
        r" (?:one|ones|person|people) (?:who|that|allowed to|to)(?: can| may| is allowed to)? ",
        r"\g<at>only \g<who> can ",
    ),
    spelled(
        rf"{_AT}(?P<what>(?!order by)[a-z]+) (?:status|state|stage)(?:es|s)?:?"
        r" ?(?=[a-z][^\n.]*(?:->|→))",
        lambda m: f"{m['at']}{plural(singular(m['what']))} go ",
    ),
)
