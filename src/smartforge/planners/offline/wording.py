"""Ways of saying things that come to the same, brought into the one form that is read.

A rewriting keeps lines apart and is linear in the length of the prompt; each changes only
how something is said and never what.
"""

import re
from collections.abc import Callable

_Change = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_TYPES = (
    r"(?:string|str|text|integer|int|number|float|decimal|money|bool|boolean|date|datetime"
    r"|timestamp|time|email|e-mail|url|uuid|enum|json|list|array)"
)
_HAVE = r"(?:have|has|contains?|holds?)"
_NOUN = r"[A-Za-z][a-z]+(?: [a-z]+)?"


def plainly(text: str) -> str:
    """`text` in the forms that the readers know. Idempotent for what it has changed."""
    for pattern, form in _CHANGES:
        text = pattern.sub(form, text)
    return text


def _spelled(pattern: str, form: str | Callable[[re.Match[str]], str]) -> _Change:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE), form


# ---- short and sloppy -------------------------------------------------------------------------

_SLOPPY: tuple[_Change, ...] = (
    _spelled(r"(?<![\w/])w/o(?= )", "without"),
    _spelled(r"(?<![\w/])w/ ?(?=\w)", "with "),
    _spelled(r"(?<=\w) n (?=\w)", " and "),
    _spelled(r"(?<= )4 (?=(?:my|our|a|an|the|his|her) )", "for "),
    _spelled(r" ?(?<!\w)(?:asap|pls|plz|thx|ty)(?!\w)", ""),
    _spelled(r"\bur\b(?= [a-z])", "your"),
    _spelled(r"\b[ui] wanna\b", "I want to"),
    _spelled(r"\bcan(?:not| ?t) ever\b", "can never"),
)

# ---- shapes -----------------------------------------------------------------------------------


def _typed_entry(match: re.Match[str]) -> str:
    """`- price (decimal, > 0)` as `- price: decimal, > 0`."""
    return f"{match['head']}: {match['type']}{match['more']}"


_SHAPES: tuple[_Change, ...] = (
    # `Log my runs: date, distance` lists what a run has.
    _spelled(
        r"^(?P<mark>[ \t]*)(?:log|track|record|store|save|keep|remember|collect)(?: track of)?"
        r" (?:my|our|all|the) (?P<what>[a-z]+s): ",
        r"\g<mark>\g<what>: ",
    ),
    _spelled(
        r"(?<=, )(?P<count>\d+) (?P<unit>characters|chars|letters|digits)(?= ?(?:[,;.)]|$))",
        r"exactly \g<count> \g<unit>",
    ),
    _spelled(
        r"\bfrom (?P<what>[a-z]+)(?P<mark>,| and|, and) to (?P=what)\b",
        r"from-\g<what>\g<mark> to-\g<what>",
    ),
    _spelled(
        r"\bwhen (?:i|we|they|it was|they were|he|she) last (?P<did>[a-z]+ed)(?: (?:it|them))?\b",
        r"last \g<did> date",
    ),
    _spelled(
        r"^(?P<mark>#* *)(?:resource|entity|model|table|object|class)s? ?[:=-] *"
        r"(?P<name>\w[\w -]{0,40}?)[ \t]*:?[ \t]*$",
        r"\g<mark>\g<name>:",
    ),
    _spelled(
        rf"^(?P<head>[ \t]*[-*•+][ \t]+`?[\w -]{{1,40}}?`?) ?\((?P<type>{_TYPES})\b"
        r"(?P<more>[^()\n]*)\)[ \t]*$",
        _typed_entry,
    ),
    # `pitch = number, size` says what a pitch has.
    _spelled(
        r"(?:(?<=\A)|(?<=\. )|(?<=\n)|(?<=; ))(?P<name>[a-z][\w]*(?: \w+)?) ?= ?(?=[a-z][^=\n]*,)",
        r"\g<name>: ",
    ),
    _spelled(r"(?<=[(,] )> ?0\b|(?<=\()> ?0\b", "greater than 0"),
    _spelled(r"(?<=[(,] )>= ?0\b|(?<=\()>= ?0\b", "at least 0"),
    _spelled(
        r"(?<![\d.-])(?P<low>\d{1,5}) ?(?:-|–|\.\.|to) ?(?P<high>\d{1,5})"
        r" (?P<unit>characters|chars|letters|symbols|digits)\b",
        r"at least \g<low> and at most \g<high> \g<unit>",
    ),
)

# ---- sentences --------------------------------------------------------------------------------

_MADE = {"reserve": "reservation", "book": "booking", "rent": "rental", "hire": "rental"}


def _reserved(match: re.Match[str]) -> str:
    """`reserve a cabin from a check-in date to a check-out date`: what is made has both."""
    made, unit = _MADE[match["verb"].lower()], match["unit"]
    said = f"{match['verb']} {match['what']}"
    return f"{said}. A {made} has a {match['first']} {unit} and a {match['last']} {unit}"


_SENTENCES: tuple[_Change, ...] = (
    # Each of several clauses about what has what is a sentence of its own.
    _spelled(
        rf",? (?:and|while|whereas) (?P<who>(?:(?:an?|the|each|every) )?{_NOUN}) (?={_HAVE} )",
        r". \g<who> ",
    ),
    _spelled(
        rf"(?<=[a-z]), (?P<who>(?:(?:an?|the|each|every) )?[a-z]+) (?={_HAVE} (?:an?|many|several"
        r"|[a-z]+s\b))",
        r". \g<who> ",
    ),
    _spelled(
        r"\b(?P<verb>displays|shows|lists) how many (?P<what>[a-z]+) (?:it|they)"
        r" (?:has|have|got)\b",
        r"shows the number of \g<what>",
    ),
    # What a relative clause says is said of what stands before it.
    _spelled(
        r"^(?P<who>[a-z]+(?: [a-z]+)?s),? whose (?P<what>[a-z]+(?: [a-z]+)?) (?P<is>is|are|must"
        r" be) ",
        r"\g<who> have a \g<what>. The \g<what> \g<is> ",
    ),
    _spelled(
        r",? (?:and )?whose (?P<what>[a-z]+(?: [a-z]+)?) (?P<is>is|are|must be) ",
        r". The \g<what> \g<is> ",
    ),
    _spelled(r", and which (?=ha(?:ve|s) )", ". They "),
    _spelled(
        r"\b(?P<one>an?|each|one) (?P<what>[a-z]+(?: [a-z]+)?), which (?=ha(?:ve|s) )",
        r"\g<one> \g<what>. A \g<what> ",
    ),
    _spelled(
        r"\b(?P<who>each|each one|they|every one|it)"
        r" (?:hangs?|stands?|lives?|sits?|lies?|(?:is|are)"
        r" (?:located|stored|kept|parked|housed|placed))"
        r" (?:in|on|at) (?=(?:an?|one|exactly one) )",
        r"\g<who> belongs to ",
    ),
    _spelled(
        r"(?P<who>\b(?!its|his|hers|theirs|users)[a-z]+s) own (?=[a-z]+s\b)", r"\g<who> have "
    ),
    _spelled(
        r"\b(?:we|i|they) (?:do|perform|make|carry out|conduct) (?P<what>[a-z]+s) (?P<on>on|of|for)"
        r" (?P<whose>[a-z]+s)(?P<in>(?: \([^)\n]*\))?)",
        r". \g<what>\g<in>. A \g<what> belongs to a \g<whose>",
    ),
    # `how many votes each option got` is shown with the option.
    _spelled(
        r",? ?(?:and|or|with)? ?(?:see )?how many (?P<what>[a-z]+s) (?:each|every|an?)"
        r" (?P<one>[a-z]+)"
        r" (?:got|gets|has|have|had|received|receives)\b",
        r". Each \g<one> shows the number of its \g<what>. A \g<what> belongs to an \g<one>",
    ),
    _spelled(
        r"\b(?P<verb>reserve|book|rent|hire)s? (?P<what>an? [a-z]+) from an? (?P<first>[a-z-]+)"
        r" (?P<unit>date|day|time) (?:to|until|till) an? (?P<last>[a-z-]+) (?P=unit)",
        _reserved,
    ),
    # `rooms have a name, guests a phone number`: the verb is said once for all.
    _spelled(
        r"(?<= )(?P<have>have|has) (?P<what>an? [^.;:\n]*?),? (?:and )?(?P<who>[a-z]+s) (?:just"
        r" |only )?"
        r"(?=an? [a-z])",
        r"\g<have> \g<what>. \g<who> have ",
    ),
    _spelled(r"(?<=[a-z]); (?P<who>[a-z]+s) (?:just|only) (?=an? [a-z])", r". \g<who> have "),
    _spelled(
        r"(?<=[,:(]) (?P<verb>has|is) (?P<what>[a-z]+(?: [a-z]+)?)(?= ?(?:[,;.)]|$))",
        r" whether it \g<verb> \g<what>",
    ),
)

# ---- who may do what --------------------------------------------------------------------------


def _excepted(match: re.Match[str]) -> str:
    """`members can edit pages except guests` as two sentences, who may and who may not."""
    more = f". {match['not']} " if match["tail"] else ""
    who, can, do = match["who"], match["can"], match["do"]
    return f"{who} {can} {do}. {match['not']} cannot {do}{more}"


def _not_but(match: re.Match[str]) -> str:
    """`ushers may edit films but not delete them` as two sentences."""
    who = match["who"]
    return f"{who} {match['can']} {match['do']}. {who} cannot {match['more']}"


_PERMISSIONS: tuple[_Change, ...] = (
    _spelled(r"\b(?:are|is)(?: not|n't) (?:allowed|permitted) to\b", "cannot"),
    _spelled(r"\b(?:are|is) (?:allowed|permitted|entitled|able) to\b", "can"),
    _spelled(r"\bha(?:ve|s) (?:the )?(?:permission|right|rights) to\b", "can"),
    _spelled(r"\b(?:have|has|get|gets|with) (?:only )?read(?:-only)? access to\b", "can read"),
    _spelled(
        r",? (?:even )?without (?:logging in|having an account|an account|a login|login"
        r"|being logged in|signing in|registering),? (?=(?:can|may|to) )",
        " ",
    ),
    _spelled(
        r"\b[a-z]+s (?:need|require) no (?:account|login|log-in|registration) to (?P<do>[a-z]+)",
        r"anyone can \g<do>",
    ),
    _spelled(
        r"\bno (?:account|login|log-in|registration) (?:is )?(?:needed|required|necessary)"
        r" to (?P<do>[a-z]+)",
        r"anyone can \g<do>",
    ),
    _spelled(
        r"(?P<who>\b[^.,;:\n]{3,60}?) (?P<can>can|may) (?P<do>[^.,;:\n]{3,80}?),?"
        r" (?:except(?: for)?|but not) (?P<not>[a-z]+s)\b(?P<tail>, who)?",
        _excepted,
    ),
    _spelled(
        r"(?P<who>\b[a-z]+s) (?P<can>can|may) (?P<do>[^.;:\n]{3,80}?),?"
        r" (?:but|and|yet) (?:they )?(?:not|can't|cannot|can not|may not|never|must not)"
        r" (?P<more>(?!be )[a-z]+ [^.;\n]+)",
        _not_but,
    ),
)

# ---- rules ------------------------------------------------------------------------------------


def _sentence_of(match: re.Match[str]) -> str:
    return f"only {match['state']} {match['what']} can be"


_RULES: tuple[_Change, ...] = (
    _spelled(r"\beither (?=[a-z]+s or [a-z]+s\b)", ""),
    _spelled(
        r"\bonly (?P<what>[a-z]+) (?:that|which) are (?P<state>[a-z]+) can be\b", _sentence_of
    ),
    _spelled(r"\bthen (?:it's|it is|they're|they are|it becomes|becomes)\b", "then"),
    _spelled(r"\b(?:is|are) (?:created|born|made) as\b", "starts as"),
    _spelled(
        r"\b(?P<no>can't|cannot|can not|may not|must not|never) (?P<verb>[a-z]+)"
        r" (?P<often>twice|more than once|several times) (?P<place>in|for|to|on|at)"
        r" (?P<what>(?:the same|one|a|any) [a-z]+)\b",
        r"\g<no> \g<verb> \g<place> \g<what> twice",
    ),
)

_CHANGES = (*_SLOPPY, *_SHAPES, *_SENTENCES, *_PERMISSIONS, *_RULES)
