"""What an API promises: resources, fields, operations; rendered to and read from OpenAPI 3.1."""

from smartforge.contract.fields import (
    Boolean,
    Choice,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Kind,
    Text,
    TextList,
    Timestamp,
    Url,
)
from smartforge.contract.resources import CRUD, Action, Contract, Paging, Resource
from smartforge.contract.soundness import validate

__all__ = [
    "CRUD",
    "Action",
    "Boolean",
    "Choice",
    "Contract",
    "Date",
    "Decimal",
    "Email",
    "Field",
    "Integer",
    "Kind",
    "Paging",
    "Resource",
    "Text",
    "TextList",
    "Timestamp",
    "Url",
    "validate",
]
