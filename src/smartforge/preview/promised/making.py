"""A row as its resource promises it: what was sent, and valid values for all the rest."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal as Exact
from typing import Any, cast

from smartforge.checks.values import CannotTell, good
from smartforge.contract import Contract
from smartforge.contract.fields import Code, Decimal, Reference, References, Slug, Timestamp
from smartforge.contract.openapi import number
from smartforge.contract.resources import Resource
from smartforge.preview.promised.rows import Row, Rows, in_utc, now
from smartforge.preview.promised.validation import UploadedFile
from smartforge.preview.promised.wire import Fault, invalid

Json = dict[str, Any]

CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def made(
    contract: Contract,
    resource: Resource,
    shown: Json,
    sent: Mapping[str, Any],
    row_id: int,
    caller: Row | None,
) -> Row:
    """A new row, whose properties are those of `shown`, the schema of an answer."""
    row: Row = {}
    for name, schema in cast("dict[str, Json]", shown.get("properties", {})).items():
        row[name] = _value(resource, name, schema, sent, row_id)
    row |= _known(contract, resource, row_id, caller, row)
    if isinstance(file := sent.get("file"), UploadedFile):
        row |= {"filename": file.name, "content_type": file.kind, "size": len(file)}
    return row


def _known(
    contract: Contract, resource: Resource, row_id: int, caller: Row | None, row: Row
) -> Row:
    """What the server sets, whatever was sent."""
    known: Row = {"id": row_id} if "id" in row else {}
    known |= {name: now() for name in ("created_at", "updated_at") if name in row}
    if caller is not None and resource.owner in row and resource.owner != "id":
        known[resource.owner] = caller["id"]
    accounts = contract.accounts
    if accounts and caller is not None and resource.tenant in row:
        known[resource.tenant] = caller.get(accounts.tenant)
    for computed in resource.computed:
        if computed.name in row:
            function = getattr(computed.formula, "function", "count")
            known[computed.name] = 0 if function in ("count", "sum") else None
    return known


def _value(
    resource: Resource, name: str, schema: Json, sent: Mapping[str, Any], row_id: int
) -> Any:
    field = next((each for each in resource.fields if each.name == name), None)
    if name in sent:
        return stored(field.kind if field else None, sent[name])
    if field is None:
        return example(schema, name, row_id)
    match field.kind:
        case Slug(source=source):
            words = re.sub(r"[^a-z0-9]+", "-", str(sent.get(source, name)).lower()).strip("-")
            return f"{words[:60] or 'row'}-{row_id}"
        case Code(length=length):
            return "".join(secrets.choice(CODE_LETTERS) for _ in range(length))
        case _ if field.default is not None or field.nullable:
            default = field.default
            if isinstance(field.kind, Decimal) and isinstance(default, str | int | float):
                return number(default)
            return default
        case _:
            return example(schema, name, row_id)


def example(schema: Json, name: str, number: int) -> Any:
    """A value that the schema of an answer allows; null where none is known."""
    if schema.get("nullable"):
        return None
    try:
        return good(schema, name, number)
    except CannotTell:
        return None


def stored(kind: object, value: Any) -> Any:
    """The value as it is answered."""
    if isinstance(kind, Timestamp) and isinstance(value, str):
        return in_utc(datetime.fromisoformat(value))
    if isinstance(kind, References) and isinstance(value, list):
        return sorted(set(cast("list[int]", value)))
    return value


def check_values(
    resource: Resource, sent: Mapping[str, Any], rows: Rows, at: tuple[str | int, ...]
) -> None:
    """What no schema says: places behind the point, references to rows. Raises Wrong (422)."""
    faults: list[Fault] = []
    for field in resource.fields:
        value = sent.get(field.name)
        match field.kind:
            case Decimal(places=places) if isinstance(value, int | float):
                if -cast(int, Exact(str(value)).normalize().as_tuple().exponent) > places:
                    words = f"has more than {places} digits behind the point"
                    faults.append(((*at, field.name), words))
            case Reference(resource=target) if isinstance(value, int):
                if rows.get(target, value) is None:
                    faults.append(((*at, field.name), f"there is no such {target}"))
            case References(resource=target) if isinstance(value, list):
                if any(rows.get(target, one) is None for one in cast("list[int]", value)):
                    faults.append(((*at, field.name), f"there is no such {target}"))
            case _:
                pass
    if faults:
        raise invalid(*faults)
