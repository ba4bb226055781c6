"""What the API and its resources are called and said to be, for people."""

import re

import msgspec

from smartforge.contract.names import quoted, spaced
from smartforge.contract.soundness import MAX_TITLE
from smartforge.planners.offline.followup.names import PRONOUNS, bare, resource_in
from smartforge.planners.offline.followup.phrases import Slots, words_of
from smartforge.planners.offline.followup.rewriting import with_resource
from smartforge.planners.offline.followup.state import Done, Impossible, Scene
from smartforge.planners.offline.vocabulary import words

_LENGTH = re.compile(
    r"(?:at (?:most|least)|up to|between|from|no (?:more|less|longer|shorter)|not|longer|shorter|"
    r"(?:more|less|fewer) than|exactly|max|min)\b.*\d|\d+ (?:characters|chars|letters|words)\b"
)
"""What is said of how long a text is."""


def title(scene: Scene, slots: Slots) -> Done | None:
    """`call the API Bookworm`."""
    name = slots["name"].lows if "name" in slots else []
    if not set(name) <= set(scene.contract.title.lower().split()) | {"api"}:
        return None
    said = slots["title"].text.strip("\"'“”`. ")
    known = words_of("about") | words().required | words().optional
    if said and set(said.lower().split()) <= known:
        return None  # `the title must be unique` is about a field
    if _LENGTH.match(said.lower()):
        return None  # and so is `the title must be at most 20 characters`
    if not said or len(said) > MAX_TITLE:
        raise Impossible(
            f"a title has 1 to {MAX_TITLE} characters, and this has {len(said)}.",
            "Choose a shorter title.",
        )
    made = msgspec.structs.replace(scene.contract, title=said)
    return Done(made, (f"The API is now called {quoted(said)}.",), settled=(("title", said),))


def describe(scene: Scene, slots: Slots) -> Done | None:
    """`set the description of books to "What we lend"`."""
    said = slots["text"].text.strip("\"'“”` ")
    thing = slots.get("thing")
    named = bare(thing.low) if thing else []
    about_api = not named or named[0] in PRONOUNS | {"api", "project", "app"}
    if about_api:
        made = msgspec.structs.replace(scene.contract, description=said)
        return Done(made, (f"The description of the API is now {quoted(said, 120)}.",))
    resource = resource_in(scene.contract, thing.low) if thing else None
    if resource is None:
        return None
    made = with_resource(scene.contract, msgspec.structs.replace(resource, description=said))
    told = f"The description of {spaced(resource.plural)} is now {quoted(said, 120)}."
    return Done(made, (told,), subject=resource.name)
