"""What only one can have at a time: `a lent book cannot be lent again until it is returned`."""

import re

import msgspec

from smartforge.contract import (
    Boolean,
    Choice,
    Field,
    OneOpen,
    Reference,
    Resource,
    Text,
    Transition,
)
from smartforge.contract.names import plural, spaced
from smartforge.planners.offline.features.changes import belonging, having, ruled, stamp, without
from smartforge.planners.offline.features.finding import (
    find_resource,
    mentions,
    reference_to,
    status_of,
)
from smartforge.planners.offline.features.heard import (
    Heard,
    clause,
    found,
    hear_all,
    take,
)
from smartforge.planners.offline.features.paths import state_like
from smartforge.planners.offline.sketch import (
    Claims,
    Sketch,
)

_LENT = (
    r"(?:lent(?: out)?|loaned(?: out)?|borrowed|rented(?: out)?|checked out|on loan|taken out"
    r"|lend"
    r"|borrow|loan|rent|hired(?: out)?|check out|given out)"
)
_AGAIN = re.compile(
    rf"\b{_LENT}\b.*?\b(?:again|until|till|twice|already|at a time|at once|more than once|while"
    rf"|before"
    rf"|unless|another|somebody else|someone else)\b"
    rf"|\b(?:already|currently) {_LENT}\b"
    rf"|\bonly (?:be )?{_LENT} (?:by )?(?:one|once)\b"
)
_ONE_ACTIVE = re.compile(
    r"\b(?P<count>one|1|a single|single) (?P<state>active|open|current|pending|running|ongoing"
    r"|unreturned"
    r"|outstanding|unpaid|live|unfinished|approved|accepted|confirmed|granted) (?P<what>[a-z_]+)"
    r"(?: (?:per|for each|for every|for the same|for) (?:a |an |each |every )?(?P<per>[a-z_]+)"
    r"(?: (?:per|and|for each|for the same|for) (?:a |an |each |every )?(?P<also>[a-z_]+))?)?"
)
_DECIDED = ("pending", "approved", "accepted", "confirmed", "granted")
_LOANS = ("loan", "rental", "lending", "borrowing", "checkout", "hire", "borrow", "lease")
_BY_VERB = (("rent", "rental"), ("hire", "rental"), ("check", "checkout"))
_RETURN = re.compile(
    r"\b(?:return(?:s|ed|ing)?|give(?:s|n)? back|br(?:ing|ought) back|hand(?:ed)? in)\b"
)


def claim_lending(claims: Claims) -> None:
    """Keep `only one active subscription` from becoming a field or a thing of its own."""
    for heard in hear_all(claims.sentences):
        for match in _ONE_ACTIVE.finditer(heard.line):
            begin, end = clause(heard, *match.span())
            claims.hide(heard.place, *heard.span(begin, end))


def imply_loans(sketch: Sketch) -> None:
    """Loans for what is lent, where nothing keeps them yet."""
    for heard, match in found(sketch, re.compile(rf"\b{_LENT}\b")):
        loans = _loan_resource(sketch)
        if loans is not None:
            return
        item = next((one for _, one in mentions(sketch, heard)), None)
        ruled_out = not _AGAIN.search(heard.line) and not _RETURN.search(heard.line)
        if item is None or ruled_out or len(sketch.contract.resources) >= 59:
            continue
        word = match.group().split()[0]
        name = next((one for verb, one in _BY_VERB if word.startswith(verb)), "loan")
        borrower = _borrower(sketch, item)
        fields = (belonging(item), *((belonging(borrower),) if borrower else ()))
        if borrower is None:
            fields = (*fields, Field("borrower", Text(1, 200)))
        sketch.put(Resource(name, plural(name), fields))
        sketch.note(
            f"{heard.quote(*clause(heard, *match.span()))}: {plural(name)} keep which "
            f"{spaced(item.name)} is with whom."
        )
        return


# Of which there may be more than one at a time.
_SEVERAL = re.compile(
    r"\b(?:up to|at most|max[a-z]*|more than|limit[a-z]*)(?: of| to)?"
    r" (?:[2-9]|\d\d+|two|three|four|five|six|seven|eight|nine|ten)\b"
)
_GOING_ON = ("", "open", "active", "unreturned", "outstanding", "current", "running")


def _borrower(sketch: Sketch, item: Resource) -> Resource | None:
    people = (
        "member",
        "user",
        "customer",
        "student",
        "borrower",
        "reader",
        "person",
        "employee",
        "friend",
        "client",
    )
    return next(
        (one for one in sketch.contract.resources if one.name in people and one is not item), None
    )


def _loan_resource(sketch: Sketch) -> Resource | None:
    for resource in sketch.contract.resources:
        if resource.name.rpartition("_")[2] in _LOANS:
            return resource
    return None


def read_lending(sketch: Sketch) -> None:
    """At most one open loan of each thing; one active subscription of each user."""
    for heard, match in found(sketch, _AGAIN):
        loans = _loan_resource(sketch)
        if loans is None or _SEVERAL.search(match[0]):
            continue
        named = [one for _, one in mentions(sketch, heard) if one.name != loans.name]
        lent = [reference_to(loans, one.name) for one in named]
        field = next((one for one in lent if one is not None), None) or _thing_lent(sketch, loans)
        if field is None:
            continue
        loans, status, active = _with_open(sketch, loans)
        sketch.put(ruled(loans, OneOpen((field.name,), status, active)))
        begin, end = clause(heard, *match.span())
        if "." not in heard.line[begin:end]:
            sketch.note(
                f"{heard.quote(begin, end)}: at most one {spaced(loans.name)} of each "
                f"{spaced(field.name.removesuffix('_id'))} is {' or '.join(active)} (409)."
            )
        take(sketch, heard, begin, end)
    for heard, match in found(sketch, _ONE_ACTIVE):
        if match["state"] not in _DECIDED:
            _read_one(sketch, heard, match)
    for heard, match in found(sketch, _RETURN):
        loans = _loan_resource(sketch)
        if loans is not None and status_of(loans) is None and _returns(sketch, heard, match):
            sketch.put(_with_open(sketch, loans)[0])
            take(sketch, heard, *match.span())


def read_decided(sketch: Sketch) -> None:
    """`only one approved request`, once it is known by which states rows go."""
    for heard, match in found(sketch, _ONE_ACTIVE):
        if match["state"] in _DECIDED:
            _read_one(sketch, heard, match)


def _returns(sketch: Sketch, heard: Heard, match: re.Match[str]) -> bool:
    _, last = heard.span(*match.span())
    after = {at for at, _ in mentions(sketch, heard)}
    lows = [token.low for token in heard.tokens]
    near = range(last, min(last + 3, len(lows)))
    return any(at in after or lows[at] in ("it", "them") for at in near)


def _thing_lent(sketch: Sketch, loans: Resource) -> Field | None:
    accounts = sketch.contract.accounts.resource if sketch.contract.accounts else "user"
    people = {
        accounts,
        "member",
        "customer",
        "user",
        "student",
        "borrower",
        "reader",
        "client",
        "employee",
    }
    for field in loans.fields:
        if isinstance(field.kind, Reference) and field.kind.resource not in people:
            return field
    return None


def _with_open(sketch: Sketch, loans: Resource) -> tuple[Resource, str, tuple[str, ...]]:
    """The loans with a status that tells whether they have ended, its name, and the open"
    " values."""
    loans = sketch.contract.resource(loans.name)
    field = status_of(loans)
    if field is not None and isinstance(field.kind, Choice):
        ended = [
            one for one in field.kind.values if state_like(one, ("returned", "closed", "ended"))
        ]
        return loans, field.name, tuple(one for one in field.kind.values if one not in ended)
    for one in loans.fields:
        if isinstance(one.kind, Boolean) and one.name in ("returned", "is_returned"):
            loans = without(loans, one.name)
            break
    back = "returned_at"
    for one in loans.fields:
        if one.name in ("returned_at", "return_date", "returned_on", "returned_date"):
            loans = without(loans, one.name)
    status = Field("status", Choice(("active", "returned")), False, "active", written="never")
    loans = having(having(loans, status), stamp(back))
    move = Transition("return", "status", "returned", ("active",), back, loans.access.update)
    moves = tuple(one for one in loans.transitions if one.name != "return")
    sortable = tuple(dict.fromkeys((*loans.sortable, "status", back)))
    loans = msgspec.structs.replace(loans, transitions=(*moves, move), sortable=sortable)
    return loans, "status", ("active",)


def is_lending(resource: Resource) -> bool:
    """Whether rows are loans, which end."""
    return resource.name.rpartition("_")[2] in _LOANS


def with_state(
    sketch: Sketch, resource: Resource, state: str
) -> tuple[Resource, str, tuple[str, ...]]:
    """The resource with a status that tells whether a row is in `state`, or not yet over where
    none is named; the name of that field, and its values that say so."""
    if is_lending(resource) and state in _GOING_ON:
        return _with_open(sketch, resource)
    return _open_by(sketch, resource, state)


def _read_one(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    resource = find_resource(sketch, match["what"])
    if resource is None:
        return
    before = [one for at, one in mentions(sketch, heard) if at < heard.span(*match.span())[0]]
    parent = find_resource(sketch, match["per"] or "") if match["per"] else None
    parent = parent or next(iter(before), None)
    field = reference_to(resource, parent.name) if parent else None
    owner = [one for one in resource.fields if resource.owner and one.name == resource.owner]
    field = field or next(iter(owner), None)
    if field is None:
        return
    if match["state"] in ("active", "unreturned", "outstanding") and resource.name in _LOANS:
        resource, status, active = _with_open(sketch, resource)
    else:
        resource, status, active = _open_by(sketch, resource, match["state"])
    also = find_resource(sketch, match["also"] or "") if match["also"] else None
    other = reference_to(resource, also.name) if also else None
    fields = [field] if other in (None, field) else [field, other]
    sketch.put(ruled(resource, OneOpen(tuple(one.name for one in fields), status, active)))
    begin, end = clause(heard, *match.span())
    of = [spaced(one.name.removesuffix("_id")) for one in fields]
    sketch.note(
        f"{heard.quote(begin, end)}: at most one {spaced(resource.name)} of each "
        f"{' and '.join(of)} is {' or '.join(active)} (409)."
    )
    take(sketch, heard, begin, end)


def _open_by(
    sketch: Sketch, resource: Resource, state: str
) -> tuple[Resource, str, tuple[str, ...]]:
    """The status by which a row is in `state`; made where there is none."""
    field = status_of(resource)
    if field is not None and isinstance(field.kind, Choice):
        known = state_like(state, field.kind.values)
        if known:
            return resource, field.name, (known,)
        return resource, field.name, field.kind.values[:1]
    resource = without(resource, state) if len(resource.fields) > 1 else resource
    last, verb = ("closed", "close") if state == "open" else ("ended", "end")
    status = Field("status", Choice((state, last)), False, state, written="never")
    move = Transition(verb, "status", last, (state,), "", resource.access.update)
    resource = msgspec.structs.replace(
        having(resource, status),
        transitions=(*resource.transitions, move),
        sortable=tuple(dict.fromkeys((*resource.sortable, "status"))),
    )
    return resource, "status", (state,)
