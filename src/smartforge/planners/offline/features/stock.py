"""Numbers that only movements change: stock in and out, deposits and withdrawals."""

import re

import msgspec

from smartforge.contract import (
    Adjusts,
    Choice,
    Decimal,
    Field,
    Integer,
    Reference,
    Resource,
    Text,
    TextList,
)
from smartforge.contract.names import plural, singular, spaced
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.features.changes import belonging, having, ruled
from smartforge.planners.offline.features.finding import (
    NUMBERS,
    find_resource,
    mentions,
    reference_to,
)
from smartforge.planners.offline.features.heard import Heard, clause, found, hear_all, take
from smartforge.planners.offline.features.movewords import LIMIT, Pair, pairs
from smartforge.planners.offline.parents import usual
from smartforge.planners.offline.sketch import Claims, Sketch
from smartforge.planners.offline.vocabulary import attributes

_STOCK = re.compile(
    r"\bstock(?: - |-| )?(?:in|out|ins|outs|movements?|changes?|adjustments?)\b"
    r"|\b(?:record|add|remove|take|receive|issue|increase|decrease|adjust|withdraw)\b(?:"
    r" [a-z]+){0,2}?"
    r" (?:stock|inventory|units|items from stock)\b"
    r"|\b(?:movements?|goods|deliveries) in and out\b|\binbound and outbound\b"
    r"|\b(?:restock|take out|taken out|take more)\b"
)
_BALANCE = re.compile(
    r"\b(?:deposits?|withdrawals?|withdraw(?:s|n)?|deposited|top(?: - |-| )ups?|overdraw\w*"
    r"|overdrafts?)\b"
)
_REDUCES = re.compile(
    r"\b(?P<what>[a-z_]+(?: [a-z_]+)?) (?:reduces?|decreases?|lowers?|decrements?|takes?"
    r"|subtracts?|deducts?)"
    r"(?: (?:from|the|its|their|product|item|items|in|available|current))*"
    r" (?P<field>stock|quantity|inventory|seats|balance|tickets)\b"
)
_STOCKED = (
    "quantity",
    "stock",
    "stock_quantity",
    "quantity_on_hand",
    "in_stock",
    "qty",
    "stock_level",
    "count",
    "units",
)
_MOVES = (
    "movement",
    "stock_movement",
    "adjustment",
    "stock_adjustment",
    "stock_change",
    "stock_entry",
    "inventory_movement",
    "stock_transaction",
    "inventory_transaction",
)
_PAYS = (
    "transaction",
    "entry",
    "movement",
    "operation",
    "transfer",
    "payment",
    "account_transaction",
    "wallet_transaction",
)
_HELD = ("balance", "credit", "credits", "points", "seats", "places", "spots", "tickets")
_AMOUNTS = ("quantity", "amount", "seats", "count", "points", "tickets", "places", "party_size")
MAX_AMOUNT = 1_000_000


def claim_stock(claims: Claims) -> None:
    """Keep from the base reading what is said of movements, where that is all of a sentence."""
    lines = hear_all(claims.sentences)
    limited = any(LIMIT.search(heard.line) for heard in lines)
    for heard in lines:
        for pair in pairs(heard.line, limited):
            claims.hide(heard.place, *heard.span(pair.begin, pair.end))
            before = heard.tokens[heard.span(pair.begin, pair.end)[0]]
            if nounphrases.is_plural([before]) and singular(before.low) in usual().aside:
                claims.name(heard.place, heard.span(pair.begin, pair.end)[0], singular(before.low))
        for match in LIMIT.finditer(heard.line):
            if any(list(pairs(one.line, limited)) for one in lines):
                claims.hide(heard.place, *heard.span(*clause(heard, *match.span())))
        if ":" in heard.line or " with " in heard.line:
            continue
        if _STOCK.search(heard.line) or LIMIT.search(heard.line):
            claims.hide(heard.place)


def imply_movements(sketch: Sketch) -> None:
    """Movements of stock and of money, for what has a number that they change."""
    for heard, match in found(sketch, _STOCK):
        item = _with_number(sketch, heard, _STOCKED, Integer)
        if item is not None:
            _stocked(sketch, heard, match, *item)
    for heard, match in found(sketch, _BALANCE):
        item = _with_number(sketch, heard, ("balance", "credit", "funds"), Decimal)
        if item is not None:
            _paid(sketch, heard, match, *item)
    lines = hear_all(sketch.sentences)
    limited = any(LIMIT.search(heard.line) for heard in lines)
    for heard in lines:
        for pair in pairs(heard.line, limited):
            _paired(sketch, heard, pair)


def imply_limits(sketch: Sketch) -> None:
    """`never below zero` says what movements and transfers promise already."""
    for heard, match in found(sketch, LIMIT):
        begin, end = clause(heard, *match.span())
        for resource in sketch.contract.resources:
            if any(isinstance(rule, Adjusts) for rule in resource.rules):
                sketch.note(f"{heard.quote(begin, end)}: such a change is refused (409).")
                take(sketch, heard, begin, end)
                break


def _paired(sketch: Sketch, heard: Heard, pair: Pair) -> None:
    """The movements of what goes in and out, with a number of their own where there is none."""
    kind: type[Integer] | type[Decimal] = Decimal if pair.kind == "money" else Integer
    names = {
        "money": ("balance", "credit", "funds", "amount"),
        "points": (plural(singular(pair.what)), "points", "credits", "balance"),
        "stock": (*_STOCKED, *attributes().units),
    }[pair.kind]
    item = _with_number(sketch, heard, names, kind)
    stocked = pair.kind == "stock"
    if item is None and pair.kind == "money":
        item = _with_number(sketch, heard, (*_STOCKED, *attributes().units), Integer)
        stocked = item is not None
    if item is None and stocked:
        item = _listed(sketch, heard, pair)
    if item is None and not stocked:
        pass
    elif item is None:
        item = _with_number(sketch, heard, ("balance", "credit", "funds"), Decimal)
        stocked = item is None
    if item is None and not any(
        isinstance(rule, Adjusts) for one in sketch.contract.resources for rule in one.rules
    ):
        named = next(iter([one for _, one in mentions(sketch, heard)]), None)
        holder = named or next(iter(sketch.contract.resources), None)
        if holder is None:
            return
        usual = {"money": "balance", "points": names[0], "stock": "quantity"}[pair.kind]
        new = Decimal("0", "9999999999.99") if kind is Decimal else Integer(0, MAX_AMOUNT)
        item = holder, Field(usual, new, required=False)
    if item is None:
        return
    span = heard.span(pair.begin, pair.end)
    match = re.compile(r".+").match(heard.line, pair.begin, pair.end)
    if match is not None:
        made = _stocked if stocked else _paid
        made(sketch, heard, match, *item)
        sketch.take(heard.place, *span)


def _listed(sketch: Sketch, heard: Heard, pair: Pair) -> tuple[Resource, Field] | None:
    """`book jars in and out`, where jars are among the fields: so many, and no list of them."""
    said = heard.line[pair.begin : pair.end].split()
    for resource in sketch.contract.resources:
        for field in resource.fields:
            if isinstance(field.kind, TextList) and field.name in said:
                return resource, Field(field.name, Integer(0, MAX_AMOUNT), required=False)
    return None


def _with_number(
    sketch: Sketch, heard: Heard, names: tuple[str, ...], kind: type[Integer] | type[Decimal]
) -> tuple[Resource, Field] | None:
    """The resource that has a number of one of `names`, those that are named first."""
    for resource in (*(one for _, one in mentions(sketch, heard)), *sketch.contract.resources):
        if resource.name in (*_MOVES, *_PAYS):
            continue  # what changes a number has none that is changed
        for name in names:
            for field in resource.fields:
                same = field.name == name or (
                    name == "in_stock" and field.name.endswith("_in_stock")
                )
                if same and isinstance(field.kind, NUMBERS):
                    if _is_moved(sketch, resource, name):
                        return None
                    return resource, field
    return None


def _is_moved(sketch: Sketch, parent: Resource, name: str) -> bool:
    """Whether the number `name` of `parent` is changed by movements already, or is one of"
    " them."""
    for one in sketch.contract.resources:
        for rule in one.rules:
            if isinstance(rule, Adjusts):
                by = one.field(rule.reference).kind
                target = by.resource if isinstance(by, Reference) else ""
                if one.name == parent.name or (target == parent.name and rule.field == name):
                    return True
    return False


def _stocked(
    sketch: Sketch, heard: Heard, match: re.Match[str], item: Resource, number: Field
) -> None:
    whole = isinstance(number.kind, Integer)
    amount: Integer | Decimal = Integer(1, MAX_AMOUNT) if whole else Decimal("0.01", "1000000.00")
    direction = Field("direction", Choice(("in", "out")))
    known = next((one for one in sketch.contract.resources if one.name in _MOVES), None)
    note = Field("note", Text(0, 500), required=False)
    name = known.name if known else "stock_movement"
    _moved(sketch, item, number, name, direction, Field("quantity", amount), note, ("out",))
    _told(sketch, heard, match, item, number, name)


def _paid(
    sketch: Sketch, heard: Heard, match: re.Match[str], item: Resource, number: Field
) -> None:
    whole = isinstance(number.kind, Integer)
    amount = Integer(1, MAX_AMOUNT) if whole else Decimal("0.01", "9999999999.99")
    direction = Field("type", Choice(("deposit", "withdrawal")))
    known = next((one for one in sketch.contract.resources if one.name in _PAYS), None)
    note = Field("description", Text(0, 500), required=False)
    name = known.name if known else "transaction"
    _moved(sketch, item, number, name, direction, Field("amount", amount), note, ("withdrawal",))
    _told(sketch, heard, match, item, number, name)


def _moved(
    sketch: Sketch,
    item: Resource,
    number: Field,
    name: str,
    direction: Field,
    amount: Field,
    note: Field,
    taking: tuple[str, ...],
) -> None:
    """Let the rows of the resource `name` alone change `number`, never below zero."""
    parent = belonging(item, "restrict")
    known = next((one for one in sketch.contract.resources if one.name == name), None)
    rule = Adjusts(parent.name, amount.name, number.name, direction.name, taking)
    if known is not None and rule in known.rules:
        return
    kept = tuple(
        one
        for one in (known.fields if known else ())
        if one.name
        not in (
            parent.name,
            amount.name,
            direction.name,
            "quantity",
            "type",
            "amount",
            "direction",
            "kind",
            item.name,
            "account",
            "reason",
            number.name,
        )
    )
    fields = (parent, direction, amount, *(kept or (note,)))
    movements = Resource(
        name,
        known.plural if known else plural(name),
        fields,
        actions=("list", "create", "read"),
        sortable=("id", "created_at", amount.name, direction.name),
        sorted_by="-created_at",
        rules=(rule,),
    )
    sketch.put(_held(item, number))
    sketch.put(movements)


def _held(item: Resource, number: Field) -> Resource:
    """With a number that is at least zero and that clients set once, on creation."""
    zero: int | str = 0
    kind = number.kind
    if isinstance(kind, Decimal):
        kind, zero = msgspec.structs.replace(kind, minimum="0"), "0"
    elif isinstance(kind, Integer):
        kind = msgspec.structs.replace(kind, minimum=0)
    field = msgspec.structs.replace(
        number, kind=kind, required=False, default=zero, written="creation"
    )
    return having(item, field)


def _told(
    sketch: Sketch, heard: Heard, match: re.Match[str], item: Resource, number: Field, name: str
) -> None:
    begin, end = clause(heard, *match.span())
    sketch.note(
        f"{heard.quote(begin, end)}: {spaced(plural(name))} change the {spaced(number.name)} of "
        f"a {spaced(item.name)}, never below zero (409)."
    )
    take(sketch, heard, begin, end)


def read_reducing(sketch: Sketch) -> None:
    """`an order reduces the stock`: rows that take an amount from what they belong to."""
    for heard, match in found(sketch, _REDUCES):
        resource = find_resource(sketch, match["what"])
        if resource is None or any(isinstance(one, Adjusts) for one in resource.rules):
            continue
        _reduced(sketch, heard, match.span(), resource, (*_STOCKED, match["field"]))
    _read_limited(sketch)


def _read_limited(sketch: Sketch) -> None:
    """`never sell more than there is`: what has an amount takes it from what has a stock."""
    if any(isinstance(rule, Adjusts) for one in sketch.contract.resources for rule in one.rules):
        return
    for heard, match in found(sketch, LIMIT):
        span = clause(heard, *match.span())
        for resource in sketch.contract.resources:
            if _reduced(sketch, heard, span, resource, (*_STOCKED, *_HELD)):
                break


def _reduced(
    sketch: Sketch, heard: Heard, span: tuple[int, int], resource: Resource, names: tuple[str, ...]
) -> bool:
    """Whether rows of `resource` now take an amount from a number of what they belong to."""
    amount = next((one for one in resource.fields if _is_amount(one)), None)
    for parent in sketch.contract.resources:
        by = reference_to(resource, parent.name)
        number = next(
            (one for one in parent.fields if one.name in names and isinstance(one.kind, NUMBERS)),
            None,
        )
        if by is None or number is None or amount is None or not by.required:
            continue
        kind = (
            Integer(1, MAX_AMOUNT)
            if isinstance(number.kind, Integer)
            else Decimal("0.01", "1000000.00")
        )
        given = msgspec.structs.replace(amount, kind=kind, required=True, default=None)
        rule = Adjusts(by.name, amount.name, number.name, "", ("",))
        actions = tuple(one for one in resource.actions if one not in ("update", "delete"))
        sketch.put(_held(parent, number))
        sketch.put(
            msgspec.structs.replace(
                ruled(having(resource, given), rule), actions=actions, transitions=()
            )
        )
        sketch.note(
            f"{heard.quote(*span)}: creating one takes its {amount.name} from the "
            f"{spaced(number.name)} of the {spaced(parent.name)}, never below zero (409); "
            f"{spaced(resource.plural)} are neither updated nor deleted."
        )
        take(sketch, heard, *span)
        return True
    return False


def _is_amount(field: Field) -> bool:
    """Whether a field of rows tells how much of something they take."""
    named = field.name in _AMOUNTS or field.name.startswith("number_of_")
    return named and isinstance(field.kind, NUMBERS)
