"""What a version was proven by, as two files of it: one for people, one for `make verify`."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, cast

import msgspec

from smartforge.checks.base import Method
from smartforge.events import CheckCompleted, CheckName, FilePlanned, Outcome

PROOF, RECORD = "PROOF.md", "proof.json"
FORMAT = 1
FILES = (
    FilePlanned(path=PROOF, purpose="What was checked, how, and what came out", author="compiled"),
    FilePlanned(
        path=RECORD, purpose="The same for make verify, with every file's hash", author="compiled"
    ),
)
PATHS = frozenset(file.path for file in FILES)

_PATH = re.compile(r"(?<![\w/])(?:/[^\s/'\"`):,]+){2,}/?")
_HERE, _ANYWHERE = "make verify", "smartforge check ."


class Shown(msgspec.Struct, frozen=True, rename="camel"):
    """One check with what it found: all that is the same each time."""

    check: CheckName
    required: bool
    verdict: Outcome
    summary: str
    figures: Mapping[str, int]
    left_open: Sequence[str]
    asks: str
    how: str
    bounds: Mapping[str, Any]
    repeat: str


class Varying(msgspec.Struct, frozen=True):
    """A check whose findings say nothing of a version: told, but not what it found."""

    check: CheckName
    asks: str
    repeat: str


class Versions(msgspec.Struct, frozen=True):
    """What it was made and checked with. `packages` are those that the project runs on."""

    smartforge: str
    python: str
    target: str
    tools: Mapping[str, str]
    packages: Mapping[str, str]


class Proof(msgspec.Struct, frozen=True, rename="camel"):
    """`proof.json`. No times and no places: equal versions of a project give equal bytes.

    `files` are SHA-256 by path, of all but the two files of the proof; `tree` is the hash of them
    all, see `tree`. `text` is the SHA-256 of `PROOF.md`.
    """

    format: int
    title: str
    verdict: Outcome
    operations: int
    checks: Sequence[Shown]
    varying: Sequence[Varying]
    versions: Versions
    files: Mapping[str, str]
    tree: str
    text: str = ""


def proof(
    title: str,
    operations: int,
    verdict: Outcome,
    done: Sequence[CheckCompleted],
    methods: Mapping[CheckName, Method],
    versions: Versions,
    repeated: Set[CheckName],
    hashes: Mapping[str, str],
) -> Mapping[str, str]:
    """The text of each of `FILES`, by path.

    `done` are told in the order of `methods`, which has one for each. `repeated` are the checks
    that the project repeats by itself. `hashes` may name the two files; they are left out.
    """
    files = {path: sha256 for path, sha256 in sorted(hashes.items()) if path not in PATHS}
    order = list(methods)
    ordered = sorted(done, key=lambda one: order.index(one.check))
    lasting = [one for one in ordered if not methods[one.check].varies]
    found = Proof(
        format=FORMAT,
        title=title,
        verdict=verdict,
        operations=operations,
        checks=[_shown(one, methods[one.check], repeated) for one in lasting],
        varying=[
            Varying(one.check, methods[one.check].asks, _ANYWHERE)
            for one in ordered
            if one not in lasting
        ],
        versions=versions,
        files=files,
        tree=tree(files),
    )
    text = "".join(f"{line}\n" for line in _lines(found))
    found = msgspec.structs.replace(found, text=hashlib.sha256(text.encode()).hexdigest())
    record = msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"
    return {PROOF: text, RECORD: record}


def tree(files: Mapping[str, str]) -> str:
    """One hash for all: that of the lines that `sha256sum` prints for them, sorted by path."""
    lines = "".join(f"{files[path]}  {path}\n" for path in sorted(files))
    return hashlib.sha256(lines.encode()).hexdigest()


def _shown(one: CheckCompleted, method: Method, repeated: Set[CheckName]) -> Shown:
    left: object = one.evidence.get("undecided")
    return Shown(
        check=one.check,
        required=one.required,
        verdict=one.verdict,
        summary=_lasting(one),
        figures={
            name: value
            for name, value in one.evidence.items()
            if isinstance(value, int) and not isinstance(value, bool)
        },
        left_open=[str(each) for each in cast("list[object]", left or [])],
        asks=method.asks,
        how=method.how,
        bounds=method.bounds,
        repeat=_HERE if one.check in repeated else _ANYWHERE,
    )


def _lasting(one: CheckCompleted) -> str:
    """The summary; of what this machine could not do, the reason without its places and cures."""
    if one.verdict != "skipped":
        return one.summary
    cure = one.evidence.get("cure")
    reason = one.summary.removesuffix(cure) if isinstance(cure, str) else one.summary
    return _PATH.sub("...", reason).strip()


# ---- for people -------------------------------------------------------------------------------


def _lines(found: Proof) -> Iterator[str]:
    yield f"# Proof of {_plain(found.title)}"
    yield ""
    yield _headline(found)
    yield ""
    yield (
        "`make verify` repeats it: it asks the same again, compares each verdict and each file "
        "with `proof.json`, and names what differs. It needs Python and make, nothing else."
    )
    yield ""
    yield "| check | verdict | result |"
    yield "|---|---|---|"
    for one in found.checks:
        mark = "" if one.required else " (reported, not required)"
        yield f"| {one.check}{mark} | {_MARKS[one.verdict]} | {_plain(one.summary)} |"
    yield ""
    yield "## How"
    yield ""
    for one in found.checks:
        yield f"- **{one.check}**: {_plain(one.asks)} {_plain(one.how)} Repeat: `{one.repeat}`."
    yield from _left_out(found)
    yield ""
    yield "## With what"
    yield ""
    yield from _made_with(found.versions)
    yield ""
    yield "## Of which files"
    yield ""
    yield (
        f"{len(found.files)} files, as one hash: `{found.tree}`. It is the SHA-256 of the lines "
        "that `sha256sum` prints for them, sorted by path; `proof.json` has the hash of each."
    )
    yield ""
    yield (
        "This is no signature: whoever can change a file can change these two as well. What "
        "they tell from one another are the files that were checked and any others."
    )


_MARKS: Mapping[Outcome, str] = {
    "passed": "passed",
    "failed": "**failed**",
    "skipped": "**skipped**",
}


def _headline(found: Proof) -> str:
    required = [one for one in found.checks if one.required]
    passed = sum(one.verdict == "passed" for one in required)
    if found.verdict != "passed":
        missing = [one for one in required if one.verdict != "passed"]
        names = ", ".join(one.check for one in missing)
        reason = _plain(missing[0].summary) if missing else ""
        return (
            f"**Not proven.** {passed} of {len(required)} required checks passed. "
            f"Not run: {names}. {reason}"
        )
    figures = [one.figures for one in required]
    requests = sum(one.get("judged", 0) + one.get("requests", 0) for one in figures)
    tests = sum(one.get("passed", 0) for one in figures)
    counts = [f"{requests:,} requests"] if requests else []
    counts += [f"{tests:,} tests"] if tests else []
    asked = f", {' and '.join(counts)} without a failure" if counts else ""
    operations = f"{found.operations} of {found.operations} operations keep their contract"
    return f"**Proven.** {operations}: {passed} of {len(required)} checks passed{asked}."


def _left_out(found: Proof) -> Iterator[str]:
    left = [f"- {one.check}: {_plain(each)}" for one in found.checks for each in one.left_open]
    left += [
        f"- {one.check}: {_plain(one.asks)} The answer changes, so it proves nothing of a "
        f"version. Ask again: `{one.repeat}`."
        for one in found.varying
    ]
    if left:
        yield ""
        yield "## Not part of it"
        yield ""
        yield from left


def _made_with(versions: Versions) -> Iterator[str]:
    tools = "".join(f", {name} {version}" for name, version in versions.tools.items())
    yield f"Made by Smart Forge {versions.smartforge}; checked on Python {versions.python}{tools}."
    if versions.packages:
        named = ", ".join(f"{name} {version}" for name, version in versions.packages.items())
        yield ""
        yield f"Runs on {len(versions.packages)} packages, pinned by hash: {named}."


def _plain(text: str) -> str:
    """Words of users and programs as one line that means nothing in Markdown."""
    return re.sub(r"([\\`*_<>\[\]|#])", r"\\\1", " ".join(text.split()))
