"""What a document must not hold before a generator gets to read it."""

import json
from collections.abc import Iterator
from typing import Any, cast

from smartforge.errors import SettingsInvalid


def refuse_unsound(document: dict[str, Any]) -> None:
    """Raises SettingsInvalid where the document is no OpenAPI 3 or refers to anything outside.

    Generators follow such references: to files of this machine, and into the network.
    """
    if not str(document.get("openapi", "")).startswith("3."):
        raise SettingsInvalid("openapi.yaml is no OpenAPI 3 document.", "Restore it.")
    if not isinstance(document.get("paths"), dict) or not isinstance(document.get("info"), dict):
        raise SettingsInvalid("openapi.yaml has no paths, or no title.", "Restore it.")
    for one in _objects(document):
        _refuse_outside(one.get("$ref"))


def content_types(document: dict[str, Any]) -> set[str]:
    """All media types that the document speaks of."""
    found: set[str] = set()
    for one in _objects(document):
        content = one.get("content")
        if isinstance(content, dict):
            found.update(map(str, cast("dict[str, object]", content)))
    return {name for name in found if "/" in name}


def with_files(document: dict[str, Any]) -> dict[str, Any]:
    """A copy where files in forms are marked as OpenAPI 3.0 did, which generators look for."""
    copied: dict[str, Any] = json.loads(json.dumps(document))
    for one in _objects(copied):
        if one.get("type") == "string" and "contentMediaType" in one:
            one.setdefault("format", "binary")
    return copied


def _objects(document: dict[str, Any]) -> Iterator[dict[str, object]]:
    """All objects of a document, at any depth."""
    left: list[object] = [document]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield cast("dict[str, object]", one)
            left += cast("dict[str, object]", one).values()
        elif isinstance(one, list):
            left += cast("list[object]", one)


def _refuse_outside(reference: object) -> None:
    # A property may be called "$ref", and is then an object.
    if isinstance(reference, str) and not reference.startswith("#/"):
        raise SettingsInvalid(
            f"openapi.yaml refers to something outside itself: {reference[:200]!r}.",
            "Write it into the document.",
        )
