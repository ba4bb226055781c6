"""Rows whose past is kept: `audit trail`, `log every change`, `track who changed what and when`."""

import re

import msgspec

from smartforge.contract import Resource
from smartforge.contract.names import spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.features.finding import mentions
from smartforge.planners.offline.features.heard import Heard, found, hear_all, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_BEFORE = (
    r"(?:(?:we|i|you|the api|api|system|it|they|there|also|please|and|should|must|shall|will|can"
    r"|to|need|needs|want|wants|use|uses|keeps?|maintains?|provides?|supports?|includes?|add|adds"
    r"|have|has|having|with|create|make|store|stores|implement|enable|is|are|be|a|an|the|full"
    r"|complete|detailed|proper|simple|basic|entire|per-row|immutable|built-in|get|gets"
    r"|every|all|each|comes|come) )*"
)
_NAMES = (
    r"(?:(?:all|the|every|each|any|our|single|an?|these|those|both|and|,) )*[a-z_'-]+"
    r"(?:(?: ,| and| , and)(?: (?:the|all|every|each|an?))? [a-z_-]+(?= (?:,|\.|;|and)|$))*"
)
_WHOSE = r" (?:made |done )?(?:for|of|on|to|in|about|across|over) "
_OF_WHO = (
    r"(?: ,)? (?:of |showing |with |recording |to see |for )?who (?:has |have )?[a-z]+"
    r"(?: (?:what|which [a-z]+|it|them))?(?:(?: ,| and)+ (?:what|when|how|why))*"
)
_FOR = rf"(?:{_OF_WHO}|{_WHOSE}{_NAMES})?"
# Where words follow that cannot be names.
_FOR_SAID = (
    rf"(?:{_WHOSE}(?:(?:all|the|every|each|any|our|an?|and|or|,) )*[a-z_'-]+"
    r"(?:(?: ,| and| or| , and)(?: (?:the|all|every|each|an?))? [a-z_-]+)*)?"
)
_TOLD = (
    r"(?:who|what|when|how|which|the|old|new|before|after|and|,|/|values?|users?|timestamps?|time"
    r"|times|dates?|changed|did|made|it|by|previous|prior|current|fields?|both|states?|actions?"
    r"|diffs?|actors?|changes?|each|every|was|were|that|person|whom|editor|id|has|edited)"
)
_TAIL = (
    r"(?: ?(?:,|\()?(?: (?:so|that|with|including|includes?|incl\.?|showing|shows?|saying|says"
    r"|recording|telling|containing|storing|i|we|you|can|see|know|one|is|clear))+"
    rf"(?: {_TOLD})+(?: \))?)?"
)
# What follows where such a log is a thing of its own, with fields.
_NO_THING = r"(?! (?:\(|:|with|have|has|having|contains?|belongs?|where)\b)(?! [(:])"
_LOG = (
    r"(?:audit ?-? ?(?:trail|log|history|record|journal|entrie)s?\b"
    r"(?: (?:of|for|on) (?:(?:all|every|each|any|the) )*"
    r"(?:changes?|edits?|modifications?|updates?))?"
    r"|audit(?:ing| logging|-logging| tracking)"
    r"|(?:change|edit|modification|revision|update) ?-? ?(?:log|history|histories|trail|journal"
    r"|tracking|record)s?"
    r"|changelogs?|activity ?-? ?(?:log|trail|history)s?|version history"
    r"|(?:history|log|record|trail|journal|list|chronicle) of (?:all |every |each |any |the |its "
    r"|their )*(?:past |made |single |field |data )*(?:changes?|edits?|modifications?|revisions?"
    r"|alterations?)"
    r"|(?:changes|edits|modifications) history)\b"
)
_EDITS = r"(?:changes?|edits?|modifications?|alterations?)"
_MORE = (
    rf"(?:{_EDITS}|updates?|creations?|creates|deletions?|deletes?|inserts?|additions?|removals?"
    r"|writes?)"
)
_NOTING = (
    r"(?:log|logs|logging|track|tracks|tracking|record|records|recording|audit|audits|auditing|trace"
    r"|capture|captures|monitor|journal|remember|remembers|persist|document|documents"
    r"|write down|writes down|keep track of|keeps track of|keeping track of"
    r"|keep (?:a |the )?(?:log|record|history) of)"
)
_NOTED = (
    r"(?:logged|tracked|recorded|audited|auditable|traceable|traced|written down|captured|journaled"
    r"|journalled|kept track of|documented|trackable)"
)
_KNOWING = (
    r"(?:log|logs|track|tracks|record|records|know|see|show|shows|remember|remembers|trace|tell"
    r"|tells|note|notes|find out|look up|keep track of|keeps track of|store|stores)"
)
_TOUCHED = r"(?:changed|changes|edited|edits|modified|modifies|did|does|altered|alters|touched)"
_WHAT = (
    r"(?:(?: ,| and| or| /)* (?:what|when|how|where|which [a-z]+|it|them|things?|anything|something"
    r"|an? [a-z_]+|the [a-z_]+|each [a-z_]+|every [a-z_]+))+"
)
_WAYS = (
    # an audit trail for orders
    rf"{_BEFORE}{_LOG}{_FOR}{_TAIL}{_NO_THING}",
    # log every change to orders
    rf"{_BEFORE}{_NOTING} (?:(?:all|every|each|any|the|of|single|data|field|row) )*{_EDITS}\b"
    rf"(?:(?: ,| and| or)+ {_MORE}\b)*{_FOR}{_TAIL}",
    rf"{_BEFORE}{_NOTING} (?:(?:all|every|each|any|single) )+{_MORE}\b"
    rf"(?:(?: ,| and| or)+ {_MORE}\b)*{_FOR}{_TAIL}",
    # track who changed what and when
    rf"{_BEFORE}{_KNOWING} who (?:has |have |had )?{_TOUCHED}(?! [a-z_ ]*\blast\b){_WHAT}{_FOR}",
    rf"{_BEFORE}who (?:has )?(?:changed|did|edited|modified) what\b{_WHAT}?{_FOR}"
    rf"(?: (?:is|must be|should be|gets) {_NOTED})?",
    rf"{_BEFORE}{_KNOWING} (?:what|everything that) (?:happened|happens|was done|has been done"
    rf"|is done) to {_NAMES}(?:(?: ,| and)+ (?:by whom|who did it|when|by who))*",
    # every change to an order is logged
    rf"(?:(?:all|every|each|any|the|single) )*{_MORE}\b(?:(?: ,| and| or)+ {_MORE}\b)*{_FOR_SAID}"
    rf" (?:is|are|be|must be|should be|need to be|have to be|has to be|shall be|will be|get|gets"
    rf"|must remain|must get) (?:always |fully |automatically )?{_NOTED}{_TAIL}",
    # orders are audited
    r"(?:is|are|be|must be|should be|need to be|needs to be) (?:fully |always )?"
    r"(?:audited|auditable|audit-logged|change-tracked)\b",
    r"(?:make|makes|keep) (?:[a-z_'-]+ ){1,6}?(?:auditable|audited)\b",
    rf"^(?:please )?audit {_NAMES}$",
)
HISTORY = re.compile("|".join(rf"\b{one}" if one[0] != "^" else one for one in _WAYS))
_ALL = re.compile(
    r"\b(?:everything|everywhere|anything|all (?:resources|tables|data|rows|records))"
)
_READER = re.compile(r"\b(?P<only>only )?[a-z_-]+ (?:can|may|should) (?:\w+ ){1,3}$")
_NOT_APART = " That only some of those may read it cannot be made yet."
_NOTE = re.compile(
    r"(?:^|_)(?:change|edit|modification|update|creation|create|deletion|delete|insert|addition"
    r"|removal|write|trail|log|history)s?$"
)
# `Orders with an audit trail and a total`: the total still needs its "with".
_LEADING = re.compile(r"(?:with|have|has|having|includes?) ")
_JOINING = re.compile(r"(?: ,| and| , and) (?!when\b|who\b)")


def claim_histories(claims: Claims) -> None:
    """Keep from the base reading what is said of the past of rows: a trail is no thing."""
    for heard in hear_all(claims.sentences):
        for match in HISTORY.finditer(heard.line):
            first, last = heard.span(*_bounds(heard, match))
            claims.hide(heard.place, first, last)
            for at in range(first, last):
                # What is noted was read already; a deletion that is noted is no thing.
                named = claims.names.get((heard.place, at), [])
                named[:] = [one for one in named if not _NOTE.search(one)]


def _bounds(heard: Heard, match: re.Match[str]) -> tuple[int, int]:
    """From where to where the words are: what joins other parts to them is left."""
    begin, end = match.span()
    joined = _JOINING.match(heard.line, end)
    leading = _LEADING.match(match[0])
    return (begin + leading.end(), joined.end()) if joined and leading else (begin, end)


def read_histories(sketch: Sketch) -> None:
    """Rows of which is written down what is done to them."""
    for heard, match in found(sketch, HISTORY):
        seen = _READER.search(heard.line[: match.start()])
        there = [one for one in sketch.contract.resources if one.history]
        meant = there if seen and there else _meant(sketch, heard, match)
        kept = [one for one in meant if "read" in one.actions]
        for one in kept:
            sketch.put(msgspec.structs.replace(one, history=True))
        if kept:
            names = listing([spaced(one.plural) for one in kept])
            apart = _NOT_APART if seen and seen["only"] else ""
            tell(sketch, heard, match, kept_in_words(names) + apart)


def kept_in_words(names: str) -> str:
    """What it means that the past of these rows is kept."""
    return (
        f"what is done to {names} is written down (what, when, by whom, from what to what); "
        "GET .../history tells it to whoever may read the row."
    )


def _meant(sketch: Sketch, heard: Heard, match: re.Match[str]) -> list[Resource]:
    """What the words name, or else the sentence before them; else all of them."""
    first, last = heard.span(*match.span())
    named = list(mentions(sketch, heard))
    inside = [one for at, one in named if first <= at < last]
    before = [one for at, one in named if at < first][-1:]
    if _ALL.search(match[0]):
        inside, before = [], []
    chosen = inside or before or sketch.contract.resources
    return list({one.name: one for one in chosen}.values())
