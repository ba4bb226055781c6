"""Amounts that move from one row to another: `transfer money between accounts`."""

import re
from collections.abc import Sequence

import msgspec

from smartforge.contract import (
    Adjusts,
    Decimal,
    Different,
    Field,
    Integer,
    Reference,
    Resource,
    Text,
)
from smartforge.contract.names import identifier, plural, singular, spaced
from smartforge.planners.offline.features.changes import having, without
from smartforge.planners.offline.features.finding import NUMBERS, find_resource
from smartforge.planners.offline.features.heard import Heard, found, hear_all, take
from smartforge.planners.offline.sketch import Claims, Sketch

_HOLDER = r"[a-z_]+(?: [a-z_]+)?"
_OWN = r"(?:(?:the|their|my|our|own|two|any|different|all|various) )*"
_TRANSFER = re.compile(
    r"\b(?P<verb>transfer(?:s|red|ring)?|send(?:s|ing)?|moves?|moved|moving|gives?|giving|gift(?:s|ing)?"
    r"|sent|shift(?:s|ing)?)(?P<what>(?: (?!from\b|to\b|between\b)[a-z_]+){0,3})"
    rf" (?:between {_OWN}(?P<between>{_HOLDER})"
    rf"|from (?:one|an?|any|their|my|his|her) (?P<one>{_HOLDER}) to (?:another|the other|any other"
    r"|a different|other)(?: [a-z_]+)?"
    r"|to (?:another|other|each other|a different|any other|one another)"
    rf"(?: (?P<other>{_HOLDER}))?)"
)
_MONEY = frozenset(("money", "funds", "cash", "amount", "amounts", "balance", "euros", "dollars"))
_POINTS = frozenset(("points", "credits", "coins", "tokens", "miles", "stars", "karma", "hours"))
_STOCK = frozenset(("stock", "items", "goods", "units", "quantity", "quantities", "inventory"))
_STOCKED = ("quantity", "stock", "qty", "units", "count", "on_hand")
_MOST = 1_000_000


def claim_transfers(claims: Claims) -> None:
    """Keep from the base reading what is said of transfers."""
    for heard in hear_all(claims.sentences):
        for match in _TRANSFER.finditer(heard.line):
            if _what(match) or match["verb"].startswith("transfer"):
                end = match.end("what") if match["what"] else match.end("verb")
                claims.hide(heard.place, *heard.span(match.start(), end))


def imply_transfers(sketch: Sketch) -> None:
    """Rows that take from one and give to another, for what has a number to move."""
    for heard, match in found(sketch, _TRANSFER):
        what = _what(match)
        if _is_read(sketch, heard, match):
            continue
        if not what and (match["what"].strip() or not match["verb"].startswith("transfer")):
            continue
        holder = _holder(sketch, match)
        accounts = sketch.contract.accounts
        if holder is None or (accounts and holder.name == accounts.resource):
            continue
        item = _with_number(sketch, holder, what)
        if item is not None:
            _moved(sketch, heard, match, *item)


def read_transfers(sketch: Sketch) -> None:
    """As `imply_transfers`, for rows of which only now it is known what they belong to; and a
    transfer belongs to nothing but its two ends."""
    for one in sketch.contract.resources:
        if any(isinstance(rule, Different) for rule in one.rules):
            sketch.put(_bare(one))
    known = {one.name for one in sketch.contract.resources}
    imply_transfers(sketch)
    for one in sketch.contract.resources:
        if one.name not in known:
            item = one.fields[0].kind
            assert isinstance(item, Reference), "transfers begin with their two ends"
            access = sketch.contract.resource(item.resource).access
            sketch.put(msgspec.structs.replace(one, access=access))


def _bare(transfer: Resource) -> Resource:
    """Without a further reference to what its two ends are."""
    ends = [name for rule in transfer.rules if isinstance(rule, Different) for name in _ends(rule)]
    targets = {_target(transfer.field(name)) for name in ends}
    for field in transfer.fields:
        if _target(field) in targets and field.name not in (*ends, transfer.owner):
            transfer = without(transfer, field.name)
    return transfer


def _ends(rule: Different) -> tuple[str, str]:
    return rule.first, rule.second


def _target(field: Field) -> str:
    return field.kind.resource if isinstance(field.kind, Reference) else ""


def _what(match: re.Match[str]) -> str:
    """What is moved, where the words name something that can be counted; else empty."""
    last = match["what"].split()[-1:]
    return last[0] if last and last[0] in _MONEY | _POINTS | _STOCK else ""


def _is_read(sketch: Sketch, heard: Heard, match: re.Match[str]) -> bool:
    first, last = heard.span(*match.span())
    return any(sketch.is_taken(heard.place, at) for at in range(first, last))


def _holder(sketch: Sketch, match: re.Match[str]) -> Resource | None:
    said = match["between"] or match["one"] or match["other"] or ""
    first = said.split(" ")[0]
    return next((one for text in (said, first) if (one := find_resource(sketch, text))), None)


def _with_number(sketch: Sketch, holder: Resource, what: str) -> tuple[Resource, Field] | None:
    """The rows whose number moves, and the number: the holder's own, or of what it holds."""
    if what in _STOCK:
        names = _STOCKED
    elif what in _POINTS:
        names = (what, singular(what), "balance", "points")
    else:
        names = ("balance", "credit", "funds", "amount", "points")
    holding = [
        one
        for one in sketch.contract.resources
        for field in one.fields
        if isinstance(field.kind, Reference) and field.kind.resource == holder.name
    ]
    for resource in (holder, *(holding if what in _STOCK else ())):
        for name in names:
            for field in resource.fields:
                same = field.name == name or field.name.endswith(f"_{name}")
                if same and isinstance(field.kind, NUMBERS):
                    return resource, field
    if what in _STOCK:
        return None
    if what in _POINTS:
        return holder, Field(plural(singular(what)), Integer(0, _MOST), required=False)
    return holder, Field("balance", Decimal("0", "9999999999.99"), required=False)


def _moved(
    sketch: Sketch, heard: Heard, match: re.Match[str], item: Resource, number: Field
) -> None:
    known = next((one for one in sketch.contract.resources if one.name == "transfer"), None)
    if known is not None and known.rules:
        return
    held, amount = _held(number)
    sketch.put(having(sketch.contract.resource(item.name), held))
    sketch.put(_transfers(item, number, amount, known.fields if known else ()))
    sketch.note(
        f"{heard.quote(*match.span())}: transfers take from the {spaced(number.name)} of one "
        f"{spaced(item.name)} and add to that of another, both or neither, never below zero "
        "(409); they are neither updated nor deleted."
    )
    take(sketch, heard, *match.span())


def _held(number: Field) -> tuple[Field, Field]:
    """The number as rows hold it, never below zero, and the amount that a transfer moves of it."""
    kind = number.kind
    amount: Integer | Decimal = Integer(1, _MOST)
    zero: int | str = 0
    if isinstance(kind, Decimal):
        kind, zero = msgspec.structs.replace(kind, minimum="0"), "0"
        amount = Decimal("0.01", "1000000.00")
    elif isinstance(kind, Integer):
        kind = msgspec.structs.replace(kind, minimum=0)
    held = msgspec.structs.replace(
        number, kind=kind, required=False, default=zero, written="creation"
    )
    return held, Field("amount", amount)


def _transfers(item: Resource, number: Field, amount: Field, known: Sequence[Field]) -> Resource:
    """Moves of `amount` from one `item` to another, with what is `known` of them besides."""
    ends = [
        Field(identifier(f"{end}_{item.name}_id"), Reference(item.name, "restrict", nested=False))
        for end in ("from", "to")
    ]
    names = [one.name for one in ends]
    told = (*names, "from", "to", "amount", "quantity")
    kept = [one for one in known if one.name not in told and not isinstance(one.kind, Reference)]
    more = kept or [Field("note", Text(0, 500), required=False)]
    return Resource(
        "transfer",
        "transfers",
        (*ends, amount, *more),
        actions=("list", "create", "read"),
        sortable=("id", "created_at", "amount"),
        sorted_by="-created_at",
        filters=tuple(names),
        rules=(
            Different(*names),
            Adjusts(names[0], "amount", number.name, taking=("",)),
            Adjusts(names[1], "amount", number.name),
        ),
    )
