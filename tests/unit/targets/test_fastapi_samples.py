"""Sample values against the JSON Schema that the contract gives the same field."""

from typing import Any

from hypothesis import given
from jsonschema import Draft202012Validator

from smartforge.contract import Date, Decimal, Email, Field, Kind, Text, TextList, Timestamp, Url
from smartforge.contract.openapi import field_schema
from smartforge.targets.fastapi.samples import accepted, refused, three
from tests.unit.targets.contracts import KINDS

# What JSON Schema cannot say, or says only to validators that look into formats.
BEYOND_SCHEMA = (Date, Decimal, Email, Text, TextList, Timestamp, Url)


def valid(kind: Kind, value: Any) -> bool:
    validator: Any = Draft202012Validator(field_schema(kind))
    return validator.is_valid(value)


@given(KINDS)
def test_what_is_accepted_is_valid(kind: Kind) -> None:
    for value in (*three(Field("a_field", kind)), *accepted(kind)):
        assert valid(kind, value), value


@given(KINDS)
def test_what_is_refused_is_not_valid(kind: Kind) -> None:
    values = list(refused(kind))
    assert not all(valid(kind, value) for value in values)
    if not isinstance(kind, BEYOND_SCHEMA):
        assert not any(valid(kind, value) for value in values)
