"""What the templates see of a contract: names and lines of Python, decided here, only laid out there."""

import json
import shlex

import msgspec

from smartforge.contract import Choice, Contract, Date, Decimal, Field, Resource, Text, TextList, Timestamp
from smartforge.contract.names import spaced
from smartforge.targets.fastapi import kinds, naming, samples
from smartforge.targets.fastapi.literals import python


class FieldView(msgspec.Struct, frozen=True):
    """One field: `wire` on the wire, `attribute` in Python; the rest are lines of class bodies."""

    wire: str
    attribute: str
    alias: str
    own_type: str
    answer: str
    create: str
    update: str
    mapped: str


class Cases(msgspec.Struct, frozen=True):
    """Values for the tests of one resource: name of the case -> (field, value)."""

    accepted: dict[str, tuple[str, object]]
    refused: dict[str, tuple[str, object]]


class ResourceView(msgspec.Struct, frozen=True):
    """One resource. `rows` are three bodies of a request, `stored` what models hold for them."""

    resource: Resource
    names: naming.ResourceNames
    one: str
    many: str
    path: str
    actions: frozenset[str]
    fields: tuple[FieldView, ...]
    sortable: dict[str, str]
    kinds: frozenset[str]
    rows: tuple[dict[str, object], ...]
    stored: tuple[str, ...]
    required: tuple[str, ...]
    defaults: dict[str, object]
    cases: Cases
    text: str
    times: tuple[str, ...]
    curls: tuple[tuple[str, str], ...]

    @property
    def answers(self) -> bool:
        """Whether any operation answers with the resource itself."""
        return self.actions != {"delete"}
