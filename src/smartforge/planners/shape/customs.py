"""Operations of a plan that nothing else says, as those of a contract, and back."""

import json
from typing import Literal, cast

from smartforge.contract import Custom, Example, Given
from smartforge.contract.names import quoted
from smartforge.contract.recipes import Told
from smartforge.planners.shape.fields import drawn_field, shown_field
from smartforge.planners.shape.models import (
    ExampleShape,
    GivenShape,
    MemberShape,
    MemberType,
    OperationShape,
)
from smartforge.planners.shape.words import (
    Problems,
    kept,
    line,
    named,
    object_of,
    optional_kept,
    prose,
    said_of,
    who,
    whole,
)

Status = Literal[200, 404, 409, 422]
_STATUSES: dict[str, Status] = {"": 200, "200": 200, "404": 404, "409": 409, "422": 422}


def drawn_custom(shape: OperationShape, roles: tuple[str, ...], problems: Problems) -> Custom:
    here = f"operation {quoted(shape.name)}"
    method = shape.method.strip().upper() or "POST"
    if method not in ("GET", "POST"):
        problems.append(f"{here}: its method is GET or POST, not {quoted(method)}")
    shows = optional_kept(shape.shows, here, problems)
    return Custom(
        name=named(shape.name, here, problems),
        summary=line(shape.summary) or line(shape.description) or shape.name,
        description=prose(shape.description),
        method="GET" if method == "GET" else "POST",
        resource=optional_kept(shape.resource, here, problems),
        on_row=shape.on_row,
        takes=tuple(drawn_field(field, here, problems) for field in shape.takes),
        answers=tuple(_member(one, here, problems) for one in shape.answers if not shows),
        shows=shows,
        many=shape.many,
        access=who(shape.by, roles),
        examples=tuple(
            _example(one, f"example {number} of {here}", problems)
            for number, one in enumerate(shape.examples, 1)
        ),
    )


def _member(shape: MemberShape, here: str, problems: Problems) -> Told:
    place = f"{quoted(shape.name)} in the answer of {here}"
    return Told(
        named(shape.name, place, problems), shape.type, prose(shape.description), shape.optional
    )


def _example(shape: ExampleShape, here: str, problems: Problems) -> Example:
    status = _STATUSES.get(shape.status.strip())
    if status is None:
        problems.append(f"{here}: {quoted(shape.status)} is none of 200, 404, 409, 422")
    return Example(
        body=object_of(shape.body, f"{here}: body", problems),
        answer=object_of(shape.answer, f"{here}: answer", problems) if status == 200 else {},
        given=tuple(
            Given(
                kept(one.resource, here, problems),
                object_of(one.body, f"{here}: the given {quoted(one.resource)}", problems),
            )
            for one in shape.given
        ),
        row=whole(shape.row, 1, f"{here}: row", problems),
        status=status or 200,
    )


def shown_custom(custom: Custom) -> OperationShape | None:
    """None for one that a plan cannot say whole; it stays as it is."""
    if any(one.rows for one in custom.answers):
        return None
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
                type=cast(MemberType, one.kind),
                optional=one.nullable,
                description=one.description,
            )
            for one in custom.answers
        ],
        shows=custom.shows,
        many=custom.many,
        by=said_of(custom.access),
        examples=[_shown_example(one) for one in custom.examples],
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
