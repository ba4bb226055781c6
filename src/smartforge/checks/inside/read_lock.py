"""Reads which packages a project has locked; runs inside the sandbox.

    python -I -S -c THIS FOLDER FILE...

Prints one JSON object: name, version, file and line of each package that is pinned with `==`.
Blank lines, remarks, options and hashes count for nothing.
"""

import json
import re
import sys
from pathlib import Path

MOST_BYTES = 4 * 1024 * 1024
MOST_PACKAGES = 2000
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]{0,100})(?:\[[^\]]*\])?\s*==\s*([^\s;\\#]{1,60})")


def packages(folder: Path, name: str) -> list[dict[str, str | int]]:
    path = folder / name
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
        return []
    found: list[dict[str, str | int]] = []
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        pinned = _PINNED.match(line)
        if pinned:
            entry = {"name": pinned[1].lower(), "version": pinned[2], "path": name, "line": number}
            found.append(entry)
    return found


def main(folder: str, names: list[str]) -> None:
    found = [one for name in names for one in packages(Path(folder), name)]
    print(json.dumps({"packages": found[:MOST_PACKAGES]}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
