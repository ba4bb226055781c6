"""Folded states of projects, kept and advanced, so that many readers share one fold.

Everything here can be forgotten and folded again from the log.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import msgspec

from smartforge.events import (
    CheckCompleted,
    Complete,
    FileComplete,
    Message,
    MessageUpdated,
    PlanReady,
    ProjectCreated,
    Ref,
    decode,
)
from smartforge.log.base import Reading, Record
from smartforge.server.problems import UnknownVersion
from smartforge.snapshot import Fold, Snapshot, empty

BATCH = 1000

Kept = TypeVar("Kept")


class Bounded(Generic[Kept]):
    """The most recently used values, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: str, make: Callable[[], Kept]) -> Kept:
        """The value of this key, made where there is none; the least recently used one goes."""
        if key not in self._kept:
            self._kept[key] = make()
        self._kept.move_to_end(key)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return self._kept[key]


class Folded:
    """One project as far as it was folded. Whoever adds to it holds `lock`.

    `blobs` are the hashes that its events name so far, `version` the latest complete version.
    """

    def __init__(self, project_id: str) -> None:
        self.blobs: set[str] = set()
        self.version: int | None = None
        self.lock = asyncio.Lock()
        self._fold = Fold(empty(project_id))
        self._snapshot: Snapshot | None = None
        self._json: bytes | None = None

    @property
    def seq(self) -> int:
        return self._fold.seq

    @property
    def snapshot(self) -> Snapshot:
        """The state now; made once for all who ask at the same seq."""
        if self._snapshot is None:
            self._snapshot = self._fold.snapshot()
        return self._snapshot

    @property
    def json(self) -> bytes:
        """The snapshot as JSON; encoded once for all who ask at the same seq."""
        if self._json is None:
            self._json = msgspec.json.encode(self.snapshot)
        return self._json

    def add(self, record: Record) -> None:
        envelope, fact = decode(record.data)
        self._fold.add(envelope, fact)
        self._snapshot = self._json = None
        self.blobs.update(named(fact))
        if isinstance(fact, Complete):
            self.version = fact.version


class States:
    """The states of projects, by folding the log no further than needed and never twice."""

    def __init__(self, log: Reading, keep: int) -> None:
        self._log = log
        self._projects: Bounded[Folded] = Bounded(keep)
        self._versions: Bounded[Folded] = Bounded(keep)

    def __len__(self) -> int:
        """How many projects are kept."""
        return len(self._projects)

    async def current(self, project_id: str) -> Folded:
        """The project with every event that was stored before the call. Raises UnknownProject."""
        tail = (await self._log.head(project_id)).last
        folded = self._projects.get(project_id, lambda: Folded(project_id))
        async with folded.lock:
            while folded.seq < tail:
                for record in await self._log.read(project_id, folded.seq, BATCH):
                    folded.add(record)
        return folded

    async def version(self, project_id: str, version: int) -> Snapshot:
        """The project as it was when this version was complete.

        What happened later, a failed run for example, does not change it. Raises UnknownProject,
        UnknownVersion.
        """
        now = (await self.current(project_id)).snapshot
        if version not in {each.version for each in now.versions}:
            raise unknown_version(version, now)
        folded = self._versions.get(f"{project_id}:{version}", lambda: Folded(project_id))
        async with folded.lock:
            while folded.version != version:
                for record in await self._log.read(project_id, folded.seq, BATCH):
                    folded.add(record)
                    if folded.version == version:
                        break
        return folded.snapshot


def unknown_version(version: int, now: Snapshot) -> UnknownVersion:
    known = ", ".join(str(each.version) for each in now.versions) or "none"
    return UnknownVersion(f"The project has no version {version}.", f"Complete versions: {known}.")


def named(fact: Any) -> Iterator[str]:
    """The hashes of all content that this fact names."""
    match fact:
        case FileComplete(sha256=sha256):
            yield sha256
        case ProjectCreated(prompt=Ref(ref=ref)):
            yield ref
        case Message(text=Ref(ref=ref)) | MessageUpdated(text=Ref(ref=ref)):
            yield ref
        case PlanReady(contract={"ref": str(ref), "size": int(), **rest}) if not rest:
            yield ref
        case CheckCompleted(evidence={"ref": str(ref), "size": int(), **rest}) if not rest:
            yield ref
        case _:
            pass
