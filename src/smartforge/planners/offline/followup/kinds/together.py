"""Fields whose values may occur together only once."""

import msgspec

from smartforge.contract import UniqueTogether
from smartforge.contract.names import plural, spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.followup.names import fields_said, resources_said
from smartforge.planners.offline.followup.phrases import Slots
from smartforge.planners.offline.followup.rewriting import with_resource
from smartforge.planners.offline.followup.state import Done, Scene


def unique_together(scene: Scene, slots: Slots) -> Done | None:
    """`the combination of title and author must be unique`."""
    found = fields_said(scene, slots["what"].low)
    homes = {home.name: home for home, _ in found}
    if len(homes) > 1 or len(found) < 2:
        return None
    home = found[0][0]
    names = tuple(dict.fromkeys(field.name for _, field in found))
    rule = UniqueTogether(names)
    told = f"Two {spaced(home.plural)} never have the same {listing(list(map(spaced, names)))}."
    if rule in home.rules:
        return Done(scene.contract, (f"{told} That is so already.",), home.name)
    made = msgspec.structs.replace(home, rules=(*home.rules, rule))
    return Done(with_resource(scene.contract, made), (told,), home.name)


def unique_per(scene: Scene, slots: Slots) -> Done | None:
    """`make the name of hives unique per beekeeper`, in the words of a first prompt."""
    thing = slots["thing"].low if "thing" in slots else ""
    home, field = fields_said(scene, slots["what"].low, thing)[0]
    whole = resources_said(scene, slots["whole"].low)[0]
    names = spaced(plural(field.name))
    text = f"{spaced(home.name).capitalize()} {names} are unique per {spaced(whole.name)}."
    return Done(scene.contract, (), home.name, read_on=(text,))
