"""Sayings of several words that come to one verb, one relation or one kind of people."""

import re

from smartforge.contract.names import plural, singular
from smartforge.planners.offline.wording.change import Change, spelled


def _kept(match: re.Match[str]) -> str:
    """Rows of something, and the things that they are of."""
    rows, one = plural(match["what"].lower()), singular(match["one"].split()[-1].lower())
    fields = f". {rows} have {match['fields']}" if match["fields"] else ""
    more = f". {match['more'].lstrip('.;, ')} of {rows}" if match["more"] else ""
    doing = f"{match['who']} create {rows}. " if match["who"] else ""
    return f"{doing}{plural(one)} have a name. {rows} belong to a {one}{fields}{more}"


CHANGES: tuple[Change, ...] = (
    spelled(
        r"\b(?:signs?|registers?) up as (?:its|a|an|their) own tenants? (?:with|and has|having)\b",
        "signs up with its own",
    ),
    # `an API with accounts: ...`: people log in.
    spelled(
        r"(?P<api>\b(?:api|backend|app|service|site)) (?:with|incl\.?|including|has) (?:user )?"
        r"accounts(?= ?[:.,;])",
        r"\g<api> with login",
    ),
    spelled(
        r"\b(?P<who>everybody|everyone|anyone|anybody|visitors) (?:can|may|could) (?:look|see|read"
        r"|browse|view|use)(?: it| everything| all of it)? without (?:a |any |an )?(?:login|account"
        r"|logging in|registration)\b",
        r"\g<who> can browse",
    ),
    # `put themselves down for a court`
    spelled(
        r"\bput(?P<s>s?) (?:themselves|himself|herself|oneself|yourself|(?:your|their) names?)"
        r" down for\b",
        r"book\g<s>",
    ),
    spelled(
        r"\b(?:nobody|no one|no-one|nothing) can be (?:put down|booked|entered|signed up) for"
        r" (?:an?|the) (?P<what>[a-z]+) (?:while|when|if|that|which)"
        r" (?:it|that|they)?(?:'s| is| are)? ?(?:already )?"
        r"(?:taken|occupied|booked|full|reserved)\b",
        r"bookings of the same \g<what> must not overlap",
    ),
    # `delete accounts` after what people sign up with: the accounts are the users.
    spelled(
        r"(?P<can>\b(?:can|may) (?:[a-z]+ (?:or|and) )?(?:list|see|view|delete|remove|block|ban"
        r"|deactivate|manage)) (?:user )?accounts\b",
        r"\g<can> users",
    ),
    spelled(r"\b(?P<who>[a-z]+s) alone (?=(?:can|may|must) )", r"only \g<who> "),
    spelled(
        r"\b(?P<who>[a-z]+s) are the only ones (?:who|that|to) (?:can |may )?", r"only \g<who> can "
    ),
    spelled(
        r"\b(?P<any>everybody|everyone|anyone|anybody|whoever) (?:who is |who's |is )?"
        r"(?:registered|signed[- ]in|signed up|logged[- ]in)\b",
        "every logged in user",
    ),
    spelled(
        r"\bonly (?P<who>members|users|people) who are (?:logged|signed) in\b",
        "only logged in users",
    ),
    # `every proof may be commented on`
    spelled(
        r"\b(?P<one>(?:an?|every|each|the) [a-z]+|[a-z]+s) (?:can|may) be commented(?: on)?\b",
        r"\g<one> has comments",
    ),
    # `trips go to one cave, have a date`: what they belong to.
    spelled(
        r"(?P<at>^|[.;] )(?P<who>[a-z]+s) (?:go|lead|run|happen|take place|start|end|occur)"
        r" (?:to|in|at|on|through|from) (?P<one>(?:an?|one|exactly one) [a-z]+)"
        r"(?:,| and) (?=have )",
        r"\g<at>\g<who> belong to \g<one>. \g<who> ",
    ),
    spelled(
        r"(?P<at>^|[.;:] )(?P<who>(?:[a-z]+ )?[a-z]+s) belong to (?P<one>(?:an?|one) [a-z]+),? and"
        r" (?=(?:go|move|start|begin|have|can|may|must)\b)",
        r"\g<at>\g<who> belong to \g<one>. \g<who> ",
    ),
    spelled(
        r"(?P<at>^|[.;:] )(?P<who>(?:an?|each|every) [a-z]+) belongs to (?P<one>(?:an?|one|exactly"
        r" one) [a-z]+)(?:,|,? and) (?=has )",
        r"\g<at>\g<who> belongs to \g<one>. \g<who> ",
    ),
    # `store every download of a file with a time`: what is kept of it.
    spelled(
        r"(?:(?P<who>\b[a-z]+s (?:can|may)|\bas an? [a-z]+(?: [a-z]+)?,? i (?:want|need) to) )?"
        r"\b(?:store|keep|save|record|log|register|track|note|write down) (?:each|every|all)"
        r" (?P<what>[a-z]+?)s? of"
        r" (?P<one>an? [a-z]+|[a-z]+s)(?: with (?P<fields>[^.;:,\n]+))?"
        r"(?P<more>[.;,] (?:and )?[^.;,\n]{0,30}?\b(?:count|number)(?= per ))?",
        _kept,
    ),
    spelled(
        r"\b(?P<a>[a-z]+s) (?:contain|have|hold|include)s? (?:many|several) (?P<b>[a-z]+s),? and"
        r" (?:a |one )?(?P=b) (?:can|may) be (?:in|on|part of) (?:many|several) (?P=a)\b",
        r"\g<a> have many \g<b> and \g<b> have many \g<a>",
    ),
    spelled(
        r"\bmark(?P<s>s?) (?P<it>them|it|these|those) (?!as\b)(?=[a-z]+(?: ?[.,;]| and | or |$))",
        r"mark\g<s> \g<it> as ",
    ),
    # `tree.grove -> grove`
    spelled(
        r"^(?P<one>[a-z_]+)\.[a-z_]+ ?(?:->|→|=>|references|refers to|belongs to)"
        r" ?(?P<other>[a-z_]+)"
        r"(?: ?\([^()\n]*\))?(?=[.;,]|$)",
        r"A \g<one> belongs to a \g<other>",
    ),
    # `refuse things that aren't urls`
    spelled(
        r"\b(?:refuse|reject|decline)s? (?:things|anything|everything|input|values|texts?|strings?)"
        r" that (?:aren't|isn't|are not|is not) (?:an? )?(?P<what>[a-z]+)\b",
        r"invalid \g<what> must be rejected",
    ),
)
