"""What the log says of versions that are to be brought back."""

from collections.abc import Iterable

from smartforge.errors import Conflict, UnknownVersion
from smartforge.events import ENDS_A_RUN, Complete, RunQueued, decode
from smartforge.log.base import ENDING, Record


def check_complete(records: Iterable[Record], version: int) -> None:
    """Raises UnknownVersion where there is none such, Conflict while there is none at all."""
    known: list[int] = []
    for record in records:
        if record.type == "complete":
            fact = decode(record.data)[1]
            if isinstance(fact, Complete):
                known.append(fact.version)
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


def restored_by_last(records: Iterable[Record]) -> int | None:
    """The version that the last run to end was to bring back; None where it was another one."""
    asked: dict[str | None, int | None] = {}
    last: int | None = None
    for record in records:
        if record.type != "run:queued" and record.type not in ENDING:
            continue
        envelope, fact = decode(record.data)
        if isinstance(fact, RunQueued):
            asked[envelope.run] = fact.version
        elif isinstance(fact, ENDS_A_RUN):
            last = asked.get(envelope.run)
    return last
