"""What may stand only once: `emails are unique`, `one review per user per book`, `no"
" duplicates`."""

import re
from collections.abc import Sequence

import msgspec

from smartforge.contract import Date, Field, Reference, Resource, UniqueTogether
from smartforge.contract.fields import Boolean, Json, References, TextList
from smartforge.contract.names import singular, snake, spaced
from smartforge.planners.offline.draft import (
    a,
    listing,
)
from smartforge.planners.offline.features.changes import (
    belonging,
    having,
    ruled,
)
from smartforge.planners.offline.features.finding import (
    find_field,
    find_resource,
    is_text,
    label_of,
    reference_to,
    subject,
)
from smartforge.planners.offline.features.heard import Heard, found, hide, take, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_ARE = re.compile(
    r"\b(?P<what>(?!and\b|or\b)[a-z_'-]+(?: (?:,|and|,_and|&|of|[a-z_'-]+)){0,5}?)"
    r" (?:is|are|must be|has to be|have to be|should be|shall be|needs to be|need to be|be)"
    r" (?:globally |always |also )?(?:unique|uniq|distinct)\b"
    r"(?: (?:per|within|in|for|inside)(?: (?:a|an|each|every|the|one|same))? (?P<per>[a-z_]+))?"
)
_PER = re.compile(
    r"\b(?P<what>[a-z_]+)(?: ,| \()? unique (?:per|within|for each|in each|inside)"
    r"(?: (?:a|an|each|every|the|one|same))? (?P<per>[a-z_]+)"
)
_UNIQUE = re.compile(
    r"\bunique (?P<what>[a-z_]+(?: (?:and|,) [a-z_]+)?)"
    r"(?: (?:per|within|for)(?: (?:a|an|each|every|the))? (?P<per>[a-z_]+))?\b"
)
_NO_TWO = re.compile(
    r"\b(?:no|never) two (?P<what>[a-z_]+)(?: (?:of|for|in|within|on) (?:the |a |one )?(?:same"
    r" )?(?P<per>[a-z_]+))?(?: (?:can|may|should|must|ever|could))?"
    r" (?:have|share|with|having|use|get)(?: (?:the|a))?(?: (?:same|identical|equal))?"
    r" (?P<fields>[a-z_ ,]+)"
)
_DUPLICATES = re.compile(
    r"\b(?:no|reject\w*|refus\w*|without|prevent\w*|forbid\w*|disallow\w*|avoid\w*)"
    r"(?: (?:any|all))? (?:duplicate|duplicated|double|repeated) (?P<fields>[a-z_]+)"
    r"(?: (?:for|of|on|by|per|with) (?P<of>[a-z_ ]+))?\b"
    r"|\bduplicates? (?:of|by|with)?(?: the)?(?: same)? ?(?P<by>[a-z_ ]*?) ?"
    r"(?:is|are|must be|should be|get|gets)? ?(?:rejected|refused|forbidden|not allowed)\b"
)
_ONE_PER = re.compile(
    r"\b(?:only |at most |exactly |just |max |maximum )?(?:one|1|a single|single)"
    r" (?P<what>[a-z_]+)"
    r" (?:per|for each|for every|by each)(?: (?:each|every))? (?P<first>[a-z_]+)"
    r"(?: (?:per|and|,|for each|on each|for the same|for|on|in)(?: (?:each|every|one|a|the))?(?:"
    r" same)?"
    r" (?P<second>[a-z_]+))?(?: (?:per|and|,|on|in)(?: (?:each|every|the))?(?: same)?"
    r" (?P<third>[a-z_]+))?\b"
)
_ONCE = re.compile(
    r"\b(?P<who>[a-z_]+) (?:can|may|must|should|is allowed to|are allowed to)(?: only| not)?"
    r" (?P<verb>[a-z-]+)(?: (?:for|to|on|in))?(?: (?:a|an|the|each|any|every|same|given"
    r"|particular))*"
    r" (?P<what>[a-z_]+) (?:only |at most |just )?(?:once|one time|a single time)\b"
    r"|\b(?P<whom>[a-z_]+) (?:can't|cannot|can not|may not|must not|should not|never)"
    r" (?P<act>[a-z-]+)(?: (?:for|to|on|in))?(?: (?:a|an|the|each|any|same|given))*"
    r" (?P<object>[a-z_]+) (?:twice|more than once|two times|again)\b"
)
_TAKEN_ONCE = re.compile(
    r"\b(?:a|an|each|every|the same|one) (?P<field>[a-z_]+) (?:(?:can|may|must)(?: only)?"
    r" be|is|gets)"
    r" (?:booked|reserved|taken|sold|used|assigned|claimed|noted|listed|counted|recorded|entered)"
    r"(?: only| at most| exactly)? once"
    r" (?:per|for|in|within|on|a)(?: (?:a|an|each|every|the|one))? (?P<per>[a-z_]+)"
)


def claim_unique(claims: Claims) -> None:
    """Keep from the base reading which rows exclude each other."""
    hide(claims, _NO_TWO, _ONCE, _TAKEN_ONCE)


def read_unique(sketch: Sketch) -> None:
    """Fields that are said to be unique, alone or within what a row belongs to."""
    for heard, match in found(sketch, _PER, _ARE, _UNIQUE):
        resource = subject(sketch, heard, match.start(), match.end())
        if resource is None:
            continue
        owner, names = _split_owner(sketch, match["what"], resource)
        per = _within(sketch, owner, match["per"] or "")
        fields = _named(owner, names)
        if not fields:
            owner, fields = _elsewhere(sketch, names, owner)
            per = _within(sketch, owner, match["per"] or "")
        if not fields or (match["per"] and per is None):
            continue
        _make_unique(sketch, owner, fields, per)
        told = listing([one.name for one in fields])
        within = f" within one {spaced(match['per'] or '')}" if per else ""
        tell(
            sketch, heard, match, f"two {spaced(owner.plural)} never have the same {told}{within}."
        )


def _split_owner(sketch: Sketch, said: str, resource: Resource) -> tuple[Resource, list[str]]:
    """`the combination of a and b`, `book titles`, `usernames and emails` as names of fields."""
    text = re.sub(r"\b(?:the|each|every|combination|pair|its|their|all|both)\b", " ", said)
    parts = [part.strip() for part in re.split(r"\band\b|,|&", text) if part.strip()]
    names: list[str] = []
    for part in parts:
        bare = part.removeprefix("of ").strip()
        names += [bare, bare.rpartition(" ")[2]] if find_field(resource, bare) is None else [bare]
    first = parts[0].split() if parts else []
    owner = find_resource(sketch, first[0].removesuffix("'s")) if len(first) > 1 else None
    return owner or resource, names


def _named(resource: Resource, names: Sequence[str]) -> list[Field]:
    """The fields that have these names, each once."""
    fields = (find_field(resource, name) for name in names)
    return list({one.name: one for one in fields if one is not None}.values())


def _elsewhere(
    sketch: Sketch, names: Sequence[str], resource: Resource
) -> tuple[Resource, list[Field]]:
    known = {snake(word) for name in names for word in (name, singular(name))}
    for other in sketch.contract.resources:
        fields = _named(other, names)
        exact = [one for one in fields if one.name in known]
        if exact:
            return other, exact
    return resource, []


def _within(sketch: Sketch, resource: Resource, name: str) -> Field | None:
    """The reference by which `resource` belongs to what is called `name`."""
    if not name:
        return None
    parent = find_resource(sketch, name)
    if parent is not None:
        return reference_to(resource, parent.name)
    if (
        name in ("user", "users", "person", "people", "owner", "account", "member", "voter")
        and resource.owner
    ):
        return next((one for one in resource.fields if one.name == resource.owner), None)
    accounts = sketch.contract.accounts
    if resource.owner and accounts and name in accounts.roles:
        return resource.field(resource.owner)  # one score for each judge
    return find_field(resource, name)


def _make_unique(
    sketch: Sketch, resource: Resource, fields: Sequence[Field], per: Field | None
) -> None:
    one = sketch.contract.resource(resource.name)
    for field in fields:
        if isinstance(field.kind, Boolean | TextList | References | Json):
            continue
        if per is not None:
            one = having(one, msgspec.structs.replace(field, unique=False))
            one = ruled(one, UniqueTogether((per.name, field.name)))
        else:
            one = having(one, msgspec.structs.replace(field, unique=True))
    sketch.put(one)


def read_no_two(sketch: Sketch) -> None:
    """`no two rooms can have the same name`, `no duplicate emails`."""
    for heard, match in found(sketch, _NO_TWO):
        resource = find_resource(sketch, match["what"])
        if resource is None:
            continue
        fields = _listed(resource, match["fields"])
        if len(fields) == 1:
            _make_unique(sketch, resource, fields, _within(sketch, resource, match["per"] or ""))
        elif fields:
            names = tuple(one.name for one in fields)
            sketch.put(ruled(resource, UniqueTogether(names)))
        if fields:
            named = listing([one.name for one in fields])
            tell(
                sketch, heard, match, f"two {spaced(resource.plural)} never have the same {named}."
            )
    for heard, match in found(sketch, _DUPLICATES):
        resource = subject(sketch, heard, match.start(), match.end())
        said = match["of"] or match["by"] or match["fields"] or ""
        fields = _listed(resource, said) if resource is not None else []
        named = find_resource(sketch, match["fields"] or "")
        if not fields and named is not None:
            resource, label = named, label_of(named)
            fields = [label] if label is not None and is_text(label) else []
        if resource is not None and fields:
            _make_unique(sketch, resource, fields[:1], None)
            name = fields[0].name
            tell(sketch, heard, match, f"two {spaced(resource.plural)} never have the same {name}.")


def _listed(resource: Resource, text: str) -> list[Field]:
    """The fields named in `title and author at ...`, from the beginning."""
    fields: list[Field] = []
    for part in re.split(r"\band\b|,", text):
        parts = part.split()
        for width in range(min(3, len(parts)), 0, -1):
            field = find_field(resource, " ".join(parts[:width]))
            if field is not None:
                fields.append(field)
                break
        else:
            break
    return fields


def read_one_per(sketch: Sketch) -> None:
    """`one review per user per book`, `a user can review a book only once`."""
    for heard, match in found(sketch, _ONE_PER):
        resource = find_resource(sketch, match["what"])
        parents = [match["first"], match["second"] or "", match["third"] or ""]
        if match["what"] in ("record", "entry", "row"):
            wanted = [singular(one) for one in parents if one]
            fitting = [
                one
                for one in sketch.contract.resources
                if all(_within(sketch, one, name) for name in wanted)
            ]
            resource = next(iter(fitting), None)
        if resource is None:
            continue
        _together(sketch, heard, match, resource, parents)
    for heard, match in found(sketch, _TAKEN_ONCE):
        _taken_once(sketch, heard, match)
    for heard, match in found(sketch, _ONCE):
        who = match["who"] or match["whom"] or ""
        parent = find_resource(sketch, match["what"] or match["object"] or "")
        resource = _done_by(sketch, match["verb"] or match["act"] or "", parent, who)
        if resource is not None and parent is not None:
            _together(sketch, heard, match, resource, [who, parent.name])


def _taken_once(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    """`a seat can be reserved only once per screening`."""
    parent = find_resource(sketch, match["per"])
    if parent is None and match["per"] in ("day", "date", "slot"):
        _once_a_day(sketch, heard, match)
    for resource in sketch.contract.resources:
        named = [one for one in resource.fields if one.name.split("_")[0] == match["field"]]
        if not named or parent is None or parent is resource:
            continue
        by = reference_to(resource, parent.name) or belonging(parent)
        rule = UniqueTogether((by.name, named[0].name))
        sketch.put(ruled(having(resource, by), rule))
        about = f"each {named[0].name} is taken once within {a(spaced(parent.name))}."
        tell(sketch, heard, match, about)
        return


def _once_a_day(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    """`a desk can be reserved only once per day`."""
    taken = find_resource(sketch, match["field"])
    for resource in sketch.contract.resources:
        by = reference_to(resource, taken.name) if taken is not None else None
        if by is None:
            continue
        days = [one for one in resource.fields if isinstance(one.kind, Date)]
        day = days[0] if days else Field("date", Date())
        sketch.put(ruled(having(resource, day), UniqueTogether((by.name, day.name))))
        tell(sketch, heard, match, f"each {match['field']} is taken once a day (409).")
        return


def _done_by(sketch: Sketch, verb: str, parent: Resource | None, who: str) -> Resource | None:
    """The resource whose rows are what `verb` does to a parent: `review` makes reviews."""
    stem = snake(verb)[:4]
    children = [
        one
        for one in sketch.contract.resources
        if parent is not None and reference_to(one, parent.name) is not None
    ]
    named = [one for one in children if one.name.startswith(stem) and len(stem) > 2]
    joined = [one for one in children if _within(sketch, one, singular(who)) is not None]
    return next(iter(named or joined), None)


def _together(
    sketch: Sketch, heard: Heard, match: re.Match[str], resource: Resource, parents: Sequence[str]
) -> None:
    fields = [_within(sketch, resource, singular(name)) for name in parents if name]
    found_fields = [one for one in fields if one is not None]
    names = list(dict.fromkeys(one.name for one in found_fields))
    owner = resource.owner
    if len(names) < len([one for one in parents if one]) and owner and owner not in names:
        return
    if len(names) == 1 and not match.groupdict().get("second"):
        only = found_fields[0]
        if isinstance(only.kind, Reference) and match.re is _ONCE:
            return
        sketch.put(having(resource, msgspec.structs.replace(only, unique=True)))
    elif len(names) > 1:
        sketch.put(ruled(resource, UniqueTogether(tuple(names))))
    else:
        return
    told = listing([spaced(name.removesuffix("_id")) for name in names])
    tell(
        sketch, heard, match, f"there is at most one of {spaced(resource.plural)} for each {told}."
    )
    take(sketch, heard, *match.span())
