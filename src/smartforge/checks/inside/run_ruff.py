"""Runs ruff on the project, its rules and its layout; runs inside the sandbox.

    python -I -S -c THIS RUFF FOLDER OPTIONS_AS_JSON

Prints one JSON object: how many findings there are and the first of them, and the files whose
layout is another. `--isolated`: no file of the project has a say in what is looked for.
"""

import json
import subprocess
import sys
from typing import Any

MOST_FINDINGS = 50
MOST_TEXT = 300
CLEAN, FOUND = 0, 1
JSON = "--output-format=json"


def run(ruff: str, *arguments: str) -> str:
    ended = subprocess.run([ruff, *arguments], capture_output=True, text=True, check=False)
    if ended.returncode not in (CLEAN, FOUND):
        sys.exit(f"ruff: {ended.stderr.strip()[-2000:]}")
    return ended.stdout


def finding(raw: dict[str, Any], folder: str) -> dict[str, object]:
    return {
        "path": str(raw["filename"]).removeprefix(f"{folder}/"),
        "line": raw["location"]["row"],
        "rule": raw["code"] or "syntax",
        "what": str(raw["message"])[:MOST_TEXT],
    }


def main(ruff: str, folder: str, options: dict[str, list[str]]) -> None:
    checked = json.loads(run(ruff, "check", *options["check"], JSON, folder))
    layout: list[dict[str, Any]] = []
    if "format" in options:
        layout = json.loads(run(ruff, "format", *options["format"], "--check", JSON, folder))
    # A file that is no Python is told by both.
    told = {str(raw["filename"]).removeprefix(f"{folder}/") for raw in layout}
    others = sorted(told)
    findings = [finding(raw, folder) for raw in checked[:MOST_FINDINGS]]
    unformatted = others[:MOST_FINDINGS]
    print(
        json.dumps(
            {
                "total": len(checked),
                "findings": findings,
                "unformatted": unformatted,
                "unformattedTotal": len(others),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
