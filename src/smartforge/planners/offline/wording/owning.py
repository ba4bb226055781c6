"""Whose rows are, by any noun: `the sculptor (the logged in user)`, `only that user may edit`."""

import re

from smartforge.planners.offline.wording.change import Change, spelled

_LOGGED = (
    r"(?:the |a |every )?(?:(?:logged|signed)[- ]in|current|authenticated) (?:user|account|person)"
    r"|(?:the one |whoever )(?:who )?is (?:logged|signed) in|every logged in user"
)
_MADE = (
    r"(?: (?:who|that) (?:has )?(?:made|created|added|wrote|posted|uploaded|entered|registered)"
    r" (?:it|them|the [a-z]+))?"
)
_WHO = re.compile(
    rf"\b(?:the|an?|its|their) (?P<who>[a-z]+)(?: or [a-z]+)?{_MADE}"
    rf" ?(?:\((?:= ?|i\.?e\.? |this is |always )?(?:{_LOGGED})\)|,? which is (?:{_LOGGED})"
    rf"| ?= ?(?:{_LOGGED}))",
    re.IGNORECASE,
)
_KNOWN = ("author", "owner", "creator", "user", "uploader", "poster", "organizer", "organiser")


def _by_author(match: re.Match[str]) -> str:
    """Whoever is logged in and has a name of the trade is the author."""
    text = match.group()
    for named in _WHO.finditer(text):
        who = named["who"].lower()
        if who in _KNOWN:
            continue
        text = text.replace(named.group(), "the author (the logged in user)")
        text = re.sub(rf"\b(?P<the>the|its|their|that) {who}\b", r"\g<the> author", text)
        text = re.sub(rf"\b(?P<The>The|Its|Their|That) {who}\b", r"\g<The> author", text)
        text = re.sub(rf"\b{who}'s own\b", "author's own", text)
    return text


_PEOPLE = (
    r"(?:(?:each|every|a|the|all|our) )?(?:registered )?"
    r"(?:users?|members?|customers?|people|persons?|accounts?)|everyone|everybody"
)
_LOG_IN = r"(?: (?:can |must |may )?(?:log|sign)s? (?:in|up),? and(?: then)?(?: can)?)?"


def _owned(match: re.Match[str]) -> str:
    """`users log in and own their boats`: the boats belong to them."""
    who, what = match["who"], match["what"]
    one = re.sub(r"^(?:each|every|a|the|all|our) ", "", who.lower())
    one = "users" if one in ("people", "persons", "everyone", "everybody") else one
    one = one if one.endswith("s") else f"{one}s"
    logs = f"{who} log in. " if match["logs"] else ""
    return f"{logs}{what[0].upper()}{what[1:]} belong to {one}"


CHANGES: tuple[Change, ...] = (
    spelled(
        rf"(?P<who>\b(?:{_PEOPLE}))(?P<logs>{_LOG_IN}) owns? "
        r"(?:(?:their|his|the|many|several|some|any number of|zero or more)(?: own)? )?"
        r"(?P<what>[a-z]+(?: [a-z]+)?s)"
        r"(?: (?:that )?(?:they|he|she) (?:add|create|make|made|write|wrote|post|upload)(?:e?d)?)?"
        r"(?=[.,;\n]|$)",
        _owned,
    ),
    spelled(r"\bis owned by\b", "belongs to"),
    spelled(r"\bare owned by\b", "belong to"),
    spelled(
        r"(?P<belong>\bbelongs? to) (?:whoever|the (?:one|person) (?:who|that)) (?:has |have )?"
        r"(?P<made>created|made|added|wrote|posted|uploaded|registered)\b",
        r"\g<belong> the user who \g<made>",
    ),
    spelled(
        rf"(?P<who>\b(?:{_PEOPLE}))(?P<logs>{_LOG_IN}) keeps?"
        r"(?: track of| a (?:list|log|record) of| records of)? their (?:own )?",
        r"\g<who>\g<logs> manage their own ",
    ),
    spelled(r"\A[^\x00]*(?:(?:logged|signed)[- ]in|current|authenticated)[^\x00]*\Z", _by_author),
    # `Only that user may edit it`: whoever it belongs to.
    spelled(
        r"\bonly (?:that|this|the same) (?:user|person|member|account) (?P<can>can|may) ",
        r"only the author \g<can> ",
    ),
)
