"""A document to the files of a client, in each of the languages."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from smartforge.errors import ClientUnmade
from smartforge.export.clients import tools
from smartforge.export.clients.document import content_types, refuse_unsound, with_files
from smartforge.export.zip import check_paths
from smartforge.temporary import held

Language = Literal["python", "typescript"]

GENERATE_SECONDS = 120
MOST_BYTES = 64 * 1024 * 1024
"""Of all files of a client together."""

_TEMPLATES = Path(__file__).with_name("typescript")
_HINT = "`smartforge check` says whether the document is sound."


def generate(document: Mapping[str, Any], language: Language, name: str) -> dict[str, bytes]:
    """The files of a typed client, by path; `name` is a word in lower case, with dashes.

    Installs the generator at first use. Raises SettingsInvalid for a document that is refused,
    ClientUnmade where the generator is missing or fails, Conflict for a path that is not safe.
    """
    document = dict(document)
    refuse_unsound(document)
    name = f"api-{name}" if name[:1].isdigit() else name  # no package is called so
    with held() as folder:
        # JSON, which every YAML reader reads alike.
        (folder / "openapi.json").write_text(json.dumps(with_files(document)), "utf-8")
        LANGUAGES[language](folder, document, name)
        files = _files(folder / "client")
    check_paths(files)
    return files


def _python(folder: Path, document: dict[str, Any], name: str) -> None:
    packages = tools.python()
    # Every answer that is no JSON is bytes; else the generator would leave it out.
    raw = [one for one in content_types(document) if not _is_structured(one)]
    config = {
        "project_name_override": f"{name}-client",
        "package_name_override": f"{name.replace('-', '_')}_client",
        "content_type_overrides": dict.fromkeys(raw, "application/octet-stream"),
    }
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    command = [sys.executable, "-S", "-P", "-m", "openapi_python_client", "generate"]
    command += ["--path", "openapi.json", "--config", "config.json"]
    command += ["--meta", "setup", "--output-path", "client"]
    path = f"{packages / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = _environment(folder, PATH=path, PYTHONPATH=str(packages))
    tools.run(command, folder, environment, GENERATE_SECONDS, _HINT)


def _typescript(folder: Path, _: dict[str, Any], name: str) -> None:
    modules = tools.typescript() / "node_modules"
    client = folder / "client"
    client.mkdir()
    command = [tools.node()[0], str(modules / "openapi-typescript" / "bin" / "cli.js")]
    command += ["openapi.json", "-o", "client/schema.ts"]
    environment = _environment(folder, PATH=os.environ.get("PATH", ""))
    tools.run(command, folder, environment, GENERATE_SECONDS, _HINT)
    pinned = json.loads((_TEMPLATES / "package.json").read_text("utf-8"))["dependencies"]
    package = {
        "name": f"{name}-client",
        "version": "0.1.0",
        "private": True,
        "type": "module",
        "exports": "./client.ts",
        "dependencies": {"openapi-fetch": pinned["openapi-fetch"]},
    }
    (client / "package.json").write_text(json.dumps(package, indent=2) + "\n", "utf-8")
    for file in ("client.ts", "README.md"):
        text = (_TEMPLATES / file).read_text("utf-8").replace("NAME", f"{name}-client")
        (client / file).write_text(text, "utf-8")


LANGUAGES: dict[Language, Callable[[Path, dict[str, Any], str], None]] = {
    "python": _python,
    "typescript": _typescript,
}


def _is_structured(content_type: str) -> bool:
    words = ("json", "form", "octet-stream")
    return any(word in content_type for word in words)


def _environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of this process's: no keys, and no settings of the tools."""
    return {"HOME": str(home), "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", **more}


def _files(folder: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and ".ruff_cache" not in path.parts:
            left -= path.stat().st_size
            if left < 0:
                raise ClientUnmade("The client has more than 64 MiB.", _HINT)
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    if not found:
        raise ClientUnmade("The generator has made nothing.", _HINT)
    return found
