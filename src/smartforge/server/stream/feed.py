"""One project in memory: its newest events as they are stored, and where each viewer is in them.

A feed is plain data, without I/O and without waiting; the hub fills it and hands it out. What
holds at every moment:

1. `datas` are the events `base + 1` to `tail`, without a gap, the very bytes of the log.
2. They are the newest 1,000 events, or as many of them as have 256 KiB together. This is the
   rule of the wire as well: a viewer that `reaches` them gets events, one further behind gets a
   snapshot.
3. A cursor only rises. It rises to the end of a block that was handed to its viewer, or to the
   seq of a snapshot.
4. Viewers at the same cursor get the same block: it is made once, not once for each.
5. `over` and `deleted` are said of `tail`, and of nothing before or after it. Where the log has
   not been asked since the tail could have changed them, they are false and `unsure` is true.
"""

from collections.abc import Sequence

from smartforge.log.base import ENDING, Head, Record
from smartforge.server.stream.forms import Block, Form
from smartforge.server.stream.viewer import Viewer

WINDOW_EVENTS = 1000
WINDOW_BYTES = 256 * 1024
"""A viewer further behind than this gets a snapshot first."""

BLOCKS = 8
"""Blocks that are kept for the next one at the same place; who is far from the others is alone."""

NOWHERE = -1
"""The cursor of a viewer that has seen nothing it can go on from: only a snapshot helps."""

TELLING = ENDING | {"message:removed", "project:deleted"}
"""The types of event with which a project may be over, or be no longer."""


class Feed:
    """The newest events of a project, and the cursors of its viewers.

    `over` says that nothing comes after `tail` unless a run is asked for, `deleted` that the
    project is gone. `told` is how many viewers each of those was last said to be one of that
    take part in presence: only these are counted, and only these are told.
    """

    def __init__(self, project_id: str, base: int) -> None:
        self.project_id = project_id
        self.base = self.tail = base
        self.over = self.deleted = False
        self.unsure = True
        self.cursors: dict[Viewer, int] = {}
        self.told: dict[Viewer, int] = {}
        self._datas: list[bytes] = []
        self._size = 0
        self._blocks: dict[tuple[Form, int], tuple[Block, int]] = {}

    @property
    def settled(self) -> bool:
        """Whether there is something to say to a viewer that has seen everything."""
        return self.over or self.deleted

    def extend(self, records: Sequence[Record]) -> None:
        """Add the events that follow `tail`. Raises ValueError where they do not."""
        for seq, record in enumerate(records, self.tail + 1):
            if record.seq != seq:
                raise ValueError(f"event {record.seq} does not follow {seq - 1}")
        self._datas.extend([record.data for record in records])
        self._size += sum([len(record.data) for record in records])
        self.tail += len(records)
        telling = not TELLING.isdisjoint([record.type for record in records])
        self.unsure = self.unsure or self.settled or telling
        self.over = self.deleted = False
        self._blocks.clear()
        self._forget_oldest()

    def settle(self, head: Head) -> None:
        """Learn from the log where the project stands; a head from before `tail` says nothing."""
        if head.last >= self.tail:
            self.unsure = head.last > self.tail
            self.over = not self.unsure and not head.active
            self.deleted = not self.unsure and head.deleted

    def enter(self, viewer: Viewer, cursor: int) -> None:
        """The viewer has seen everything up to the cursor."""
        self.cursors[viewer] = cursor
        if viewer.presence:
            self.told[viewer] = 0

    def leave(self, viewer: Viewer) -> bool:
        """Forget the viewer; whether it was known."""
        self.told.pop(viewer, None)
        return self.cursors.pop(viewer, None) is not None

    def reaches(self, cursor: int) -> bool:
        """Whether everything beyond the cursor is in memory."""
        return cursor >= self.base

    def block(self, form: Form, cursor: int) -> tuple[Block, int]:
        """All events beyond the cursor, and their bytes; the cursor is within reach."""
        key = (form, cursor)
        made = self._blocks.get(key)
        if made is None:
            datas = self._datas[cursor - self.base :]
            block = form.events(self.project_id, cursor, datas)
            if len(self._blocks) == BLOCKS:
                del self._blocks[next(iter(self._blocks))]
            made = self._blocks[key] = (block, sum(map(len, datas)))
        return made

    def advance(self, viewer: Viewer, seq: int) -> None:
        """The viewer was given everything up to `seq`."""
        if viewer in self.cursors:
            self.cursors[viewer] = max(seq, self.cursors[viewer])

    def lag(self) -> int:
        """How many events the furthest viewer is behind."""
        return max((self.tail - cursor for cursor in self.cursors.values()), default=0)

    def _forget_oldest(self) -> None:
        oldest = max(0, len(self._datas) - WINDOW_EVENTS)
        size = self._size - sum(map(len, self._datas[:oldest]))
        while size > WINDOW_BYTES:
            size -= len(self._datas[oldest])
            oldest += 1
        del self._datas[:oldest]
        self._size = size
        self.base += oldest
