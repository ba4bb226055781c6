"""Who has what: clauses parted, and relative clauses as sentences of their own."""

import re

from smartforge.contract.names import singular
from smartforge.planners.offline.wording.change import Change, spelled

_HAVE = r"(?:have|has|contains?|holds?)"
_NONE = (
    r"(?:number|list|type|kind|piece|set|part|lot|pair|name|date|owner|author|user|member|group)"
)
_NOUN = r"(?!(?:which|that|who|it|they) )[A-Za-z][a-z]+(?: [a-z]+)?"
_MADE = {"reserve": "reservation", "book": "booking", "rent": "rental", "hire": "rental"}


_AT = r"(?:in|on|at|to|from|by|for|with|under|inside|within)"
_A = r"(?:an?|one|exactly one)"
_DONE = r"(?!feed|seed|need|breed|indeed)[a-z]+(?:ed|en|wn|ught|old|ung|ade|uilt)"
_WHOM = r"(?:(?:an?|one|some|several|many|different) [a-z]+|(?!dates?\b|names?\b)[a-z]+s)"


def _related(match: re.Match[str]) -> str:
    """Things with those who did something to them: each belongs to one, or both to several."""
    what = match["what"]
    said = [what]
    for whom in re.findall(rf"{_DONE} by ({_WHOM})", match["by"], re.IGNORECASE):
        one, _, noun = whom.rpartition(" ")
        if one.lower() in ("a", "an", "one"):
            said.append(f"{what} belong to {one} {noun}")
        else:
            said.append(f"{what} have many {noun} and {noun} have many {what}")
    return ". ".join(said)


def _for_all(match: re.Match[str]) -> str:
    """`have a name, guests a phone number, beds a size` as a sentence for each."""
    others = r"(?:,(?: and)?| and) (?P<who>[a-z]+s) (?:just |only )?(?=an? [a-z])"
    return f"{match['have']} " + re.sub(others, r". \g<who> have ", match["what"], flags=re.I)


def _reserved(match: re.Match[str]) -> str:
    """`reserve a cabin from a check-in date to a check-out date`: what is made has both."""
    made, unit = _MADE[match["verb"].lower()], match["unit"]
    said = f"{match['verb']} {match['what']}"
    return f"{said}. A {made} has a {match['first']} {unit} and a {match['last']} {unit}"


def _of_both(match: re.Match[str]) -> str:
    """`a request is for one animal by one adopter`, and whatever else it has after that."""
    who = match["who"]
    said = f"{who} belongs to a {match['what']}. {who} belongs to a {match['whom']}"
    return f"{said}. {who} " if match["has"] else said


CHANGES: tuple[Change, ...] = (
    # `customers (name, phone) and bikes with a size`: each in a sentence of its own.
    spelled(
        r"(?P<at>^|[.;:] )(?P<who>[a-z]+s) \((?P<fields>[a-z][^()\n]*,[^()\n]*)\),? and"
        r" (?=[a-z]+s (?:with|\())",
        r"\g<at>\g<who> have \g<fields>. ",
    ),
    # `our shop sells cakes`: what there is, and none of what a shop does.
    spelled(
        r"(?P<at>\A|[.;] |^)(?:our|my|the) (?:[a-z]+ )?"
        r"(?P<who>(?!user|member|customer|admin|staff|people)[a-z]+[^s\W]) (?:sells|offers|lends"
        r"|lends out|rents|rents out|hires out|runs|owns"
        r"|operates|hosts|organi[sz]es|breeds|produces|makes|brews|bakes|repairs|stocks) "
        r"(?P<what>(?!its |their |the )[a-z]+s)(?=[.,;:]| with | and [a-z]+s[.,;])",
        r"\g<at>We have \g<what>",
    ),
    # `an adoption request is for one animal by one adopter`
    spelled(
        r"(?P<who>\b(?:an?|each|every) [a-z]+(?: [a-z]+)?) is (?:for|about|of)"
        r" (?:an?|one|exactly one) (?P<what>[a-z]+) (?:by|from|of|and) (?:an?|one"
        r"|exactly one) (?P<whom>[a-z]+)"
        r"(?P<has>(?:,|,? and) (?=has ))?(?=[.,;]|$|has | and )",
        _of_both,
    ),
    spelled(
        r"\b(?:which|what) (?P<what>[a-z]+s) (?:hold|have|contain|are at|cost|weigh)"
        r" (?P<than>less than|fewer than|more than|at least|at most|under|over|below|above)"
        r" (?P<n>\d[^?.\n]*)\?",
        r"List \g<what> with \g<than> \g<n>.",
    ),
    # `a copy of a work has a barcode`: whose it is, and what it has.
    spelled(
        rf"(?P<at>^|[.;] )(?P<who>(?:an?|each|every) (?!{_NONE}\b)[a-z]+) of (?P<one>(?:an?|one)"
        r" [a-z]+) (?=has )",
        r"\g<at>\g<who> belongs to \g<one>. \g<who> ",
    ),
    spelled(
        rf"(?P<at>^|[.;] )(?P<who>(?!{_NONE}s?\b)[a-z]+s) of (?P<one>[a-z]+s) are (?:kept|stored"
        r"|placed|located) (?:on|in|at) [a-z]+(?=[.;])",
        lambda m: f"{m['at']}{m['who']} belong to a {singular(m['one'].lower())}",
    ),
    # `composers and works - each work is by one composer`
    spelled(
        r" [-–—] (?=(?:each|every|an?) [a-z]+ (?:is|has|belongs|can|may|must|consists)\b)", ". "
    ),
    spelled(
        r"(?P<who>\b(?:each|every|an?) [a-z]+) is (?:written |made |done )?by"
        r" (?P<one>(?:an?|one|exactly one) [a-z]+)(?:,| and|, and) (?=has )",
        r"\g<who> belongs to \g<one>. \g<who> ",
    ),
    spelled(
        r"(?P<who>\b(?:each|every|an?) [a-z]+) is by (?P<one>(?:an?|one|exactly one) [a-z]+)\b",
        r"\g<who> belongs to \g<one>",
    ),
    # `each boat lies in a port and was built by a yard`: each half is a sentence of its own.
    spelled(
        rf"(?P<who>\b(?:each|every) [a-z]+) (?P<does>(?:[a-z]+s|is [a-z]+) {_AT} {_A} [a-z]+),? and"
        rf" (?=(?:(?:is|was|has been) [a-z]+|[a-z]+s) {_AT} {_A} )",
        r"\g<who> \g<does>. \g<who> ",
    ),
    # `..., each boat lies in a port`: one thing stands after `each`, so `lies` is what it does.
    spelled(
        rf"(?<=[a-z]),(?: and)? (?P<who>(?:each|every) [a-z]+) (?=[a-z]+s {_AT} {_A} )",
        r". \g<who> ",
    ),
    # Each of several clauses about what has what is a sentence of its own.
    spelled(
        rf",? (?:and|while|whereas) (?P<who>(?:(?:an?|the|each|every) )?{_NOUN}) (?={_HAVE} )",
        r". \g<who> ",
    ),
    spelled(
        rf"(?<=[a-z]), (?P<who>(?:(?:an?|the|each|every) )?(?!which|that|who)[a-z]+) (?={_HAVE}"
        rf" (?:an?|many|several"
        r"|[a-z]+s\b))",
        r". \g<who> ",
    ),
    spelled(
        r"\b(?P<verb>displays|shows|lists) how many (?P<what>[a-z]+) (?:it|they)"
        r" (?:has|have|got)\b",
        r"shows the number of \g<what>",
    ),
    spelled(r"\bfor each (?:one|of them|of these),? (?=(?:i|we) )", ""),
    spelled(r", (?P<who>[a-z]+s) (?=belongs? to )", r". \g<who> "),
    spelled(r"\barrival, departure(?= ?(?:[,.;)]|$))", "arrival date, departure date"),
    # What a relative clause says is said of what stands before it.
    spelled(
        r"^(?P<who>[a-z]+(?: [a-z]+)?s),? whose (?P<what>[a-z]+(?: [a-z]+)?) (?P<is>is|are|must"
        r" be) ",
        r"\g<who> have a \g<what>. The \g<what> \g<is> ",
    ),
    spelled(
        r",? (?:and )?whose (?P<what>[a-z]+(?: [a-z]+)?) (?:is|are) (?:one of|either)"
        r" (?P<values>[^.;\n]*?)(?=,? and which|[.;]|$)",
        r". They have a \g<what> (\g<values>)",
    ),
    spelled(
        r",? (?:and )?whose (?P<what>[a-z]+(?: [a-z]+)?) (?P<is>is|are|must be) ",
        r". The \g<what> \g<is> ",
    ),
    spelled(r", and which (?=ha(?:ve|s) )", ". They "),
    # `plays written by a playwright and performed by troupes`: whose they are, one or several.
    spelled(
        rf"(?<!are )(?<!be )\b(?P<what>[a-z]{{3,}}s)"
        rf"(?P<by> {_DONE} by {_WHOM}(?:,? (?:and )?{_DONE} by {_WHOM}){{0,2}})"
        r"(?=[.,;:]|$)",
        _related,
    ),
    spelled(
        r"\b(?P<one>an?|each|one) (?P<what>[a-z]+(?: [a-z]+)?), which (?=ha(?:ve|s) )",
        r"\g<one> \g<what>. A \g<what> ",
    ),
    spelled(
        r"\b(?P<who>each|each one|they|every one|it)"
        r" (?:hangs?|stands?|lives?|sits?|lies?|(?:is|are)"
        r" (?:located|stored|kept|parked|housed|placed))"
        r" (?:in|on|at) (?=(?:an?|one|exactly one) )",
        r"\g<who> belongs to ",
    ),
    spelled(r"(?P<who>\b(?!its|his|hers|theirs|users)[a-z]+s) own (?=[a-z]+s\b)", r"\g<who> have "),
    spelled(
        r"\b(?:we|i|they) (?:do|perform|make|carry out|conduct) (?P<what>[a-z]+s) (?P<on>on|of|for)"
        r" (?P<whose>[a-z]+s)(?P<in>(?: \([^)\n]*\))?)",
        r". \g<what>\g<in>. A \g<what> belongs to a \g<whose>",
    ),
    # `how many votes each option got` is shown with the option.
    spelled(
        r",? ?(?:and|or|with)? ?(?:(?:(?:the|every|each|an?) )?(?:list|overview|page|result"
        r"|detail)s?(?: page)?(?: also)? (?:shows?|displays?|tells?|says?|includes?) |see )?"
        r"how many (?P<what>[a-z]+s) (?:each|every|an?)"
        r" (?P<one>[a-z]+)"
        r" (?:got|gets|has|have|had|received|receives)\b",
        r". Each \g<one> shows the number of its \g<what>. A \g<what> belongs to an \g<one>",
    ),
    spelled(
        r"\b(?P<verb>reserve|book|rent|hire)s? (?P<what>an? [a-z]+) from an? (?P<first>[a-z-]+)"
        r" (?P<unit>date|day|time) (?:to|until|till) an? (?P<last>[a-z-]+) (?P=unit)",
        _reserved,
    ),
    spelled(
        r"(?P<who>(?:\b(?:an?|each|every|the) )?\b[a-z]+) (?P<have>has|have|holds?|contains?)"
        r" (?P<part>[a-z]+s) \((?P<fields>[a-z][^()\n]*,[^()\n]*)\)(?=[.;]|$)",
        r"\g<who> \g<have> \g<part>. \g<part> have \g<fields>",
    ),
    spelled(r", an? (?P<one>[a-z]+) (?=its (?:average|total|number|sum))", r". A \g<one> shows "),
    # `rooms have a name, guests a phone number`: the verb is said once for all.
    spelled(r"(?<= )(?P<have>have|has) (?P<what>an? [^.;:\n]*)", _for_all),
    spelled(r"(?<=[a-z]); (?P<who>[a-z]+s) (?:just|only) (?=an? [a-z])", r". \g<who> have "),
    spelled(
        r"(?<=[,:(]) (?P<verb>has|is) (?P<what>(?!an? )[a-z]+(?: [a-z]+)?)"
        r"(?: ?\(?(?:yes/no|y/n|true/false|yes or no)\)?)?(?= ?(?:[,;.)]|$))",
        r" whether it \g<verb> \g<what>",
    ),
)
