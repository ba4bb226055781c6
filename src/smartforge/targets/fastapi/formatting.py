"""Python source in its one layout: Ruff's formatter, in one process for a whole project."""

import subprocess
from collections.abc import Mapping

from ruff import find_ruff_bin

from smartforge.temporary import held

_OPTIONS = ("--isolated", "--no-cache", "--quiet", "--line-length=100", "--target-version=py311")


def formatted(files: Mapping[str, str]) -> dict[str, str]:
    """The same files, in the same order; those that end in `.py` formatted, the others untouched.

    Raises ValueError where one of them is no Python.
    """
    with held() as folder:
        sources = {path: folder / path for path in files if path.endswith(".py")}
        for path, place in sources.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(files[path], encoding="utf-8")
        ended = subprocess.run(
            [find_ruff_bin(), "format", *_OPTIONS, str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise ValueError(f"the rendered project cannot be formatted: {ended.stderr.strip()}")
        return {
            path: sources[path].read_text(encoding="utf-8") if path in sources else text
            for path, text in files.items()
        }
