"""A draft becomes a contract: usual fields, safe names, limits, and notes about all of it."""

from collections.abc import Iterable, Sequence

import msgspec

from smartforge.contract import (
    CRUD,
    Boolean,
    Choice,
    Contract,
    Field,
    Json,
    Paging,
    Resource,
    Text,
    TextList,
    Url,
    reserved,
)
from smartforge.contract.names import identifier, plural, quoted, singular, spaced, squeezed
from smartforge.contract.reserved import word_set
from smartforge.contract.soundness import MAX_FIELDS, MAX_RESOURCES, SHARED_SCHEMAS
from smartforge.errors import ContractInvalid
from smartforge.planners.offline.draft import Draft, Relation, Thing
from smartforge.planners.offline.limits import default_for
from smartforge.planners.offline.phrases import Attribute
from smartforge.planners.offline.titles import title_of
from smartforge.planners.offline.usual import usual_attributes
from smartforge.planners.offline.vocabulary import attributes, nouns, words

MAX_SORTED_TEXT = 500
MAX_SHORT_LIST = 2

_GIVEN = {"id", "created_at", "createdat", "created", "date_created", "creation_date", "_id"}
_LATER_STAMPS = {"updated_at", "updatedat", "updated", "modified_at", "last_modified"}

# Fields that refer to another entry of the same kind.
_UPWARD = {"parent", "reply_to", "in_reply_to", "replies_to"}
_SUPERIORS = {"manager", "supervisor", "boss", "reports_to", "team_lead"}
_KIN = {"mother", "father", "spouse", "partner", "sire", "dam"}
_KINDRED = {"person", "relative", "ancestor", "individual", "horse", "dog", "animal", "cat"}
_STAFF = {"employee", "worker", "staff", "person", "staff_member", "colleague"}


def assemble(draft: Draft) -> Contract:
    """The contract of `draft`, its names sound; what was changed or left out is noted there.

    Raises ContractInvalid where there are more resources or fields than an API may have.
    """
    things = list(draft.chosen())
    _check_number(things)
    names = _resource_names(draft, things)
    draft.called = {thing: one for thing, (one, _) in names.items()}
    resources = tuple(_resource(draft, thing, names) for thing in things)
    return Contract(title=title_of(draft, things), resources=resources)


def _check_number(things: Sequence[Thing]) -> None:
    if len(things) > MAX_RESOURCES:
        first, last = quoted(things[0].said), quoted(things[-1].said)
        raise ContractInvalid(
            (
                f"{len(things)} resources were named, from {first} to {last}, "
                f"more than the {MAX_RESOURCES} that one API may have",
            )
        )


def _resource_names(draft: Draft, things: Sequence[Thing]) -> dict[str, tuple[str, str]]:
    """Singular and plural of each thing, none of them reserved and none twice."""
    taken = {squeezed(schema) for schema in (*SHARED_SCHEMAS, *draft.taken)}
    names: dict[str, tuple[str, str]] = {}
    for thing in things:
        one, more = _fitting(thing.name)
        if one in reserved.RESOURCES or more in reserved.PATHS:
            one, more = _fitting(f"{thing.name}_entry")
            draft.note(f"{quoted(thing.said)} is a name that is taken, so it is called {one}.")
        number = 2
        base = one
        while _clashes(one, more, taken):
            one, more = _fitting(f"{base}_entry{number}")
            number += 1
        taken |= {squeezed(name) for name in (one, more)}
        taken |= {squeezed(one) + tail for tail in ("create", "update", "page")}
        names[thing.name] = one, more
    return names


def _fitting(name: str) -> tuple[str, str]:
    one = identifier(name, 58)
    return one, identifier(plural(one), 60)


def _clashes(one: str, more: str, taken: set[str]) -> bool:
    wanted = {squeezed(one), squeezed(more)}
    wanted |= {squeezed(one) + tail for tail in ("create", "update", "page")}
    return bool(wanted & taken)


# ---- one resource -----------------------------------------------------------------------------


def _resource(draft: Draft, thing: Thing, names: dict[str, tuple[str, str]]) -> Resource:
    one, more = names[thing.name]
    attributes = _attributes(draft, thing, names)
    fields = tuple(_field(draft, thing, attribute) for attribute in attributes)
    if len(fields) > MAX_FIELDS:
        raise ContractInvalid(
            (
                f"{len(fields)} fields were named for {quoted(thing.said)}, "
                f"more than the {MAX_FIELDS} that a resource may have",
            )
        )
    actions = thing.actions or draft.actions or CRUD
    return Resource(
        name=one,
        plural=more,
        fields=fields,
        actions=actions,
        sortable=("id", "created_at", *(field.name for field in fields if _sorts(field))),
        paging=draft.paging or Paging(),
        stamped=thing.stamped,
    )


def _attributes(draft: Draft, thing: Thing, names: dict[str, tuple[str, str]]) -> list[Attribute]:
    """What was named, with the usual fields where no list was given, in their order."""
    others = names.keys() - {thing.name}
    usual = [one for one in usual_attributes(thing.name) if one.name not in others]
    named = dict(thing.attributes)
    if thing.listed:
        label = usual[0] if usual else None
        if label and _misses(thing, label, named):
            named = {label.name: label, **named}
            draft.note(f'"{label.name}" was added to {spaced(names[thing.name][1])}.')
    else:
        base = {one.name: one for one in usual or usual_attributes("")}
        for other, synonym in _SAME_STATE.items():
            if other in base and synonym in named:
                del base[other]
        named = {**base, **named}
    kept = [one for one in named.values() if one.name not in thing.dropped]
    kept = [one for one in kept if _may_keep(draft, thing, one, names)]
    kept = list({squeezed(_field_name(draft, one)): one for one in kept}.values())
    return kept or usual_attributes("")[:1]


_SAME_STATE = {"completed": "done", "read": "seen", "active": "enabled"}


# What is told apart by what was sold.
_SOLD = word_set(
    """
    order_item order_line cart_item basket_item invoice_item invoice_line purchase_item sale_item
    delivery_item line_item
    """
)


def _misses(thing: Thing, label: Attribute, named: dict[str, Attribute]) -> bool:
    """Whether a short list of fields left out what two entries are told apart by."""
    if label.name not in ("name", "title") or label.name in thing.dropped:
        return False
    if thing.name in _SOLD:
        return False
    return len(named) <= MAX_SHORT_LIST and not _has_label(named)


def _has_label(named: Iterable[str]) -> bool:
    labels = (
        *("name", "title", "subject", "label", "headline", "summary", "text", "question"),
        *("heading", "nickname", "username", "caption"),
    )
    return any(one.rpartition("_")[2] in labels or one.startswith("first_") for one in named)


def _may_keep(
    draft: Draft, thing: Thing, one: Attribute, names: dict[str, tuple[str, str]]
) -> bool:
    """Whether an attribute is a field; if not, the user is told why, or it is a relation."""
    if one.name in _GIVEN:
        return False
    if one.name in _LATER_STAMPS:
        thing.stamped = True
        return False
    known_by = one.unique and one.name == "card_number"  # of a library, and no bank
    if one.name in words().secrets and not known_by:
        draft.note(f"{quoted(one.said)} was left out: an answer would show it to everybody.")
        return False
    parent = None if isinstance(one.kind, Choice) else _parent(thing, one.name, names)
    if parent is not None:
        draft.relations.append(_relation(thing, one, parent))
    return parent is None


def _parent(thing: Thing, name: str, names: dict[str, tuple[str, str]]) -> str | None:
    """The thing that a field called `author`, `author_id`, `home_team` or `parent` refers to."""
    base = name.removesuffix("_id").removesuffix("_ids")
    for other in names:
        if other == thing.name:
            continue
        if other in (base, singular(base)) or (
            base.endswith(f"_{other}") and name not in attributes().kinds
        ):
            return other
        if other.endswith(f"_{base}") and base in nouns().fields:
            return other  # the car of a company car
    if base in _UPWARD or base in (f"parent_{thing.name}", f"{thing.name}_parent"):
        return thing.name
    if base in _KIN and thing.name.rpartition("_")[2] in _KINDRED:
        return thing.name
    if base in _SUPERIORS and thing.name.rpartition("_")[2] in _STAFF:
        return thing.name
    return None


def _relation(thing: Thing, one: Attribute, parent: str) -> Relation:
    """What a field that names another thing says: many of them, where it is a plural."""
    base = one.name.removesuffix("_id").removesuffix("_ids")
    if base != parent and singular(base) == parent:
        return Relation(parent, thing.name, one.said, form="has")
    field = "" if base == parent else base
    return Relation(thing.name, parent, one.said, field, one.required)


def _field(draft: Draft, thing: Thing, one: Attribute) -> Field:
    name = _field_name(draft, one)
    if one.complaint:
        draft.note(f"{quoted(one.said)}: the limits {one.complaint} were not used.")
    kind = one.kind
    default = None if one.default is None else default_for(kind, one.default)
    if one.default is not None and default is None:
        draft.note(f"The default {quoted(one.default)} does not fit {quoted(one.said)}.")
    required = one.required
    if required is None:
        required = default is None and not isinstance(kind, Boolean | TextList)
        required = required and one.name not in thing.later
    if not required and default is None and isinstance(kind, Boolean):
        default = False
    if not required and default is None and isinstance(kind, TextList):
        default = []
    if not required and isinstance(kind, Text) and kind.min_length == 1:
        kind = msgspec.structs.replace(kind, min_length=0)
    return Field(
        name=name,
        kind=kind,
        required=required,
        default=None if required else default,
        description=f"In {one.unit}." if one.unit else "",
        unique=one.unique and not isinstance(kind, Boolean | TextList),
    )


def _field_name(draft: Draft, one: Attribute) -> str:
    name = identifier(one.name)
    if len(one.name) > len(name):
        draft.note(f"{quoted(one.said)} is too long for a name and became {quoted(name, 60)}.")
    if name in reserved.FIELDS or name in reserved.GIVEN_BY_SERVER:
        draft.note(f"{quoted(one.said)} is a name that is taken, so the field is {name}_value.")
        return f"{name}_value"
    return name


def _sorts(field: Field) -> bool:
    match field.kind:
        case TextList() | Url() | Json():
            return False
        case Text():
            return field.kind.max_length <= MAX_SORTED_TEXT
        case _:
            return True
