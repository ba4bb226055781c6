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


CHANGES: tuple[Change, ...] = (
    spelled(r"\A[^\x00]*(?:(?:logged|signed)[- ]in|current|authenticated)[^\x00]*\Z", _by_author),
    # `Only that user may edit it`: whoever it belongs to.
    spelled(
        r"\bonly (?:that|this|the same) (?:user|person|member|account) (?P<can>can|may) ",
        r"only the author \g<can> ",
    ),
)
