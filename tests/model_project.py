"""What a model that is as good as the compiler would answer, for the scripted wire."""

from functools import cache

from smartforge.contract import Contract, Field, Resource, Text, validate
from smartforge.targets.fastapi import FastAPITarget

TITLE = "Note API"

PLAN = {
    "title": TITLE,
    "description": "Keeps notes.",
    "resources": [
        {
            "name": "note",
            "plural": "notes",
            "fields": [{"name": "title", "type": "text", "required": True}],
        }
    ],
}

CONTRACT = validate(
    Contract(
        title=TITLE,
        resources=(
            Resource(
                name="note",
                plural="notes",
                fields=(Field("title", Text()),),
                sortable=("id", "created_at", "title"),
            ),
        ),
    )
)


@cache
def _answers() -> dict[str, str]:
    return dict(FastAPITarget().render(CONTRACT))


def answers() -> dict[str, str]:
    """The text of every file, by path."""
    return dict(_answers())
