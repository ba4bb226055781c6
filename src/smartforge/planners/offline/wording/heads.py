"""Lists of what things have, whatever stands before them or around them."""

import re

from smartforge.contract.names import plural, singular
from smartforge.planners.offline.statements.vocabulary import people
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


def _shared(match: re.Match[str], one: str, other: str) -> str:
    """Many of each for many of the other; with a capital where the sentence began with one."""
    these, those = plural(one), plural(other)
    begun = match.group().removeprefix(match["at"])[:1].isupper()
    first = these.capitalize() if begun else these
    return f"{first} have many {those} and {those} have many {these}"


def _both_many(match: re.Match[str]) -> str:
    """`a song can be on many records and a record can hold many songs`."""
    one, other = singular(match["a"].lower()), singular(match["b"].lower())
    if (singular(match["b2"].lower()), singular(match["a2"].lower())) != (other, one):
        return match.group()
    return f"{match['at']}{_shared(match, one, other)}"


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


def _kept_at(match: re.Match[str]) -> str:
    """`Falconry centre: falcon name, weight`, where falcons are spoken of later: theirs."""
    one, label = match["one"].lower(), match["label"].rpartition(" ")[2].lower()
    later = match.string[match.end() :]
    known = rf"\b(?:(?:an?|the|each|every|of|for) {one}|{plural(one)})\b"
    taken = re.search(rf"\b(?:{label}|{plural(label)})\b", later, re.IGNORECASE)
    if taken or plural(label) == label or not re.search(known, later, re.IGNORECASE):
        return match.group()
    return f"{match['label']}. {plural(one).capitalize()}: {match['field']}"


def _spent(match: re.Match[str]) -> str:
    """`members pay with their card`: payments, where they are kept, belong to it."""
    for paid in ("payment", "purchase", "transaction", "charge", "redemption"):
        if is_said_to_have(paid, match.string) and is_said_to_have(match["one"], match.string):
            return f"{match['do']}. A {paid} belongs to a {match['one']}"
    return match.group()


def _many_of_one(match: re.Match[str]) -> str:
    """`many ringers take part in a peal and a ringer takes part in many peals`."""
    one, other = singular(match["a"].lower()), singular(match["b"].lower())
    if (singular(match["a2"].lower()), singular(match["b2"].lower())) != (one, other):
        return match.group()
    return f"{match['at']}{_shared(match, one, other)}"


def _called(match: re.Match[str]) -> str:
    """`site(name, county), visit(site, day)`: as code writes what things have."""
    text = match.string
    if not (_CALL.search(text, 0, match.start()) or _CALL.search(text, match.end())):
        return match.group()
    return f". {plural(match['what']).capitalize()}: {match['fields']}. "


def _same_as(match: re.Match[str]) -> str:
    """`owner = customer` in a list, where customers are kept: the customer."""
    kept = is_said_to_have(match["thing"], match.string)
    return match["thing"] if kept else match.group()


def _arranged(match: re.Match[str]) -> str:
    """`a fitting is made for a horse on a date with one saddler`: each of them is told."""
    who = match["who"]
    fields: list[str] = []
    told: list[str] = []
    for noun in re.findall(r"\b(?:an?|one|the) (?:single )?([a-z]+)", match["rest"], re.IGNORECASE):
        if noun.lower() in ("date", "time", "day"):
            fields.append(f"a {noun}")
        else:
            told.append(f"A {who} belongs to a {noun}")
    if fields:
        told.append(f"A {who} has {' and '.join(fields)}")
    return match["at"] + ". ".join(told)


def _allowed(match: re.Match[str]) -> str:
    """`Curators: everything else`, `Public: list + view stones`: who may do it."""
    who, do = match["who"], match["do"].replace("+", "and").replace("&", "and")
    one = singular(who.lower())
    everyone = who.lower() in ("public", "anyone", "everyone", "anybody", "everybody")
    if not everyone and one not in people().ranks and one not in people().always:
        return match.group()
    name = "Anyone" if everyone else plural(one).capitalize()
    every = re.match(r"(?:everything|anything|all)\b", do, re.IGNORECASE)
    do = "manage everything" if every else do
    return f"{match['at']}{name} can {do}"


def _answered(match: re.Match[str]) -> str:
    """`members vote on a motion with yes, no or abstain`: the values of what comes of it."""
    one = {"vote": "vote", "answer": "answer", "respond": "response", "reply": "reply"}
    made = one[match["do"].lower()]
    values = f"{match['first']}, {(match['more'] or match['or']).replace(' or ', ', ')}"
    return f"{match['all']} {match['what']}. A {made} has a choice ({values})"


_CALL = re.compile(r"(?<![\w.])[a-z_]{3,}\([a-z][^()\n]*,[^()\n]*\)", re.IGNORECASE)
_MANY = r"(?:many|several|multiple|more than one|different|any number of|a number of|various)"
_OFTEN = r"(?:an?|each|every|one|the same|any)? ?"
_VALUE = r"[\w+-]+(?: [\w+-]+)?"

CHANGES: tuple[Change, ...] = (
    spelled(
        r"[ ,;.]{0,3}(?<![\w.])(?P<what>[a-z_]{3,})\((?P<fields>[a-z][^()\n]*,[^()\n]*)\)[,;. ]*",
        _called,
    ),
    spelled(r"(?<=[(,] )[a-z]+ ?= ?(?P<thing>[a-z]+)(?= ?[,)])", _same_as),
    # `stone -> name, weight` on a line of its own
    spelled(
        r"^(?P<name>[ \t]*(?:[-*•] )?[a-z]\w*(?: \w+)?) ?(?:->|=>|→) ?(?=[a-z][^\n>→]*,[^\n>→]*$)",
        r"\g<name>: ",
    ),
    spelled(
        rf"{_AT}(?P<who>[a-z]+): (?P<do>(?:(?:list|view|read|see|browse|search|create|add|edit"
        r"|update|change|delete|remove|manage|maintain)\b(?! ?[:,(])[^.;:\n]*)"
        r"|(?:everything|anything|all)(?: else| the rest)?)(?=[.;\n]|$)",
        _allowed,
    ),
    spelled(
        r"\b(?:nobody|no one|no-one) (?:has to|needs to|must|should have to) (?:log in|login"
        r"|sign in|register|sign up)\b",
        "no login",
    ),
    # `redeem points for a gift`
    spelled(
        r"\bredeem(?P<s>s?) (?:their |some )?(?:points|credits|coins|stamps|miles) for"
        r" (?=(?:an?|the|one) [a-z]+)",
        r"redeem\g<s> ",
    ),
    # `delete visit -> its sightings go too`
    spelled(
        r"\b(?:delet(?:e|ing)|remov(?:e|ing)) (?:an? |the )?(?P<one>[a-z]+)"
        r"(?: ?(?:->|=>|→|,|:) ?| (?:then |means |and )?)(?:(?:its|their|all|the) )+"
        r"(?P<parts>[a-z]+s)"
        r" (?:go(?:es)?|are|get|vanish|disappear|leave)(?: also)?(?: gone| deleted| removed| away)?"
        r"(?: too| as well| with it| along)?(?=[.,;\n]|$)",
        r"Deleting a \g<one> deletes its \g<parts>",
    ),
    # `repairs: which tram, hours`: the tram
    spelled(r"(?<=[:,] )which (?=[a-z]+ ?[,.;)])", ""),
    # `a result, which is either white, black or draw`
    spelled(
        r"(?P<what>\b(?:an?|its|their) [a-z]+(?: [a-z]+)?), (?:which|that) is (?:either|one of)"
        r" (?P<values>[a-z][^.;\n()]*? or [a-z]+)(?=[.;\n]|$)",
        r"\g<what> (\g<values>)",
    ),
    # `a remark that may be left out`
    spelled(
        r",? (?:(?:that|which) )?(?:may|can|could) (?:also )?(?:be (?:left (?:out|empty|blank|away)"
        r"|omitted|missing|skipped|empty|blank)|stay empty|remain empty)(?= ?(?:[,.;)]|and |$))",
        " (optional)",
    ),
    spelled(
        r",? if (?:there is (?:one|any)|known|any|available|they have one|it has one)"
        r"(?= ?(?:[,.;)]|and |$))",
        " (optional)",
    ),
    # `every order is placed by a customer, and consists of a tartan and a length`
    spelled(
        rf"{_AT}(?:an?|each|every) (?P<who>[a-z]+(?: [a-z]+)?) is [a-z]+(?:ed|en|wn|ght|ade|ut)"
        r" (?:by|for) (?P<one>(?:an?|one|exactly one) [a-z]+)(?:,| and|, and)"
        r" (?:consists of|comprises|includes|contains|has) ",
        r"\g<at>A \g<who> belongs to \g<one>. A \g<who> has ",
    ),
    spelled(
        rf"{_AT}(?:an?|each|every) (?P<who>[a-z]+(?: [a-z]+)?) is [a-z]+(?:ed|en|wn|ght|ade|ut)"
        r"(?P<rest>(?:,? (?:for|with|by|at|in|on|to|from) (?:exactly )?(?:an?|one|the) [a-z]+){2,})"
        r"(?=[.;\n]|$)",
        _arranged,
    ),
    # `Saddlers are name + licence`
    spelled(
        rf"{_AT}(?P<what>[a-z]+s) (?:are|have) (?P<fields>[a-z][\w ]*(?: ?\+ ?[a-z][\w ]*)+)"
        r"(?=[.;\n(]|$)",
        lambda m: f"{m['at']}{m['what']}: {re.sub(' ?[+] ?', ', ', m['fields'])}",
    ),
    spelled(
        r"\b(?P<all>(?P<do>vote|answer|respond|reply)s?(?: on| for| to)?) (?P<what>(?:an?|the|each)"
        r" [a-z]+) with (?P<first>[a-z]+)(?:, (?P<more>[a-z, ]+? or [a-z]+)| or (?P<or>[a-z]+))"
        r"(?=[.,;\n]|$)",
        _answered,
    ),
    spelled(
        rf"{_AT}{_MANY} (?P<a>[a-z]+) (?:(?:can|may|might) )?[a-z]+(?: [a-z]+){{0,2}}?"
        rf" (?:an?|each|every|one|the same) (?P<b>[a-z]+),? (?:and|while) {_OFTEN}(?P<a2>[a-z]+)"
        rf" (?:(?:can|may|might) )?[a-z]+(?: [a-z]+){{0,2}}? {_MANY} (?P<b2>[a-z]+)(?=[.,;]|$)",
        _many_of_one,
    ),
    # `# Peat survey` above chapters that begin with `##`: the title of all of it.
    spelled(
        r"\A(?P<title>\s*# [a-z][\w &'-]{0,60}?)(?<! API)(?<! backend)[ \t]*\n"
        r"(?=\s*(?![-*•|+\d]))(?=[\s\S]*?^##)(?![\s\S]*?^# )",
        r"\g<title> API\n",
    ),
    spelled(
        r"\A(?P<label>[a-z][\w']*(?: [\w']+){1,3}): (?P<one>[a-z]+)"
        r" (?P<field>name|title|id|code|number)(?= ?[,(])",
        _kept_at,
    ),
    spelled(
        r"\b(?P<do>(?:spend|pay|buy)s?)(?: [a-z]+)? (?:from|with|off|using)"
        r" (?:their|his|her|the|an?) (?:own )?(?P<one>[a-z]+)(?=[.,;]|$)",
        _spent,
    ),
    # `thickness: decimal, must be positive`
    spelled(
        r"(?<=,) (?:and )?(?:it )?(?:must|has to|should|needs to) (?:always )?be"
        r" (?=(?:positive|negative|non-|not negative|unique|at least|at most|between|greater|less"
        r"|more|above|below|one of|either)\b)",
        " ",
    ),
    # `inventory no. (unique), tel., name`: no full stop ends a sentence there.
    spelled(r"(?<=[a-z]{4}) no\.?(?= ?[(,;:])", " number"),
    spelled(r"(?<=[,:(] )no\.(?= ?[(,;:])", "number"),
    spelled(
        r"\b(?P<short>tel|qty|max|min|incl|approx|desc|addr|dept|avg)\.(?= ?[a-z0-9(,;:])",
        r"\g<short>",
    ),
    # `acquired in (year)`
    spelled(
        r"\b(?P<did>[a-z]+(?:ed|ght|lt|ade|und|wn|rn|en|ld)) (?:in|on|at)"
        r" \((?:the )?(?P<unit>year|time)\)",
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
        r"\bhow (?:many|much)(?: [a-z]+)? (?:of (?:it|them) )?(?:there )?(?:are|is) "
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
        r",? (?:that |which )?(?:nobody|no one|no-one|no other(?: [a-z]+)?|none of the others)"
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
