"""The parts of a contract, each by a stable path, and what became of them from one to the next."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal, TypeGuard, cast

import msgspec

from smartforge.contract.resources import CRUD, Contract, Resource

Json = Any
"""Plain JSON: whatever `json.loads` can answer."""

_WHOLE = frozenset({"actions"})
"""Lists of names that say what a resource is as a whole, so that they are no parts of their own."""
_UNSAID = frozenset({"was"})
"""What is about an earlier version, and no part of this one."""


def parts(contract: Contract) -> dict[str, Json]:
    """Every part of the contract by its path, in the order of the contract.

    `title`, `accounts`, `resources/book` (all of it that is no part of its own), `.../fields/isbn`,
    `.../access/create`, `.../filters/genre`, `.../upload`, `.../rules/unique_together:a,b`. A rule
    is known by its tag and the fields that it names; a second one of the same name has `#2`.
    The walk follows the structs, so whatever they will hold has its path at once.
    """
    found: dict[str, Json] = {}
    for name, value in _attributes(contract):
        if name == "resources":
            for resource in contract.resources:
                _add(found, resource, f"resources/{resource.name}")
        elif value is not None and not _is_default(contract, name, value):
            for key, one in _broken_up(name, value, ()) or [(name, value)]:
                _put(found, key, one)
    return found


def is_object(value: Json) -> TypeGuard[dict[str, Json]]:
    return isinstance(value, dict)


def part_of(path: str) -> tuple[str, str, str]:
    """The resource, the section and the name in a part's path; empty where it has none."""
    pieces = path.split("/", 3)
    if pieces[0] != "resources":
        return "", pieces[0], "/".join(pieces[1:])
    return pieces[1], "".join(pieces[2:3]), "".join(pieces[3:4])


def _add(found: dict[str, Json], resource: Resource, path: str) -> None:
    whole: dict[str, Json] = {}
    fields = tuple(field.name for field in resource.fields)
    found[path] = whole
    for name, value in _attributes(resource):
        pieces = _broken_up(name, value, fields)
        if pieces is None:
            whole[name] = _plain(value)
            continue
        for key, one in pieces:
            action = key.removeprefix("access/")
            if name != "access" or action not in CRUD or action in resource.actions:
                _put(found, f"{path}/{key}", one)


def _broken_up(
    name: str, value: object, fields: tuple[str, ...]
) -> list[tuple[str, object]] | None:
    """The parts that an attribute consists of, by their paths; None where it is none at all."""
    if value is None:
        return []
    if isinstance(value, msgspec.Struct):
        inner = dict(_attributes(value))
        if inner and all(isinstance(one, msgspec.Struct) for one in inner.values()):
            return [(f"{name}/{key}", one) for key, one in inner.items()]
        return None if name == "paging" else [(name, value)]
    if not isinstance(value, tuple) or name in _WHOLE:
        return None
    return [(f"{name}/{_id(one, fields)}", one) for one in cast(tuple[object, ...], value)]


def _id(value: object, fields: tuple[str, ...]) -> str:
    """What tells this entry of a list from the others."""
    if not isinstance(value, msgspec.Struct):
        return str(value)
    name = getattr(value, "name", None)
    if isinstance(name, str):
        return name
    told: dict[str, Json] = _plain(value)
    tag = str(told.pop("type", type(value).__name__.lower()))
    named = list(_texts(told.values()))
    chosen = [one for one in named if one in fields] or named
    return ":".join([tag, *([",".join(chosen)] if chosen else [])])


def _texts(values: Iterable[Json]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            if value:
                yield value
        elif isinstance(value, list):
            yield from _texts(cast(list[Json], value))


def _put(found: dict[str, Json], path: str, value: object) -> None:
    key, count = path, 1
    while key in found:
        count += 1
        key = f"{path}#{count}"
    told = _plain(value)
    if is_object(told):
        told = {name: one for name, one in told.items() if name not in _UNSAID}
    found[key] = told


def _plain(value: object) -> Json:
    return msgspec.json.decode(msgspec.json.encode(value))


def _attributes(struct: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    for name in struct.__struct_fields__:
        if name not in _UNSAID:
            yield name, getattr(struct, name)


def _is_default(struct: msgspec.Struct, name: str, value: object) -> bool:
    for field in msgspec.structs.fields(struct):
        if field.name == name:
            return field.default == value
    return False


# ---- what became of them ----------------------------------------------------------------------


class Change(msgspec.Struct, frozen=True):
    """What became of one part: `old` and `new` are its values, None where it was not there.

    `part` is its path in the new contract, in the old one where it was removed; `was` the path
    in the old one where that was another. A part that is only renamed has equal values but for
    its own name.
    """

    kind: Literal["added", "changed", "removed", "renamed"]
    part: str
    old: Json = None
    new: Json = None
    was: str = ""


def changes(old: Contract, new: Contract) -> tuple[Change, ...]:
    """What became of every part, in the order of `new`, and then what was removed.

    What follows from a rename (`Resource.was`, `Field.was`) is no change: a filter on a renamed
    field is the same filter. Two contracts that differ in the order of parts alone do not differ.
    """
    before, after = parts(as_named_in(old, new)), parts(new)
    moved = _moved(old, new)
    found: list[Change] = []
    for path, value in after.items():
        if path not in before:
            found.append(Change("added", path, None, value))
        elif path in moved:
            found.append(Change("renamed", path, before[path], value, moved[path]))
        elif before[path] != value:
            found.append(Change("changed", path, before[path], value))
    found += [Change("removed", path, one) for path, one in before.items() if path not in after]
    return tuple(found)


def renames(old: Contract, new: Contract) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The new names of the resources, and of the fields by their resource in `old`."""
    known = {resource.name: resource for resource in old.resources}
    resources: dict[str, str] = {}
    fields: dict[str, dict[str, str]] = {}
    for resource in new.resources:
        origin = known.get(resource.was) or known.get(resource.name)
        if origin is None:
            continue
        if origin.name != resource.name:
            resources[origin.name] = resource.name
        there = {field.name for field in origin.fields}
        fields[origin.name] = {
            field.was: field.name for field in resource.fields if field.was in there
        }
    return resources, fields


def _moved(old: Contract, new: Contract) -> dict[str, str]:
    """The old paths of renamed resources and fields, by their new ones."""
    resources, fields = renames(old, new)
    found = {f"resources/{now}": f"resources/{was}" for was, now in resources.items()}
    for resource, named in fields.items():
        home = resources.get(resource, resource)
        for was, now in named.items():
            found[f"resources/{home}/fields/{now}"] = f"resources/{resource}/fields/{was}"
    return found


# ---- names ------------------------------------------------------------------------------------


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Texts that are words or values, and never the name of a field.
_NO_NAMES = words(
    """
    actions content default description ended function name not_made on_delete open period plural
    roles sources summary taking target title type types values version was who written
    """
)


def as_named_in(old: Contract, new: Contract) -> Contract:
    """`old` with the names that its resources and fields have in `new`."""
    resources, fields = renames(old, new)
    if not resources and not any(fields.values()):
        return old
    told = _plain(old)
    for resource in told["resources"]:
        scope = fields.get(resource["name"], {})
        for field in resource["fields"]:
            field["name"] = scope.get(field["name"], field["name"])
        for name in list(resource):
            if name not in _NO_NAMES:
                resource[name] = _named(resource[name], scope, resources, fields)
        resource["name"] = resources.get(resource["name"], resource["name"])
    for custom in told["customs"]:
        _rename_custom(custom, resources, fields)
    if told["accounts"]:
        scope = fields.get(told["accounts"]["resource"], {})
        told["accounts"] = _named(told["accounts"], scope, resources, fields)
    return msgspec.convert(told, Contract)


def _rename_custom(
    custom: dict[str, Json], resources: dict[str, str], fields: dict[str, dict[str, str]]
) -> None:
    """What a custom operation is about, and the rows of its examples, under their new names."""
    for name in ("resource", "shows"):
        custom[name] = resources.get(custom[name], custom[name])
    for field in custom["takes"]:
        if "resource" in field["kind"]:
            field["kind"]["resource"] = resources.get(
                field["kind"]["resource"], field["kind"]["resource"]
            )
    for row in (row for example in custom["examples"] for row in example["given"]):
        scope = fields.get(row["resource"], {})
        row["body"] = {scope.get(name, name): value for name, value in row["body"].items()}
        row["resource"] = resources.get(row["resource"], row["resource"])


def _named(
    node: Json, scope: dict[str, str], resources: dict[str, str], fields: dict[str, dict[str, str]]
) -> Json:
    """`node` with every name in it renewed; inside of what names a resource, by its fields."""
    if isinstance(node, str):
        sign = "-" if node.startswith("-") else ""
        return sign + scope.get(node.removeprefix("-"), node.removeprefix("-"))
    if isinstance(node, list):
        return [_named(one, scope, resources, fields) for one in cast(list[Json], node)]
    if not is_object(node):
        return node
    if isinstance(node.get("resource"), str):
        # What stands beside the name of a resource is about that one's fields.
        scope = fields.get(node["resource"], {})
    renewed = {
        name: one if name in _NO_NAMES else _named(one, scope, resources, fields)
        for name, one in node.items()
    }
    if isinstance(node.get("resource"), str):
        renewed["resource"] = resources.get(node["resource"], node["resource"])
    return renewed
