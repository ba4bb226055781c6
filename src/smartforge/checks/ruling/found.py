"""The rules that a promised document tells of, each where it stands. The document is untrusted."""

from collections.abc import Iterator
from typing import Any, TypeVar, cast

import msgspec

from smartforge.checks.endpoints import Endpoint, Promised
from smartforge.checks.surface import METHODS, Json

Hint = TypeVar("Hint", bound=msgspec.Struct)

_SCHEMAS = "#/components/schemas/"
_MOST_RULES = 2000
# What stands on an operation, and what it is called here.
_ON_OPERATIONS = {
    "x-transition": "transition",
    "x-restore": "soft_delete",
    "x-history": "history",
    "x-mark": "mark",
    "x-report": "report",
    "x-idempotent": "idempotent",
    "x-upload": "upload",
    "x-redirect": "redirect",
    "x-list": "list",
    "x-cursor": "cursor",
    "x-recipe": "recipe",
}


class Undecided(Exception):
    """Why a rule could not be tried."""


class Found(msgspec.Struct, frozen=True):
    """One rule: its `kind`, the rows it is about, and its hint as it is written.

    `endpoint` is the operation on which it stands, `name` the property.
    """

    kind: str
    collection: str
    hint: Json
    endpoint: Endpoint | None = None
    name: str = ""

    @property
    def words(self) -> str:
        """The rule in a few words, as people are told of it."""
        if self.endpoint is not None:
            return f"{self.kind} of {self.endpoint.key}"
        plain = [value for value in self.hint.values() if isinstance(value, str) and value]
        listed = [
            one
            for value in self.hint.values()
            if isinstance(value, list)
            for one in cast(list[Any], value)
            if isinstance(one, str)
        ]
        named = [one for one in (self.name, *plain, *listed) if one and one != self.kind]
        return f"{self.kind} ({', '.join(dict.fromkeys(named))}) of {self.collection}"

    def read(self, shape: type[Hint]) -> Hint:
        """The hint as the struct of its rule. Raises Undecided where it is none."""
        try:
            return msgspec.convert(self.hint, shape)
        except msgspec.ValidationError as error:
            raise Undecided(f"its hint cannot be read: {error}") from None


def rules_in(document: Json, promised: Promised) -> list[Found]:
    """Every rule of the document, in its order, at most 2,000."""
    found: list[Found] = []
    for collection in _collections(promised):
        found += _of_rows(document, promised, collection)
    found += _of_operations(document, promised)
    return found[:_MOST_RULES]


def _collections(promised: Promised) -> list[str]:
    """Those whose rows are answered somewhere."""
    known = [promised.accounts] if promised.accounts else []
    known += [one.collection for one in promised.endpoints if one.places or one.method == "POST"]
    known += [one.path for one in promised.endpoints if one.method == "GET" and not one.places]
    return list(dict.fromkeys(known))


def _of_rows(document: Json, promised: Promised, collection: str) -> Iterator[Found]:
    schema = answer_schema(document, promised, collection)
    rules: object = schema.get("x-rules")
    for one in cast(list[Any], rules) if isinstance(rules, list) else []:
        hint = _object(one)
        yield Found(str(hint.get("type", "a rule without a type")), collection, hint)
    for name, raw in _at(schema, "properties").items():
        computed = _at(_object(raw), "x-computed")
        if computed:
            kind = str(computed.get("type", "a formula without a type"))
            yield Found(kind, collection, computed, name=name)
        deleted = _at(_object(raw), "x-on-delete")
        if deleted:
            yield Found("on_delete", collection, deleted, name=name)
    creating = creating_in(promised, collection)
    for name in sorted(creating.unique) if creating else ():
        yield Found("unique", collection, {"field": name}, name=name)


def _of_operations(document: Json, promised: Promised) -> Iterator[Found]:
    for endpoint in promised.endpoints:
        raw = _at(_at(_at(document, "paths"), endpoint.path), endpoint.method.lower())
        for name, kind in _ON_OPERATIONS.items():
            if name not in raw:
                continue
            value: object = raw[name]
            hint = cast(Json, value) if isinstance(value, dict) else {"name": value}
            more = {key: raw[key] for key in ("x-filters", "x-ranges", "x-searched") if key in raw}
            collection = hint.get("collection")
            yield Found(
                kind,
                f"/{collection}" if isinstance(collection, str) else _rows_of(endpoint, kind),
                hint | more,
                endpoint,
            )


def _rows_of(endpoint: Endpoint, kind: str) -> str:
    if kind == "report":
        return endpoint.path.rpartition("/")[0]
    return endpoint.collection


def creating_in(promised: Promised, collection: str) -> Endpoint | None:
    """What makes a row of the collection; accounts are registered."""
    found = promised.creating(collection)
    if found is None and collection and collection == promised.accounts:
        return promised.register
    return found


def answer_schema(document: Json, promised: Promised, collection: str) -> Json:
    """The component that describes a row of the collection, hints included; empty without one."""
    for endpoint in promised.endpoints:
        alone = endpoint.path == collection and endpoint.method == "POST"
        if alone or (endpoint.on_item and endpoint.collection == collection):
            found = _answered(document, endpoint, "201") or _answered(document, endpoint, "200")
            if found:
                return found
    listing = promised.get("GET", collection)
    page = _answered(document, listing, "200") if listing else {}
    rows = _followed(document, _at(_at(_at(page, "properties"), "items"), "items"))
    if rows:
        return rows
    for endpoint in promised.endpoints:
        if endpoint.places and endpoint.collection == collection:
            found = _answered(document, endpoint, "200")
            if found and "items" not in _at(found, "properties"):
                return found
    return {}


def _answered(document: Json, endpoint: Endpoint, status: str) -> Json:
    assert endpoint.method.lower() in METHODS
    raw = _at(_at(_at(document, "paths"), endpoint.path), endpoint.method.lower())
    media = _at(_at(_at(raw, "responses"), status), "content")
    return _followed(document, _at(_at(media, "application/json"), "schema"))


def _followed(document: Json, schema: Json) -> Json:
    reference: object = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    name = reference.removeprefix(_SCHEMAS)
    return _at(_at(_at(document, "components"), "schemas"), name)


def _object(value: object) -> Json:
    return cast(Json, value) if isinstance(value, dict) else {}


def _at(holder: Json, key: str) -> Json:
    return _object(holder.get(key))
