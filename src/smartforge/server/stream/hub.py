"""The hub: follows each watched project once, and hands its events to all who watch it.

    log --follow--> Feed (one for a project) --Sweep, once a tick--> Viewer.write --> the socket

A viewer has no queue and no task; it is a cursor into its feed. Serving it is one call: all that
lies beyond its cursor as one block, shared with everybody who stands at the same place. A socket
that is full parks its viewer, whose cursor then stays behind; when the socket has drained, the
viewer gets what lies beyond its cursor by then, or a snapshot where that is too much.

What holds:

1. Past and present are one: a viewer is given what lies between its cursor and the feed's tail,
   whether that was stored a year or a millisecond ago. Between looking and giving nothing is
   awaited, so there is no moment at which an event could be missed.
2. Only what the log has stored durably reaches a feed, in its order (`log.base.Reading`).
3. A viewer never waits for another one: nobody is awaited in a sweep.
4. Memory is bounded: for a feed by its window, for a viewer by one block and the socket's
   buffers. One that takes nothing for `patience` seconds is cut; it comes back by its cursor.
5. Projects that nobody watches are forgotten after `linger` seconds.
6. The end is said to a viewer that has seen the tail, when the log has said of that very tail
   that no run is on or queued. So no stream ends early; and since the log is asked after every
   event that can be a last one, none stays open that should end.
7. A log that refuses loses nobody: it is asked again until it answers, viewers stay.

Everything here runs on the event loop's thread. The hub owns its tasks: one for each watched
project, and one for each viewer that is parked or catching up.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any

import msgspec

from smartforge.errors import DatabaseUnusable, UnknownProject
from smartforge.log.base import Reading, follow
from smartforge.log.states import States
from smartforge.server.stream import sse
from smartforge.server.stream.feed import NOWHERE, WINDOW_EVENTS, Feed
from smartforge.server.stream.figures import Figures, Gauges
from smartforge.server.stream.forms import Block
from smartforge.server.stream.sweep import Sweep
from smartforge.server.stream.viewer import Rest, Viewer

logger = logging.getLogger(__name__)
viewers_logger = logging.getLogger("smartforge.server.viewers")

PAGE = 250
"""Events that are read at once for a viewer that wants every one and is far behind."""


class Rules(msgspec.Struct, frozen=True):
    """Times of the stream, in seconds.

    `tick` lies between two writes of one project to one viewer, `heartbeat` is the longest
    silence, `patience` how long a full socket is waited for, `unheard` how long a viewer may go
    without a write that went through, `linger` how long a project stays when its last viewer
    has left, `beat` how often these are looked after. A log that refused is asked again after
    `again`.
    """

    tick: float = 0.025
    heartbeat: float = 15.0
    patience: float = 30.0
    unheard: float = 3600.0
    linger: float = 5.0
    beat: float = 1.0
    again: float = 1.0


class _Watched:
    """A feed that is loaded, and what keeps it going."""

    def __init__(self, feed: Feed, sweep: Sweep, following: asyncio.Task[None]) -> None:
        self.feed = feed
        self.following = following
        self.sweep = sweep
        self.idle_since = _now()

    def stop(self) -> None:
        self.sweep.cancel()
        self.following.cancel()


class Hub:
    """Hands the log's events to viewers."""

    def __init__(self, log: Reading, states: States, rules: Rules, figures: Figures) -> None:
        self.figures = figures
        self._log = log
        self._states = states
        self._rules = rules
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._watched: dict[str, _Watched] = {}
        self._viewers: dict[Viewer, list[Feed]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._beat: asyncio.TimerHandle | None = None
        self._closed = False

    # ---- viewers come and go --------------------------------------------------------------

    async def watch(self, viewer: Viewer, cursors: Mapping[str, int]) -> None:
        """Give the viewer what lies beyond its cursors, then serve it as events come.

        Returns when it has caught up; from then on it is served until `leave`. Unknown and
        deleted projects are said to be gone. Raises what its `send` raises.
        """
        self._enter(viewer, cursors)
        viewer.busy = True
        await viewer.deliver(viewer.form.hello())
        for project_id in cursors.keys() - self._watched.keys():
            self._begin_to_load(project_id)  # All at once, so that one after the other is ready.
        for project_id, cursor in cursors.items():
            await self._insist(viewer, partial(self._join, viewer, project_id, cursor))
        await self._catch_up(viewer)
        self._release(viewer)

    def leave(self, viewer: Viewer) -> None:
        """The connection is over. Calling it again is harmless."""
        if viewer not in self._viewers:
            return
        self._forget(viewer)
        del self._viewers[viewer]
        self.figures.closed[viewer.reason] += 1
        viewers_logger.info("a viewer has gone (%s), %d now", viewer.reason, len(self._viewers))

    def close(self) -> None:
        """Bid every viewer farewell and end everything; who comes now is sent away at once."""
        self._closed = True
        for viewer in tuple(self._viewers):
            if not viewer.busy:
                self._part(viewer, viewer.form.farewell(), "stopped")
        for watched in self._watched.values():
            watched.stop()
        if self._beat is not None:
            self._beat.cancel()

    def gauges(self) -> Gauges:
        """How things stand now."""
        return Gauges(
            viewers=len(self._viewers),
            projects=len(self._watched),
            parked=sum(viewer.waiting is not None for viewer in self._viewers),
            lag=max((watched.feed.lag() for watched in self._watched.values()), default=0),
        )

    def tell(self, project_id: str, data: bytes) -> None:
        """Send a transient frame (JSON) to the live viewers of a project that can take it now."""
        watched = self._watched.get(project_id)
        if watched is None:
            return
        for viewer in tuple(watched.feed.cursors):
            if viewer.live and not viewer.busy:
                self._write(viewer, viewer.form.told(data))

    def is_watched(self, project_id: str) -> bool:
        """Whether anybody follows the project here."""
        watched = self._watched.get(project_id)
        return watched is not None and bool(watched.feed.cursors)

    def _enter(self, viewer: Viewer, cursors: Mapping[str, int]) -> None:
        self._viewers[viewer] = []
        self.figures.opened += 1
        self.figures.resumed += any(cursors.values())
        viewers_logger.info(
            "a viewer of %s has come, %d now", ", ".join(cursors), len(self._viewers)
        )
        if self._beat is None and not self._closed:
            self._set_beat()

    def _forget(self, viewer: Viewer) -> None:
        viewer.parted = True
        for feed in tuple(self._viewers[viewer]):
            self._drop(viewer, feed)

    # ---- catching up ----------------------------------------------------------------------

    async def _join(self, viewer: Viewer, project_id: str, cursor: int) -> None:
        """Make the viewer one of the project's, or say why not."""
        try:
            feed = await self._feed(project_id)
        except UnknownProject:
            await viewer.deliver(viewer.form.told(sse.gone(project_id)))
            return
        if viewer.parted:  # Cut while the project was loaded.
            return
        if viewer not in feed.cursors:
            feed.enter(viewer, cursor)
            self._viewers[viewer].append(feed)
        if cursor > feed.tail or feed.settled:
            head = await self._log.head(project_id)
            feed.settle(head)
            if cursor > max(head.last, feed.tail):
                feed.cursors[viewer] = NOWHERE
                await viewer.deliver(viewer.form.told(sse.reset(project_id)))
        if feed.deleted:
            await self._tell_gone(viewer, feed)

    async def _catch_up(self, viewer: Viewer) -> None:
        for feed in tuple(self._viewers.get(viewer, ())):
            await self._insist(viewer, partial(self._reach, viewer, feed))

    async def _reach(self, viewer: Viewer, feed: Feed) -> None:
        """Bring the viewer to where memory begins: by a snapshot, or page by page."""
        while (cursor := feed.cursors.get(viewer)) is not None and not feed.reaches(cursor):
            if viewer.lost or self._closed:
                return
            if viewer.compact or cursor == NOWHERE:
                await self._snapshot(viewer, feed)
                continue
            records = await self._log.read(feed.project_id, cursor, PAGE)
            datas = [record.data for record in records]
            self.figures.deliveries += len(datas)
            self.figures.bytes += sum(map(len, datas))
            await viewer.deliver(viewer.form.events(feed.project_id, cursor, datas))
            feed.advance(viewer, records[-1].seq)

    async def _snapshot(self, viewer: Viewer, feed: Feed) -> None:
        folded = await self._states.current(feed.project_id)
        seq, state, deleted = folded.seq, folded.json, folded.snapshot.deleted
        if deleted:
            await self._tell_gone(viewer, feed)
            return
        self.figures.snapshots += 1
        self.figures.bytes += len(state)
        await viewer.deliver(viewer.form.snapshot(feed.project_id, seq, state))
        feed.advance(viewer, seq)

    async def _tell_gone(self, viewer: Viewer, feed: Feed) -> None:
        self._drop(viewer, feed)
        await viewer.deliver(viewer.form.told(sse.gone(feed.project_id)))

    async def _insist(self, viewer: Viewer, step: Callable[[], Awaitable[None]]) -> None:
        """Take a step that asks the log; again where it refuses, until it does not."""
        refused = False
        while not viewer.lost:
            try:
                await step()
            except DatabaseUnusable as error:
                if self._closed:
                    return
                if not refused:
                    logger.warning("a viewer has to wait for the log: %s", error)
                refused = True
                await asyncio.sleep(self._rules.again)
            else:
                return

    # ---- serving --------------------------------------------------------------------------

    def _serve(self, feed: Feed, viewers: Iterable[Viewer]) -> None:
        """Give each of them what lies beyond its cursor, unless it is busy. The hot path."""
        cursors, base, tail = feed.cursors, feed.base, feed.tail
        settled = feed.settled
        now = _now()
        form = at = block = chunk = None
        size = deliveries = sizes = 0
        try:
            for viewer in viewers:
                cursor = cursors.get(viewer)
                if cursor is None or viewer.busy:
                    continue
                if cursor < base:
                    self._fetch_up(viewer)
                    continue
                if cursor < tail:
                    if cursor != at or viewer.form is not form or block is None:
                        form, at = viewer.form, cursor
                        block, size = feed.block(form, at)
                        chunk = block.chunk
                    cursors[viewer] = tail
                    deliveries += tail - cursor
                    sizes += size
                    push = viewer.push
                    if chunk and push(chunk):  # What `_write` would do, without it.
                        viewer.written = now
                    elif not self._write(viewer, block):
                        continue
                if settled and cursor <= tail:
                    self._settle(feed, viewer)
        finally:
            self.figures.deliveries += deliveries
            self.figures.bytes += sizes

    def _fetch_up(self, viewer: Viewer) -> None:
        """Memory begins beyond the viewer's cursor: it has to catch up once more."""
        if not viewer.lost and not self._closed:
            viewer.busy = True
            self._own(self._go_on(viewer, self._catch_up(viewer)))

    def _settle(self, feed: Feed, viewer: Viewer) -> None:
        """Say what there is to say to a viewer that has seen everything of the project."""
        if feed.deleted:
            self._drop(viewer, feed)
            told = self._write(viewer, viewer.form.told(sse.gone(feed.project_id)))
            if told and not viewer.form.several:
                self._part(viewer, viewer.form.close(), "gone")
        elif not viewer.live:
            self._part(viewer, viewer.form.end(), "ended")

    def _write(self, viewer: Viewer, block: Block) -> bool:
        """Whether the connection took the block at once; else the viewer is parked."""
        try:
            rest = viewer.write(block)
        except Exception as error:
            self._lose(viewer, error)
            return False
        if rest is None:
            viewer.written = _now()
            return True
        viewer.busy, viewer.waiting = True, _now()
        self.figures.parked += viewer.stepped
        self._own(self._go_on(viewer, rest))
        return False

    async def _go_on(self, viewer: Viewer, rest: Rest) -> None:
        """Finish what the viewer could not be given at once, then give it what came meanwhile."""
        try:
            await rest
        except Exception as error:
            self._lose(viewer, error)
        else:
            self._release(viewer)

    def _release(self, viewer: Viewer) -> None:
        """The viewer is free again: give it what came while it was busy."""
        viewer.busy, viewer.waiting, viewer.written = False, None, _now()
        if viewer.parted:
            return
        for feed in tuple(self._viewers[viewer]):
            self._serve(feed, (viewer,))
        if viewer.busy or viewer.parted:
            return
        if self._closed:
            self._part(viewer, viewer.form.farewell(), "stopped")
        elif not self._viewers[viewer] and not viewer.form.several:
            self._part(viewer, viewer.form.close(), "gone")

    def _part(self, viewer: Viewer, block: Block, reason: str) -> None:
        """Say the last word; the connection's own end calls `leave`."""
        if viewer.parted:
            return
        self._forget(viewer)
        viewer.reason = reason
        self._write(viewer, block)

    def _drop(self, viewer: Viewer, feed: Feed) -> None:
        if not feed.leave(viewer):
            return
        self._viewers[viewer].remove(feed)
        if not feed.cursors and feed.project_id in self._watched:
            self._watched[feed.project_id].idle_since = _now()

    def _lose(self, viewer: Viewer, error: Exception) -> None:
        # ASGI servers raise OSError for one that has gone; some, anything on a closing socket.
        if not isinstance(error, OSError) and not viewer.lost:
            logger.error("a viewer could not be served", exc_info=error)
        viewer.cut("lost")

    # ---- feeds ----------------------------------------------------------------------------

    async def _feed(self, project_id: str) -> Feed:
        """The project in memory; loaded once, however many ask. Raises UnknownProject.

        Whoever enters the feed before the next await finds it alive.
        """
        while project_id not in self._watched:
            await asyncio.shield(self._begin_to_load(project_id))
        return self._watched[project_id].feed

    def _begin_to_load(self, project_id: str) -> "asyncio.Future[None]":
        loading = self._loading.get(project_id)
        if loading is None:
            loading = asyncio.create_task(self._load(project_id), name=f"load {project_id}")
            self._loading[project_id] = loading
            loading.add_done_callback(partial(self._has_loaded, project_id))
        return loading

    def _has_loaded(self, project_id: str, loading: "asyncio.Task[None]") -> None:
        del self._loading[project_id]
        if not loading.cancelled():
            loading.exception()  # Whoever waited has raised it; where nobody did, nobody cares.

    async def _load(self, project_id: str) -> None:
        head = await self._log.head(project_id)
        start = max(0, head.last - WINDOW_EVENTS)
        records = await self._log.read(project_id, start, WINDOW_EVENTS)
        feed = Feed(project_id, start)
        feed.extend(records)
        feed.settle(head)
        sweep = Sweep(lambda: feed.cursors, partial(self._serve, feed), self._rules.tick)
        following = asyncio.create_task(self._follow(feed, sweep), name=f"follow {project_id}")
        watched = self._watched[project_id] = _Watched(feed, sweep, following)
        if self._closed:
            watched.stop()
        elif self._beat is None:
            self._set_beat()

    async def _follow(self, feed: Feed, sweep: Sweep) -> None:
        while True:
            try:
                await self._make_sure(feed, sweep)
                async for records in follow(self._log, feed.project_id, feed.tail):
                    self.figures.events += len(records)
                    feed.extend(records)
                    await self._make_sure(feed, sweep)
            except DatabaseUnusable as error:
                logger.warning("project %s cannot be followed now: %s", feed.project_id, error)
                await asyncio.sleep(self._rules.again)
            except UnknownProject:  # It was removed for good; viewers that come back are told.
                self._give_up(feed)
                return
            except Exception:
                logger.exception("project %s cannot be followed", feed.project_id)
                self._give_up(feed)
                return

    async def _make_sure(self, feed: Feed, sweep: Sweep) -> None:
        """Know whether anything more can come, and let the viewers have what there is."""
        try:
            if feed.unsure:
                feed.settle(await self._log.head(feed.project_id))
        finally:
            sweep.wake()

    def _give_up(self, feed: Feed) -> None:
        """Viewers of a feed that is dead come back by their cursor, to a new one."""
        del self._watched[feed.project_id]
        for viewer in tuple(feed.cursors):
            viewer.cut("lost")

    # ---- time -----------------------------------------------------------------------------

    def _set_beat(self) -> None:
        pause = min(self._rules.beat, self._rules.heartbeat)
        self._beat = asyncio.get_running_loop().call_later(pause, self._look_after)

    def _look_after(self) -> None:
        self._beat = None
        now = _now()
        for viewer in tuple(self._viewers):
            self._look_after_one(viewer, now)
        for project_id, watched in tuple(self._watched.items()):
            if not watched.feed.cursors and now - watched.idle_since >= self._rules.linger:
                self._watched.pop(project_id).stop()
            else:
                self._tell_presence(watched.feed)
        if self._viewers or self._watched:
            self._set_beat()

    def _look_after_one(self, viewer: Viewer, now: float) -> None:
        rules = self._rules
        if viewer.waiting is not None and now - viewer.waiting > rules.patience:
            viewer.cut("slow")
        elif now - viewer.written > rules.unheard:
            viewer.cut("unheard")
        elif not viewer.busy and not viewer.parted and now - viewer.written >= rules.heartbeat:
            self._write(viewer, viewer.form.heartbeat())

    def _tell_presence(self, feed: Feed) -> None:
        viewers = len(feed.told)  # Who does not want to know is not counted either.
        for viewer, told in tuple(feed.told.items()):
            if told != viewers and not viewer.busy:
                feed.told[viewer] = viewers
                data = sse.presence(feed.project_id, viewers)
                self._write(viewer, viewer.form.told(data))

    def _own(self, work: Rest) -> None:
        task: asyncio.Task[Any] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _now() -> float:
    return asyncio.get_running_loop().time()
