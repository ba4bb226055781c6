"""Bodies in the OpenAPI document of a preview, where no schema says what goes together."""

from typing import Any, cast

from smartforge.contract import Contract
from smartforge.contract.openapi import openapi
from smartforge.contract.recipes import FORMS

Json = dict[str, Any]


def with_examples(contract: Contract) -> Json:
    """The document of the contract, with an `example` of the body of each computation and each
    custom operation for which a hand has worked one out."""
    bodies: dict[str, Json] = {each.name: FORMS[each.recipe].example for each in contract.recipes}
    for custom in contract.customs:
        good = [each.body for each in custom.examples if each.status == 200 and each.body]
        if good:
            bodies[custom.name] = dict(good[0])
    document = openapi(contract)
    for item in cast("dict[str, Json]", document["paths"]).values():
        for operation in cast("dict[str, Json]", item).values():
            content: Json = operation.get("requestBody", {}).get("content", {})
            name = operation.get("operationId")
            if name in bodies and "application/json" in content:
                content["application/json"]["example"] = bodies[name]
    return document
