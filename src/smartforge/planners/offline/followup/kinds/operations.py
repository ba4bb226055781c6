"""Which of the five standard operations a resource has."""

from collections.abc import Callable

import msgspec

from smartforge.contract import CRUD, Action, Resource
from smartforge.contract.names import spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.followup.names import listed, resources_said
from smartforge.planners.offline.followup.phrases import Slots, Words
from smartforge.planners.offline.followup.rewriting import with_resource
from smartforge.planners.offline.followup.state import Done, Impossible, Scene
from smartforge.planners.offline.statements.vocabulary import actions_of

_ACTIONS: dict[str, tuple[Action, ...]] = {
    "creation": ("create",),
    "deletion": ("delete",),
    "deletions": ("delete",),
    "updates": ("update",),
    "patch": ("update",),
    "put": ("update",),
    "post": ("create",),
    "modification": ("update",),
    "changed": ("update",),
    "change": ("update",),
    "changing": ("update",),
    "listed": ("list",),
    "list": ("list",),
    "read": ("list", "read"),
    "removed": ("delete",),
}


def without_action(scene: Scene, slots: Slots) -> Done | None:
    """`books can't be deleted anymore`, `make reviews read only`."""
    if "readonly" in slots:
        immutable = slots["readonly"].low == "immutable"
        gone = ("update", "delete") if immutable else ("create", "update", "delete")
    else:
        gone = _actions(slots["verbs"])
    if not gone:
        return None
    return _changed(scene, slots, lambda one: tuple(a for a in one.actions if a not in gone))


def only_actions(scene: Scene, slots: Slots) -> Done | None:
    """`only allow list and read for books`."""
    kept = _actions(slots["verbs"])
    if not kept:
        return None
    return _changed(scene, slots, lambda _: tuple(one for one in CRUD if one in kept))


def with_action(scene: Scene, slots: Slots) -> Done | None:
    """`books can be deleted again`."""
    more = _actions(slots["verbs"])
    if not more:
        return None
    return _changed(
        scene, slots, lambda one: tuple(a for a in CRUD if a in more or a in one.actions)
    )


def _actions(verbs: Words) -> tuple[Action, ...]:
    """The operations that all the words name; none where one of them names another thing."""
    found: set[Action] = set()
    for part in listed(verbs.low.replace("/", " , ")):
        word = part.removeprefix("being ").removeprefix("be ").strip()
        named = _ACTIONS.get(word) or actions_of(word)
        if not named:
            return ()
        found |= set(named)
    return tuple(one for one in CRUD if one in found)


def _changed(
    scene: Scene, slots: Slots, of: Callable[[Resource], tuple[Action, ...]]
) -> Done | None:
    things = resources_said(scene, slots["thing"].low)
    contract = scene.contract
    told: list[str] = []
    settled: list[tuple[str, str]] = []
    for one in things:
        actions = of(one)
        if not actions:
            raise Impossible(
                f"nothing could be done with {spaced(one.plural)} any more.",
                f'To have them gone, say "remove the {spaced(one.plural)}".',
            )
        contract = with_resource(contract, _with_actions(one, actions))
        told.append(_told(one, actions))
        for action in CRUD:
            if (action in actions) != (action in one.actions):
                settled.append((f"{one.name} {action}", str(action in actions)))
    subject = things[0].name if len(things) == 1 else ""
    return Done(contract, tuple(told), subject, settled=tuple(settled))


def _with_actions(one: Resource, actions: tuple[Action, ...]) -> Resource:
    return msgspec.structs.replace(one, actions=actions)


def _told(one: Resource, actions: tuple[Action, ...]) -> str:
    if actions == one.actions:
        return f"{spaced(one.plural).capitalize()} are so already."
    gone = [each for each in one.actions if each not in actions]
    new = [each for each in actions if each not in one.actions]
    parts = [f"can now be used with {listing(new)}"] if new else []
    parts += [f"no longer have {listing(gone)}; clients that use it break"] if gone else []
    return f"{spaced(one.plural).capitalize()} {', and '.join(parts)}."
