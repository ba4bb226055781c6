"""Who alone may lead rows from state to state: `only agents move them`, `only vets can discharge`.

What is said of a verb together with its resource, `only agents can close tickets`, comes with the
move itself (`moves`); here is what is said of every way, or by the name of a way.
"""

import re

import msgspec

from smartforge.contract import Access, Resource
from smartforge.contract.names import identifier, plural, singular, spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.features.finding import find_resource, mentions, status_of
from smartforge.planners.offline.features.flow import Flow, flow_of
from smartforge.planners.offline.features.heard import Heard, found, hear, take
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.verbs import verb_to

_ONLY = re.compile(
    r"\bonly (?:the |an? )?(?P<who>[a-z_-]+(?:(?: , | and | or | , and | , or )[a-z_-]+){0,3}) "
    r"(?:(?:can|may|could|should|is|are) (?:only )?)?(?:(?:be )?(?:able|allowed) to )?"
    r"(?P<verb>[a-z]+)s? (?:the |an? |its |their |all |any )?"
    r"(?P<what>(?:[a-z_-]+ )?(?:status|state|stage)(?:es|s)?(?: of (?:the |an? )?[a-z_-]+)?"
    r"|[a-z_-]+)(?= [,.;]|$)"
)
_EVERY_WAY = frozenset({"move", "advance", "transition", "progress"})
_SETTING = frozenset({"change", "update", "set", "edit", "modify", "alter", "switch"})
_STATED = re.compile(r"\b(?:status|state|stage)(?:es|s)?\b")
_PRONOUNS = frozenset({"it", "them", "these", "those", "this", "that"})


def read_movers(sketch: Sketch, flows: dict[str, Flow]) -> None:
    """Keep ways, or all of them, for the roles that are said to be alone in going them."""
    roles = sketch.contract.accounts.roles if sketch.contract.accounts else ()
    for heard, match in found(sketch, _ONLY):
        said = [singular(one) for one in re.findall(r"[a-z_-]+", match["who"])]
        who = tuple(one for one in said if one not in ("and", "or"))
        resource = _moved(sketch, flows, heard, match)
        if resource is None or not who or not set(who) <= set(roles):
            continue
        targets = _targets(flow_of(sketch, flows, resource), match)
        for target in targets:
            flows[resource.name].whose[target] = Access("role", who)
        if targets:
            take(sketch, heard, *match.span())


def _moved(
    sketch: Sketch, flows: dict[str, Flow], heard: Heard, match: re.Match[str]
) -> Resource | None:
    """What is named with the verb, or what was named last of all that has states."""
    named = find_resource(sketch, _STATED.sub("", match["what"]).replace(" of ", " "))
    if named is not None:
        return named if _has_states(flows, named) else None
    if match["what"] not in _PRONOUNS and not _STATED.search(match["what"]):
        return None
    first, _ = heard.span(*match.span())
    before = [one for at, one in mentions(sketch, heard) if at < first]
    for place in range(heard.place - 1, -1, -1):
        earlier = [one for _, one in mentions(sketch, hear(place, sketch.sentences[place]))]
        before = [*earlier, *before]
    known = [one for one in before if _has_states(flows, one)]
    return sketch.contract.resource(known[-1].name) if known else None


def _has_states(flows: dict[str, Flow], resource: Resource) -> bool:
    return resource.name in flows or status_of(resource) is not None


def _targets(flow: Flow, match: re.Match[str]) -> list[str]:
    """The states to which the ways lead that are meant; those of a bare status are made."""
    verb = match["verb"]
    if verb in _EVERY_WAY or (verb in _SETTING and _STATED.search(match["what"])):
        if not flow.edges:
            for one in flow.values:
                for other in flow.values:
                    flow.add(one, other)
        return list(dict.fromkeys(target for _, target in flow.edges))
    forms = {verb, f"{verb}s", f"{verb}es"}
    named = {target: flow.names.get(target) or verb_to(target) for _, target in flow.edges}
    return [target for target, name in named.items() if identifier(name) in forms]


def settle_movers(sketch: Sketch) -> None:
    """Let those who move rows on see them, where nobody but the owners may."""
    for resource in sketch.contract.resources:
        moving = [one.access for one in resource.transitions if one.access.who == "role"]
        roles = tuple(dict.fromkeys(role for access in moving for role in access.roles))
        access = resource.access
        missing = [role for role in roles if role not in access.read.roles]
        if access.read.who != "owner" or not missing:
            continue
        opened = {
            action: Access("owner", tuple(dict.fromkeys((*one.roles, *missing))))
            for action, one in (("list", access.list), ("read", access.read))
            if one.who == "owner"
        }
        access = msgspec.structs.replace(access, **opened)
        sketch.put(msgspec.structs.replace(resource, access=access))
        sketch.note(
            f"Assumed: {listing([plural(one) for one in missing])} may list and read all "
            f"{spaced(resource.plural)}, since they move them on."
        )
