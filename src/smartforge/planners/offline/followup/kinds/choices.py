"""The values of choices: one more, one less, or others."""

import itertools

import msgspec

from smartforge.contract import Boolean, Choice, Field, Resource, Text
from smartforge.contract.kinds import default_problem
from smartforge.contract.names import quoted, spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.followup.names import (
    PRONOUNS,
    bare,
    fields_said,
    names_of,
    parted,
    resource_in,
)
from smartforge.planners.offline.followup.phrases import Slots, Words, worded
from smartforge.planners.offline.followup.rewriting import with_field, with_resource
from smartforge.planners.offline.followup.state import Done, Impossible, Scene, Unknown
from smartforge.planners.offline.tokens import Token

MAX_WORDS = 3
_NO_VALUES = word_set("""
    required optional unique empty null blank mandatory readonly integer number text string boolean
    date sorted filtered searched deleted created updated edited changed read listed long short up
    at between from longer shorter public private negative positive zero more less than most least
    """)


def add_choice(scene: Scene, slots: Slots) -> Done | None:
    """`status can also be archived`, `add archived to status`."""
    values = _values(slots["values"])
    found = _stated(scene, slots) if values else None
    of = f" of {slots['thing'].low}" if "thing" in slots else ""
    found = found or _chosen(scene, slots["what"].low + of)
    if found is None or not values:
        return None
    home, field, kind = found
    fresh = [one for one in values if one.lower() not in {each.lower() for each in kind.values}]
    if not fresh:
        raise Impossible(
            f"{spaced(field.name)} of {spaced(home.plural)} can be {listing(values)} already.",
            "Name another value.",
        )
    return _done(scene, home, field, (*kind.values, *fresh), f"can also be {listing(fresh)}")


def drop_choice(scene: Scene, slots: Slots) -> Done | None:
    """`remove archived from the status`, `status can't be draft anymore`."""
    if "state" in slots:  # `drop the sick status`, which may well be a field of that name
        found = _named_state(scene, slots["state"].low)
    else:
        found = _chosen(scene, slots["what"].low)
    if found is None:
        return None
    home, field, kind = found
    said = {one.lower() for one in _values(slots["values"])}
    gone = [one for one in kind.values if one.lower() in said]
    if len(gone) < len(said) or not gone:
        return None
    kept = tuple(one for one in kind.values if one not in gone)
    if len(kept) < 2:
        raise Impossible(
            f"{spaced(field.name)} of {spaced(home.plural)} would have no choice left.",
            f'To have it gone, say "remove the {spaced(field.name)}".',
        )
    for one in home.transitions:
        if one.field == field.name and (one.target in gone or set(one.sources) & set(gone)):
            raise Impossible(
                f"{quoted(one.name)} of {spaced(home.plural)} leads to or from {listing(gone)}.",
                f'Say "remove the {spaced(one.name)} action" first.',
            )
    told = f"can no longer be {listing(gone)}; rows that are so have to change first"
    return _done(scene, home, field, kept, told)


def _named_state(scene: Scene, text: str) -> tuple[Resource, Field, Choice] | None:
    try:
        return _chosen(scene, text)
    except Unknown:
        return None


def choices(scene: Scene, slots: Slots) -> Done | None:
    """`status should be one of open, closed and on hold`."""
    values = _values(slots["values"])
    if len(values) < 2:
        return None
    found = fields_said(scene, slots["what"].low)
    home, field = found[0]
    if len(found) > 1 or not isinstance(field.kind, Choice | Text | Boolean):
        return None
    return _done(scene, home, field, tuple(values), f"is one of {listing(values)}")


def _values(said: Words) -> list[str]:
    """The values that are listed; none where the words say something else."""
    values: list[str] = []
    if said.lows[:1] == [":"]:
        said = worded(said.tokens[1:])
    for part in parted(said):
        tokens = list(itertools.dropwhile(_is_little, part.tokens))
        lows = {one.low for one in tokens if not one.literal}
        number = any(one.number for one in tokens) and len(tokens) < 2
        if not tokens or len(tokens) > MAX_WORDS or lows & (_NO_VALUES | _TOWARDS) or number:
            return []
        text = " ".join(one.text for one in tokens)
        values.append(text if any(one.literal for one in tokens) else text.lower())
    return list(dict.fromkeys(values))


def _is_little(token: Token) -> bool:
    return not token.literal and token.low in _LITTLE


_TOWARDS = word_set("to for from with by")
_LITTLE = word_set("a an the either both also value option choice state one of")


def _stated(scene: Scene, slots: Slots) -> tuple[Resource, Field, Choice] | None:
    """The status of what is said to be `also` something; None where no resource is named."""
    home = resource_in(scene.contract, slots["what"].low) if "also" in slots else None
    found = [
        (home, field, field.kind)
        for field in (home.fields if home else ())
        if isinstance(field.kind, Choice) and home
    ]
    named = [one for one in found if one[1].name.rpartition("_")[2] in _STATES]
    return (named or found)[0] if len(named) == 1 or len(found) == 1 else None


_STATES = ("status", "state", "stage", "phase")


def _chosen(scene: Scene, text: str) -> tuple[Resource, Field, Choice] | None:
    """The one choice that `text` names; None where it names another field. Raises Unknown."""
    if set(bare(text)) <= PRONOUNS and not scene.fields:
        return None  # `add a note to them` is about rows of the follow-up before
    found = fields_said(scene, text)
    if len(found) != 1:
        return None
    home, field = found[0]
    return (home, field, field.kind) if isinstance(field.kind, Choice) else None


def _done(scene: Scene, home: Resource, field: Field, values: tuple[str, ...], told: str) -> Done:
    kind = Choice(values)
    default = field.default if not default_problem(kind, field.default) else None
    if field.default is None:
        default = None
    elif default is None:
        default = values[0]
    made = msgspec.structs.replace(field, kind=kind, default=default)
    contract = with_field(scene.contract, home.name, made)
    if isinstance(field.kind, Text):
        resource = contract.resource(home.name)
        searched = tuple(one for one in resource.searched if one != field.name)
        contract = with_resource(contract, msgspec.structs.replace(resource, searched=searched))
    sentence = f"{spaced(field.name).capitalize()} of {spaced(home.plural)} {told}."
    pairs = names_of([(home, made)])
    return Done(contract, (sentence,), home.name, pairs, ((f"{home.name}.{field.name}", "there"),))
