"""A request before it is written down, and who and what it is about."""

import secrets
from collections.abc import Collection, Mapping
from typing import Any, cast

import msgspec

from smartforge.checks.asking import Answer, Request, encoded, segment
from smartforge.checks.endpoints import Endpoint
from smartforge.checks.surface import Json


class Actor(msgspec.Struct, frozen=True):
    """Who asks. `before` are the lines that give this one's TOKEN; `refresh` is for a new one.

    `headers` let somebody in who has no token.
    """

    name: str
    token: str = ""
    account: Json = {}
    login: Json = {}
    before: tuple[str, ...] = ()
    refresh: str = ""
    headers: Mapping[str, str] = {}


NOBODY = Actor("nobody")


class Row(msgspec.Struct, frozen=True):
    """A row as it was answered; `before` are the lines that made it and its parents."""

    shown: Json
    before: tuple[str, ...] = ()

    @property
    def id(self) -> Any:
        return self.shown.get("id")


class Way(msgspec.Struct, frozen=True):
    """How to put a request together.

    `fresh`: for a row that nothing was done with. `apart`: with parents of its own. `low`: with
    the smallest numbers. `minimal`: without what may be left out. `without`: without these.
    """

    fresh: bool = False
    apart: bool = False
    low: bool = False
    minimal: bool = False
    without: frozenset[str] = frozenset()


class Draft(msgspec.Struct, frozen=True):
    """A request whose parts can still be exchanged. `before` are the lines that lead to it.

    `version` is that of the row which a change is meant for; empty: whichever it has. `key` is
    that by which it can be sent again; empty: a new one each time where one is needed; None: none.
    """

    endpoint: Endpoint
    actor: Actor
    places: Mapping[str, Any] = {}
    query: tuple[tuple[str, Any], ...] = ()
    body: Json | None = None
    before: tuple[str, ...] = ()
    version: str = ""
    key: str | None = ""

    def request(self) -> Request:
        path = self.endpoint.path
        for name, value in self.places.items():
            path = path.replace(f"{{{name}}}", segment(value))
        token = self.actor.token
        headers = dict(self.actor.headers)
        if "if-match" in self.endpoint.parameters("header"):
            headers["If-Match"] = self.version or "*"
        key = self.endpoint.parameters("header").get("idempotency-key")
        if key and self.key is not None and (self.key or key.required):
            headers["Idempotency-Key"] = self.key or secrets.token_hex(8)
        bare = Request(
            self.endpoint.method,
            path,
            tuple((name, _spelled(value)) for name, value in self.query),
            headers=headers,
            token=token,
            known=bool(self.actor.before),
        )
        if self.body is None:
            return bare
        if self.endpoint.form:
            return msgspec.structs.replace(bare, parts=_parts(self.body))
        return msgspec.structs.replace(bare, content=encoded(self.body), kind="application/json")

    def lines(self) -> tuple[str, ...]:
        """What leads to it, and the request itself; each line once."""
        return tuple(dict.fromkeys((*self.before, self.request().curl())))

    def by(self, actor: Actor) -> "Draft":
        return msgspec.structs.replace(self, actor=actor, before=(*self.before, *actor.before))

    def at(self, endpoint: Endpoint) -> "Draft":
        """The same places of another endpoint, without a body, after this request."""
        return Draft(endpoint, self.actor, self.places, before=self.lines())

    def asking(self, *query: tuple[str, Any]) -> "Draft":
        return msgspec.structs.replace(self, query=query)

    def placed(self, **places: Any) -> "Draft":
        return msgspec.structs.replace(self, places={**self.places, **places})

    def with_body(self, **changes: Any) -> "Draft":
        return msgspec.structs.replace(self, body={**(self.body or {}), **changes})

    def with_only(self, name: str) -> "Draft":
        return msgspec.structs.replace(self, body={name: (self.body or {})[name]})

    def without(self, name: str) -> "Draft":
        body = {key: value for key, value in (self.body or {}).items() if key != name}
        return msgspec.structs.replace(self, body=body)


def ascending(endpoint: Endpoint, body: Json, fixed: Collection[str] = ()) -> Json:
    """The body with values that must ascend doing so, as far as their bounds leave room.

    Those that are `fixed` stay as they are.
    """
    body = dict(body)
    for earlier, later in endpoint.ordered * len(endpoint.ordered):
        low, high = body.get(earlier), body.get(later)
        if isinstance(low, int | float) and isinstance(high, int | float) and low >= high:
            most = endpoint.properties[later].get("maximum", low + 1)
            if later not in fixed and low + 1 <= most:
                body[later] = low + 1
            elif earlier not in fixed:
                body[earlier] = high - 1
        elif {earlier, later} & set(fixed) or not isinstance(low, str) or not isinstance(high, str):
            continue
        elif len(low) == len(high) and low > high:
            body[earlier], body[later] = high, low
    return body


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _parts(body: Json) -> tuple[tuple[str, str | bytes], ...]:
    parts: list[tuple[str, str | bytes]] = []
    for name, value in body.items():
        many = cast(list[Any], value) if isinstance(value, list) else [value]
        parts += [(name, one if isinstance(one, bytes) else _spelled(one)) for one in many]
    return tuple(parts)


def is_file(schema: Json) -> bool:
    return schema.get("format") == "binary" or "contentMediaType" in schema


def blamed(answer: Answer) -> list[str]:
    """The properties of the body that a refusal names, as problems of the product do."""
    told = answer.json()
    errors: Any = cast(Json, told).get("errors", []) if isinstance(told, dict) else []
    names: list[str] = []
    for error in cast(list[Any], errors) if isinstance(errors, list) else []:
        location = cast(Json, error).get("location") if isinstance(error, dict) else None
        if isinstance(location, list) and len(cast(list[Any], location)) > 1:
            names.append(str(cast(list[Any], location)[1]))
    return names
