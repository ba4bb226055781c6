"""The recipes as templates see them: schemas, and the functions that compute."""

from collections.abc import Iterator

import msgspec

from smartforge.contract import FORMS, Access, Contract, Field, Recipe
from smartforge.contract.names import kebab
from smartforge.contract.openapi.recipes import recipe_schemas
from smartforge.contract.recipes import Told
from smartforge.contract.recipes.recipe import Json
from smartforge.targets.fastapi import kinds
from smartforge.targets.fastapi.literals import python

TYPES = {
    "text": "str",
    "count": "Count",
    "integer": "int",
    "number": "Amount",
    "truth": "bool",
    "texts": "list[str]",
    "counts": "list[Count]",
    "integers": "list[int]",
    "numbers": "list[Amount]",
    "truths": "list[bool]",
}


class Group(msgspec.Struct, frozen=True):
    """A class of a schema, and its lines."""

    name: str
    lines: tuple[str, ...]


class RecipeView(msgspec.Struct, frozen=True):
    """One recipe: `arguments` are those of its function, `groups` the classes of its answer."""

    recipe: Recipe
    path: str
    module: str
    spoken: str
    summary: str
    request: str
    answer: str
    lines: tuple[str, ...]
    groups: tuple[Group, ...]
    arguments: str
    options: str
    secured: bool
    drawn: bool
    example: object
    expected: object
    required: tuple[str, ...]


def recipe_views(contract: Contract) -> tuple[RecipeView, ...]:
    return tuple(_view(contract, one) for one in contract.recipes)


def recipe_imports(contract: Contract) -> dict[str, str]:
    """Where the names come from that the router of the computations uses."""
    found = {"schemas": "from app.schemas import computations as schemas"}
    names = sorted(one.recipe for one in contract.recipes)
    return found | dict.fromkeys(names, f"from app.recipes import {', '.join(names)}")


def taken(contract: Contract) -> list[Field]:
    """The fields that recipes take."""
    return [field for one in contract.recipes for field in FORMS[one.recipe].takes]


def told(contract: Contract) -> set[str]:
    """The kinds of what recipes answer."""
    members = (one for recipe in contract.recipes for one in FORMS[recipe.recipe].answers)
    return {one.kind for member in members for one in _all(member)}


def _all(member: Told) -> Iterator[Told]:
    yield member
    for one in member.rows:
        yield from _all(one)


def _view(contract: Contract, recipe: Recipe) -> RecipeView:
    form = FORMS[recipe.recipe]
    request, answer = recipe_schemas(recipe)
    return RecipeView(
        recipe=recipe,
        path=f"/{kebab(recipe.name)}",
        module=recipe.recipe,
        spoken=form.spoken,
        summary=form.summary,
        request=request,
        answer=answer,
        lines=tuple(_taken(field) for field in form.takes),
        groups=tuple(_groups(answer, form.answers)),
        arguments=", ".join(f"body.{field.name}" for field in form.takes),
        options=", ".join(_options(recipe.access, form.summary, recipe.name, form.example)),
        secured=recipe.access.secured,
        drawn=not form.answer,
        example=form.example,
        expected=form.answer,
        required=tuple(field.name for field in form.takes if field.required),
    )


def _taken(field: Field) -> str:
    written = kinds.shared_type(field) or kinds.own_type(field)
    default, shown = kinds.default(field)
    if shown:
        extra = f'json_schema_extra={{"default": {shown}}}'
        return f"{field.name}: {written} = Field(default={default}, {extra})"
    return f"{field.name}: {written}" + (f" = {default}" if default else "")


def _groups(name: str, members: tuple[Told, ...]) -> Iterator[Group]:
    """The classes of an answer, those of its lists first."""
    lines: list[str] = []
    for one in members:
        written = TYPES.get(one.kind, "")
        if one.rows:
            inner = f"{name}{one.name.title().replace('_', '')}"
            yield from _groups(inner, one.rows)
            written = f"list[{inner}]"
        written += " | None" if one.nullable else ""
        if one.description:
            written = f"Annotated[{written}, Field(description={python(one.description)})]"
        lines.append(f"{one.name}: {written}")
    yield Group(name, tuple(lines))


def _options(access: Access, summary: str, name: str, example: Json) -> Iterator[str]:
    yield f'"/{kebab(name)}"'
    yield f'name="{name}"'
    yield f"response_model=schemas.{recipe_answer(name)}"
    if access.who == "role":
        roles = ", ".join(map(python, access.roles))
        yield f"dependencies=[Depends(require_role({roles}))]"
        yield "responses=INVALID | UNAUTHORIZED | FORBIDDEN"
    elif access.secured:
        yield "dependencies=[Depends(current_user)]"
        yield "responses=INVALID | UNAUTHORIZED"
    else:
        yield "responses=INVALID"
    yield f"summary={python(summary)}"
    shown = {"requestBody": {"content": {"application/json": {"example": dict(example)}}}}
    yield f"openapi_extra={python(shown)}"


def recipe_answer(name: str) -> str:
    return recipe_schemas(Recipe(name, "slug"))[1]
