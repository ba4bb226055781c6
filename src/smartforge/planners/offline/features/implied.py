"""Rows that a prompt speaks of without naming a thing: ratings that people give, clicks"
" counted."""

import re

import msgspec

from smartforge.contract import Aggregate, Computed, Field, Integer, Reference, Resource, Text, Url
from smartforge.contract.names import plural, singular, spaced
from smartforge.planners.offline.features.changes import belonging, computing, has_name
from smartforge.planners.offline.features.finding import (
    find_resource,
    mentions,
    reference_to,
    subject,
)
from smartforge.planners.offline.features.flow import was_said
from smartforge.planners.offline.features.heard import (
    Heard,
    clause,
    found,
    hear,
    hear_all,
    take,
)
from smartforge.planners.offline.sketch import Claims, Sketch
from smartforge.planners.offline.usual import usual_attributes
from smartforge.planners.offline.vocabulary import nouns, words

_RATE = re.compile(
    r"\b(?:can |may |to |and |or |, )?(?:rate|rates|rating|rated)(?: (?:a|an|the|each|every|any"
    r"|all|other|their))*"
    r" (?P<what>[a-z_]+)(?: (?:from|with|on a scale of|on a scale from|between|out of|,|\())*"
    r"(?: ?(?P<low>\d+) (?:-|to|and|–|through) (?P<high>\d+))?"
)
# The same by another verb, which needs a scale, and by what is given: `give each cake a score`.
_SCORE = re.compile(
    r"\b(?P<verb>score|grade|mark)s?(?: (?:a|an|the|each|every|any|all|other|their))*"
    r" (?P<what>[a-z_]+) (?:from |with |between |on a scale (?:of|from) |out of )*"
    r"(?P<low>\d+) (?:-|to|and|–|through) (?P<high>\d+)"
    r"|\b(?:give|gives|giving|award|awards)(?: (?:a|an|the|each|every|any|all|other|their))*"
    r" (?P<whom>[a-z_]+) (?:a|an|one) (?P<given>score|grade|mark|rating|vote)"
    r"(?:(?: (?:from|with|on a scale of|on a scale from|between|out of|,|\())* ?"
    r"(?P<least>\d+) (?:-|to|and|–|through) (?P<most>\d+))?"
)
_SCALE = re.compile(
    r"\b(?P<low>\d+) (?:-|to|–|through) (?P<high>\d+)(?: stars?)?\b|\b(?P<stars>\d+) stars\b"
)
_EVENT = re.compile(
    r"\b(?:register|registers|record|records|track|tracks|tracking|log|logs|count|counts|counting"
    r"|collect|collects|store|stores|note|notes|noting|keep|keeps|measure|measures)"
    r"(?: (?:every|each|all|the|of|number))*"
    r" (?P<event>click|view|visit|download|play|scan|impression|hit|share|page view|pageview)s?"
    r" (?:on|of|for|to|per|by)(?: (?:the|my|our|each|every|a|an|all))* (?P<what>[a-z_]+)"
)
_TIMES = re.compile(
    r"\bhow (?:many times|often)(?: (?:each|every|a|the|any))* (?P<what>[a-z_]+)"
    r" (?:was|is|were|are|has been|have been|gets|got) (?P<done>clicked|viewed|visited|downloaded"
    r"|played|scanned|shared|opened)"
)
_EVENTS = {
    "clicked": "click",
    "viewed": "view",
    "visited": "visit",
    "downloaded": "download",
    "played": "play",
    "scanned": "scan",
    "shared": "share",
    "opened": "open",
}
_PLACE = re.compile(
    r"\b(?:users?|people|customers?|members?|anyone|bidders|buyers|guests?|visitors?|students?)"
    r" (?:can |may |should )?(?:place|make|submit|leave|give) (?:a |an )?(?P<what>[a-z_]+)"
)
_LINKED = ("link", "url", "page", "site", "website", "banner", "ad")
_KEEPING = re.compile(r"\b(?:manage|crud|create|add|edit|update|delete|remove)\b")


def imply_ratings(sketch: Sketch) -> None:
    """`people can rate recipes 1-5`: ratings, where no reviews keep them already."""
    for heard, match in found(sketch, _RATE, _SCORE):
        groups = match.groupdict()
        what = groups.get("whom") or groups["what"] or ""
        said = groups.get("given") or groups.get("verb") or "rating"
        parent = find_resource(sketch, what) or _object(sketch, heard, match, what)
        if parent is None or match.group().split()[0] in ("rating", "rated"):
            continue
        if _has_ratings(sketch, parent) or was_said(sketch, parent, said):
            continue
        kept = next((one for one in sketch.contract.resources if one.name == said), None)
        if kept is not None and not any(isinstance(one.kind, Reference) for one in kept.fields):
            continue  # what is kept already is about what it is said of
        low, high = _scale(heard, groups)
        if low >= high:
            continue
        name = said if not has_name(sketch, said) else f"{parent.name}_{said}"
        fields = (
            belonging(parent),
            Field(said, Integer(low, high)),
            Field("comment", Text(0, 2000), required=False),
        )
        comments = has_name(sketch, "comment") or has_name(sketch, "remark")
        fields = fields[:2] if comments else fields
        sortable = ("id", "created_at", said)
        sketch.put(Resource(name, plural(name), fields, sortable=sortable))
        sketch.note(
            f"{heard.quote(*match.span())}: {spaced(plural(name))} from {low} to {high} are kept "
            f"for each {spaced(parent.name)}."
        )
        take(sketch, heard, *match.span())


def _scale(heard: Heard, groups: dict[str, str | None]) -> tuple[int, int]:
    """From where to where points go: as said there, else in the sentence, else 1 to 5."""
    low, high = groups.get("least") or groups["low"], groups.get("most") or groups["high"]
    if low and high:
        return int(low[:4]), int(high[:4])
    said = _SCALE.search(heard.line)
    if said is None:
        return 1, 5
    return (1, int(said["stars"][:4])) if said["stars"] else (int(said["low"]), int(said["high"]))


def _object(sketch: Sketch, heard: Heard, match: re.Match[str], what: str) -> Resource | None:
    if what in ("them", "it"):
        return subject(sketch, heard, *match.span())
    return None


def imply_placed(sketch: Sketch) -> None:
    """`users place bids`: what people make, where it is a common thing."""
    for heard, match in found(sketch, _PLACE):
        name = singular(match["what"])
        if name not in nouns().fields or find_resource(sketch, match["what"]) is not None:
            continue
        fields = tuple(
            Field(one.name, one.kind) for one in usual_attributes(name) if one.required is not False
        )
        sketch.put(Resource(name, plural(name), fields))
        sketch.note(f"{heard.quote(*match.span())}: {spaced(plural(name))} are kept.")
        take(sketch, heard, *match.span())


def _has_ratings(sketch: Sketch, parent: Resource) -> bool:
    """Whether reviews or the like have a rating already."""
    for one in sketch.contract.resources:
        rated = any(
            field.name in ("rating", "stars", "score", "points", "grade") for field in one.fields
        )
        near = reference_to(one, parent.name) is not None or one.name in (
            "review",
            "rating",
            f"{parent.name}_review",
        )
        if rated and near and one is not parent:
            return True
    return False


def claim_events(claims: Claims) -> None:
    """Let what something happens to be a thing, where it is none that everybody knows."""
    lines = hear_all(claims.sentences)
    for heard in lines:
        for match in _EVENT.finditer(heard.line):
            what = singular(match["what"])
            if what in _LINKED or what in words().stops or what == match["what"]:
                continue
            begin, end = heard.span(*match.span())
            claims.hide(heard.place, begin, end)
            claims.name(heard.place, begin, what)
            for other in lines:
                for told in _TIMES.finditer(other.line):
                    claims.hide(other.place, *other.span(*told.span()))


def imply_events(sketch: Sketch) -> None:
    """`registers clicks on the links of my site`: a row for each click, counted later."""
    heard_all = hear_all(sketch.sentences)
    for heard, match in found(sketch, _EVENT, _TIMES):
        groups = match.groupdict()
        event = (groups.get("event") or _EVENTS.get(groups.get("done") or "", "")).replace(" ", "")
        event = {"pageview": "page_view"}.get(event, event)
        parent = find_resource(sketch, match["what"])
        if not event or parent is None or has_name(sketch, event):
            continue
        if any(
            re.search(r"\b(?:short(?:en)?|redirect)", one.text.lower()) for one in sketch.sentences
        ):
            return
        unmanaged = not _is_kept(sketch, parent)
        if unmanaged and singular(match["what"]) in _LINKED and parent.name in _LINKED:
            name = "url"
            rows = Resource(
                event,
                plural(event),
                (Field(name, Url()),),
                sortable=("id", "created_at", name),
                filters=(name,),
                ranges=("created_at",),
                actions=("list", "create", "read"),
            )
            kept = tuple(one for one in sketch.contract.resources if one.name != parent.name)
            sketch.contract = msgspec.structs.replace(sketch.contract, resources=(*kept, rows))
        else:
            rows = Resource(
                event,
                plural(event),
                (belonging(parent),),
                ranges=("created_at",),
                actions=("list", "create", "read"),
            )
            sketch.put(rows)
            if match.re is _TIMES or any(_TIMES.search(one.line) for one in heard_all):
                _counted(sketch, parent, rows)
        begin, end = clause(heard, *match.span())
        sketch.note(
            f"{heard.quote(begin, end)}: each {spaced(event)} is a row of {spaced(plural(event))}."
        )
        take(sketch, heard, begin, end)


def _counted(sketch: Sketch, parent: Resource, rows: Resource) -> None:
    """Let every row of what it happens to tell how often it did."""
    count = Computed(
        f"{rows.plural}_count",
        Aggregate("count", rows.name, belonging(parent).name),
        f"How many {spaced(rows.plural)} it has.",
    )
    sketch.put(computing(sketch.contract.resource(parent.name), count))


def _is_kept(sketch: Sketch, parent: Resource) -> bool:
    """Whether a thing was described or is to be managed, and not only what something happens"
    " to."""
    thing = next((one for one in sketch.draft.things.values() if one.name == parent.name), None)
    if thing is not None and thing.attributes:
        return True
    for place in range(len(sketch.sentences)):
        heard = hear(place, sketch.sentences[place])
        named = any(one.name == parent.name for _, one in mentions(sketch, heard))
        if named and _KEEPING.search(heard.line):
            return True
    return False
