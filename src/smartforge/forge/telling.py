"""What a run says of itself: the lines below its steps, and the summary of its version."""

from collections.abc import Sequence

from smartforge.contract.operations import operation_count
from smartforge.events import CheckCompleted, ValidationCompleted
from smartforge.forge import proof
from smartforge.forge.plan import Plan
from smartforge.forge.versions import Version


def planned(made: Plan) -> str:
    """Below the step of planning."""
    count = operation_count(made.contract)
    return f"Planned {count} operations in {len(made.files)} files"


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
    whole: ValidationCompleted,
    skipped: Sequence[CheckCompleted],
) -> str:
    """The summary of the version."""
    if whole.verdict == "skipped":
        proof = f"Not proven: {skipped[0].summary}"
    else:
        proof = f"{operation_count(made.contract)} operations, {whole.passed} checks passed"
    if made.restores is not None:
        return f"Restored version {made.restores}. {proof}"
    return f"{written(made, chain)}. {proof}" if chain else proof
