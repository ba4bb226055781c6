"""Lists, types and limits in the shapes that programmers give them."""

import re

from smartforge.planners.offline.wording.change import Change, spelled

_TYPES = (
    r"(?:string|str|text|integer|int|number|float|decimal|money|bool|boolean|date|datetime"
    r"|timestamp|time|email|e-mail|url|uuid|enum|json|list|array)"
)


def _typed_entry(match: re.Match[str]) -> str:
    """`- price (decimal, > 0)` as `- price: decimal, > 0`."""
    return f"{match['head']}: {match['type']}{match['more']}"


def _deleting(match: re.Match[str]) -> str:
    """What deleting the other does, after the line that refers to it."""
    one, children = match["to"].lower(), f"{match['child'].lower()}s"
    deletes = f"Deleting a {one} deletes its {children}"
    keeps = f"A {one} with {children} cannot be deleted"
    told = deletes if match["how"].lower() == "cascade" else keeps
    return f"{match['head']}){match['more']}\n\n{told}.\n"


CHANGES: tuple[Change, ...] = (
    spelled(r"\((?:enum|choice|one of|either):? ?(?=[a-z]+ ?[,/|])", "("),
    # `Log my runs: date, distance` lists what a run has.
    spelled(
        r"^(?P<mark>[ \t]*)(?:log|track|record|store|save|keep|remember|collect)(?: track of)?"
        r" (?:my|our|all|the) (?P<what>[a-z]+s): ",
        r"\g<mark>\g<what>: ",
    ),
    spelled(
        r"(?<=, )(?P<count>\d+) (?P<unit>characters|chars|letters|digits)(?= ?(?:[,;.)]|$))",
        r"exactly \g<count> \g<unit>",
    ),
    spelled(
        r"\bfrom (?P<what>[a-z]+)(?P<mark>,| and|, and) to (?P=what)\b",
        r"from-\g<what>\g<mark> to-\g<what>",
    ),
    spelled(
        r"\bwhen (?:i|we|they|it was|they were|he|she) last (?P<did>[a-z]+ed)(?: (?:it|them))?\b",
        r"last \g<did> date",
    ),
    spelled(
        r"^(?P<mark>#* *)(?:resource|entity|model|table|object|class)s? ?[:=-] *"
        r"(?P<name>\w[\w -]{0,40}?)[ \t]*:?[ \t]*$",
        r"\g<mark>\g<name>:",
    ),
    spelled(
        rf"^(?P<head>[ \t]*[-*•+][ \t]+`?[\w -]{{1,40}}?`?) ?\((?P<type>{_TYPES})\b"
        r"(?P<more>[^()\n]*)\)[ \t]*$",
        _typed_entry,
    ),
    spelled(
        r"\b(?:an? )?(?P<low>min|minimum|lowest|smallest) (?P<what>[a-z]+)(?P<mark>,| and|, and)"
        r" (?:an? |the )?(?P<high>max|maximum|highest|largest) (?P=what)\b(?! (?:for|of|per|is)\b)",
        r"\g<low>-\g<what>\g<mark> \g<high>-\g<what>",
    ),
    spelled(r"\b(?:an? )?range of (?P<what>[a-z]+?)s?(?= ?(?:[,.;)]|$)| and )", r"\g<what> range"),
    # `brewery_id (FK to Brewery, cascade)`: the deletion in a sentence of its own.
    spelled(
        r"^(?P<head>[ \t]*(?:[-*] )?(?P<child>[a-z]\w*) ?:.*?\((?:fk|foreign key|ref|reference)"
        r"(?: to)? (?P<to>\w+)),? (?:on delete )?(?P<how>cascade|restrict)\)(?P<more>.*)$",
        _deleting,
    ),
    # What is not of a type is refused.
    spelled(
        r"\b(?:reject|refuse|deny|decline|block)s? (?:anything|everything|all(?: files)?|any file)"
        r" (?:that|which) (?:is not|isn't|are not|aren't) (?:an? )?(?=[a-z]{3,5}\b)",
        "reject anything but a ",
    ),
    spelled(
        r"\b(?:anything|everything|all files|any file|files|whatever) (?:other than|but|except|that"
        r" is(?: not|n't)|which is not)"
        r" (?:an? )?(?P<what>[a-z]{3,5})(?: files?)?"
        r" (?:should|must|has to|is to|gets?|is|will)(?: be)?"
        r" (?:refused|rejected|declined|blocked|denied)\b",
        r"reject anything but a \g<what>",
    ),
    # `upload a PDF contract with a title`
    spelled(
        r"\b(?P<do>upload|store)(?P<s>s?) (?:an? |the |my |our |their )?"
        r"(?P<type>pdf|png|jpe?g|csv|mp3) (?!and\b|or\b|files?\b|images?\b)(?P<what>[a-z]+?)s?"
        r"(?= with | ?[.,;(]|$)",
        r"\g<do>\g<s> \g<what>s as \g<type>",
    ),
    spelled(
        r"\b(?:an? |the )?list of (?:what|everything|all) (?:that )?(?:i|we|they|you)"
        r" (?:have |had )?(?:[a-z]+ed|sent|put|made|wrote|gave)(?: in)?\b",
        "list them",
    ),
    spelled(r"(?<=\w): ?enum ?(?=\([^()\n]+\))", " "),
    # `pitch = number, size` says what a pitch has.
    spelled(
        r"(?:(?<=\A)|(?<=\. )|(?<=\n)|(?<=; ))(?P<name>[a-z][\w]*(?: \w+)?) ?= ?(?=[a-z][^=\n]*,)",
        r"\g<name>: ",
    ),
    spelled(r"(?P<at>[,:(] ?)>= ?(?=\d)", r"\g<at>at least "),
    spelled(r"(?P<at>[,:(] ?)<= ?(?=\d)", r"\g<at>at most "),
    spelled(r"(?P<at>[,:(] ?)> ?(?=\d)", r"\g<at>greater than "),
    spelled(r"(?P<at>[,:(] ?)< ?(?=\d)", r"\g<at>less than "),
    spelled(
        r"^(?P<head>[ \t]*[-*•+][ \t]+[\w -]{1,40}?)"
        r" ?\((?:reference|ref|fk|foreign key|link)(?: to)? \w+\)[ \t]*$",
        r"\g<head>",
    ),
    spelled(r"(?<=\()(?P<low>\d) ?- ?(?P<high>\d{1,2}) stars?\)", r"from \g<low> to \g<high>)"),
    spelled(r"(?<=, )from(?:,| and) (?:until|till)(?= ?(?:[.;)]|$))", "from-date, until-date"),
    spelled(r"(?<=, )from(?:,| and) to(?= ?(?:[.;)]|$))", "start, end"),
    spelled(
        r"(?<![\d.-])(?P<low>\d{1,5}) ?(?:-|–|\.\.|to) ?(?P<high>\d{1,5})"
        r" (?P<unit>characters|chars|letters|symbols|digits)\b",
        r"at least \g<low> and at most \g<high> \g<unit>",
    ),
)
