"""The state of a project: a pure fold of its events.

The fold in `web/src/stream` is its twin; `tests/golden` keeps the two equal. Whatever the fold
needs to go on stands in the snapshot, so a log may be cut anywhere and folded on from there.
"""

from smartforge.snapshot.fold import ENDED, ON, Encoded, Fold, apply, fold
from smartforge.snapshot.state import (
    ChatMessage,
    CheckState,
    End,
    Failure,
    FileState,
    QueuedRun,
    Snapshot,
    Status,
    StepState,
    UsageTotal,
    Version,
    empty,
)

__all__ = [
    "ENDED",
    "ON",
    "ChatMessage",
    "CheckState",
    "Encoded",
    "End",
    "Failure",
    "FileState",
    "Fold",
    "QueuedRun",
    "Snapshot",
    "Status",
    "StepState",
    "UsageTotal",
    "Version",
    "apply",
    "empty",
    "fold",
]
