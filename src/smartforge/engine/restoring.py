"""What the log says of versions that are to be brought back."""

from collections.abc import Iterable

from smartforge.errors import Conflict, UnknownVersion
from smartforge.events import ENDS_A_RUN, Complete, RunQueued, decode
from smartforge.log.base import ENDING, Record


def check_complete(records: Iterable[Record], version: int) -> None:
    """Raises UnknownVersion where there is none such, Conflict while there is none at all."""
    known = _complete(records)
    if not known:
        raise Conflict(
            "The project has no complete version yet, so there is none to bring back.",
            "Wait until a run is complete, or see why none was.",
        )
    if version not in known:
        raise UnknownVersion(
            f"The project has no version {version}.",
            f"Complete versions: {', '.join(map(str, known))}.",
        )


def check_any_complete(records: Iterable[Record]) -> None:
    """Raises Conflict while no version is complete."""
    if not _complete(records):
        raise Conflict(
            "The project has no complete version yet, so there is none to check again.",
            "Wait until a run is complete, or see why none was.",
        )


def check_latest(records: Iterable[Record], version: int) -> None:
    """Raises Conflict where another version is the latest, or none is complete."""
    known = _complete(records)
    if not known or known[-1] != version:
        there = f"the latest is {known[-1]}" if known else "none is complete yet"
        raise Conflict(
            f"Your edit is of version {version}, but {there}.",
            "Look at the file as it is in the latest version, and edit that.",
        )


def asked_by_last(records: Iterable[Record]) -> RunQueued | None:
    """What the last run to end was asked for: a version to bring back, to wait with its plan."""
    asked: dict[str | None, RunQueued] = {}
    last: RunQueued | None = None
    for record in records:
        if record.type != "run:queued" and record.type not in ENDING:
            continue
        envelope, fact = decode(record.data)
        if isinstance(fact, RunQueued):
            asked[envelope.run] = fact
        elif isinstance(fact, ENDS_A_RUN):
            last = asked.get(envelope.run)
    return last


def _complete(records: Iterable[Record]) -> list[int]:
    """The numbers of the versions, in order."""
    facts = [decode(record.data)[1] for record in records if record.type == "complete"]
    # A version that was checked again was complete before.
    return list(dict.fromkeys(fact.version for fact in facts if isinstance(fact, Complete)))
