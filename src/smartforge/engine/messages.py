"""Whether a follow-up still waits: what the log says of it, and what is said where it does not."""

from collections.abc import Iterable

from smartforge.errors import Conflict, UnknownMessage
from smartforge.events import (
    ENDS_A_RUN,
    Message,
    MessageRemoved,
    RunQueued,
    RunStarted,
    decode,
)
from smartforge.log.base import Record


def check_waits(records: Iterable[Record], message_id: str) -> str:
    """The run of this message, which has not begun, by all events of its project.

    Raises UnknownMessage where the user has not said it, or has taken it back; Conflict where
    its run has begun or is over.
    """
    said, run, begun, over = False, None, False, False
    for record in records:
        envelope, fact = decode(record.data)
        match fact:
            case Message(id=id_, role="user") if id_ == message_id:
                said = True
            case MessageRemoved(id=id_) if id_ == message_id:
                said = False
            case RunQueued(message_id=id_) if id_ == message_id:
                run = envelope.run
            case RunStarted() if envelope.run == run:
                begun = True
            case _ if isinstance(fact, ENDS_A_RUN) and envelope.run == run:
                over = True
            case _:
                pass
    if not said:
        raise UnknownMessage(
            f"There is no message {message_id!r} in this project, or it was removed.",
            "Look at the project to see which messages wait.",
        )
    if over or run is None:
        raise Conflict("The run of this message is over.", "Send a new follow-up instead.")
    if begun:
        raise has_begun()
    return run


def has_begun() -> Conflict:
    """The message can be neither edited nor removed any more."""
    return Conflict(
        "The run of this message has begun already.",
        "Send a new follow-up to change what it makes, or stop it.",
    )
