"""What `smartforge diff` prints of the server's answer."""

from typing import Any

from smartforge.cli.diff import lines

FOUND: dict[str, Any] = {
    "from": 1,
    "to": 3,
    "files": [
        {
            "path": "a.py",
            "change": "changed",
            "added": 1,
            "removed": 1,
            "diff": "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-1\n+\x1b[2J\n",
            "omitted": None,
        },
        {
            "path": "logo.png",
            "change": "added",
            "added": None,
            "removed": None,
            "diff": None,
            "omitted": "binary",
        },
    ],
    "contract": {
        "added": [],
        "changed": [{"part": "p", "sentence": "Read is new.", "breaking": False, "reason": ""}],
        "removed": [{"part": "q", "sentence": "Tags are gone.", "breaking": True, "reason": "404"}],
    },
}


def test_the_contract_comes_first_with_what_breaks_and_no_escape_reaches_the_terminal() -> None:
    assert [line.plain for line in lines(FOUND)] == [
        "Version 1 to version 3",
        "~ Read is new.",
        "- Tags are gone. BREAKING: 404",
        "",
        "--- a/a.py",
        "+++ b/a.py",
        "@@ -1 +1 @@",
        "-1",
        "+\ufffd[2J",
        "",
        "logo.png was added, and is binary.",
    ]


def test_equal_versions_are_said_to_be_equal() -> None:
    contract: dict[str, list[Any]] = {"added": [], "changed": [], "removed": []}
    same: dict[str, Any] = {**FOUND, "files": [], "contract": contract}
    assert [line.plain for line in lines(same)] == [
        "Version 1 to version 3",
        "No file differs.",
    ]
