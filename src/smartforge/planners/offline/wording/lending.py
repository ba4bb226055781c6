"""Who has things for a while: `tools are lent to members`, `nobody else can take it until ...`."""

import re

from smartforge.contract.names import plural, singular
from smartforge.planners.offline.wording.change import Change, spelled

_LENT = (
    r"(?:(?:lent|loaned|rented|hired|leased)(?: out)? to|(?:given|handed|checked) out to"
    r"|(?:borrowed|rented|hired|checked out) by)"
)
_KEPT = re.compile(r"\b(lending|loan|rental|borrowing|checkout|lease|hire)s?\b", re.IGNORECASE)
_ONE = r"(?:an?|each|every|the) "


def _lent(match: re.Match[str]) -> str:
    """What is lent, and rows that tell to whom, called as the prompt calls them elsewhere."""
    known = _KEPT.search(match.string)
    usual = "rental" if match["did"].lower().startswith(("rent", "hire")) else "loan"
    made = known[1].lower() if known else usual
    what, whom = singular(match["what"].lower()), singular(match["whom"].lower())
    said = f"{match['at']}{plural(made)} belong to a {what} and a {whom}"
    whose = rf"\b{plural(whom)}? ?(?:have|has|:|\()|\b{plural(whom)}[^.;\n]*\blog in\b"
    named = re.search(whose, match.string, re.IGNORECASE)
    return said if named else f"{said}. {plural(whom)} have a name"


CHANGES: tuple[Change, ...] = (
    # `a tool that is out can't be borrowed by anybody else until it is back`
    spelled(
        r"\b(?:when|while|if|once|as long as) (?:an?|the|some) (?P<what>[a-z]+) is"
        r" (?:out|gone|away|lent(?: out)?|borrowed|on loan|taken|rented(?: out)?|with somebody"
        r"|checked out),? (?:then )?(?:nobody|no one|no-one)(?: else)? (?:can|may|is able to)"
        r" (?:borrow|take|have|rent|get|lend|use|check out)(?: it)?"
        r"(?P<until> (?:until|before|unless) (?:it|the [a-z]+)(?:'s| is| has been| was| comes)?"
        r" (?:brought |given |handed |come )?(?:back|returned|in again))?",
        r"a lent \g<what> cannot be lent again until it is returned",
    ),
    spelled(
        rf"(?P<at>^|[.;:] |, )(?:{_ONE})?(?P<what>(?!they\b|it\b|these\b)[a-z]+) (?:is|are|get|gets"
        rf"|can be|may be) (?P<did>{_LENT}) (?:{_ONE}|our |my |one )?(?P<whom>[a-z]+)"
        r"(?=[.;:]|$)",
        _lent,
    ),
)
