"""Compiles every Python file below the folder, without running any; runs inside the sandbox.

    python -I -S -c THIS FOLDER

Prints one JSON object: how many files there were, and what is wrong with which. Each path goes to
stderr before it is compiled, so that a file that crashes the compiler is known.
"""

import json
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

LEFT_OUT = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache"})
MOST_FILES = 5000
MOST_BYTES = 1024 * 1024
MOST_PROBLEMS = 20


def files(folder: str) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        for name in sorted(names):
            if name.endswith(".py"):
                yield Path(where, name)


def problem(path: Path) -> tuple[str, int | None] | None:
    """What is wrong with the file and in which line, or None."""
    if path.is_symlink():
        return "is a symbolic link", None
    try:
        if path.stat().st_size > MOST_BYTES:
            return f"is larger than {MOST_BYTES} bytes", None
        compile(path.read_bytes(), path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{type(error).__name__}: {error.msg}", error.lineno
    except (ValueError, RecursionError, MemoryError, OSError, OverflowError) as error:
        return f"{type(error).__name__}: {error}", None
    return None


def main(folder: str) -> None:
    warnings.simplefilter("ignore")
    count = 0
    problems: list[dict[str, object]] = []
    for path in files(folder):
        name = os.path.relpath(path, folder)
        print(ascii(name)[1:-1], file=sys.stderr, flush=True)
        count += 1
        if count > MOST_FILES:
            problems.append({"path": name, "line": None, "problem": "is one file too many"})
            break
        found = problem(path)
        if found is not None:
            problems.append({"path": name, "line": found[1], "problem": found[0][:300]})
    print(json.dumps({"files": count, "problems": problems[:MOST_PROBLEMS]}))


if __name__ == "__main__":
    main(sys.argv[1])
