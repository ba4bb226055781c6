"""Worked examples: whether rows can be given, a body sent and an answer told as they say."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import msgspec

from smartforge.contract.custom import Custom, Example, Given
from smartforge.contract.fields import (
    Decimal,
    Default,
    Field,
    Json,
    Kind,
    Reference,
    References,
)
from smartforge.contract.kinds import default_problem, storable
from smartforge.contract.names import quoted
from smartforge.contract.recipes import LISTS, Told
from smartforge.contract.resources import Contract, Resource

LEAST_EXAMPLES = 2
MAX_EXAMPLES = 6
MAX_GIVEN = 20
MAX_EXAMPLE_BYTES = 16_384
UNIQUE_GIVEN = 3  # rows whose unique fields can be made up


def example_problems(contract: Contract, custom: Custom, here: str) -> Iterator[str]:
    """Of an operation that is sound but for its examples."""
    count = len(custom.examples)
    if not LEAST_EXAMPLES <= count <= MAX_EXAMPLES:
        yield f"{here}: it needs {LEAST_EXAMPLES} to {MAX_EXAMPLES} worked examples, not {count}"
    if count and all(one.status != 200 for one in custom.examples):
        yield f"{here}: none of its examples is answered with 200"
    for number, example in enumerate(custom.examples, 1):
        yield from _Worked(contract, custom, example, f"example {number} of {here}").problems()


class _Worked:
    """One example."""

    def __init__(self, contract: Contract, custom: Custom, example: Example, here: str) -> None:
        self._contract = contract
        self._custom = custom
        self._example = example
        self._here = here
        self._resources = {one.name: one for one in contract.resources}

    def problems(self) -> Iterator[str]:
        example, here = self._example, self._here
        size = len(msgspec.json.encode(example))
        if size > MAX_EXAMPLE_BYTES:
            yield f"{here}: it takes {size} bytes, more than {MAX_EXAMPLE_BYTES}"
            return
        if len(example.given) > MAX_GIVEN:
            yield f"{here}: {len(example.given)} rows are given, more than {MAX_GIVEN}"
        for at, given in enumerate(example.given):
            yield from self._given(given, example.given[:at])
        yield from self._row()
        if example.status != 422:
            yield from self._body()
        if example.status == 200:
            yield from self._answer()
        elif example.answer:
            yield f"{here}: it is answered with {example.status}, so no members are answered"

    # ---- rows ---------------------------------------------------------------------------------

    def _given(self, given: Given, before: Sequence[Given]) -> Iterator[str]:
        resource = self._resources.get(given.resource)
        here = f"{self._here}: the given {quoted(given.resource)}"
        if resource is None:
            yield f"{here} is no resource"
            return
        if not self._is_creatable(resource):
            yield f"{here} cannot be created by a request, so it cannot be given"
            return
        known = {field.name: field for field in resource.fields if field.on_creation}
        yield from _unknown(here, given.body, known)
        for name, field in known.items():
            needed = field.required and isinstance(field.kind, Reference)
            if name in given.body:
                yield from self._value(f"{here}: {quoted(name)}", field, given.body[name], before)
            elif needed and self._target(field) != self._accounts:
                yield f"{here} needs {quoted(name)}, the place of a given {self._target(field)}"
            elif field.unique and field.required and _place(given, before) > UNIQUE_GIVEN:
                yield f"{here} needs {quoted(name)}, which is unique"

    def _is_creatable(self, resource: Resource) -> bool:
        own = resource.name == self._accounts
        return "create" in resource.actions and not own and resource.upload is None

    @property
    def _accounts(self) -> str:
        return self._contract.accounts.resource if self._contract.accounts else ""

    @staticmethod
    def _target(field: Field) -> str:
        return str(getattr(field.kind, "resource", ""))

    def _row(self) -> Iterator[str]:
        if not self._custom.on_row:
            return
        name = self._custom.resource
        count = sum(given.resource == name for given in self._example.given)
        own = name == self._accounts
        missing = self._example.status == 404
        if not own and not missing and not 1 <= self._example.row <= count:
            yield (
                f"{self._here}: it acts on the {quoted(name)} at place {self._example.row}, but "
                f"{count} are given"
            )

    # ---- what is sent and answered ------------------------------------------------------------

    def _body(self) -> Iterator[str]:
        here = f"{self._here}: the body"
        known = {field.name: field for field in self._custom.takes}
        yield from _unknown(here, self._example.body, known)
        for name, field in known.items():
            if name in self._example.body:
                value = self._example.body[name]
                yield from self._value(f"{here}: {quoted(name)}", field, value, self._example.given)
            elif field.required:
                yield f"{here} needs {quoted(name)}"

    def _answer(self) -> Iterator[str]:
        custom, answer, here = self._custom, self._example.answer, f"{self._here}: the answer"
        if not answer:
            yield f"{here} names no member"
        elif custom.answers:
            yield from _told(here, custom.answers, answer)
        elif custom.many:
            rows: Any = answer.get("items")
            if [*answer] != ["items"] or not isinstance(rows, list):
                yield f"{here} is an object with a list of rows as its items"
                return
            for row in cast(list[Any], rows):
                yield from self._shown(here, row)
        else:
            yield from self._shown(here, answer)

    def _shown(self, here: str, row: Any) -> Iterator[str]:
        if not isinstance(row, dict):
            yield f"{here} shows rows, each of which is an object"
            return
        resource = self._resources[self._custom.shows]
        fields = {field.name: field for field in resource.fields}
        computed = {one.name for one in resource.computed}
        members = cast(dict[str, Any], row)
        yield from _unknown(here, members, {**fields, **dict.fromkeys(computed)})
        for name in members:
            if name in fields:
                yield from self._value(
                    f"{here}: {quoted(name)}", fields[name], members[name], self._example.given
                )

    def _value(
        self, here: str, field: Field, value: object, before: Sequence[Given]
    ) -> Iterator[str]:
        if value is None:
            if not field.nullable:
                yield f"{here} cannot be null"
        elif isinstance(field.kind, Reference | References):
            target = field.kind.resource
            count = sum(given.resource == target for given in before)
            places = value if isinstance(field.kind, References) else [value]
            listed = cast(list[object], places) if isinstance(places, list) else [None]
            for place in listed:
                number = place if isinstance(place, int) and not isinstance(place, bool) else 0
                if number < 1 or (target != self._accounts and number > count):
                    yield (
                        f"{here} is the place of a given {target}, counted from 1; "
                        f"{count} were given before"
                    )
        elif problem := value_problem(field.kind, value):
            yield f"{here} {problem}"


def value_problem(kind: Kind, value: object) -> str:
    """Why the JSON value is none of `kind`, as a phrase; references aside."""
    if isinstance(kind, Json):
        return "" if isinstance(value, dict) else "is an object"
    if isinstance(kind, Decimal) and isinstance(value, str):
        return f"{quoted(value)} is a text, where a number is wanted"
    listed = isinstance(value, list) and all(
        isinstance(one, str) for one in cast(list[object], value)
    )
    if not listed and not isinstance(value, str | int | float | bool):
        return "is no plain value"
    return default_problem(kind, cast(Default, value))


def _place(given: Given, before: Sequence[Given]) -> int:
    return 1 + sum(one.resource == given.resource for one in before)


def _unknown(here: str, body: dict[str, Any], known: dict[str, Any]) -> Iterator[str]:
    for name in body:
        if name not in known:
            yield f"{here} has {quoted(name)}, which is none of {', '.join(known) or 'nothing'}"


def _told(here: str, members: tuple[Told, ...], shown: dict[str, Any]) -> Iterator[str]:
    known = {one.name: one for one in members}
    yield from _unknown(here, shown, known)
    for name, value in shown.items():
        if name in known:
            yield from _member(f"{here}: {quoted(name)}", known[name], value)


def _member(here: str, member: Told, value: Any) -> Iterator[str]:
    if value is None:
        if not member.nullable:
            yield f"{here} cannot be null"
    elif member.kind == "rows":
        if not isinstance(value, list):
            yield f"{here} is a list of objects"
            return
        for row in cast(list[Any], value):
            if isinstance(row, dict):
                yield from _told(here, member.rows, cast(dict[str, Any], row))
            else:
                yield f"{here} is a list of objects"
    elif not _fits(member.kind, value):
        yield f"{here} is not what it answers, {_SAID[member.kind]}"


_SAID = {
    "text": "a text",
    "count": "a whole number from 0",
    "integer": "a whole number",
    "number": "a number",
    "truth": "true or false",
    "texts": "a list of texts",
    "counts": "a list of whole numbers from 0",
    "integers": "a list of whole numbers",
    "numbers": "a list of numbers",
    "truths": "a list of true and false",
}


def _fits(kind: str, value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    match kind:
        case "text":
            return isinstance(value, str) and storable(value)
        case "truth":
            return isinstance(value, bool)
        case "count":
            return whole and value >= 0
        case "integer":
            return whole
        case "number":
            return whole or isinstance(value, float)
        case _:
            if not isinstance(value, list):
                return False
            return all(_fits(LISTS[kind], entry) for entry in cast(list[Any], value))
