"""The promised document as what a client can do: endpoints, the collections they form, accounts.

Read from the document alone. Where it has no hint (`x-references`, `x-unique`, `x-access`), names
and shapes say what belongs together.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, cast

import msgspec

from smartforge.checks.surface import Json, Operation, Parameter, surface

FORM = "multipart/form-data"
_PLACE = re.compile(r"\{([^{}/]+)\}")
# Refusals that say nothing about what was sent.
_NOT_ABOUT_DATA = frozenset({"401", "403", "404", "405", "409", "410", "429"})
_MOST_REFERENCES = 16


class Access(msgspec.Struct, frozen=True):
    """What the hint says about who may; `who` is empty where there is none."""

    who: Literal["", "user", "owner", "role"] = ""
    roles: tuple[str, ...] = ()
    tenant: bool = False


class Endpoint(msgspec.Struct, frozen=True, dict=True):
    """One method of one path, all references resolved.

    `references` says to which collection a property of the body points, `unique` which properties
    never hold the same twice, `file_types` of which type its files may be; they are empty where the
    document gives no hint. `self_url` is the property of its answers that says where the row is,
    `ordered` has pairs of properties of its rows of which the second is always the greater one.
    `pointing` says to which collection a property of its rows points that clients do not write.
    `spent` names references to what must be the caller's own, since it may be taken from.
    `not_owner` tells that it is refused to whoever made the row.
    `restores` says that it brings back what was deleted.
    `custom` tells that no schema says what it does: what looks valid may be refused all the same,
    and what is answered under the name of what was sent may be something else.
    `example` is a body that the document shows, `written` names the texts in it that follow a
    grammar of their own.
    """

    method: str
    path: str
    operation: Operation
    references: Mapping[str, str] = {}
    file_types: Mapping[str, str] = {}
    unique: frozenset[str] = frozenset()
    example: Json = {}
    written: frozenset[str] = frozenset()
    access: Access = Access()
    self_url: str = ""
    not_owner: bool = False
    restores: bool = False
    custom: bool = False
    ordered: tuple[tuple[str, str], ...] = ()
    spent: frozenset[str] = frozenset()
    pointing: Mapping[str, str] = {}

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The names in the path."""
        return tuple(_PLACE.findall(self.path))

    def fits(self, path: str) -> bool:
        """Whether a request's path is one of this template."""
        parts, own = path.split("/"), self.path.split("/")
        return len(parts) == len(own) and all(
            one == other or (other.startswith("{") and one != "")
            for one, other in zip(parts, own, strict=True)
        )

    @property
    def collection(self) -> str:
        """The path up to its last place, `/books` for `/books/{book_id}/cover`; else all of it."""
        return self.before(self.places[-1]) if self.places else self.path

    def before(self, place: str) -> str:
        """The path up to a place, without the slash; the root is just that."""
        return self.path[: self.path.index(f"{{{place}}}")].rstrip("/") or "/"

    @property
    def on_item(self) -> bool:
        """Whether the path is that of one row and nothing behind it."""
        return bool(self.places) and self.path.endswith(f"{{{self.places[-1]}}}")

    @property
    def gives_role(self) -> bool:
        return self.method == "PUT" and self.path.endswith("/role") and bool(self.places)

    @property
    def by_key(self) -> bool:
        """Whether an API key lets somebody in."""
        return any('"apiKey"' in way for way in self.operation.security)

    @property
    def secured(self) -> bool:
        return bool(self.operation.security) and "[]" not in self.operation.security

    @cached_property
    def successes(self) -> frozenset[int]:
        """Statuses below 400 that the document names."""
        told = (code for code in self.operation.responses if code.isdecimal())
        return frozenset(int(code) for code in told if 200 <= int(code) < 400)

    @cached_property
    def refusals(self) -> frozenset[int]:
        """Statuses with which data that is not valid may be refused."""
        told = set(self.operation.responses) - _NOT_ABOUT_DATA
        if "422" in told:
            return frozenset({422})
        return frozenset(int(code) for code in told if code.isdecimal() and 400 <= int(code) < 500)

    def answers(self, status: int) -> bool:
        """Whether the document names that status."""
        return str(status) in self.operation.responses

    @property
    def form(self) -> bool:
        body = self.operation.body
        return body is not None and FORM in body.content

    @cached_property
    def body(self) -> Json | None:
        """The schema of the body as an object, None where it takes none."""
        body = self.operation.body
        return next(iter(body.content.values()), None) if body else None

    @property
    def properties(self) -> dict[str, Json]:
        return cast(dict[str, Json], (self.body or {}).get("properties", {}))

    @property
    def required(self) -> list[str]:
        return cast(list[str], (self.body or {}).get("required", []))

    def parameters(self, place: Literal["path", "query", "header"]) -> dict[str, Parameter]:
        """By name."""
        return {
            key.partition(" ")[2]: parameter
            for key, parameter in self.operation.parameters.items()
            if key.startswith(f"{place} ")
        }

    def answer(self, status: int) -> Json:
        """The schema of the JSON that is answered with that status."""
        response = self.operation.responses.get(str(status))
        return (response.content.get("application/json") or {}) if response else {}


class Promised(msgspec.Struct, frozen=True):
    """All endpoints in the order of the document; the roles, the one of new accounts first.

    `key_header` is the header that API keys come in, empty where none are taken.
    """

    endpoints: tuple[Endpoint, ...]
    roles: tuple[str, ...] = ()
    key_header: str = ""

    def get(self, method: str, path: str) -> Endpoint | None:
        return next((one for one in self.endpoints if one.key == f"{method} {path}"), None)

    def asked(self, method: str, path: str) -> Endpoint | None:
        """The endpoint that a request is for: of several, the one with the fewest places."""
        found = [one for one in self.endpoints if one.method == method and one.fits(path)]
        return min(found, key=lambda one: len(one.places), default=None)

    def creating(self, collection: str) -> Endpoint | None:
        """What makes a row of it."""
        found = self.get("POST", collection)
        return found if found is not None and not found.places else None

    def alone(self, bulk: Endpoint) -> Endpoint | None:
        """What creates one row of those of which `bulk` creates many; None for other endpoints."""
        collection = bulk.path.removesuffix("/bulk") or "/"
        items = bulk.properties.get("items", {}).get("items")
        one = self.creating(collection) if bulk.path.endswith("/bulk") else None
        return one if one is not None and one is not bulk and one.body == items else None

    def reading(self, collection: str) -> Endpoint | None:
        """What answers one row of it."""
        return next(
            (
                one
                for one in self.endpoints
                if one.method == "GET" and one.on_item and one.collection == collection
            ),
            None,
        )

    @property
    def collections(self) -> tuple[str, ...]:
        """Paths to which rows can be posted."""
        return tuple(
            one.path
            for one in self.endpoints
            if one.method == "POST"
            and not one.places
            and one is not self.register
            and one is not self.login
            and 201 in one.successes
            and self.alone(one) is None
        )

    @property
    def login(self) -> Endpoint | None:
        """What answers a token."""
        return next(
            (
                one
                for one in self.endpoints
                if one.method == "POST" and "access_token" in one.answer(200).get("properties", {})
            ),
            None,
        )

    @property
    def register(self) -> Endpoint | None:
        """What makes an account and needs none."""
        open_ = [one for one in self.endpoints if one.method == "POST" and not one.secured]
        named = [one for one in open_ if one.path.endswith("/register")]
        login = self.login
        return next(
            (one for one in named + open_ if "password" in one.properties and one != login), None
        )

    @property
    def refresh(self) -> Endpoint | None:
        """What answers new tokens for a refresh token."""
        return next(
            (
                one
                for one in self.endpoints
                if one.method == "POST" and [*one.properties] == ["refresh_token"]
            ),
            None,
        )

    @property
    def new_key(self) -> Endpoint | None:
        """What answers a new API key."""
        return next(
            (
                one
                for one in self.endpoints
                if one.method == "POST" and "key" in one.answer(201).get("properties", {})
                if one.secured and one.path.startswith("/auth/")
            ),
            None,
        )

    def takes_credentials(self, endpoint: Endpoint) -> bool:
        """Whether only what somebody was given or knows can stand in its body."""
        named = {"password", "current_password"} & endpoint.properties.keys()
        own = endpoint in (self.login, self.register, self.refresh)
        return own or bool(named and endpoint.path.startswith("/auth/"))

    def ends_login(self, endpoint: Endpoint) -> bool:
        """Whether the token with which it is asked is of no use afterwards."""
        leaves = endpoint.method == "POST" and endpoint.path.endswith(("/logout", "/signout"))
        return endpoint.secured and (leaves or "current_password" in endpoint.properties)

    @property
    def me(self) -> Endpoint | None:
        """What answers one's own account."""
        return next((one for one in self.endpoints if one.key.endswith("/me")), None)

    @property
    def accounts(self) -> str | None:
        """The collection whose rows are the accounts, if they are served as rows at all."""
        if self.register is None:
            return None
        account = self.register.answer(201)
        return next(
            (
                one.collection
                for one in self.endpoints
                if one.on_item and account and account in (one.answer(200), one.answer(201))
            ),
            None,
        )

    @property
    def secured(self) -> tuple[Endpoint, ...]:
        return tuple(one for one in self.endpoints if one.secured)


def promised(document: Json) -> Promised:
    """Reads an untrusted document. Raises surface.TooComplex, RecursionError."""
    operations = surface(document).items()
    endpoints = tuple(_endpoint(document, key, operation) for key, operation in operations)
    giving = next((one for one in endpoints if one.gives_role), None)
    roles: list[Any] = []
    if giving is not None:
        raw = _at(_at(_at(document, "paths"), giving.path), "put")
        told = _followed(document, _at(_sent(document, raw), "role")).get("enum")
        roles = cast(list[Any], told) if isinstance(told, list) else []
    named = tuple(one for one in roles if isinstance(one, str))
    return Promised(endpoints, named, _key_header(document))


def _key_header(document: Json) -> str:
    schemes = _at(_at(document, "components"), "securitySchemes")
    for scheme in map(_object, schemes.values()):
        name: Any = scheme.get("name")
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header" and name:
            return str(name)
    return ""


def _endpoint(document: Json, key: str, operation: Operation) -> Endpoint:
    method, _, path = key.partition(" ")
    raw = _at(_at(_at(document, "paths"), path), method.lower())
    properties = _sent(document, raw)
    references: dict[str, str] = {}
    file_types: dict[str, str] = {}
    unique: set[str] = set()
    written: set[str] = set()
    for name, schema in properties.items():
        target = _object(schema).get("x-references")
        if isinstance(target, str):
            references[name] = "/" + target.lstrip("/")
        types: object = _object(schema).get("x-media-types")
        if isinstance(types, list) and types:
            file_types[name] = str(cast(list[Any], types)[0])
        if _object(schema).get("x-unique") is True:
            unique.add(name)
        if _object(schema).get("x-grammar") is True:
            written.add(name)
    return Endpoint(
        method=method,
        path=path,
        operation=operation,
        references=references,
        file_types=file_types,
        unique=frozenset(unique),
        example=_object(_media(raw).get("example")),
        written=frozenset(written),
        access=_access(raw),
        self_url=_self_url(document, raw),
        not_owner=_bars_owner(raw),
        restores=raw.get("x-restore") is True,
        custom=raw.get("x-custom") is True,
        ordered=_ordered(document, raw),
        spent=_spent(document, raw),
        pointing=_pointing(document, raw),
    )


def _sent(document: Json, raw: Json) -> Json:
    """The properties of the body, as they are written."""
    return _at(_followed(document, _at(_media(raw), "schema")), "properties")


def _media(raw: Json) -> Json:
    """What the body is, in the first of its types."""
    content = _at(_at(raw, "requestBody"), "content")
    return _object(next(iter(content.values()), None))


def _self_url(document: Json, raw: Json) -> str:
    """The property of what is created that the document says to be its own URL."""
    shown = _at(_answered(document, raw, "201"), "properties")
    return next((name for name, one in shown.items() if _object(one).get("x-self") is True), "")


def _bars_owner(raw: Json) -> bool:
    hint = raw.get("x-transition")
    return isinstance(hint, dict) and cast(Json, hint).get("not_owner") is True


def _ordered(document: Json, raw: Json) -> tuple[tuple[str, str], ...]:
    """What is written must ascend as its row does."""
    return tuple(
        (str(one.get("earlier")), str(one.get("later")))
        for one in _rules(document, raw)
        if one.get("type") == "ordered"
    )


def _spent(document: Json, raw: Json) -> frozenset[str]:
    rules = (one for one in _rules(document, raw) if one.get("own") is True)
    return frozenset(str(one.get("reference")) for one in rules if one.get("type") == "adjusts")


def _pointing(document: Json, raw: Json) -> dict[str, str]:
    sent = _sent(document, raw)
    shown = _at(_answered(document, raw, "201"), "properties")
    told = {name: _at(_object(one), "x-on-delete").get("collection") for name, one in shown.items()}
    return {
        name: "/" + target.lstrip("/")
        for name, target in told.items()
        if isinstance(target, str) and name not in sent
    }


def _rules(document: Json, raw: Json) -> list[Json]:
    """Those of the row that is answered."""
    row = _answered(document, raw, "201") or _answered(document, raw, "200")
    rules: object = row.get("x-rules")
    return [_object(one) for one in cast(list[Any], rules)] if isinstance(rules, list) else []


def _answered(document: Json, raw: Json, status: str) -> Json:
    content = _at(_at(_at(raw, "responses"), status), "content")
    return _followed(document, _at(_object(next(iter(content.values()), None)), "schema"))


def _access(raw: Json) -> Access:
    try:
        return msgspec.convert(raw.get("x-access", {}), Access)
    except msgspec.ValidationError:
        return Access()


def _object(value: object) -> Json:
    return cast(Json, value) if isinstance(value, dict) else {}


def _at(holder: Json, key: str) -> Json:
    return _object(holder.get(key))


def _followed(document: Json, value: Json) -> Json:
    for _ in range(_MOST_REFERENCES):
        reference: Any = value.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return value
        value = document
        for part in reference[2:].split("/"):
            value = _at(value, part.replace("~1", "/").replace("~0", "~"))
    return {}
