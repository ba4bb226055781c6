"""Other names for fields and resources."""

from smartforge.contract import Field, Reference, References, Resource, reserved
from smartforge.contract.names import identifier, plural, quoted, singular, spaced
from smartforge.contract.reserved import word_set
from smartforge.contract.soundness.places import Place
from smartforge.planners.offline.followup.names import (
    PRONOUNS,
    bare,
    fields_said,
    one_resource,
    resource_in,
)
from smartforge.planners.offline.followup.phrases import Slots
from smartforge.planners.offline.followup.rewriting import renamed_field, renamed_resource
from smartforge.planners.offline.followup.state import Done, Impossible, Scene
from smartforge.planners.offline.vocabulary import attributes

MAX_WORDS = 4


def rename(scene: Scene, slots: Slots) -> Done | None:
    """`rename author to writer`, `call the price cost instead`."""
    old, new = slots["old"].low, slots["new"]
    words = bare(new.low)
    if not words or len(words) > MAX_WORDS or not any(one.isalpha() for one in new.low):
        return None
    if "sure" not in slots and _says_no_name(words):
        return None
    name = identifier(new.text if any(one.literal for one in new.tokens) else " ".join(words))
    thing = slots["thing"].low if "thing" in slots else ""
    resource = None if thing else _resource(scene, old)
    if resource is not None:
        return _renamed_resource(scene, resource, singular(name))
    found = fields_said(scene, old, thing)
    if len(found) != 1:
        return None
    return _renamed_field(scene, *found[0], name)


# What stands after "change ... to" or "should be" and is no name.
_NO_NAMES = word_set("""
    required optional mandatory unique readonly nullable public private open longer shorter
    default between least most max min maximum minimum up from deleted removed first sorted ordered
    able possible allowed needed there paginated only not also
    """)


def _says_no_name(words: list[str]) -> bool:
    """Whether what stands after "change ... to" is what values are, such as a whole number."""
    if any(one in _NO_NAMES for one in words):
        return True
    typed = [one in _types() for one in words]
    return all(typed) or (any(typed) and bool(_OF_KINDS & set(words)))


_OF_KINDS = word_set("whole decimal long short big small of with positive negative plain list free")


def _types() -> frozenset[str]:
    return frozenset(attributes().types)


def _resource(scene: Scene, old: str) -> Resource | None:
    words = bare(old)
    if len(words) == 1 and words[0] in PRONOUNS:
        return None if scene.fields else one_resource(scene, old)
    found = resource_in(scene.contract, old)
    if found is None:
        return None
    exact = {found.name, found.plural}
    name = identifier(" ".join(words))
    held = [
        field
        for one in scene.contract.resources
        if one.name == scene.subject or not scene.subject
        for field in one.fields
        if field.name == name
    ]
    return None if held and not {name, singular(name)} & exact else found


def _renamed_resource(scene: Scene, resource: Resource, name: str) -> Done:
    contract = scene.contract
    if name == resource.name:
        raise Impossible(
            f"{spaced(resource.plural)} are called so already.", "Choose another name."
        )
    for other in contract.resources:
        if {name, plural(name)} & {other.name, other.plural}:
            raise Impossible(
                f"there are {spaced(other.plural)} already, so {spaced(resource.plural)} cannot "
                "be called so too.",
                "Choose a name that is free.",
            )
    if name in reserved.RESOURCES or plural(name) in reserved.PATHS:
        raise Impossible(
            f"the name {quoted(name)} is taken by the project itself.", "Choose another."
        )
    made = renamed_resource(contract, resource.name, name, scene.base)
    path = made.resource(name).path
    told = f"{spaced(resource.plural)} are now called {spaced(plural(name))}, at {path}."
    return Done(
        made,
        (told.capitalize() if told[0].islower() else told,),
        subject=name,
        settled=((resource.name, f"called {name}"), (name, "there")),
    )


def _renamed_field(scene: Scene, home: Resource, field: Field, name: str) -> Done:
    if isinstance(field.kind, Reference) and field.name.endswith("_id"):
        name = name if name.endswith("_id") else f"{name}_id"
    elif isinstance(field.kind, References) and field.name.endswith("_ids"):
        name = name if name.endswith("_ids") else f"{singular(name)}_ids"
    if name == field.name:
        raise Impossible(f"{quoted(field.name)} is called so already.", "Choose another name.")
    taken = [one.name for one in home.fields] + [one.name for one in home.computed]
    if name in taken:
        raise Impossible(
            f"{spaced(home.plural)} have a field {quoted(name)} already.",
            f"Choose a name that is free, or remove {quoted(spaced(name))} first.",
        )
    if name in reserved.FIELDS or name in reserved.GIVEN_BY_SERVER:
        raise Impossible(
            f"the name {quoted(name)} is taken by the project itself.", "Choose another."
        )
    accounts = scene.contract.accounts
    place = Place(scene.contract, home)
    if accounts and place.holds_accounts and field.name in accounts.login:
        raise Impossible(
            f"accounts log in by {quoted(field.name)}, which has to be called so.",
            "Rename another field.",
        )
    made = renamed_field(scene.contract, home.name, field.name, name, scene.base)
    told = f"{spaced(field.name).capitalize()} of {spaced(home.plural)} is now called {name}."
    return Done(
        made,
        (told,),
        subject=home.name,
        fields=((home.name, name),),
        settled=(
            (f"{home.name}.{field.name}", f"called {name}"),
            (f"{home.name}.{name}", "there"),
        ),
    )
