"""What people do, as what is kept of it: `someone pays a bill: what for, how much`."""

import re

from smartforge.contract.names import plural, singular
from smartforge.planners.offline.wording.change import Change, spelled

_SOMEBODY = (
    r"(?:someone|somebody|everyone|everybody|a person|people|we|i|you|users?|members?|they"
    r"|an? [a-z]+)"
)
_HOLDERS = (
    r"(?:lists|sets|types|kinds|pages|groups|collections|names|numbers|counts|details|results|parts"
    r"|lots|pairs|pieces|rows|hundreds|thousands|millions|hours|days|weeks|months|years|owners)"
)
"""What holds or counts others, and is no row beside them."""

_ACTIVE = {
    "locked": "lock",
    "unlocked": "unlock",
    "pinned": "pin",
    "hidden": "hide",
    "frozen": "freeze",
    "featured": "feature",
    "flagged": "flag",
    "muted": "mute",
    "blocked": "block",
    "suspended": "suspend",
}


def _kept(match: re.Match[str]) -> str:
    """`someone pays a bill: purpose, amount, and who paid`: a bill, and what it has."""
    who = re.search(r",? (?:and )?who (?P<did>[a-z]+)$", match["fields"], re.IGNORECASE)
    fields = match["fields"][: who.start()] if who else match["fields"]
    payer = f", {who['did']} by" if who else ""
    return f"{match['at']}{plural(match['what'].lower())}: {fields}{payer}"


def _acted(match: re.Match[str]) -> str:
    did = _ACTIVE[match["did"].lower()]
    return f"{match['at']}{match['who']} can {did} {match['what']}"


def _asked(match: re.Match[str]) -> str:
    """`Visits: somebody asks for one with a day`: the label says what it is that has them."""
    rows = plural(singular(match["what"].lower()))
    return f"{match['at']}{rows} have {match['fields']}"


def _recorded(match: re.Match[str]) -> str:
    """`each tasting of a wine is recorded with a score`: what it belongs to, and what it has."""
    row = singular(match["what"].lower())
    belongs = f"A {row} belongs to {match['one']}. " if match["one"] else ""
    return f"{match['at'].replace(',', '.')}{belongs}{plural(row)} with {match['fields']}"


def _of_others(match: re.Match[str]) -> str:
    """`loans of books to members with a due date`: what they belong to, where the text knows it."""
    one = singular(match["whose"].lower())
    named = rf"\b(?:(?:an?|one|each|every|the) {re.escape(one)}|{re.escape(plural(one))})\b"
    known = re.findall(named, match.string, re.IGNORECASE)
    if len(known) < 2:
        return match.group()
    row = singular(match["what"].lower())
    others = [one, *(singular(word) for word in re.findall(r"[a-z]+$", match["more"].lower()))]
    belongs = "".join(f"A {row} belongs to a {other}. " for other in others)
    return f"{match['at'].replace(',', '.')}{belongs}{match['what']} with {match['fields']}"


def _roles(match: re.Match[str]) -> str:
    roles = match["roles"]
    first = match["first"]
    if first.lower() not in {singular(one) for one in re.findall(r"[a-z]+", roles.lower())}:
        return match.group()
    said = " and ".join(singular(one) for one in re.findall(r"\b(?!and\b)[a-z]+", roles.lower()))
    return f"{match['at']}The roles are {said}. A new account is a {first}"


def _given(match: re.Match[str]) -> str:
    """What is given after something: what it has, what it belongs to, and how often."""
    row, one = match["row"], match["one"].split()[-1]
    scale = f"{match['unit']} from {match['low']} to {match['high']} and " if match["low"] else ""
    once = f" Only one {singular(row.lower())} per {one}." if match["once"] else ""
    belongs = f"A {singular(row.lower())} belongs to a {one}"
    return f"\n\n{belongs}. {row} has {scale}{match['fields']}.{once}\n"


CHANGES: tuple[Change, ...] = (
    # `Accounts: sign up with a name`
    spelled(
        r"^(?P<mark>[ \t]*[-*•]?[ \t]*)accounts: (?=(?:sign|register|log))", r"\g<mark>Users: "
    ),
    # `there are tutors, pupils and admins; whoever signs up is a pupil`
    spelled(
        r"(?P<at>^|[.;:] )(?:there are|we have) (?P<roles>[a-z]+s(?:, [a-z]+s)*,? and [a-z]+s)"
        r"[;.,:]? (?:and )?(?:whoever|everybody who|everyone who|who|anyone who|a person who)"
        r" (?:signs up|registers|joins)(?: first)? (?:is|becomes|starts as|is first)"
        r" (?:an? )(?P<first>[a-z]+)\b",
        _roles,
    ),
    spelled(
        r"(?P<at>^|[.;,:] )(?:and )?(?:only )?(?P<who>[a-z]+s) (?:can |may )?(?:make|appoint"
        r"|promote|turn) (?:somebody|someone|a user|users|people|others|a [a-z]+) (?:to |into )?"
        r"(?:be )?(?:an? )(?:[a-z]+)(?= ?[.;,]|$)",
        r"\g<at>only \g<who> can change the role of users",
    ),
    spelled(r"(?<=[a-z]),? (?:and|but) (?=(?:nobody|no one|no-one) can\b)", ". "),
    # `Feedback: after a lesson the pupil gives 1-5 stars and a comment, once per lesson`
    spelled(
        r"^(?P<at>[ \t]*[-*•]?[ \t]*)(?P<row>[a-z]+): (?:after|for) (?P<one>an? [a-z]+),?"
        r" (?:the|an?|each) [a-z]+ (?:can |may )?(?:gives?|leaves?|writes?|adds?|makes?) "
        r"(?:(?P<low>\d{1,2}) ?(?:-|–|to) ?(?P<high>\d{1,3}) (?P<unit>stars|points) and )?"
        r"(?P<fields>an? [a-z ,]+?)(?P<once>,? (?:but )?(?:only )?once (?:per|for each) [a-z]+)?"
        r"(?=[.;]|$)",
        _given,
    ),
    # `pupils ask for lessons, tutors accept them`
    spelled(
        r"(?P<at>^|[.;] )(?P<who>[a-z]+s) (?:can |may )?ask for (?P<what>[a-z]+s)(?=[.;,]| and )",
        r"\g<at>\g<who> can create \g<what>",
    ),
    # `threads can be locked by moderators`
    spelled(
        r"(?P<at>^|[.;,:] )(?P<what>[a-z]+s) (?:can|may) be (?P<did>"
        + "|".join(_ACTIVE)
        + r") by (?P<who>[a-z]+s)\b",
        _acted,
    ),
    # `checks are posted for a site with a status`
    spelled(
        r"(?P<what>\b[a-z]+s) are (?:posted|sent|submitted|reported|stored|saved|written|measured"
        r"|collected|received|uploaded) (?:for|on|to|of|per|in|at|from|about)"
        r" (?P<one>(?:an?|each|every|one) [a-z]+),? with (?P<fields>[^.;\n]+)",
        r"\g<what> belong to \g<one>. \g<what> have \g<fields>",
    ),
    # `watering is recorded with litres and a date`: rows of it, and what they have.
    spelled(
        r"(?P<at>^|[.;,:] )(?:(?:each|every|an?|all) )?(?P<what>(?!passwords?\b|changes?\b"
        r"|requests?\b|errors?\b|calls?\b)[a-z]+)(?: (?:of|for|on|in) (?P<one>an? [a-z]+))?"
        r" (?:is|are) (?:recorded|logged|noted|tracked|entered|written down)"
        r" with (?P<fields>[^.;\n]+)",
        _recorded,
    ),
    # `loans of books with a due date`
    spelled(
        rf"(?P<at>^|[.;:,] (?:and )?)(?P<what>(?!{_HOLDERS}\b)[a-z]+s) of (?P<whose>[a-z]+s)"
        r"(?P<more>(?: (?:to|by|for|from|at|in) (?:an? |the )?[a-z]+)?) (?:with|have)"
        r" (?P<fields>[^.;\n]+)",
        _of_others,
    ),
    # `someone pays a bill: what for, how much`
    spelled(
        rf"(?P<at>^|[.;] ){_SOMEBODY} (?:can |may )?(?:pays?|adds?|logs?|enters?|records?|writes?"
        r"(?: down)?|creates?|posts?|makes?|files?|sends?|keeps?|notes?(?: down)?|submits?|reports?"
        r"|registers?|orders?|takes?) (?:an?|one) (?P<what>[a-z]+) ?:"
        r" (?P<fields>[^.;:\n]*,[^.;:\n]*)",
        _kept,
    ),
    # `Visits: a parent asks for a talk with a first day, a last day and a reason`
    spelled(
        r"(?P<at>\A|\n)(?P<what>[a-z]+(?: [a-z]+)?s): (?:an?|each|every) [a-z]+"
        r" (?:asks? for|requests?|applies for|wants|files|hands in|sends in)"
        r" (?!an? |the |one )[a-z ]{2,30}? with (?P<fields>(?:an? )[^.;:\n]+)",
        _asked,
    ),
    # `the last day must not be before the first`
    spelled(
        r"(?P<late>\bthe (?P<l>last|end|closing|return|final) (?P<unit>day|date|time)) (?P<is>must"
        r" not be|may not be|cannot be|can't be|must never be|is never) (?P<when>before|earlier"
        r" than) (?P<first>the (?:first|start|opening|beginning|departure))(?= ?[.;,]|$)",
        r"\g<late> \g<is> \g<when> \g<first> \g<unit>",
    ),
    # `an appointment is with one doctor for one patient, has a start`
    spelled(
        r"(?P<who>\b(?:an?|each|every) (?P<row>[a-z]+)) is (?:with|between|of|for|by)"
        r" (?:an?|one|exactly one) (?P<one>[a-z]+) (?:for|with|and|at|by|in)"
        r" (?:an?|one|exactly one) (?P<other>[a-z]+)(?:,|,? and) (?=has )",
        r"\g<who> belongs to a \g<one>. \g<who> belongs to a \g<other>. \g<who> ",
    ),
    spelled(
        r"(?P<all>\b(?P<who>(?:an?|each|every) [a-z]+) has [^.;:\n]{3,60}?) and"
        r" (?=(?:may|can) be (?:cancelled|canceled|postponed|archived|closed|confirmed)\b)",
        r"\g<all>. \g<who> ",
    ),
    # `one POST endpoint, body: event id, kind`
    spelled(
        r"(?P<door>\b(?:post )?(?:endpoint|route|request|call|webhook)),?"
        r" (?:(?:the|its|with(?: a)?) )?(?:body|payload|input|json)(?: is| has| with| contains"
        r"| holds)? ?:? (?=[a-z][^.;:\n]*(?:,| and ))",
        r"\g<door> that takes ",
    ),
    spelled(
        r"\bthe same (?P<what>[a-z]+(?: [a-z]+)?)(?: (?:sent|posted|received|coming|arriving|comes)"
        r"(?: in)?)?(?: (?:again|twice|a second time))?,? (?:must not|may not|should not|must never"
        r"|should never|cannot|is not|never gets|is never)(?: be)? (?:stored|saved|kept|recorded"
        r"|counted|processed|handled|added|entered)(?: (?:again|twice|a second time|once more|more"
        r" than once))?(?= ?[.;,]|$)",
        r"ignore duplicates of the same \g<what>",
    ),
    # `default 15 results`
    spelled(
        r"\b(?:default|defaulting to|by default|usually) (?P<n>\d{1,3}) (?:results|entries|rows"
        r"|items|records|hits|at a time)(?: per page)?\b",
        r"\g<n> per page",
    ),
    spelled(
        r"\b(?P<n>\d{1,3}) (?:results|entries|rows|records|hits) (?:per page|at a time|by default"
        r"|by page)\b",
        r"\g<n> per page",
    ),
)
