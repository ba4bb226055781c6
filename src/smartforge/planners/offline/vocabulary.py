"""The word lists of the offline planner, read once from the data files beside this module."""

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

import msgspec

from smartforge.contract import (
    Boolean,
    Date,
    Decimal,
    Email,
    Integer,
    Json,
    Kind,
    Phone,
    Text,
    TextList,
    Time,
    Timestamp,
    Url,
    Uuid,
)

LONG_TEXT = Text(1, 10_000)


class Wish(msgspec.Struct, frozen=True):
    """Something beyond the contract, by the phrases that name it; one of the two texts is set.

    `name` is that of the operation that answers that it cannot be made, if one would be called.
    """

    phrases: str
    operation: str = ""
    note: str = ""
    name: str = ""


class Words(msgspec.Struct, frozen=True):
    """Closed word lists; what each is for is said in words.toml."""

    determiners: frozenset[str]
    adjectives: frozenset[str]
    qualifying: frozenset[str]
    stops: frozenset[str]
    products: frozenset[str]
    containers: frozenset[str]
    manage: frozenset[str]
    look: frozenset[str]
    record: frozenset[str]
    trade: frozenset[str]
    filler: frozenset[str]
    has: frozenset[str]
    actors: frozenset[str]
    not_things: frozenset[str]
    field_labels: frozenset[str]
    thing_labels: frozenset[str]
    resource_labels: frozenset[str]
    required: frozenset[str]
    optional: frozenset[str]
    secrets: frozenset[str]
    states: Mapping[str, str]
    numbers: Mapping[str, int]
    actions: Mapping[str, str]
    front_end: frozenset[str]
    foreign: frozenset[str]
    english: frozenset[str]
    ignore_verbs: frozenset[str]
    ignore_objects: frozenset[str]
    reveal_verbs: frozenset[str]
    reveal_objects: frozenset[str]


class Attributes(msgspec.Struct, frozen=True):
    """Names of fields and the kinds they have; words for kinds; units; compounds and pairs."""

    kinds: Mapping[str, Kind]
    types: Mapping[str, Kind]
    units: Mapping[str, Kind]
    compounds: frozenset[str]
    tails: frozenset[str]
    pairs: frozenset[str]


class Nouns(msgspec.Struct, frozen=True):
    """Fields of common things, as written in nouns.toml, and the things of common domains.

    `within` says for a domain which of its things belongs to which other.
    """

    fields: Mapping[str, str]
    domains: Mapping[str, tuple[str, ...]]
    within: Mapping[str, tuple[tuple[str, str], ...]]


@functools.cache
def words() -> Words:
    """The closed word lists."""
    data = _load("words.toml")
    flat: dict[str, Any] = {
        key: frozenset(value.split()) for key, value in data.items() if isinstance(value, str)
    }
    flat |= {key: frozenset(value.split()) for key, value in data["unclear"].items()}
    flat["states"] = data["states"]
    flat["numbers"] = data["numbers"]
    flat["actions"] = {
        word: action for action, text in data["actions"].items() for word in text.split()
    }
    return msgspec.convert(flat, Words)


@functools.cache
def attributes() -> Attributes:
    """What the names of fields tell."""
    data = _load("attributes.toml")
    kinds: dict[str, Kind] = {}
    for group in data["group"]:
        kind = _kind(group)
        for word in group["words"].split():
            kinds.setdefault(word, kind)
    types = {word: _KINDS[name] for name, text in data["types"].items() for word in text.split()}
    units = {word: kinds[like] for like, text in data["units"].items() for word in text.split()}
    return Attributes(
        kinds=kinds,
        types=types,
        units=units,
        compounds=frozenset(data["compounds"]["words"].split()),
        tails=frozenset(data["tails"]["words"].split()),
        pairs=frozenset(data["pairs"]["words"].split()),
    )


@functools.cache
def nouns() -> Nouns:
    """What common things hold."""
    data = _load("nouns.toml")
    fields: dict[str, str] = dict(data["fields"])
    fields |= {word: fields[other] for word, other in data["like"].items() if other in fields}
    domains: dict[str, tuple[str, ...]] = {}
    within: dict[str, tuple[tuple[str, str], ...]] = {}
    for name, text in data["domains"].items():
        parts = [part.split(" > ") for part in text.split(", ")]
        domains[name] = tuple(dict.fromkeys(part[0] for part in parts))
        within[name] = tuple((part[0], part[1]) for part in parts if len(part) > 1)
    return Nouns(fields, domains, within)


@functools.cache
def wishes() -> tuple[Wish, ...]:
    """What lies beyond the contract, in the order of wishes.toml."""
    return msgspec.convert(_load("wishes.toml")["wish"], tuple[Wish, ...])


_KINDS: dict[str, Kind] = {
    "text": Text(1, 200),
    "long_text": LONG_TEXT,
    "integer": Integer(),
    "number": Decimal(),
    "boolean": Boolean(),
    "date": Date(),
    "timestamp": Timestamp(),
    "time": Time(),
    "phone": Phone(),
    "uuid": Uuid(),
    "email": Email(),
    "url": Url(),
    "text_list": TextList(),
    "json": Json(),
}


def _kind(group: dict[str, Any]) -> Kind:
    match group["kind"]:
        case "text":
            return Text(1, group["maximum"])
        case "integer":
            return Integer(group["minimum"], group["maximum"])
        case "decimal":
            return Decimal(group["minimum"], group["maximum"], group["places"])
        case name:
            return _KINDS[name]


def _load(name: str) -> dict[str, Any]:
    text = resources.files(__name__.rpartition(".")[0]).joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)
