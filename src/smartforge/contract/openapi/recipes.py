"""The schemas of recipes: what goes in and what comes out."""

from typing import Any

from smartforge.contract.names import class_name
from smartforge.contract.openapi.schemas import closed, count, creation_property, or_null
from smartforge.contract.recipes import FORMS, LISTS, Form, Recipe, Told

Json = dict[str, Any]

_PLAIN: dict[str, Json] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "truth": {"type": "boolean"},
}


def recipe_schemas(recipe: Recipe) -> tuple[str, str]:
    """The names of the schemas of the body and of the answer."""
    name = class_name(recipe.name)
    return f"{name}Request", f"{name}Answer"


def recipe_components(recipe: Recipe) -> Json:
    """The component schemas of one recipe by their names."""
    form = FORMS[recipe.recipe]
    request, answer = recipe_schemas(recipe)
    return {request: _request(form), answer: told_schema(form.answers)}


def recipe_hints(recipe: Recipe) -> Json:
    """What stands on the operation: which computation it is, for those who know the kind."""
    return {"x-recipe": {"type": recipe.recipe}}


def _request(form: Form) -> Json:
    properties = {field.name: creation_property(field) for field in form.takes}
    for name in form.written:
        properties[name]["x-grammar"] = True
    return closed(properties, [field.name for field in form.takes if field.required])


def told_schema(members: tuple[Told, ...]) -> Json:
    """An object of these members, all of them there."""
    return closed({one.name: _member(one) for one in members}, [one.name for one in members])


def _member(one: Told) -> Json:
    schema = _schema(one)
    if one.nullable:
        schema = or_null(schema)
    return schema | {"description": one.description} if one.description else schema


def _schema(one: Told) -> Json:
    match one.kind:
        case "count":
            return count()
        case "rows":
            return {"type": "array", "items": told_schema(one.rows)}
        case kind if kind in LISTS:
            return {"type": "array", "items": _schema(Told(one.name, LISTS[kind]))}
        case kind:
            return dict(_PLAIN[kind])
