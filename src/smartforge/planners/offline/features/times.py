"""Rules about time: `bookings of the same room never overlap`, `end has to be after start`."""

import re

import msgspec

from smartforge.contract import (
    Date,
    Field,
    NoOverlap,
    Ordered,
    Reference,
    Resource,
    Rule,
    Text,
    Time,
    Timestamp,
)
from smartforge.contract.fields import Choice, Decimal, Integer, Kind
from smartforge.contract.names import (
    identifier,
    spaced,
)
from smartforge.planners.offline.features.changes import having, ruled
from smartforge.planners.offline.features.finding import (
    MOMENTS,
    find_field,
    find_resource,
    mentions,
    status_of,
    subject,
)
from smartforge.planners.offline.features.heard import Heard, found, hear_all, take, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_OVERLAP = re.compile(
    r"\b(?:overlap(?:s|ped|ping)?|double(?: - |-| )book(?:ed|ings?|s)?|doublebook\w*"
    r"|(?:booked|reserved|scheduled|rented|taken) (?:twice|by two [a-z]+|by more than one [a-z]+)"
    r"|[a-z]+(?:ed|t) twice (?:for|at|in|on|during|within)(?: the| one| any)?(?: same)?"
    r" (?:period|times?|slot|dates?|days?|nights?|hours?|weeks?)"
    r"|(?:clash|clashes|clashing|conflict|conflicts|conflicting)"
    r"|(?:two|several|multiple) (?:[a-z]+ ){1,3}?(?:at|for|in|on) the same (?:time|slot|date|day"
    r"|moment)"
    r"|(?:only |just |at most )?(?:one|a single|1) [a-z]+ at (?:a|one|the same|any) time"
    r"|same (?:time ?slot|slot) twice|already (?:booked|reserved|taken))\b"
)
_NEXT_TO = re.compile(
    r"\bback(?: - |-| )to(?: - |-| )back\b"
    r"|\b(?:end|ends|ending|finish|finishes|stop|stops) (?:exactly |just |right )?(?:when|as|where)"
    r" (?:the )?(?:next|other|another|following)(?: one| [a-z]+)? (?:begins|starts)\b"
)
_AFTER = re.compile(
    r"\b(?P<later>(?:the |its )?[a-z_]+(?: [a-z_]+)??)(?: that| which)?"
    r" (?:(?:has|have|needs) to|must|should|shall"
    r"|is|are|can|may|comes?|lies?)"
    r"(?: only)?(?: always)? (?:be |come |lie )?(?:strictly )?"
    r"(?P<same>(?:on|at|equal to|the same as|the same day as) or )?(?P<how>after|later than|greater"
    r" than|larger than|higher than"
    r"|beyond|before|earlier than|less than|smaller than|lower than)(?P<too> or equal to"
    r"| or the same as)? (?:the |its"
    r" )?(?P<other>[a-z_]+(?: [a-z_]+)?)"
    r"|\b(?P<low>[a-z_]+(?: [a-z_]+)??) (?:(?:can't|cannot|can not|must not|must never|may not"
    r"|may never|can never|should not|should never|never) (?:be|come|lie)|(?:is|are|must be|has to"
    r" be|comes?) (?:not|never|no))"
    r" (?P<not>after|later than|greater than|higher than|before|earlier than|less than|lower"
    r" than)"
    r" (?:the |its )?(?P<high>[a-z_]+(?: [a-z_]+)?)"
)
_NUMBERS = (Integer, Decimal)
_EQUAL = re.compile(
    r"\b(?:same day|one day|equal|equals|identical)\b.{0,30}\b(?:ok|okay|fine|allowed|possible"
    r"|permitted|valid)\b"
    r"|\b(?:may|can) be (?:equal|the same|identical|on the same day)\b"
)
_LATER = ("after", "later than", "greater than", "larger than", "higher than", "beyond")
_STARTS = (
    "starts_at",
    "start_time",
    "start_date",
    "start",
    "begins_at",
    "check_in",
    "check_in_date",
    "pickup_date",
    "from_date",
    "date_from",
    "departure",
    "arrival_date",
    "start_at",
    "check_in_time",
    "starts",
    "begin",
    "begins",
    "begin_time",
    "begin_date",
    "from",
    "from_time",
)
_ENDS = (
    "ends_at",
    "end_time",
    "end_date",
    "end",
    "finishes_at",
    "check_out",
    "check_out_date",
    "return_date",
    "departure_date",
    "to_date",
    "date_to",
    "until_date",
    "due_date",
    "end_at",
    "check_out_time",
    "ends",
    "finish",
    "finishes",
    "finish_time",
    "finish_date",
    "until",
    "to",
    "until_time",
    "to_time",
)
_FREED = ("cancelled", "canceled", "rejected", "declined", "expired", "no show", "denied")


def claim_times(claims: Claims) -> None:
    """Keep from the base reading the sentences that tell which times exclude each other."""
    for heard in hear_all(claims.sentences):
        for pattern in (_OVERLAP, _NEXT_TO):
            for match in pattern.finditer(heard.line):
                begin = heard.line.rfind(" , ", 0, match.start())
                end = heard.line.find(" , ", match.end())
                first, last = heard.span(max(begin, 0), end if end > 0 else len(heard.line))
                if pattern is _OVERLAP and begin < 0 and ":" in heard.line[: match.start()]:
                    continue
                claims.hide(heard.place, first + (begin > 0), last)
        for match in _AFTER.finditer(heard.line):
            if _names_times(match):
                claims.hide(heard.place, *heard.span(*match.span()))


def _names_times(match: re.Match[str]) -> bool:
    words = f"{match['later'] or match['low']} {match['other'] or match['high']}"
    return any(
        one in words for one in ("end", "start", "check", "max", "min", "due", "return", "date")
    )


def read_times(sketch: Sketch) -> None:
    """Rules on two fields, and on the time that rows take up."""
    for heard, match in found(sketch, _AFTER):
        _read_order(sketch, heard, match)
    for heard, match in found(sketch, _OVERLAP):
        resource = _lasting(sketch, heard, match)
        times = None if resource is None else start_and_end(resource) or _first_and_last(resource)
        if resource is None or times is None:
            continue
        within = _within(sketch, heard, resource)
        if within is None:
            said = re.search(r"\bsame ([a-z_]+)", heard.line)
            if said is None or find_resource(sketch, said[1]) is not None:
                continue
            within = Field(identifier(said[1]), Text(1, 200))
        start, end = times
        rule = NoOverlap(start.name, end.name, (within.name,))
        begin, stop = _sentence(heard, match)
        known = [one for one in resource.rules if isinstance(one, NoOverlap)]
        if not known:
            one = having(_as_needed(resource, start, end), _required(within))
            sketch.put(ruled(_in_order(one, Ordered(start.name, end.name)), rule))
            sketch.note(
                f"{heard.quote(begin, stop)}: two {spaced(resource.plural)} of the same "
                f"{spaced(within.name.removesuffix('_id'))} never overlap (409)."
            )
        take(sketch, heard, begin, stop)
    for heard, _ in found(sketch, _NEXT_TO):
        if any(
            isinstance(rule, NoOverlap) for one in sketch.contract.resources for rule in one.rules
        ):
            sketch.note(f"{heard.quote(0, len(heard.line))}: one may end when the next begins.")
            take(sketch, heard, 0, len(heard.line))


def _sentence(heard: Heard, match: re.Match[str]) -> tuple[int, int]:
    begin = heard.line.rfind(" , ", 0, match.start())
    end = heard.line.find(" , ", match.end())
    return (begin + 3 if begin > 0 else 0), (end if end > 0 else len(heard.line))


def start_and_end(resource: Resource) -> tuple[Field, Field] | None:
    """The fields from when until when a row lasts; both of one kind."""
    for kind in (Timestamp, Date):
        moments = {one.name: one for one in resource.fields if isinstance(one.kind, kind)}
        start = next((moments[name] for name in _STARTS if name in moments), None)
        end = next((moments[name] for name in _ENDS if name in moments), None)
        if start is not None and end is not None:
            return start, end
    return None


def _first_and_last(resource: Resource) -> tuple[Field, Field] | None:
    """The two moments of rows that have no others, in the order that they were named in."""
    for kind in (Timestamp, Date):
        moments = [one for one in resource.fields if isinstance(one.kind, kind)]
        if len(moments) == 2:
            return moments[0], moments[1]
    return None


def _lasting(sketch: Sketch, heard: Heard, match: re.Match[str]) -> Resource | None:
    """The resource whose rows take up time: the one named, else the one that there is."""
    named = [one for _, one in mentions(sketch, heard)]
    lasting = [one for one in named if start_and_end(one) is not None]
    if lasting:
        return lasting[0]
    lasting = [one for one in named[:1] if _first_and_last(one) is not None]
    if lasting:
        return lasting[0]
    rest = [one for one in sketch.contract.resources if start_and_end(one) is not None]
    if rest:
        parents = {one.name for one in named}
        of_named = [one for one in rest if _points(one) & parents]
        return (of_named or rest)[0]
    for one in (*named, *sketch.contract.resources):
        begin = next(
            (f for f in one.fields if f.name in _STARTS and isinstance(f.kind, Timestamp)), None
        )
        if begin is not None:
            sketch.put(having(one, Field("ends_at", Timestamp())))
            sketch.note(f'"ends_at" was added to {spaced(one.plural)}, to tell when they end.')
            return sketch.contract.resource(one.name)
    return None


def _points(resource: Resource) -> set[str]:
    return {one.kind.resource for one in resource.fields if isinstance(one.kind, Reference)}


def _within(sketch: Sketch, heard: Heard, resource: Resource) -> Field | None:
    """What is taken: the reference to a thing that is named, else the first that is no"
    " person's."""
    accounts = sketch.contract.accounts.resource if sketch.contract.accounts else ""
    references = [
        one
        for one in resource.fields
        if isinstance(one.kind, Reference) and one.name not in (resource.owner, resource.tenant)
    ]
    said = re.search(r"\b(?:same|one|a|an|the|each|every|per) (?P<what>[a-z_]+)", heard.line)
    named = {one.name for _, one in mentions(sketch, heard)}
    for field in references:
        if isinstance(field.kind, Reference) and field.kind.resource in named - {resource.name}:
            return field
    if said:
        for what in re.findall(r"\bsame ([a-z_]+)", heard.line):
            field = find_field(resource, what)
            if field is not None and find_resource(sketch, what) is not resource:
                return field
    things = [
        one
        for one in references
        if isinstance(one.kind, Reference) and one.kind.resource not in (accounts, *_PEOPLE)
    ]
    texts = [one for one in resource.fields if one.name in _TAKEN]
    same = re.findall(r"\bsame ([a-z_]+)", heard.line)
    if any(one not in _SLOTS and find_resource(sketch, one) is None for one in same):
        return None
    return next(iter([*things, *texts, *references]), None)


_PEOPLE = ("user", "customer", "client", "guest", "member", "patient", "student", "person")
_SLOTS = ("time", "slot", "timeslot", "date", "day", "moment", "period")
_TAKEN = ("room", "table", "seat", "resource", "court", "desk", "car", "vehicle", "doctor", "slot")


def _required(field: Field) -> Field:
    return msgspec.structs.replace(field, required=True, default=None)


def _as_needed(resource: Resource, start: Field, end: Field) -> Resource:
    return having(having(resource, _required(start)), _required(end))


def _read_order(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    said = (match["later"] or match["low"] or "", match["other"] or match["high"] or "")
    resource = subject(sketch, heard, *match.span())
    for one in [resource, *sketch.contract.resources]:
        if one is None:
            continue
        fields = [_endmost(one, text) for text in said]
        first, second = _completed(one, *fields)
        if first is None or second is None or first is second:
            continue
        numbers = re.search(r"great|large|less|small|low|high", match["how"] or match["not"])
        one, first, second = _comparable(one, first, second, Decimal() if numbers else Timestamp())
        if _family(first) != _family(second) or not _family(first):
            continue
        positive = (match["how"] or match["not"]) in _LATER
        later = (first, second) if positive == bool(match["how"]) else (second, first)
        equal = bool(match["not"] or match["same"] or match["too"])
        equal = equal or _EQUAL.search(heard.line) is not None
        sketch.put(_in_order(one, Ordered(later[1].name, later[0].name, equal)))
        how = "never before" if equal else "after"
        tell(sketch, heard, match, f"{later[0].name} is {how} {later[1].name}, else 422.")
        return


def _in_order(resource: Resource, rule: Ordered) -> Resource:
    """With the order of the two fields, once: the strict one, where both were said."""
    strict = msgspec.structs.replace(rule, equal=False)
    if strict in resource.rules or any(_between(one, rule) for one in resource.rules):
        return ruled(resource, strict)
    looser = msgspec.structs.replace(rule, equal=True)
    rest = tuple(one for one in resource.rules if one != looser)
    return ruled(msgspec.structs.replace(resource, rules=rest), rule)


def _between(one: Rule, rule: Ordered) -> bool:
    """Whether rows last from the one field until the other: what lasts no time excludes nothing."""
    return isinstance(one, NoOverlap) and (one.start, one.end) == (rule.earlier, rule.later)


def _comparable(
    resource: Resource, first: Field, second: Field, usual: Kind
) -> tuple[Resource, Field, Field]:
    """`return is after departure`: what is more than another is a time or a number and no text."""
    kinds = [one.kind for one in (first, second) if isinstance(one.kind, (*MOMENTS, *_NUMBERS))]
    timed: list[Field] = []
    for one in (first, second):
        if isinstance(one.kind, Text):
            kind = kinds[0] if kinds else usual
            one = msgspec.structs.replace(one, kind=kind)
            resource = having(resource, one)
        timed.append(one)
    return resource, timed[0], timed[1]


def _completed(
    resource: Resource, first: Field | None, second: Field | None
) -> tuple[Field | None, Field | None]:
    """Both ends of the time that a row lasts, where only one of them was named plainly."""
    times = start_and_end(resource)
    if times is None or (first is None) == (second is None):
        return first, second
    known = first or second
    if known is None or known.name not in (times[0].name, times[1].name):
        return first, second
    other = times[1] if known.name == times[0].name else times[0]
    return (known, other) if first else (other, known)


def _endmost(resource: Resource, text: str) -> Field | None:
    """The field that the last or the first of the words name."""
    parts = text.split()
    for words in (text, " ".join(parts[:1]), " ".join(parts[-1:])):
        field = find_field(resource, words)
        if field is not None:
            return field
    return None


def _family(field: Field) -> str:
    if isinstance(field.kind, Integer | Decimal):
        return "number"
    return type(field.kind).__name__ if isinstance(field.kind, Date | Time | Timestamp) else ""


def settle_times(sketch: Sketch) -> None:
    """Let what was cancelled or rejected take up no time."""
    for resource in sketch.contract.resources:
        field = status_of(resource)
        if field is None or not isinstance(field.kind, Choice):
            continue
        ended = tuple(one for one in field.kind.values if one.lower() in _FREED)
        rules = tuple(
            msgspec.structs.replace(rule, status=field.name, ended=ended)
            if isinstance(rule, NoOverlap) and ended
            else rule
            for rule in resource.rules
        )
        sketch.put(msgspec.structs.replace(resource, rules=rules))
