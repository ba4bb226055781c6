"""At most so many: `max 3 projects per team`, `each user may have at most 5 open loans`."""

import re
from typing import Literal

import msgspec

from smartforge.contract import AtMost, Choice, Reference, References, Resource
from smartforge.contract.kinds import MAX_LIST_ITEMS
from smartforge.contract.names import singular, spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.features.changes import belonging, having, ruled
from smartforge.planners.offline.features.finding import (
    find_resource,
    reference_to,
    status_of,
)
from smartforge.planners.offline.features.heard import Heard, found, hear_all, tell
from smartforge.planners.offline.features.lending import is_lending, with_state
from smartforge.planners.offline.features.paths import state_like
from smartforge.planners.offline.sketch import Claims, Sketch

_NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        start=2,
    )
} | {"fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100}
_N = rf"(?P<n>\d{{1,6}}|{'|'.join(_NUMBERS)})"
_MOST = (
    r"(?:at most|at the most|a maximum of|maximum of|max\.? of|maximum|max\.?|up to|no more than"
    r"|not more than|never more than|more than|a limit of|limit of|limited to|a cap of|capped at)"
)
_EACH = r"(?:(?:a|an|each|every|any|one|the|per|single|given|same) )*"
# Of bounded length, and never begun inside of a chain of hyphens: else long ones take for ever.
_WORD = r"(?<![a-z_-])[a-z_-]{1,60}"
_WHAT = rf"(?P<what>{_WORD}(?: {_WORD}){{0,2}}?)"
_TIME = (
    r"(?P<time>(?: (?:at a time|at once|at the same time|at any (?:one )?time|simultaneously"
    r"|concurrently|in total|altogether|out))|(?: ,| \()?(?: (?:per|a|an|each|every|in a|within a"
    r"|on a) (?:single |calendar )?(?P<period>day|month))|(?: ,)? (?P<ly>daily|monthly))?"
)
_MAY = (
    r"(?:can|may|could|must|should|shall|will|cannot|can't|mustn't|is allowed to|are allowed to"
    r"|is able to|are able to)(?: only| not| never| have)?"
)
_WHO = rf"(?P<who>{_WORD})"
_NUMBERED = re.compile(rf"\b{_MOST} {_N}\b")
_DOES = re.compile(
    rf"{_WHO} (?:{_MAY} )?(?:only )?(?P<verb>[a-z]+)(?: only)? {_MOST} {_N} {_WHAT}"
    rf"(?: (?:to|in|on|with|of|for) (?:it|them|each))?{_TIME}"
    r"(?= [,.;:)(]| and | or | but | while |$)"
)
_WITHIN = (
    r"(?:per|for each|for every|in each|in every|in a|within a|by each|for a|for one|to each|to a"
    r"|on each|on a|of each|by a|by one)"
)
_PER = re.compile(rf"\b{_MOST} {_N} {_WHAT} {_WITHIN} {_EACH}(?P<who>(?!day|month){_WORD}){_TIME}")
_LIMITED = re.compile(
    rf"{_WHO} (?:is|are|be) (?:limited|restricted|capped) (?:to|at) (?:{_MOST} )?{_N} {_WHAT}"
    rf"{_TIME}(?= [,.;:)(]| and | or | but |$)"
)
_TO = re.compile(
    rf"\b(?:limit|cap|restrict)(?: the)?(?: number of)? {_WHAT} {_WITHIN} {_EACH}{_WHO}"
    rf" (?:to|at) (?:{_MOST} )?{_N}{_TIME}"
)
_PATTERNS = (_PER, _TO, _LIMITED, _DOES)
_PERIODS: dict[str, Literal["", "day", "month"]] = {
    "day": "day",
    "daily": "day",
    "month": "month",
    "monthly": "month",
}
_USERS = word_set(
    "user users person people account accounts owner author everybody everyone caller"
)
_STATES = word_set("open active unreturned outstanding current pending unpaid running ongoing")
_AT_A_TIME = re.compile(r"at a|at once|at the same|at any|simul|concur| out")
_NO_TIMES = word_set("minute hour second week year requests request calls attempts tries times")


def claim_quotas(claims: Claims) -> None:
    """Keep from the base reading how many there may be; of what stays."""
    for heard in hear_all(claims.sentences):
        for pattern in _PATTERNS:
            for match in pattern.finditer(heard.line):
                if _NO_TIMES & {*match["what"].split(), match["who"]}:
                    continue
                number = _NUMBERED.search(heard.line, match.start())
                if number and number.end() <= match.end():
                    claims.hide(heard.place, *heard.span(*number.span()))
                if match["time"]:
                    claims.hide(heard.place, *heard.span(*match.span("time")))


def read_quotas(sketch: Sketch) -> None:
    """Rules about how many rows there may be of somebody or something."""
    for heard, match in found(sketch, *_PATTERNS):
        count = _number(match["n"])
        period = _PERIODS.get(match["period"] or match["ly"] or "", "")
        if not (count > 1 or (count == 1 and period)):
            continue
        resource, state = _counted(sketch, match)
        if resource is None or _listed(sketch, heard, match, resource, count):
            continue
        field = _whose(sketch, resource, match["who"])
        parent = find_resource(sketch, singular(match["who"]))
        if not field and parent is not None and parent.name != resource.name:
            by = belonging(parent)
            resource, field = having(resource, by), by.name
        if not field:
            continue
        _limit(sketch, heard, match, resource, AtMost(count, (field,), period=period), state)


def _limit(
    sketch: Sketch,
    heard: Heard,
    match: re.Match[str],
    resource: Resource,
    rule: AtMost,
    state: str,
) -> None:
    now = bool(match["time"] and _AT_A_TIME.search(match["time"]))
    if state or (now and is_lending(resource)):
        resource, status, values = with_state(sketch, resource, state)
        rule = msgspec.structs.replace(rule, status=status, open=values)
    sketch.put(ruled(resource, rule))
    whose = spaced(rule.fields[0].removesuffix("_id"))
    when = f" that are {' or '.join(rule.open)}" if rule.open else ""
    within = f" made within one {rule.period} (UTC)" if rule.period else ""
    about = f"at most {rule.count} {spaced(resource.plural)}{when}{within} for each {whose} (409)."
    tell(sketch, heard, match, about)


def _listed(
    sketch: Sketch, heard: Heard, match: re.Match[str], resource: Resource, count: int
) -> bool:
    """Whether it is about a list of references, which then has so many entries at most."""
    parent = find_resource(sketch, singular(match["who"]))
    for field in parent.fields if parent else ():
        if isinstance(field.kind, References) and field.kind.resource == resource.name and parent:
            most = msgspec.structs.replace(field.kind, max_items=min(count, MAX_LIST_ITEMS))
            sketch.put(having(parent, msgspec.structs.replace(field, kind=most)))
            tell(sketch, heard, match, f"{field.name} has at most {count} entries (422).")
            return True
    return False


def _number(said: str) -> int:
    return int(said) if said.isdigit() else _NUMBERS[said]


def _counted(sketch: Sketch, match: re.Match[str]) -> tuple[Resource | None, str]:
    """The resource whose rows are counted, and the state in which they do so."""
    words = match["what"].split()
    for begin in reversed(range(len(words))):
        resource = find_resource(sketch, " ".join(words[begin:]))
        if resource is None:
            continue
        between = _between(sketch, resource, match["who"])
        if not _whose(sketch, resource, match["who"]) and between is not None:
            resource = between
        before = words[begin - 1] if begin else ""
        return resource, before if _is_state(resource, before) else ""
    return None, ""


def _is_state(resource: Resource, word: str) -> bool:
    field = status_of(resource)
    values = field.kind.values if field and isinstance(field.kind, Choice) else ()
    return word in _STATES or bool(word and state_like(word, values))


def _between(sketch: Sketch, parent: Resource, who: str) -> Resource | None:
    """The loans by which members borrow books."""
    for one in sketch.contract.resources:
        if reference_to(one, parent.name) is not None and _whose(sketch, one, who):
            return one
    return None


def _whose(sketch: Sketch, resource: Resource, who: str) -> str:
    """The reference field that says to whom or what a row belongs; empty where there is none."""
    accounts = sketch.contract.accounts.resource if sketch.contract.accounts else ""
    parent = find_resource(sketch, singular(who))
    if parent is not None and parent is not resource:
        field = reference_to(resource, parent.name)
        if field is not None and isinstance(field.kind, Reference):
            return field.name
    known = who in _USERS or (parent is not None and parent.name == accounts)
    return resource.owner if known and resource.owner not in ("", "id") else ""
