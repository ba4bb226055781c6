"""Operations of a plan that nothing else says, as those of a contract, and back."""

import json
import re
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Literal, cast

import msgspec

from smartforge.contract import Custom, Decimal, Example, Given, Integer, Kind, Reference
from smartforge.contract.names import quoted, snake
from smartforge.contract.recipes import LISTS, Told
from smartforge.planners.shape.fields import drawn_field, shown_field
from smartforge.planners.shape.models import (
    ExampleShape,
    GivenShape,
    InnerShape,
    InnerType,
    MemberShape,
    OperationShape,
)
from smartforge.planners.shape.words import (
    Problems,
    kept,
    line,
    named,
    number,
    object_of,
    optional_kept,
    prose,
    said_of,
    who,
    whole,
)

Status = Literal[200, 404, 409, 422]
_STATUSES: dict[str, Status] = {"": 200, "200": 200, "201": 200, "404": 404, "409": 409, "422": 422}


_CODE = re.compile(r"\d{3}\b")
"""Of a status with its phrase, such as `409 Conflict`."""
_SENT: Mapping[type, str] = {Integer: "integer", Decimal: "number", Reference: "integer"}

Members = Mapping[str, Kind | None]
"""Names with their kinds, None where nobody can send them."""
_NUMBERS = frozenset({"count", "integer", "number"})


def drawn_custom(
    shape: OperationShape,
    roles: tuple[str, ...],
    resources: Mapping[str, Members],
    problems: Problems,
) -> Custom:
    """`resources` are the members of the rows of each; examples may write them otherwise."""
    here = f"operation {quoted(shape.name)}"
    method = shape.method.strip().upper() or "POST"
    if method not in ("GET", "POST"):
        problems.append(f"{here}: its method is GET or POST, not {quoted(method)}")
    shows = optional_kept(shape.shows, here, problems)
    takes = tuple(drawn_field(field, here, problems) for field in shape.takes)
    answers = tuple(_member(one, here, problems) for one in shape.answers if not shows)
    many = shape.many and bool(shows)
    written = _Written({one.name: one.kind for one in takes}, answers, resources, shows, many)
    return Custom(
        name=named(shape.name, here, problems),
        summary=line(shape.summary) or line(shape.description) or shape.name,
        description=prose(shape.description),
        method="GET" if method == "GET" else "POST",
        resource=optional_kept(shape.resource, here, problems),
        on_row=shape.on_row,
        takes=takes,
        answers=answers,
        shows=shows,
        many=many,
        access=who(shape.by, roles),
        examples=tuple(
            written.example(one, f"example {number} of {here}", problems)
            for number, one in enumerate(shape.examples, 1)
        ),
    )


def _member(shape: MemberShape, here: str, problems: Problems) -> Told:
    place = f"{quoted(shape.name)} in the answer of {here}"
    kind = "rows" if shape.members and shape.type in ("text", "texts") else shape.type
    return Told(
        named(shape.name, place, problems),
        kind,
        prose(shape.description),
        shape.optional,
        tuple(
            Told(named(one.name, place, problems), one.type, prose(one.description), one.optional)
            for one in shape.members
            if kind == "rows"
        ),
    )


class _Written(msgspec.Struct, frozen=True):
    """What the examples of an operation are about: they may call it otherwise than it came to be
    called, as they call what it takes `handSize` and a field `hand_size`."""

    takes: Members
    answers: tuple[Told, ...]
    resources: Mapping[str, Members]
    shows: str
    many: bool

    def example(self, shape: ExampleShape, here: str, problems: Problems) -> Example:
        told = _CODE.match(shape.status.strip())
        status = _STATUSES.get(told[0] if told else shape.status.strip())
        if status is None:
            problems.append(f"{here}: {quoted(shape.status)} is none of 200, 404, 409, 422")
        return Example(
            body=_sent(object_of(shape.body, f"{here}: body", problems), self.takes),
            answer=self._answer(shape.answer, f"{here}: answer", problems) if status == 200 else {},
            given=tuple(self._given(one, here, problems) for one in shape.given),
            row=whole(shape.row, 1, f"{here}: row", problems),
            status=status or 200,
        )

    def _given(self, shape: GivenShape, here: str, problems: Problems) -> Given:
        name = kept(shape.resource, here, problems)
        body = object_of(shape.body, f"{here}: the given {quoted(shape.resource)}", problems)
        return Given(name, _sent(body, self.resources.get(name, {})))

    def _answer(self, text: str, here: str, problems: Problems) -> dict[str, Any]:
        shown = self.resources.get(self.shows, {})
        if self.many:
            text = f'{{"items": {text}}}' if text.lstrip().startswith("[") else text
            answer = object_of(text, here, problems)
            return {
                name: [*map(partial(_row, members=shown), cast("list[Any]", value))]
                if isinstance(value, list)
                else value
                for name, value in answer.items()
            }
        if self.shows:
            return _spelled(object_of(text, here, problems), shown)
        return _told(object_of(text, here, problems), self.answers)


def _told(answer: dict[str, Any], members: tuple[Told, ...]) -> dict[str, Any]:
    spelled = _spelled(answer, {one.name for one in members})
    for one in members:
        value = spelled.get(one.name)
        if one.rows and isinstance(value, list):
            rows = cast("list[Any]", value)
            spelled[one.name] = [
                _told(cast("dict[str, Any]", row), one.rows) if isinstance(row, dict) else row
                for row in rows
            ]
        elif one.kind in LISTS and isinstance(value, list):
            entries = cast("list[Any]", value)
            spelled[one.name] = [_meant(LISTS[one.kind], entry) for entry in entries]
        elif one.name in spelled:
            spelled[one.name] = _meant(one.kind, value)
    return spelled


def _sent(body: dict[str, Any], members: Members) -> dict[str, Any]:
    return {
        name: _meant(_SENT.get(type(members.get(name)), ""), value)
        for name, value in _spelled(body, members).items()
    }


def _meant(kind: str, value: Any) -> Any:
    """A number that stands in a text, where only a number can."""
    if kind not in _NUMBERS or not isinstance(value, str) or (said := number(value)) is None:
        return value
    return int(said) if said == said.to_integral_value() else float(said)


def _row(row: Any, members: Collection[str]) -> Any:
    return _spelled(cast("dict[str, Any]", row), members) if isinstance(row, dict) else row


def _spelled(body: dict[str, Any], members: Collection[str]) -> dict[str, Any]:
    """`body` with its members called as they are, where they are only spelled otherwise."""
    return {
        name
        if name in members or snake(name) not in members or snake(name) in body
        else snake(name): value
        for name, value in body.items()
    }


def shown_custom(custom: Custom) -> OperationShape:
    return OperationShape(
        name=custom.name,
        summary=custom.summary,
        description=custom.description,
        method=custom.method,
        resource=custom.resource,
        on_row=custom.on_row,
        takes=[shown_field(field) for field in custom.takes],
        answers=[
            MemberShape(
                name=one.name,
                type=one.kind,
                optional=one.nullable,
                description=one.description,
                members=[_shown_inner(inner) for inner in one.rows],
            )
            for one in custom.answers
        ],
        shows=custom.shows,
        many=custom.many,
        by=said_of(custom.access),
        examples=[_shown_example(one) for one in custom.examples],
    )


def _shown_inner(one: Told) -> InnerShape:
    return InnerShape(
        name=one.name,
        type=cast(InnerType, one.kind),
        optional=one.nullable,
        description=one.description,
    )


def _shown_example(example: Example) -> ExampleShape:
    return ExampleShape(
        given=[GivenShape(resource=one.resource, body=_text(one.body)) for one in example.given],
        row=str(example.row),
        body=_text(example.body),
        status=str(example.status),
        answer=_text(example.answer),
    )


def _text(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""
