"""Names that mean something else in Python, in paths or in SQL still give files that are sound."""

import ast
from pathlib import PurePosixPath

import pytest

from smartforge.planners.offline import plan
from smartforge.targets.fastapi import FastAPITarget


@pytest.mark.parametrize(
    "prompt",
    [
        "A constructor has a __proto__, a prototype and a function",
        "files with ../../etc/passwd and a name; files have a path and a size",
        "A widget has a " + "x" * 300 + " and a name",
        "Ein API für Bücher: a book has a größe, a naïve flag and a prix",
        "A self has an id, a created_at, a metadata and a registry",
    ],
)
def test_awkward_names_stay_in_their_place(prompt: str) -> None:
    files = FastAPITarget().render(plan((prompt,)).contract)
    for path, text in files.items():
        place = PurePosixPath(path)
        assert not place.is_absolute()
        assert ".." not in place.parts
        assert path.isascii()
        if path.endswith(".py"):
            ast.parse(text, path)
