"""What one viewer has seen of one project, and whether that is what the log holds."""

import hashlib
from collections.abc import Sequence

import msgspec

from smartforge import events
from smartforge.log.base import ENDING
from smartforge.snapshot import Fold, Snapshot, empty

Decoded = tuple[events.Envelope, events.AnyFact | None]


class View:
    """Takes what arrives, in order, and notes what may not be.

    With `forgiving` the server may repeat what this viewer could not say that it has seen.
    """

    def __init__(self, project_id: str, *, compact: bool, forgiving: bool = False) -> None:
        self.project_id = project_id
        self.compact = compact
        self.base = self.cursor = 0
        self.events: list[tuple[int, bytes]] = []
        self.repeated: list[tuple[int, bytes]] = []
        self.snapshots: list[tuple[int, bytes]] = []
        self.ends: list[int] = []
        self.faults: list[str] = []
        self._forgiving = forgiving
        self._folded = 0

    def begin(self, cursor: int) -> None:
        """Begin with a cursor from before."""
        self.base = self.cursor = cursor

    def event(self, seq: int, data: bytes) -> None:
        if seq <= self.cursor:
            self.repeated.append((seq, data))
            if not self._forgiving:
                self.faults.append(f"repeat: event {seq} came again at {self.cursor}")
            return
        if seq > self.cursor + 1:
            self.faults.append(f"gap: event {seq} came at {self.cursor}")
        self.events.append((seq, data))
        self.cursor = seq

    def snapshot(self, seq: int, state: bytes) -> None:
        if seq <= self.cursor:
            if not self._forgiving:
                self.faults.append(f"repeat: a snapshot of {seq} came at {self.cursor}")
            return
        if not self.compact:
            self.faults.append(f"a snapshot of {seq} came unasked at {self.cursor}")
        self.snapshots.append((seq, state))
        self._folded = len(self.events)
        self.cursor = seq

    def reset(self) -> None:
        """Forget all; a snapshot has to follow."""
        self.base = self.cursor = 0
        self.compact = True

    def end(self) -> None:
        """It was said that nothing is on and that nothing lies beyond the cursor."""
        self.ends.append(self.cursor)

    def state(self, stored: "Stored") -> Snapshot:
        """The state that this viewer holds in the end, folded from what it has seen."""
        fold = Fold(stored.state(self.base))
        if self.snapshots:
            fold = Fold(msgspec.json.decode(self.snapshots[-1][1], type=Snapshot))
        for _, data in self.events[self._folded :]:
            fold.add(*stored.decoded(data))
        return fold.snapshot()


class Stored:
    """A project's log, as read from the database, with its state at every seq asked for."""

    def __init__(self, project_id: str, data: Sequence[bytes]) -> None:
        self.data = data
        self._project_id = project_id
        self._decoded: dict[bytes, Decoded] = {}
        self._states: dict[int, Snapshot] = {}
        self.types = [self.decoded(each)[0].type for each in data]

    def decoded(self, data: bytes) -> Decoded:
        if data not in self._decoded:
            self._decoded[data] = events.decode(data)
        return self._decoded[data]

    def state(self, seq: int) -> Snapshot:
        """Folded up to seq; at the end of the log where that is earlier."""
        if seq not in self._states:
            before = max((each for each in self._states if each < seq), default=0)
            fold = Fold(self._states[before] if before else empty(self._project_id))
            for data in self.data[before:seq]:
                fold.add(*self.decoded(data))
            self._states[seq] = fold.snapshot()
        return self._states[seq]

    def is_idle(self, seq: int) -> bool:
        """Whether no run is on or queued after this event."""
        of_runs = [each for each in self.types[:seq] if each in ENDING or each == "run:queued"]
        return bool(of_runs) and of_runs[-1] in ENDING


def hash_of(state: Snapshot) -> str:
    return hashlib.sha256(msgspec.json.encode(state)).hexdigest()


def judge(view: View, stored: Stored) -> list[str]:
    """Everything in which the view differs from the log; empty where nothing does."""
    last = len(stored.data)
    faults = list(view.faults)
    for seq, data in (*view.events, *view.repeated):
        if seq > last:
            faults.append(f"phantom: event {seq} is beyond the log's end at {last}")
        elif stored.data[seq - 1] != data:
            faults.append(f"phantom: event {seq} is another one in the log: {data[:200]!r}")
    for seq, state in view.snapshots:
        try:
            shown = msgspec.json.decode(state, type=Snapshot)
        except msgspec.DecodeError as error:
            return [*faults, f"state: the snapshot of {seq} is none: {error}"]
        if seq > last or hash_of(shown) != hash_of(stored.state(seq)):
            faults.append(f"state: the snapshot of {seq} is not the fold of the log")
    for seq in view.ends:
        if seq > last or not stored.is_idle(seq):
            faults.append(f"end: told at {seq}, where a run is on")
    if view.cursor != last:
        faults.append(f"stopped at {view.cursor}, the log ends at {last}")
    seen = [seq for seq, _ in view.events]
    if not view.compact and seen != list(range(view.base + 1, last + 1)):
        faults.append(f"ids are not {view.base + 1}..{last}")
    if hash_of(view.state(stored)) != hash_of(stored.state(last)):
        faults.append("state: the final state is another one than the log's")
    return faults
