"""What the document of a preview gives as examples of bodies is what the API takes."""

import msgspec

from smartforge.contract import Contract
from smartforge.contract.recipes import FORMS, Recipe
from smartforge.preview.examples import with_examples
from smartforge.preview.promised.validation import Validation
from smartforge.preview.promised.wire import Asked


def test_every_computation_has_a_body_that_it_takes() -> None:
    recipes = tuple(Recipe(name=kind, recipe=kind) for kind in FORMS)
    document = with_examples(Contract(title="Sums", resources=(), recipes=recipes))
    posts = [item["post"] for item in document["paths"].values() if "post" in item]
    assert len(posts) == len(FORMS)
    for operation in posts:
        body = operation["requestBody"]["content"]["application/json"]["example"]
        asked = Asked("POST", "/", body=msgspec.json.encode(body))
        assert Validation(document, operation).body(asked) == body
