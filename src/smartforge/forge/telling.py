"""What a run says of itself: the lines below its steps, and the summary of its version."""

import difflib
from collections.abc import Mapping, Sequence

from smartforge.contract.operations import operation_count
from smartforge.events import CheckCompleted
from smartforge.forge import proof
from smartforge.forge.plan import Plan
from smartforge.forge.repairing import Round
from smartforge.forge.versions import Version

MOST_NAMED = 3
"""Files that a line names."""


def planned(made: Plan) -> str:
    """Below the step of planning."""
    count = operation_count(made.contract)
    return f"Planned {counted(count, 'operation')} in {len(made.files)} files"


def written(made: Plan, chain: Sequence[Version]) -> str:
    """Below the step of writing; where there was a version, what is new against it.

    What it is proven by is neither: it is written once all else is checked.
    """
    files = [file for file in made.files if file.path not in proof.PATHS]
    if not chain:
        return f"Created {len(files)} files"
    paths = {file.path for file in made.files}
    changed = sum(not file.kept for file in files)
    gone = sum(file.path not in paths for file in chain[-1].files)
    if not changed and not gone:
        return f"Changed none of {len(made.files)} files"
    deleted = f", deleted {gone}" if gone else ""
    return f"Changed {changed} of {len(made.files)} files{deleted}"


def ended(
    made: Plan,
    chain: Sequence[Version],
    last: Round,
    skipped: Sequence[CheckCompleted],
) -> str:
    """The summary of the version, which the last round has proven."""
    whole = last.whole
    if whole.verdict == "skipped":
        proof = f"Not proven: {skipped[0].summary}"
    else:
        operations = counted(operation_count(made.contract), "operation")
        proof = f"{operations}, {whole.passed} checks passed"
    if last.number:
        proof += f", after {counted(last.number, 'round')} of repair"
    if made.restores is not None:
        return f"Restored version {made.restores}. {proof}"
    return f"{written(made, chain)}. {proof}" if chain else proof


def checked_again(version: int, last: Round) -> str:
    """The summary of a version whose checks were asked again."""
    whole = last.whole
    if whole.verdict == "skipped":
        skipped = next(one for one in last.done if one.verdict == "skipped")
        return f"Version {version} was checked again. Not proven: {skipped.summary}"
    return f"Version {version} was checked again: {counted(whole.passed, 'check')} passed"


def repairing(paths: Sequence[str]) -> str:
    """Of a round of repair that begins."""
    named = ", ".join(paths[:MOST_NAMED])
    more = len(paths) - MOST_NAMED
    return f"Repairing {named}{f' and {more} more' if more > 0 else ''}..."


def repaired(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Below a round of repair: which files it changed, and by how many lines."""
    changed = [_lines(path, before[path], after[path]) for path in before]
    told = [one for one in changed if one]
    if not told:
        return "Changed nothing"
    more = len(told) - MOST_NAMED
    return f"Changed {', '.join(told[:MOST_NAMED])}{f' and {more} more' if more > 0 else ''}"


def _lines(path: str, before: str, after: str) -> str:
    if before == after:
        return ""
    compared = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    rows = list(compared)[2:]  # Its first two lines name the files.
    added = sum(row.startswith("+") for row in rows)
    return f"{path} (+{added} -{sum(row.startswith('-') for row in rows)})"


def counted(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"
