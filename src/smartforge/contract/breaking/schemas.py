"""Whether every value of one JSON Schema is one of another, and what stands in the way."""

from collections.abc import Iterator
from typing import Any, cast

import msgspec

Json = dict[str, Any]

_NULL = "null"
_REFERENCE = "#/components/schemas/"
# Keyword, and whether the greater number is the wider bound.
_BOUNDS = {
    "minimum": False,
    "exclusiveMinimum": False,
    "minLength": False,
    "minItems": False,
    "minProperties": False,
    "maximum": True,
    "exclusiveMaximum": True,
    "maxLength": True,
    "maxItems": True,
    "maxProperties": True,
}


class Side(msgspec.Struct, frozen=True):
    """A schema in the document from which its references are resolved."""

    document: Json
    schema: Json

    def at(self, schema: Json) -> "Side":
        while "$ref" in schema:
            name = str(schema["$ref"]).removeprefix(_REFERENCE)
            schema = self.document["components"]["schemas"][name]
        return Side(self.document, schema)


class Gap(msgspec.Struct, frozen=True):
    """Why a value that was fine may not be: `path` are the properties that lead to it."""

    path: tuple[str, ...]
    reason: str


def refused(old: Side, new: Side, path: tuple[str, ...] = ()) -> Iterator[Gap]:
    """What clients send by `old` and `new` does not take, or takes for something else."""
    yield from _gaps(old, new, path, answer=False)


def surprising(old: Side, new: Side, path: tuple[str, ...] = ()) -> Iterator[Gap]:
    """What is answered by `new` and clients of `old` do not expect.

    Further properties are none: clients pass over what they do not know. Nor are wider bounds of
    numbers and lengths, which clients do not depend on to read an answer. Further choices are.
    """
    yield from _gaps(new, old, path, answer=True)


def left_out(old: Side, new: Side, path: tuple[str, ...]) -> Iterator[Gap]:
    """What becomes another for whoever leaves out a value that may be."""
    if old.at(old.schema).schema.get("default") != new.at(new.schema).schema.get("default"):
        yield Gap(path, f"{_here(path)} has another default, for whoever leaves it out")


def _gaps(given: Side, taken: Side, path: tuple[str, ...], *, answer: bool) -> Iterator[Gap]:
    given, taken = given.at(given.schema), taken.at(taken.schema)
    choices, takers = list(_variants(given)), list(_variants(taken))
    if any(_is_null(one) for one in choices) and not any(_is_null(one) for one in takers):
        may = "may be null in answers now" if answer else "may not be null any more"
        yield Gap(path, f"{_here(path)} {may}")
    choices = [one for one in choices if not _is_null(one)]
    takers = [one for one in takers if not _is_null(one)]
    for one in choices:
        if len(takers) == 1:
            yield from _of_one(one, takers[0], path, answer)
        elif not any(_fits(one, other, answer) for other in takers):
            yield Gap(path, f"{_here(path)} is of another type")


def _fits(given: Side, taken: Side, answer: bool) -> bool:
    return next(_of_one(given, taken, (), answer), None) is None


def _variants(side: Side) -> Iterator[Side]:
    branches = side.schema.get("anyOf") or side.schema.get("oneOf")
    kinds = side.schema.get("type")
    if branches:
        for one in cast(list[Json], branches):
            yield from _variants(side.at(one))
    elif isinstance(kinds, list):
        for kind in cast(list[str], kinds):
            yield Side(side.document, side.schema | {"type": kind})
    else:
        yield side


def _is_null(side: Side) -> bool:
    return side.schema.get("type") == _NULL


def _of_one(given: Side, taken: Side, path: tuple[str, ...], answer: bool) -> Iterator[Gap]:
    one, other = given.schema, taken.schema
    if not _typed(one, other):
        before, after = (other, one) if answer else (one, other)
        yield Gap(path, f"{_here(path)} is {_type(after)} now, no longer {_type(before)}")
        return
    yield from _words(one, other, path, answer)
    if not answer:
        yield from _bounds(one, other, path)
    if "items" in other and "items" in one:
        inner = (given.at(one["items"]), taken.at(other["items"]))
        yield from _gaps(*inner, path, answer=answer)
    if other.get("type") == "object":
        yield from _properties(given, taken, path, answer)


def _typed(one: Json, other: Json) -> bool:
    if "type" not in other:
        return True
    if one.get("type") == "integer" and other["type"] == "number":
        return True
    return one.get("type") == other["type"]


def _type(schema: Json) -> str:
    kind = str(schema.get("type", "anything"))
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}" if "type" in schema else kind


# ---- values -----------------------------------------------------------------------------------


def _words(one: Json, other: Json, path: tuple[str, ...], answer: bool) -> Iterator[Gap]:
    here = _here(path)
    for keyword in ("enum", "x-media-types"):
        if keyword not in other:
            continue
        extra = [str(value) for value in one.get(keyword, ()) if value not in other[keyword]]
        listed = ", ".join(extra[:5])
        if keyword not in one:
            yield Gap(path, f"{here} {'is any value' if answer else 'takes only some values'} now")
        elif extra and answer:
            yield Gap(path, f"{here} may be {listed} in answers now")
        elif extra:
            yield Gap(path, f"{here} does not take {listed} any more")
    for keyword in ("format", "pattern", "contentMediaType", "const"):
        if keyword in other and one.get(keyword) != other[keyword]:
            yield Gap(path, f"{here} is written in another way ({keyword})")
    if other.get("x-unique") and not one.get("x-unique") and not answer:
        yield Gap(path, f"{here} must be unique now")


def _bounds(one: Json, other: Json, path: tuple[str, ...]) -> Iterator[Gap]:
    here = _here(path)
    for keyword, greater in _BOUNDS.items():
        if keyword not in other:
            continue
        was, now = one.get(keyword), other[keyword]
        if was is None or (was > now if greater else was < now):
            words = "".join(f" {one.lower()}" if one.isupper() else one for one in keyword)
            before = "" if was is None else f", no longer {was}"
            yield Gap(path, f"{here}: {words} is {now}{before}")
    if "multipleOf" in other and one.get("multipleOf") != other["multipleOf"]:
        yield Gap(path, f"{here} must be a multiple of {other['multipleOf']}")
    if other.get("uniqueItems") and not one.get("uniqueItems"):
        yield Gap(path, f"{here} may hold nothing twice")


# ---- objects ----------------------------------------------------------------------------------


def _properties(given: Side, taken: Side, path: tuple[str, ...], answer: bool) -> Iterator[Gap]:
    one, other = given.schema, taken.schema
    sent: Json = one.get("properties", {})
    known: Json = other.get("properties", {})
    for name in other.get("required", ()):
        if name not in one.get("required", ()) and (not answer or name in sent):
            said = "may be missing in answers now" if answer else "must be sent now"
            yield Gap((*path, name), f"{name} {said}")
    rest = other.get("additionalProperties", True)
    for name, schema in sent.items():
        if name in known:
            inner = (given.at(schema), taken.at(known[name]))
            yield from _gaps(*inner, (*path, name), answer=answer)
            if not answer and name not in one.get("required", ()):
                yield from left_out(*inner, (*path, name))
        elif not answer and rest is False:
            yield Gap((*path, name), f"{name} is not taken any more")
    if answer:
        for name in known:
            if name not in sent:
                yield Gap((*path, name), f"answers hold no {name} any more")
    if not answer and rest is False and one.get("additionalProperties", True) is not False:
        yield Gap(path, f"{_here(path)} takes only certain properties now")


def _here(path: tuple[str, ...]) -> str:
    return path[-1] if path else "it"
