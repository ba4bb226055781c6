"""A computation that needs no rows: what it is called, what it takes and what it answers."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from smartforge.contract.access import Access
from smartforge.contract.fields import Field

Json = dict[str, Any]

RecipeKind = Literal[
    "text_statistics",
    "unit_conversion",
    "password_strength",
    "password_generator",
    "slug",
    "checksum",
    "calculator",
    "price",
    "percentage",
    "tip",
    "date_difference",
    "date_shift",
    "loan",
    "compound_interest",
    "number_facts",
    "luhn",
    "iban",
    "text_transformation",
    "text_difference",
    "markdown",
    "distance",
    "bmi",
    "color",
    "dice",
    "tournament",
]


class Recipe(msgspec.Struct, frozen=True):
    """`POST /` and the name in kebab case computes what `recipe` says, and keeps nothing of it.

    The body and the answer are those of the recipe's `Form`; what cannot be computed is 422. The
    name is the operation's id. Equal bodies give equal answers, but for what is drawn by lot.
    """

    name: str
    recipe: RecipeKind
    access: Access = Access()


ToldKind = Literal[
    "text",
    "count",
    "integer",
    "number",
    "truth",
    "texts",
    "counts",
    "integers",
    "numbers",
    "truths",
    "rows",
]
LISTS: Mapping[str, ToldKind] = {
    "texts": "text",
    "counts": "count",
    "integers": "integer",
    "numbers": "number",
    "truths": "truth",
}
"""Kinds that are lists, and of what."""


class Told(msgspec.Struct, frozen=True):
    """One member of an answer. `rows` says what the objects hold, where it is a list of them.

    A count is a whole number from 0. Where it is `nullable` there may be nothing to tell.
    """

    name: str
    kind: ToldKind
    description: str = ""
    nullable: bool = False
    rows: tuple["Told", ...] = ()


class Form(msgspec.Struct, frozen=True):
    """What goes into a recipe and what comes out, with an example that a hand has worked out.

    `spoken` names it for people. An example's answer is left empty where it is drawn by lot.
    `written` names what follows a grammar of its own, so that few texts or lists will do.
    """

    spoken: str
    summary: str
    takes: tuple[Field, ...]
    answers: tuple[Told, ...]
    example: Json
    answer: Json
    written: tuple[str, ...] = ()
