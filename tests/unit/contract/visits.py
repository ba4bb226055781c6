"""A sound contract with accounts, rules and moves, and ways to change one thing in it."""

from typing import Any

from msgspec.structs import replace

from smartforge.contract import (
    Access,
    Accounts,
    Adjusts,
    Choice,
    Code,
    Computed,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Json,
    Permissions,
    Reference,
    References,
    Report,
    Resource,
    Slug,
    Text,
    TextList,
    Timestamp,
    Transition,
    Url,
    validate,
)
from smartforge.contract.fields import OnDelete
from smartforge.errors import ContractInvalid

USER = Access("user")
OWNER = Access("owner")
SECURED = Permissions(USER, USER, USER, USER, USER)
STATUS = Field("status", Choice(("new", "done")), False, "new", written="never")

FIRM = Resource("firm", "firms", (Field("name", Text()),), actions=())
PERSON = Resource(
    "person",
    "persons",
    (
        Field("email", Email(), unique=True),
        Field("nick", Text(), False, unique=True),
        Field("firm_id", Reference("firm"), written="never"),
    ),
    actions=("list", "read"),
    access=SECURED,
    owner="id",
    tenant="firm_id",
)
ROOM = Resource(
    "room", "rooms", (Field("name", Text()), Field("stock", Integer(0), False, 0), STATUS)
)
VISIT = Resource(
    "visit",
    "visits",
    (
        Field("title", Text()),
        Field("room_id", Reference("room", "cascade")),
        Field("next_id", Reference("room", "clear", nested=False), False),
        Field("tag_ids", References("room"), False, []),
        Field("begins", Timestamp()),
        Field("ends", Timestamp()),
        Field("day", Date()),
        Field("guests", Integer(1, 9)),
        Field("price", Decimal("0.01", "9", 2)),
        Field("payload", Json(), False),
        Field("labels", TextList(), False, []),
        Field("page", Url()),
        Field("code", Code(), written="never"),
        Field("slug", Slug("title"), written="never"),
        Field("seen", Integer(0), False, 0, written="never"),
        Field("paid_at", Timestamp(), False, written="never"),
        STATUS,
        Field("owner_id", Reference("person", nested=False), written="never"),
        Field("firm_id", Reference("firm", nested=False), written="never"),
    ),
    access=SECURED,
    owner="owner_id",
    tenant="firm_id",
    stamped=True,
)
BASE = Contract(
    "Visits",
    (FIRM, PERSON, ROOM, VISIT),
    accounts=Accounts("person", ("email",), ("guest", "host"), tenant="firm_id"),
)


def problems(contract: Contract) -> tuple[str, ...]:
    try:
        validate(contract)
    except ContractInvalid as error:
        return error.problems
    return ()


def changed(name: str, **changes: Any) -> Contract:
    """BASE with one resource changed."""
    made = (replace(one, **changes) if one.name == name else one for one in BASE.resources)
    return replace(BASE, resources=tuple(made))


def visit(**changes: Any) -> Contract:
    return changed("visit", **changes)


def with_field(field: Field, resource: Resource = VISIT) -> Contract:
    """BASE with a field more, or in place of the one of that name."""
    others = tuple(one for one in resource.fields if one.name != field.name)
    return changed(resource.name, fields=(*others, field))


def accounts(**changes: Any) -> Contract:
    assert BASE.accounts
    return replace(BASE, accounts=replace(BASE.accounts, **changes))


def computed(formula: Any, name: str = "worked") -> Contract:
    return changed("room", computed=(Computed(name, formula),))


def access(**changes: Access) -> Contract:
    return visit(access=replace(SECURED, **changes))


def move(**changes: Any) -> Contract:
    move = replace(Transition("finish", "status", "done", access=USER), **changes)
    return visit(transitions=(move,))


def report(**changes: Any) -> Contract:
    return visit(reports=(replace(Report("totals", access=USER), **changes),))


def adjusts(**changes: Any) -> Contract:
    rule = replace(Adjusts("room_id", "guests", "stock"), **changes)
    return visit(rules=(rule,), actions=("list", "create", "read"))


def circle(*names: str, required: bool = True) -> Contract:
    after: OnDelete = "restrict" if required else "clear"
    pairs = zip(names, (*names[1:], names[0]), strict=True)
    made = (
        Resource(one, f"{one}s", (Field("to_id", Reference(to, after), required),))
        for one, to in pairs
    )
    return Contract("Circle", tuple(made))
