"""The library of `accused/` as a project under check: sound, or with one fault planted."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from smartforge.checks.base import Subject
from smartforge.sandbox.base import Sandbox
from tests.sandboxes import dependencies

SOURCE = Path(__file__).with_name("accused") / "library.py"
_TELL = "import json, library; print(json.dumps(library.app.openapi()))"


@cache
def document() -> str:
    """What the sound library serves, as JSON."""
    told = subprocess.run(
        [sys.executable, "-c", _TELL],
        cwd=SOURCE.parent,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": "x", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout


def promised(*paths: str, hints: bool = True) -> dict[str, Any]:
    """The library's promise, or that part of it; a fresh document that a test may spoil."""
    text = document() if hints else document().replace('"x-', '"x-not-')
    whole: dict[str, Any] = json.loads(text)
    if paths:
        whole["paths"] = {path: whole["paths"][path] for path in paths}
    return whole


def library(
    sandbox: Sandbox, folder: Path, *faults: tuple[str, str], promise: dict[str, Any] | None = None
) -> Subject:
    """The library in `folder`. Each fault is a piece of its text and what stands there instead."""
    text = SOURCE.read_text()
    for old, new in faults:
        assert text.count(old) == 1, f"{text.count(old)} times in the library: {old}"
        text = text.replace(old, new)
    (folder / "app").mkdir(parents=True)
    (folder / "app/__init__.py").touch()
    (folder / "app/main.py").write_text(text)
    return Subject(folder, promise or promised(), dependencies(), sandbox)
