"""What people say instead of the words of the trade: `how many fit in`, `put it away`."""

import re

from smartforge.contract.names import plural, singular
from smartforge.planners.offline.vocabulary import attributes
from smartforge.planners.offline.wording.change import Change, spelled

# A list of names in parentheses, and what goes on after it in the same clause.
_FIELDS = r"\((?P<fields>[a-z][^()\n:]*,[^()\n:]*)\)"
_GOES_ON = (
    r"(?!(?:and|or|which|that|who|whose|with|where|are|is|can|may|must|should|belongs?|needs?"
    r"|has|have|as|if|when|plus|per|from|sorted|filtered)\b)"
)
_ASKED = {
    "when": "date",
    "where": "location",
    "how much": "amount",
    "how many": "quantity",
    "how long": "duration",
    "by whom": "person",
    "what for": "description",
    "why": "reason",
}
_MADE = {"book": "booking", "reserve": "reservation", "rent": "rental", "hire": "rental"}
_PERSON = r"(?:people|persons|guests|players|visitors|passengers|participants|students|kids)"


def _listed(match: re.Match[str]) -> str:
    """What has fields in parentheses in the middle of a clause: first they, then the clause."""
    entries = [entry.split() for entry in match["fields"].lower().split(",")]
    last = {entry[-1] for entry in entries if entry}
    if not last & set(attributes().kinds) or match["what"].lower() in attributes().kinds:
        return match.group()
    what = match["what"]
    return f"{match['at']}{what} have {match['fields']}. {match['before']}{what} "


def _asked(match: re.Match[str]) -> str:
    """`how much` in a list that was announced; elsewhere it may begin a clause."""
    before = re.split(r"[.;\n]", match.string[: match.end("at")])[-1]
    if not re.search(r"[:(]", before):
        return match.group()
    return f"{match['at']}{_ASKED[match['what'].lower()]}"


def _made(match: re.Match[str]) -> str:
    """`book a room for a date, giving their name`: what comes of it, and all that it has."""
    verb, what = match["verb"].lower(), match["what"]
    noun = singular(what.split()[-1].lower())
    made = _MADE.get(verb, noun)
    if match["how"].lower() == "with" and not re.search(r",| and ", match["fields"]):
        return match.group()
    whole = [one for one in (match["when"], match["fields"]) if one]
    fields = " and ".join(re.sub(r"\b(?:their|his|her|its)\b", "a", one) for one in whole)
    of = match["of"] or ""
    belongs = f". A {made} belongs to {of}" if of else ""
    return f"{match['verb']}{match['s']} {match['one']} {what}{belongs}. A {made} has {fields}"


def _parts(match: re.Match[str]) -> str:
    what = plural(singular(match["what"].lower()))
    return f"{match['one']} has {what}. {what} have {match['fields']}"


def _signing_up(match: re.Match[str]) -> str:
    """`software for rowing clubs. A club signs up`: the clubs are those that sign up."""
    same = singular(match["many"].lower()) == match["one"].lower()
    return f"{match['api']}{match['many']}{match['rest']}" if same else match.group()


def _measured(match: re.Match[str]) -> str:
    """`a donation is between 200 and 500 ml`, where its volume is in ml: the volume is."""
    unit = re.escape(match["unit"])
    field = re.search(rf"\b([a-z]+)(?: in | \(in | \(){unit}\b", match.string, re.IGNORECASE)
    return f"{match['at']}the {field[1]} {match['is']}" if field else match.group()


CHANGES: tuple[Change, ...] = (
    spelled(r"\b(?P<n>\d{1,3}) (?:to|on|in) a page\b", r"\g<n> per page"),
    spelled(r"(?P<at>, |and )(?P<n>\d{1,3}) a page\b", r"\g<at>\g<n> per page"),
    # `rooms (how many people fit in)`
    spelled(
        rf"\bhow many {_PERSON}(?: can)? (?:(?:fit|go)(?: (?:in|into|inside)(?: it| them)?)?"
        r"|(?:it|they|each)(?: can)? (?:holds?|seats?|takes?|sleeps?|fits?|carry|carries))\b",
        "capacity",
    ),
    # `which student, when, for which belt` in a list
    spelled(
        r"(?P<at>[:,(] ?)(?:for|at|in|on|of|by) which (?P<what>[a-z]+)(?= ?(?:[,.;)\n]|$))",
        r"\g<at>\g<what>",
    ),
    spelled(
        r"(?P<at>[:,(] |[:,(])(?P<what>when|where|how much|how many|how long|by whom|what for|why)"
        r"(?= ?(?:[,)]| and [a-z]+ ?[.;)\n]))",
        _asked,
    ),
    # `their reservations, from when to when`
    spelled(
        r"(?P<what>[a-z]+s),? (?:with )?(?:from when|when they (?:start|begin))"
        r" (?:to|until|till|and) (?:when(?: they (?:end|stop))?)\b",
        r"\g<what> (start time, end time)",
    ),
    spelled(
        r"\bthe dates? (?:it|they|this|that) (?:is|are) valid (?:from|between),? (?:and|to|or)"
        r" (?:until|till|to)\b",
        "valid from date and valid until date",
    ),
    spelled(
        r"\bthe (?P<unit>date|time)s? (?:it|they) (?:runs?|lasts?|goes|starts?) from,? (?:and|to)"
        r" (?:until|till|to)\b",
        r"start \g<unit> and end \g<unit>",
    ),
    # `put notes away into the archive`
    spelled(
        r"\b(?:put(?P<s>s?)|move(?P<t>s?)) (?P<what>(?:an? |the |old )?[a-z]+)(?: away)?"
        r" (?:in|into|to) (?:the |an |my |their )?archives?\b",
        r"archive\g<s>\g<t> \g<what>",
    ),
    # `look notes up by a piece of the title`
    spelled(
        r"\b(?:look(?P<s>s?)|looking) (?P<what>(?:an? |the )?[a-z]+) up by\b",
        r"search \g<what> by",
    ),
    spelled(
        r"\b(?:search|find|look up) (?P<what>[a-z]+) by (?:an? )?(?:piece|part|bit|fragment"
        r"|(?:few |some )?words?|beginning|substring) (?:of|in|from) (?:the|its|their) ",
        r"search \g<what> by ",
    ),
    # `couriers drop parcels (recipient, weight) into a locker`
    spelled(
        r"(?P<at>^|[.;] )(?P<before>[a-z][a-z ]{0,60} )??(?P<what>[a-z]{3,}s) "
        + _FIELDS
        + rf" {_GOES_ON}(?=[a-z]+ )",
        _listed,
    ),
    # `a donation is between 200 and 500 ml`
    spelled(
        r"(?P<at>^|[.;:,] )(?:an?|each|every|one) [a-z]+"
        r" (?P<is>(?:is|must be|has to be|may be|can be)(?: always| only)? (?:between|from|at least"
        r"|at most|no more than|up to) \d+(?: (?:and|to) \d+)?) (?P<unit>[a-z]+)(?=[.;,]|$)",
        _measured,
    ),
    # `couriers put parcels into a locker`: they belong to it.
    spelled(
        r"(?P<at>^|[.;] )(?P<who>[a-z]+s) (?:drop|put|place|leave|deposit|load|pack|plant|hang|park"
        r"|stow)s? (?P<what>[a-z]+s) (?:into|in|inside|onto|on) (?P<one>(?:an?|one) [a-z]+)"
        r"(?=[.;,]|$)",
        r"\g<at>\g<what> belong to \g<one>",
    ),
    # `book a room for a date and a slot, giving their name and the number of players`
    spelled(
        r"\b(?P<verb>book|reserve|rent|hire|order|request|file|submit|place|appl(?:y|ies) for)"
        r"(?P<s>s?) (?P<one>an?|one) (?P<what>[a-z]+(?: [a-z]+)?)"
        r"(?: (?:for|on|of) (?P<of>(?:an?|one)"
        r" (?!date|day|time|slot|week|month|period|name)[a-z]+))?"
        r"(?: (?:for|on|at) (?P<when>an? (?:[a-z]+ )?(?:date|day|time|slot|week|month)"
        r"(?: and an? (?:[a-z]+ )?(?:date|day|time|slot))?))?,? (?:by )?"
        r"(?P<how>giving|leaving|stating|entering|naming|with|indicating|specifying)"
        r" (?P<fields>(?:an? |the |their |his |her |its )[^.;:\n]+)",
        _made,
    ),
    # `each order lists the parts used with quantity and unit price`
    spelled(
        r"(?P<one>\b(?:an?|each|every) [a-z]+) (?:lists|includes|names|records|contains|holds)"
        r" (?:the |its |all )?(?P<what>[a-z]+s)(?: (?:used|needed|sold|ordered|bought|required))?"
        r",? (?:each )?with (?:their |its |an? )?(?P<fields>[a-z][^.;:\n]*)",
        _parts,
    ),
    # `mechanics get orders assigned`
    spelled(
        r"(?P<at>^|[.;,] )(?:and )?(?P<who>[a-z]+s) (?:get|are|have) (?P<what>[a-z]+s) assigned"
        r"(?: to them)?\b",
        r"\g<at>\g<what> can be assigned to a \g<who>",
    ),
    # `everybody keeps only their own sales`
    spelled(
        r"\b(?P<who>everybody|everyone|(?:each|every|a) [a-z]+|users|people|members|[a-z]+ers)"
        r" (?P<can>can |may |should |must )?(?:keeps?|has|have|gets?|works? with|deals? with"
        r"|manages?|handles?|is shown|are shown|finds?|looks? at) (?:only|just|nothing but)"
        r" (?P<own>their|his or her|its|his|her) own (?P<what>[a-z]+)",
        r"\g<who> can only see \g<own> own \g<what>",
    ),
    spelled(
        r"(?P<api>\A(?:software|backend|system|api|app|platform|saas|tool) for )[a-z]+"
        r" (?P<many>[a-z]+s)(?P<rest>\. (?:an?|each|every) (?P<one>[a-z]+) (?:signs|registers))",
        _signing_up,
    ),
    # `people of one club can't get at anything of another one`
    spelled(
        r"\b(?:people|users|members|somebody|someone|anyone|staff|nobody)(?: of| from| in) one"
        r" (?P<one>[a-z]+) (?:can't|cannot|can not|must not|must never|may not|may never|can"
        r" never|never|can)(?: get at| see| reach| touch| read| look at| access| get to| get)"
        r" (?:anything|any data|the data|data|things|the things|what is) (?:of|from|in) (?:another"
        r"|any other|a different)(?: one| (?P=one))?\b",
        r"a user from one \g<one> must never see another \g<one>'s data",
    ),
)
