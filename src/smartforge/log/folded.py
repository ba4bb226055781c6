"""One project as far as its log was folded, and the checkpoint that it can be kept as."""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec

from smartforge.events import (
    CheckCompleted,
    Complete,
    Edited,
    FileComplete,
    Message,
    MessageUpdated,
    PlanReady,
    ProjectCreated,
    Ref,
    RunQueued,
    decode,
)
from smartforge.log.base import Checkpoint, Record
from smartforge.snapshot import Fold, Snapshot, empty

SHAPE = "folded-8"
"""Names what a checkpoint holds and how it was folded.

To be raised with every change of what is kept, of the events, or of what the fold makes of them:
a state that was folded in another way must not be gone on from.
"""

DUE_EVENTS = 1000
DUE_BYTES = 256 * 1024
"""A state further beyond its checkpoint than this is worth a new one."""


class Kept(msgspec.Struct, frozen=True):
    """What is in a checkpoint. Its states are the very bytes that viewers are sent.

    `complete` is the state when `version` was complete; null where that is `state` itself.
    """

    state: msgspec.Raw
    blobs: tuple[str, ...]
    version: int | None
    complete: msgspec.Raw


class State:
    """A state at one seq, as a value and as JSON; each is made once, when it is asked for."""

    def __init__(self, made: Snapshot | bytes) -> None:
        self._snapshot = made if isinstance(made, Snapshot) else None
        self._json = made if isinstance(made, bytes) else None

    @property
    def snapshot(self) -> Snapshot:
        if self._snapshot is None:
            self._snapshot = _snapshot.decode(self._json or b"")
        return self._snapshot

    @property
    def json(self) -> bytes:
        if self._json is None:
            self._json = msgspec.json.encode(self._snapshot)
        return self._json


class Folded:
    """One project as far as it was folded. Whoever adds to it holds `lock`.

    `blobs` are the hashes that its events name so far, `version` the latest complete version,
    `complete` the state when that was complete.
    """

    def __init__(self, project_id: str) -> None:
        self.blobs: set[str] = set()
        self.version: int | None = None
        self.complete: State | None = None
        self.lock = asyncio.Lock()
        self._project_id = project_id
        self._fold = Fold(empty(project_id))
        self._state: State | None = None
        self._events_beyond = 0
        self._bytes_beyond = 0

    @property
    def seq(self) -> int:
        return self._fold.seq

    @property
    def state(self) -> State:
        """The state now; the same for all who ask at the same seq."""
        if self._state is None:
            self._state = State(self._fold.snapshot())
        return self._state

    @property
    def snapshot(self) -> Snapshot:
        """The state now; made once for all who ask at the same seq."""
        return self.state.snapshot

    @property
    def json(self) -> bytes:
        """The snapshot as JSON; encoded once for all who ask at the same seq."""
        return self.state.json

    @property
    def is_due(self) -> bool:
        """Whether it has gone far beyond the checkpoint that was made or restored last."""
        return self._events_beyond >= DUE_EVENTS or self._bytes_beyond >= DUE_BYTES

    def add(self, record: Record) -> None:
        """Take the next event of the log."""
        envelope, fact = decode(record.data)
        self._fold.add(envelope, fact)
        self._state = None
        self._events_beyond += 1
        self._bytes_beyond += len(record.data)
        self.blobs.update(named(fact))
        if isinstance(fact, Complete) and fact.version != self.version:
            self.version, self.complete = fact.version, self.state

    def checkpoint(self) -> Checkpoint:
        """The state now, to be kept; none is due then until much has been added."""
        complete = None if self.complete is self.state else self.complete
        kept = Kept(
            state=msgspec.Raw(self.json),
            blobs=tuple(self.blobs),
            version=self.version,
            complete=msgspec.Raw(_NULL if complete is None else complete.json),
        )
        self._events_beyond = self._bytes_beyond = 0
        data = msgspec.json.encode(kept)
        return Checkpoint(project_id=self._project_id, seq=self.seq, shape=SHAPE, data=data)

    def restore(self, checkpoint: Checkpoint) -> bool:
        """Stand where the checkpoint does; False, and nothing changed, for an unknown shape.

        Raises `msgspec.DecodeError` where it does not hold what its shape says.
        """
        if checkpoint.shape != SHAPE:
            return False
        kept = _kept.decode(checkpoint.data)
        state = State(bytes(kept.state))
        if (state.snapshot.id, state.snapshot.seq) != (self._project_id, checkpoint.seq):
            raise msgspec.DecodeError("the checkpoint holds another state than it says")
        self._fold = Fold(state.snapshot)
        self._state = state
        self.blobs, self.version = set(kept.blobs), kept.version
        if kept.version is not None:
            complete = bytes(kept.complete)
            self.complete = state if complete == _NULL else State(complete)
        self._events_beyond = self._bytes_beyond = 0
        return True


_NULL = b"null"
_kept = msgspec.json.Decoder(Kept)
_snapshot = msgspec.json.Decoder(Snapshot)


def named(fact: Any) -> Iterator[str]:
    """The hashes of all content that this fact names."""
    match fact:
        case RunQueued(edited=Edited(content=Ref(ref=ref))):
            yield ref
        case FileComplete(sha256=sha256):
            yield sha256
        case ProjectCreated(prompt=Ref(ref=ref)):
            yield ref
        case Message(text=Ref(ref=ref)) | MessageUpdated(text=Ref(ref=ref)):
            yield ref
        case PlanReady(contract=contract, past=past, origins=origins):
            yield from (each.ref for each in past)
            match contract:
                case {"ref": str(ref), "size": int(), **rest} if not rest:
                    yield ref
                case _:
                    pass
            if origins is not None:
                yield origins.ref
        case CheckCompleted(evidence={"ref": str(ref), "size": int(), **rest}) if not rest:
            yield ref
        case _:
            pass
