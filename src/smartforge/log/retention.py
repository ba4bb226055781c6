"""Which projects a log need not keep any longer, and the removal of all that is theirs alone."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress

import msgspec

from smartforge.errors import SmartForgeError, UnknownProject
from smartforge.log.base import ROW_BYTES, UNNAMED_SECONDS, Extent, Removing, Surveyed
from smartforge.log.clock import Clock, wall_clock

logger = logging.getLogger(__name__)

HOUR = 3600.0
DAY = 24 * HOUR

DELETED_SECONDS = DAY
"""How long a project that was deleted can be brought back."""

BATCH = 500
"""How many contents are removed in one transaction."""


class Criteria(msgspec.Struct, frozen=True):
    """What is to go: projects without a run on or waiting, those longest without an event first.

    All whose newest event is `older_than` seconds old or older; then as many as it takes until
    the log is smaller than `larger_than` bytes; all of them where neither is given. With
    `deleted`, only deleted ones.
    """

    older_than: float | None = None
    larger_than: int | None = None
    deleted: bool = False


class Survey(msgspec.Struct, frozen=True):
    """What there is: every project, the contents that its events name, and how large these are."""

    extents: Sequence[Extent]
    named: Mapping[str, Collection[str]]
    contents: Mapping[str, int]


class Due(msgspec.Struct, frozen=True):
    """The projects to remove, and how many bytes the log is smaller without them."""

    projects: Sequence[Extent]
    bytes: int


class Pruned(msgspec.Struct, frozen=True):
    """What was removed. `spared` projects were not: a run or an event came meanwhile."""

    projects: int
    bytes: int
    spared: int


async def extents(log: Surveyed) -> list[Extent]:
    """Every project, in the order of ids. One that is removed meanwhile is left out."""
    found: list[Extent] = []
    project_id = await log.following("")
    while project_id is not None:
        with suppress(UnknownProject):
            found.append(await log.extent(project_id))
        project_id = await log.following(project_id)
    return found


async def survey(log: Surveyed, projects: Sequence[Extent]) -> Survey:
    """Who of these projects names what. Reads all of their events but the pieces of files."""
    contents = await log.contents()
    own = {sha256: sha256 for sha256 in contents}  # One string for each hash, however many name it.
    named: dict[str, Collection[str]] = {}
    for each in projects:
        found = await log.named(each.head.project_id)
        named[each.head.project_id] = [own[sha256] for sha256 in found if sha256 in own]
    return Survey(extents=projects, named=named, contents=contents)


def candidates(projects: Sequence[Extent], criteria: Criteria, now: int) -> list[Extent]:
    """Those that may go, the one longest without an event first. `now` is Unix milliseconds.

    Where only the age counts, exactly those that are due.
    """
    idle = [one for one in projects if not one.head.active]
    if criteria.deleted:
        idle = [one for one in idle if one.head.deleted]
    if criteria.larger_than is None:
        idle = [one for one in idle if _is_old(one, criteria, now)]
    return sorted(idle, key=lambda one: (one.ts, one.head.project_id))


def due(found: Survey, criteria: Criteria, now: int) -> Due:
    """What is to go by these criteria."""
    naming = Counter(sha256 for named in found.named.values() for sha256 in named)
    taken = sum(one.bytes for one in found.extents)
    taken += sum(_size(found, sha256) for sha256 in naming)
    projects: list[Extent] = []
    freed = 0
    for one in candidates(found.extents, criteria, now):
        small = criteria.larger_than is not None and taken - freed < criteria.larger_than
        young = criteria.older_than is None or not _is_old(one, criteria, now)
        if small and young:
            break
        projects.append(one)
        freed += one.bytes
        for sha256 in found.named[one.head.project_id]:
            naming[sha256] -= 1
            freed += 0 if naming[sha256] else _size(found, sha256)
    return Due(projects=projects, bytes=freed)


async def prune(
    log: Removing, found: Survey, projects: Sequence[Extent], unnamed: float = UNNAMED_SECONDS
) -> Pruned:
    """Remove these projects, one after the other, then all content that nobody names any more.

    Content that was put within the last `unnamed` seconds stays; less than the usual is safe
    only where nobody else uses the log. A project with a run on or waiting, or with events that
    the survey has not seen, is spared.
    """
    removed: dict[str, Extent] = {}
    for one in projects:
        try:
            if await log.remove(one.head.project_id, one.head.last):
                removed[one.head.project_id] = one
        except UnknownProject:  # Somebody else has removed it meanwhile.
            continue
    kept = {
        sha256
        for project_id, named in found.named.items()
        if project_id not in removed
        for sha256 in named
    }
    freed = sum(one.bytes for one in removed.values())
    for batch in _batches([sha256 for sha256 in found.contents if sha256 not in kept]):
        freed += await log.discard(batch, unnamed)
    return Pruned(projects=len(removed), bytes=freed, spared=len(projects) - len(removed))


async def retain(
    look: Callable[[], AbstractAsyncContextManager[Surveyed]],
    log: Removing,
    days: int,
    clock: Clock = wall_clock,
) -> None:
    """Remove what has had no event for so many days, now and every day, until cancelled.

    What was removed is logged, and so is that it could not be; the next day it is tried again.
    """
    which = f"without an event for {days} days"
    await _remove_always(look, log, Criteria(older_than=days * DAY), which, DAY, clock)


async def bury(
    look: Callable[[], AbstractAsyncContextManager[Surveyed]],
    log: Removing,
    clock: Clock = wall_clock,
) -> None:
    """Remove what was deleted a day ago, in an hour and every hour, until cancelled; see `retain`.

    A server that starts has better things to do first.
    """
    criteria = Criteria(older_than=DELETED_SECONDS, deleted=True)
    await asyncio.sleep(HOUR)
    await _remove_always(look, log, criteria, "deleted a day ago", HOUR, clock)


async def _remove_always(
    look: Callable[[], AbstractAsyncContextManager[Surveyed]],
    log: Removing,
    criteria: Criteria,
    which: str,
    pause: float,
    clock: Clock,
) -> None:
    while True:
        try:
            async with look() as surveyed:
                done = await _once(surveyed, log, criteria, clock())
        except SmartForgeError as error:
            logger.warning("projects %s stay: %s", which, error)
        except Exception:
            logger.exception("projects %s stay", which)
        else:
            if done.projects:
                told = "removed %d projects %s: %d bytes"
                logger.warning(told, done.projects, which, done.bytes)
        await asyncio.sleep(pause)


async def _once(surveyed: Surveyed, log: Removing, criteria: Criteria, now: int) -> Pruned:
    if criteria.deleted and not await _is_any_deleted(surveyed):
        return Pruned(projects=0, bytes=0, spared=0)  # How large they are need not be known then.
    projects = await extents(surveyed)
    old = candidates(projects, criteria, now)
    if not old:  # Who names what need not be known then.
        return Pruned(projects=0, bytes=0, spared=0)
    return await prune(log, await survey(surveyed, projects), old)


async def _is_any_deleted(surveyed: Surveyed) -> bool:
    project_id = await surveyed.following("")
    while project_id is not None:
        with suppress(UnknownProject):
            if (await surveyed.head(project_id)).deleted:
                return True
        project_id = await surveyed.following(project_id)
    return False


def _is_old(one: Extent, criteria: Criteria, now: int) -> bool:
    return criteria.older_than is None or one.ts <= now - criteria.older_than * 1000


def _size(found: Survey, sha256: str) -> int:
    return found.contents[sha256] + ROW_BYTES


def _batches(hashes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(hashes), BATCH):
        yield hashes[start : start + BATCH]
