"""Operations that no rule can say: what goes in, what comes out, and two worked examples."""

from typing import Any, Literal

import msgspec

from smartforge.contract.access import Access
from smartforge.contract.fields import Field
from smartforge.contract.recipes.recipe import Told


class Given(msgspec.Struct, frozen=True):
    """A row that is there before an example begins: what creates it.

    In `body` a reference holds the place of a row that was given before, counted from 1 among
    those of its resource; one to the accounts stands for whoever calls. What a creation needs
    and `body` leaves out is made up, but for references.
    """

    resource: str
    body: dict[str, Any] = {}


class Example(msgspec.Struct, frozen=True):
    """What an operation answers to one request, worked out by hand.

    `row` is the place of the row that is acted on, counted from 1 among the given ones of the
    operation's resource. The answer has the status `status`; where that is 200, every member in
    `answer` is answered with an equal value, lists with as many entries, and others are not
    looked at. References in `body` and `answer` are places, as in `Given`.
    """

    body: dict[str, Any] = {}
    answer: dict[str, Any] = {}
    given: tuple[Given, ...] = ()
    row: int = 1
    status: Literal[200, 404, 409, 422] = 200


class Custom(msgspec.Struct, frozen=True):
    """An operation of its own: `description` says what it does, `examples` what comes of it.

    Its path ends in `name` in kebab case: `/plural/{id}/name` where it acts `on_row`, else
    `/plural/name`, without a `resource` `/name`. A `GET` changes nothing and takes no body. It
    answers the members `answers`, or where `shows` names a resource one row of it, or with `many`
    an object whose `items` are a list of them. The name is the operation's id.

    Where it is not `made`, nobody has written it: it answers 501 and is no promise, so that the
    OpenAPI document does not name it.
    """

    name: str
    summary: str
    description: str = ""
    method: Literal["GET", "POST"] = "POST"
    resource: str = ""
    on_row: bool = False
    takes: tuple[Field, ...] = ()
    answers: tuple[Told, ...] = ()
    shows: str = ""
    many: bool = False
    access: Access = Access()
    examples: tuple[Example, ...] = ()
    made: bool = True

    @property
    def sample(self) -> dict[str, Any]:
        """What is sent in the first example that succeeds; empty where there is none."""
        for one in self.examples:
            if one.status == 200:
                return dict(one.body)
        return {}
