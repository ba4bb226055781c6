"""What there is of a project to be asked: its latest complete version, or a plan."""

from collections import OrderedDict
from typing import Any, Protocol

import msgspec

from smartforge.contract import Contract, reading
from smartforge.errors import UnknownProject
from smartforge.log import large
from smartforge.log.base import Blobs, Reading
from smartforge.log.states import States
from smartforge.snapshot import Snapshot

MOST = 256


class PreviewLog(Reading, Blobs, Protocol):
    """What previews need of a log."""


class Standing(msgspec.Struct, frozen=True):
    """A project up to `seq`. `state` is that of the version, or of the newest plan; None where
    there is neither. `active` says that a run is on or queued."""

    seq: int
    active: bool
    version: int | None
    state: Snapshot | None


class Standings:
    """Looks projects up, no further than the log has gone since."""

    def __init__(self, log: PreviewLog, states: States) -> None:
        self._log = log
        self._states = states
        self._known: OrderedDict[str, Standing] = OrderedDict()

    async def of(self, project_id: str) -> Standing:
        """Raises UnknownProject, also for one that was deleted."""
        head = await self._log.head(project_id)
        if head.deleted:
            self._known.pop(project_id, None)
            raise UnknownProject(f"The project {project_id!r} was deleted.")
        known = self._known.get(project_id)
        if known is None or known.seq != head.last:
            folded = await self._states.current(project_id)
            if folded.version is not None and folded.complete is not None:
                state = folded.complete.snapshot
            else:
                state = folded.snapshot if folded.snapshot.contract is not None else None
            known = Standing(head.last, head.active, folded.version, state)
            self._known[project_id] = known
        self._known.move_to_end(project_id)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return known

    async def contract(self, state: Snapshot) -> Contract:
        """The contract of a state that has one."""
        whole: dict[str, Any] = await large.whole(state.contract or {}, self._log)
        return reading.from_json(whole)

    async def files(self, state: Snapshot) -> dict[str, bytes]:
        """The whole files, by path."""
        return {
            file.path: await self._log.get(file.sha256)
            for file in state.files
            if file.sha256 is not None
        }
