"""A resource as a whole: its names, its actions, its pages."""

from collections.abc import Iterator

from smartforge.contract import reserved
from smartforge.contract.hiding import hidden
from smartforge.contract.names import quoted
from smartforge.contract.resources import ACTIONS
from smartforge.contract.soundness.places import Place, name_problems, twice
from smartforge.contract.soundness.prose import prose_problems

MAX_RESOURCES = 60
MAX_PAGE = 1_000


def resource_problems(place: Place) -> Iterator[str]:
    resource, here = place.resource, place.here
    yield from name_problems(here, resource.name)
    if resource.name in reserved.RESOURCES:
        yield f"{here}: this name is taken by the project itself"
    yield from name_problems(f"plural {quoted(resource.plural)} of {here}", resource.plural)
    if resource.plural in reserved.PATHS and not resource.root:
        yield f"{here}: the path {quoted(resource.path)} is taken by the project itself"
    yield from prose_problems(f"the description of {here}", resource.description)
    yield from _action_problems(place)
    paging = resource.paging
    if not 1 <= paging.default_limit <= paging.max_limit <= MAX_PAGE:
        yield (
            f"{here}: pages of {paging.default_limit}, at most {paging.max_limit}, do not fit "
            f"1 <= default <= maximum <= {MAX_PAGE}"
        )
    if paging.style not in ("offset", "cursor"):
        yield f"{here}: pages by {quoted(paging.style)} are neither by offset nor by cursor"
    if paging.by_cursor and paging.bare:
        yield f"{here}: a plain array has no place for the cursor of the next page"


def _action_problems(place: Place) -> Iterator[str]:
    resource, here = place.resource, place.here
    if not resource.actions and not place.holds_accounts and not place.holds_tenants:
        yield f"{here} can do nothing: name at least one of {', '.join(ACTIONS)}"
    for action in dict.fromkeys(resource.actions):
        if action not in ACTIONS:
            yield f"{here}: the action {quoted(action)} is none of {', '.join(ACTIONS)}"
    for action in twice(resource.actions):
        yield f"{here}: the action {quoted(action)} is named twice"
    yield from _hiding_problems(place)
    yield from _version_problems(place)
    yield from _key_problems(place)
    if resource.history and "read" not in resource.actions:
        yield f"{here}: its history is for whoever may read a row, but rows cannot be read"
    if "update" in resource.actions and not any(field.on_update for field in resource.fields):
        yield f"{here}: rows can be updated, but clients may change none of its fields"


def _hiding_problems(place: Place) -> Iterator[str]:
    """What is deleted softly, or goes along with that, has a moment at which it was deleted."""
    resource = place.resource
    if resource.soft_delete and "delete" not in resource.actions:
        yield f"{place.here}: deleted rows can be restored, but rows cannot be deleted"
    if place.field("deleted_at") and resource.name in hidden(place.contract):
        yield (
            f"{place.here}: deleted rows are kept, so the field {quoted('deleted_at')} is the "
            "server's own; leave it out"
        )


def _version_problems(place: Place) -> Iterator[str]:
    resource = place.resource
    if resource.version_required and not resource.versioned:
        yield f"{place.here}: changes must name a version, but rows have none"
    if resource.versioned and place.holds_accounts:
        yield f"{place.here}: accounts are changed in many ways, so they have no versions"
    if resource.versioned and place.field("row_version"):
        yield (
            f"{place.here}: rows have versions, so the field {quoted('row_version')} is the "
            "server's own; leave it out"
        )


def _key_problems(place: Place) -> Iterator[str]:
    resource, here = place.resource, place.here
    if resource.idempotency is None:
        return
    if place.holds_accounts:
        yield f"{here}: accounts are made with a password, so they take no idempotency keys"
    if resource.upload:
        yield f"{here}: uploads take no idempotency keys"
    if resource.idempotent:
        yield (
            f"{here}: creating one again answers the one with the same "
            f"{quoted(resource.idempotent)}, so keys would have nothing to say"
        )
    if "create" not in resource.actions and not resource.bulk and not resource.transitions:
        yield f"{here}: nothing is sent that could be sent again, so leave idempotency keys out"
