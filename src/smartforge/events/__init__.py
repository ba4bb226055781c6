"""Every fact that can happen in a project, as frozen structs. No I/O."""

import msgspec

from smartforge.events.base import (
    Author,
    Envelope,
    Fact,
    Outcome,
    Ref,
    Step,
    Trigger,
    encode,
    type_of,
)
from smartforge.events.checks import (
    CheckCompleted,
    CheckName,
    CheckStarted,
    ValidationCompleted,
    ValidationStarted,
)
from smartforge.events.files import CodeChunk, FileComplete, FileDeleted, FileGenerating
from smartforge.events.projects import (
    APPROVE,
    REJECT,
    Message,
    MessageRemoved,
    MessageUpdated,
    ProjectCreated,
    ProjectDeleted,
    ProjectUndeleted,
    Question,
    Questions,
    TitleChanged,
)
from smartforge.events.runs import (
    Complete,
    Edited,
    FilePlanned,
    PlanReady,
    RepairStarted,
    RunCancelled,
    RunFailed,
    RunQueued,
    RunResumed,
    RunStarted,
    StepCompleted,
    StepRetried,
    StepStarted,
    Usage,
)

AnyFact = (
    ProjectCreated
    | TitleChanged
    | ProjectDeleted
    | ProjectUndeleted
    | RunQueued
    | RunStarted
    | RunResumed
    | StepStarted
    | StepCompleted
    | StepRetried
    | PlanReady
    | FileGenerating
    | CodeChunk
    | FileComplete
    | FileDeleted
    | ValidationStarted
    | ValidationCompleted
    | CheckStarted
    | CheckCompleted
    | RepairStarted
    | Usage
    | Message
    | MessageUpdated
    | MessageRemoved
    | Questions
    | RunCancelled
    | Complete
    | RunFailed
)

ENDS_A_RUN = (Complete, RunFailed, RunCancelled)

_envelope = msgspec.json.Decoder(Envelope)
_fact = msgspec.json.Decoder(AnyFact)


def decode(data: bytes) -> tuple[Envelope, AnyFact | None]:
    """The envelope and the fact of an encoded event; the fact is None for an unknown type.

    Raises `msgspec.ValidationError` where a known type lacks a field. Unknown fields are
    ignored, so that an older reader survives a newer writer.
    """
    envelope = _envelope.decode(data)
    if envelope.type not in KNOWN_TYPES:
        return envelope, None
    return envelope, _fact.decode(data)


KNOWN_TYPES = frozenset(type_of_class.__struct_config__.tag for type_of_class in AnyFact.__args__)

__all__ = [
    "APPROVE",
    "ENDS_A_RUN",
    "KNOWN_TYPES",
    "REJECT",
    "AnyFact",
    "Author",
    "CheckCompleted",
    "CheckName",
    "CheckStarted",
    "CodeChunk",
    "Complete",
    "Edited",
    "Envelope",
    "Fact",
    "FileComplete",
    "FileDeleted",
    "FileGenerating",
    "FilePlanned",
    "Message",
    "MessageRemoved",
    "MessageUpdated",
    "Outcome",
    "PlanReady",
    "ProjectCreated",
    "ProjectDeleted",
    "ProjectUndeleted",
    "Question",
    "Questions",
    "Ref",
    "RepairStarted",
    "RunCancelled",
    "RunFailed",
    "RunQueued",
    "RunResumed",
    "RunStarted",
    "Step",
    "StepCompleted",
    "StepRetried",
    "StepStarted",
    "TitleChanged",
    "Trigger",
    "Usage",
    "ValidationCompleted",
    "ValidationStarted",
    "decode",
    "encode",
    "type_of",
]
