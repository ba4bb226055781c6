"""Transitions and marks: changes of one row that have a name of their own."""

from collections.abc import Iterator

from smartforge.contract.fields import Boolean, Choice, Field, Reference, Timestamp
from smartforge.contract.names import quoted
from smartforge.contract.rules import Transition
from smartforge.contract.soundness.places import Place, name_problems, twice


def transition_problems(place: Place) -> Iterator[str]:
    for transition in place.resource.transitions:
        here = f"transition {quoted(transition.name)} of {place.here}"
        yield from name_problems(here, transition.name)
        yield from _value_problems(here, place.field(transition.field), transition)
        if transition.stamp:
            yield from _stamp_problems(here, transition.stamp, place.field(transition.stamp))
        if transition.guarded:
            yield from _guard_problems(here, place, transition)
        if transition.not_owner:
            yield from _owner_problems(here, place, transition)


def _value_problems(here: str, field: Field | None, transition: Transition) -> Iterator[str]:
    kind = field.kind if field else None
    if field is None or not isinstance(kind, Choice | Boolean):
        yield f"{here}: it moves {quoted(transition.field)}, which is no choice or boolean field"
        return
    if field.on_creation:
        yield (
            f"{here}: it moves {quoted(field.name)}, so clients cannot write that on creation; "
            "give it a default"
        )
    values = (False, True) if isinstance(kind, Boolean) else kind.values
    for value in dict.fromkeys((transition.target, *transition.sources)):
        if value not in values or isinstance(value, bool) != isinstance(kind, Boolean):
            yield f"{here}: {quoted(str(value))} is no value of {quoted(field.name)}"
    for value in twice(map(str, transition.sources)):
        yield f"{here}: the source {quoted(value)} is named twice"


def _owner_problems(here: str, place: Place, transition: Transition) -> Iterator[str]:
    moved = place.field(transition.field)
    if not place.resource.owner:
        yield f"{here}: owners may not use it, but nobody owns such rows"
    if transition.access.who not in ("user", "role"):
        yield (
            f"{here}: owners may not use it, so it must be for a role or for everybody who is"
            " logged in"
        )
    if moved and moved.on_update:
        yield f"{here}: owners may not use it, so no update may write {quoted(moved.name)}"


def _guard_problems(here: str, place: Place, transition: Transition) -> Iterator[str]:
    moved = place.field(transition.field)
    if moved and moved.on_update:
        yield f"{here}: it is guarded, so no update may write {quoted(moved.name)}"
    for name in dict.fromkeys(transition.requires):
        field = place.field(name)
        if field is None or not (field.nullable or isinstance(field.kind, Boolean)):
            yield (
                f"{here}: it requires {quoted(name)}, which is no field that may be empty or false"
            )
    if not transition.having:
        return
    pointing = [
        field
        for child, field in place.contract.pointing_at(place.resource.name)
        if child.name == transition.having and isinstance(field.kind, Reference)
    ]
    if len(pointing) != 1:
        yield (
            f"{here}: {quoted(transition.having)}, of which it needs one, must have exactly one "
            f"reference to {quoted(place.resource.name)}"
        )


def _stamp_problems(here: str, name: str, field: Field | None) -> Iterator[str]:
    if field is None or not isinstance(field.kind, Timestamp):
        yield f"{here}: its stamp {quoted(name)} is no timestamp field"
    elif not field.nullable or field.written != "never":
        yield f"{here}: its stamp {quoted(name)} must be nullable and never written by clients"


def mark_problems(place: Place) -> Iterator[str]:
    for mark in place.resource.marks:
        here = f"mark {quoted(mark.name)} of {place.here}"
        yield from name_problems(here, mark.name)
        if place.contract.accounts is None:
            yield f"{here}: users mark rows, but there are no accounts"
        elif not mark.access.secured:
            yield f"{here}: it cannot be open to anyone, since a token says who marks"
