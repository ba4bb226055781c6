"""The worked examples of a custom operation as tests: rows, one request, its answer."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from smartforge.contract import Custom, Example, Field, Given, Reference, References, Timestamp
from smartforge.contract.names import kebab, shorten
from smartforge.targets.fastapi.judge.bodies import Source, fixture, source
from smartforge.targets.fastapi.judge.callers import ANYONE, Caller, may
from smartforge.targets.fastapi.judge.suite import Suite
from smartforge.targets.fastapi.literals import python

_LONG = 30


class Row(msgspec.Struct, frozen=True):
    """A given row: the variable that holds it, empty where nothing names it, and what makes it."""

    name: str
    made: str


class Worked(msgspec.Struct, frozen=True):
    """One example: the test's name and parameters, the rows, the request and what is expected."""

    name: str
    parameters: str
    rows: tuple[Row, ...]
    asked: str
    status: int
    expected: str


class CustomTests(msgspec.Struct, frozen=True):
    """The tests of one operation. `unknown` asks about a row that there is not, `odd` are calls
    whose body is not valid; both are empty where there is nothing to ask."""

    worked: tuple[Worked, ...]
    caller: str
    unknown: str
    odd: tuple[str, ...]


def custom_tests(suite: Suite, custom: Custom) -> CustomTests:
    """What `tests/test_custom_NAME.py` holds."""
    caller = _caller(suite, custom)
    return CustomTests(
        worked=tuple(
            _Example(suite, custom, example, caller).worked(number)
            for number, example in enumerate(custom.examples, 1)
        ),
        caller=caller.fixture,
        unknown=_unknown(suite, custom, caller) if custom.on_row else "",
        odd=tuple(_odd(suite, custom, caller)) if custom.method == "POST" else (),
    )


def _unknown(suite: Suite, custom: Custom, caller: Caller) -> str:
    path = f'f"{_home(suite, custom)}/{{UNKNOWN_ID}}/{kebab(custom.name)}"'
    return _call(custom, caller, path, custom.sample)


def _odd(suite: Suite, custom: Custom, caller: Caller) -> Iterator[str]:
    """Whatever the row, what is sent is looked at first."""
    place = "/1" if custom.on_row else ""
    path = python(f"{_home(suite, custom)}{place}/{kebab(custom.name)}")
    body = custom.sample
    if custom.takes:
        yield _call(custom, caller, path, {**body, "no_such_field": 1})
    for field in custom.takes:
        if field.required:
            yield _call(custom, caller, path, {**body, field.name: None})


def _home(suite: Suite, custom: Custom) -> str:
    return suite.contract.resource(custom.resource).path if custom.resource else ""


def _call(custom: Custom, caller: Caller, path: str, body: Mapping[str, object]) -> str:
    """The call that sends a request; `path` is an expression."""
    sent = ""
    if custom.takes and custom.method == "POST":
        sent = f", json={source(body)}"
    elif custom.takes and body:
        sent = f", params={source(_in_query(body))}"
    return f"{caller.fixture}.{custom.method.lower()}({path}{sent})"


def _caller(suite: Suite, custom: Custom) -> Caller:
    """Whoever may, with the fewest rights; where the row is to be one's own, its maker."""
    known = suite.callers
    if custom.on_row:
        found = known.of(suite.contract.resource(custom.resource), custom.access)
        if found is not None:
            return found
    own = custom.on_row and custom.access.who == "owner"
    return next((one for one in known.candidates if may(custom.access, one, own=own)), ANYONE)


class _Example:
    def __init__(self, suite: Suite, custom: Custom, example: Example, caller: Caller) -> None:
        self._suite = suite
        self._custom = custom
        self._example = example
        self._caller = caller
        self._names: dict[str, list[str]] = {}
        self._needs = {caller.fixture: "HttpClient"}

    def worked(self, number: int) -> Worked:
        rows = [self._row(given) for given in self._example.given]
        asked = self._asked()
        expected = source(self._expected()) if self._example.status == 200 else ""
        said = "".join((*(row.made for row in rows), asked, expected))
        rows = [row if f"{row.name}[" in said else Row("", row.made) for row in rows]
        return Worked(
            name=f"test_example_{number}",
            parameters=", ".join(f"{name}: {kind}" for name, kind in self._needs.items()),
            rows=tuple(rows),
            asked=asked,
            status=self._example.status,
            expected=expected,
        )

    # ---- rows ---------------------------------------------------------------------------------

    def _row(self, given: Given) -> Row:
        module = self._suite.modules[given.resource]
        maker = self._suite.callers.makers.get(given.resource, self._caller)
        if may(module.resource.access.create, self._caller, own=True) and self._caller.account:
            # What somebody may make, they make: then it is their own.
            maker = self._caller
        self._needs.setdefault(maker.fixture, "HttpClient")
        fields = [one for one in module.resource.fields if one.on_creation]
        made_up = dict(module.bodies.rows[len(self._made(given)) % 3]) if module.makes else {}
        body: dict[str, object] = {}
        for field in fields:
            if field.name in given.body:
                body[field.name] = self._value(field, given.body[field.name])
            elif self._refers_to_accounts(field):
                if field.required:
                    body[field.name] = self._me(maker)
            elif field.required and not isinstance(made_up.get(field.name), Source | None):
                body[field.name] = made_up[field.name]
        made = self._made(given)
        name = fixture(f"{shorten(given.resource, _LONG)}_{len(made) + 1}")
        made.append(name)
        return Row(name, f"add({maker.fixture}, {python(module.path or '/')}, {source(body)})")

    def _made(self, given: Given) -> list[str]:
        return self._names.setdefault(given.resource, [])

    def _refers_to_accounts(self, field: Field) -> bool:
        kind = field.kind
        return isinstance(kind, Reference) and kind.resource == self._suite.makeable.accounts

    def _me(self, caller: Caller) -> Source:
        return Source(f'me({caller.fixture})["id"]')

    def _value(self, field: Field, value: Any) -> object:
        """A value of a field, in which the places of rows are their ids."""
        kind = field.kind
        if value is None or not isinstance(kind, Reference | References):
            return value
        if isinstance(kind, References):
            return [self._id(kind.resource, place) for place in cast(list[int], value)]
        return self._id(kind.resource, value)

    def _id(self, resource: str, place: int) -> Source:
        if resource == self._suite.makeable.accounts:
            return self._me(self._caller)
        return Source(f'{self._names[resource][place - 1]}["id"]')

    # ---- the request --------------------------------------------------------------------------

    def _asked(self) -> str:
        fields = {field.name: field for field in self._custom.takes}
        body = {
            name: self._value(fields[name], value) if name in fields else value
            for name, value in self._example.body.items()
        }
        return _call(self._custom, self._caller, self._path(), body)

    def _path(self) -> str:
        custom, tail = self._custom, kebab(self._custom.name)
        home = _home(self._suite, custom)
        if not custom.on_row:
            return python(f"{home}/{tail}")
        if custom.resource == self._suite.makeable.accounts:
            return f"f\"{home}/{{me({self._caller.fixture})['id']}}/{tail}\""
        made = self._names.get(custom.resource, [])
        if not 1 <= self._example.row <= len(made):
            return f'f"{home}/{{UNKNOWN_ID}}/{tail}"'
        return f"f\"{home}/{{{made[self._example.row - 1]}['id']}}/{tail}\""

    def _expected(self) -> dict[str, object]:
        custom, answer = self._custom, self._example.answer
        if not custom.shows:
            return dict(answer)
        if custom.many:
            rows = cast(list[dict[str, Any]], answer["items"])
            return {"items": [dict(self._shown(row)) for row in rows]}
        return dict(self._shown(answer))

    def _shown(self, row: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
        resource = self._suite.contract.resource(self._custom.shows)
        fields = {field.name: field for field in resource.fields}
        for name, value in row.items():
            shown = self._value(fields[name], value) if name in fields else value
            if name in fields and isinstance(fields[name].kind, Timestamp):
                shown = _moment(value)
            yield name, shown


def _moment(value: Any) -> Any:
    """A timestamp as rows show it, whatever offset and precision it is written with."""
    if not isinstance(value, str):
        return value
    return datetime.fromisoformat(value).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _in_query(body: Mapping[str, object]) -> dict[str, object]:
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in body.items()
        if value is not None
    }
