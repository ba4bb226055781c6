"""What users set on rows and take back: `users can like posts`, `favorite`, `follow`,"
" `bookmark`."""

import re

import msgspec

from smartforge.contract import (
    Access,
    Aggregate,
    Boolean,
    Computed,
    Field,
    Mark,
    Marked,
    Resource,
    Transition,
)
from smartforge.contract.names import plural, singular, spaced
from smartforge.planners.offline.features.changes import belonging, computing, having, without
from smartforge.planners.offline.features.finding import find_resource, mentions, subject
from smartforge.planners.offline.features.heard import Heard, found, hear_all, take, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_VERBS = (
    r"like|favou?rite|follow|bookmark|upvote|star|watch|save|subscribe to|vote for|vote on|heart"
)
_CAN = re.compile(
    r"(?:\b(?:can|may|to|could|should|able to|and|or)|,(?= [a-z]+ (?:them|it)\b))"
    rf" (?P<verb>{_VERBS})"
    rf"(?:(?: and | or |/| / )(?:un ?-? ?|dis)?(?:like|favou?rite|follow|bookmark|star|watch|save"
    rf"|upvote|unsave|subscribe|downvote))?"
    r"(?: (?:a|an|the|each|any|every|other|another|all|their|each other's|other's))*"
    r" (?P<what>[a-z_']+)"
)
_NOUN = re.compile(
    r"\b(?P<noun>likes|favou?rites|followers|bookmarks|upvotes|stars)\b(?: (?:on|for|of) (?:a |an"
    r" |the |each |every )?(?P<what>[a-z_]+))?"
)
_SHOWS = re.compile(
    r"\b(?:(?:the |each |every |an? )?[a-z]+ shows? )?(?:how many|number of|count of|total)(?:"
    r" (?:the|its|their))? (?P<noun>likes|favou?rites|followers|bookmarks|upvotes|votes|stars)"
    r"(?: (?:it|they|each|a|an|the|has|have|[a-z]+)){0,3}|\b(?P<counted>like|favou?rite|follower"
    r"|bookmark|upvote|star|vote)(?: |-| - )counts?\b"
)
_NAMES = {
    "favourite": "favorite",
    "subscribe to": "subscribe",
    "vote for": "vote",
    "vote on": "vote",
    "heart": "like",
    "likes": "like",
    "favorites": "favorite",
    "favourites": "favorite",
    "followers": "follow",
    "bookmarks": "bookmark",
    "upvotes": "upvote",
    "stars": "star",
    "votes": "vote",
    "follower": "follow",
}
_OWN = ("favorite", "star", "bookmark", "watch", "save")
_COUNTED = {"follow": "followers_count"}


def claim_marks(claims: Claims) -> None:
    """Keep marks from becoming truth values or things of their own."""
    for heard in hear_all(claims.sentences):
        for match in _CAN.finditer(heard.line):
            if match["verb"] not in ("save", "watch"):
                claims.hide(heard.place, *heard.span(*match.span()))


def read_marks(sketch: Sketch) -> None:
    """Marks where there are accounts; else rows that are counted, or a truth value."""
    for heard, match in found(sketch, _CAN):
        resource = _marked(sketch, heard, match)
        if resource is None:
            continue
        name = _NAMES.get(match["verb"], match["verb"])
        if name in ("save", "watch") and sketch.contract.accounts is None:
            continue
        about = _put(sketch, resource, name)
        if about:
            tell(sketch, heard, match, about)
    for heard, match in found(sketch, _SHOWS):
        noun = match["noun"] or match["counted"] or ""
        name = _NAMES.get(noun, noun)
        marked = [
            one for one in sketch.contract.resources if any(m.name == name for m in one.marks)
        ]
        counted = [
            one
            for one in sketch.contract.resources
            if any(c.name == _count(name) for c in one.computed)
        ]
        if marked or counted:
            take(sketch, heard, *match.span())
    if sketch.contract.accounts is None:
        return
    for heard, match in found(sketch, _NOUN):
        resource = find_resource(sketch, match["what"]) if match["what"] else None
        name = _NAMES.get(match["noun"], match["noun"])
        rows = find_resource(sketch, name)
        if any(m.name == name for one in sketch.contract.resources for m in one.marks):
            take(sketch, heard, *match.span())
        elif resource is not None and rows is None and match["noun"] != "stars":
            tell(sketch, heard, match, _put(sketch, resource, name))


def _marked(sketch: Sketch, heard: Heard, match: re.Match[str]) -> Resource | None:
    what = match["what"].removesuffix("'s")
    if what in ("them", "it", "these", "those"):
        return subject(sketch, heard, *match.span())
    named = find_resource(sketch, what)
    accounts = sketch.contract.accounts
    if (
        named is None
        and accounts
        and singular(what) in ("user", "people", "person", "member", "author", "account")
    ):
        named = find_resource(sketch, accounts.resource)
    if named is None:
        _, last = heard.span(*match.span())
        near = [one for at, one in mentions(sketch, heard) if last <= at <= last + 1]
        named = next(iter(near), None)
    return named


def _count(name: str) -> str:
    return _COUNTED.get(name, f"{plural(name)}_count")


def _put(sketch: Sketch, resource: Resource, name: str) -> str:
    """Let `resource` be marked; a sentence about it, empty where nothing came of it."""
    resource = sketch.contract.resource(resource.name)
    if any(one.name == name for one in resource.marks):
        return ""
    more = spaced(resource.plural)
    if sketch.contract.accounts is not None:
        mark = Mark(name, Access("user"))
        for alike in (name, f"{name}d", f"{name}ed", plural(name)):
            if any(one.name == alike for one in resource.fields) and len(resource.fields) > 1:
                resource = without(resource, alike)
        resource = msgspec.structs.replace(resource, marks=(*resource.marks, mark))
        count = Computed(_count(name), Marked(name), f"How many users have set {spaced(name)}.")
        sketch.put(computing(resource, count))
        return (
            f"users set and take back {spaced(name)} on {more}; {count.name} tells how many have."
        )
    if name in _OWN:
        field = Field(
            name if name == "favorite" else f"{name}d".replace("rd", "rred").replace("kd", "ked"),
            Boolean(),
            False,
            False,
            written="update",
        )
        move = Transition(name, field.name, True, (), "", resource.access.update)
        resource = having(resource, field)
        sketch.put(msgspec.structs.replace(resource, transitions=(*resource.transitions, move)))
        return f"{more} have {field.name}, true or false, and an operation that sets it."
    if name == "follow" or find_resource(sketch, name) is not None:
        return ""
    rows = Resource(
        name, plural(name), (belonging(resource),), actions=("list", "create", "read", "delete")
    )
    sketch.put(rows)
    by = rows.fields[0].name
    count = Computed(_count(name), Aggregate("count", name, by), f"How many {plural(name)} it has.")
    sketch.put(computing(resource, count))
    return f"without accounts, each is a row of {plural(name)}; {count.name} counts them."
