"""Reads what a folder promises: its `openapi.yaml`, which anybody may have written."""

import os
from pathlib import Path
from typing import Any, cast

import yaml

from smartforge.errors import SettingsInvalid

MOST_BYTES = 4 * 1024 * 1024
MOST_DEPTH = 64


def promised_in(folder: Path) -> dict[str, Any]:
    """The OpenAPI document in `folder/openapi.yaml`.

    Links are not followed, aliases are refused (a few of them can stand for terabytes), as are
    documents over 4 MiB or nested more than 64 deep. Raises SettingsInvalid, which says why.
    """
    place = folder / "openapi.yaml"
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            text = file.read(MOST_BYTES + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(
            f"{folder} is no generated project: openapi.yaml cannot be read ({error}).",
            "Name a folder that Smart Forge has made.",
        ) from None
    if len(text) > MOST_BYTES:
        raise SettingsInvalid(
            "openapi.yaml has more than 4 MiB.", "Smart Forge makes none as large."
        )
    try:
        _refuse_bombs(text)
        document: object = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise SettingsInvalid(f"openapi.yaml is not sound YAML: {error}", "Restore it.") from None
    if not isinstance(document, dict) or "paths" not in document:
        raise SettingsInvalid("openapi.yaml promises no paths.", "Restore it.")
    return cast(dict[str, Any], document)


class _Loader(yaml.SafeLoader):
    """Leaves dates as text: an OpenAPI document is JSON, and JSON has no dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _refuse_bombs(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("it has aliases")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            raise yaml.YAMLError(f"it is nested more than {MOST_DEPTH} deep")
