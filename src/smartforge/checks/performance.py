"""How fast is the running application, how much memory does it take, and what does a list cost?"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import msgspec

from smartforge.checks.accounts import environment
from smartforge.checks.asking import Conversation, NoAnswer, conversation
from smartforge.checks.base import LOGGED_BYTES, Method, Subject, Verdict
from smartforge.checks.causes import clean
from smartforge.checks.drafts import Draft, Way
from smartforge.checks.endpoints import Endpoint, Promised, promised
from smartforge.checks.rows import Rows
from smartforge.checks.scripts import APPLICATION
from smartforge.checks.surface import Json, TooComplex
from smartforge.checks.witness import Seen, Trace, seen_again
from smartforge.events import CheckName
from smartforge.sandbox.base import Limits

LIMITS = Limits(wall_seconds=40.0, cpu_seconds=40, output_bytes=LOGGED_BYTES)
# The load: so many requests at once, for so long.
ABREAST, LOAD_SECONDS, MOST_REQUESTS = 4, 0.3, 1_000
# Enough rows that one statement for each stands out; after so long no further ones are made.
ROWS, MOST_LISTS, ROWS_SECONDS = 8, 12, 15.0
MEBIBYTE = 1024 * 1024


class Listed(msgspec.Struct, frozen=True):
    """One list, asked for once with one row and once with many: their places, and the line."""

    endpoint: Endpoint
    curl: str
    few: int
    many: int
    rows: int


class Performance:
    """A short load, reported and never judged. What it judges does not depend on the machine:
    that a list sends no statement for each of its rows, and does not load the rows it leaves out.

    Not required. Skipped where nothing can be asked.
    """

    name: CheckName = "performance"
    required = False
    method = Method(
        "How fast is it, how much memory does it take, and what does a list cost?",
        f"{ABREAST} requests at once for {LOAD_SECONDS:g} s, not judged; the statements "
        "of each list are counted with one row and with many.",
        varies=True,
    )

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`. A failure names the list, and the line that sends the statements."""
        try:
            known = promised(subject.promised)
        except (TooComplex, RecursionError) as error:
            return Verdict("skipped", f"The promised document cannot be read: {error}.")
        program = subject.program(limits=LIMITS, environment=environment(known))
        async with (
            subject.sandbox.serve(program, APPLICATION) as served,
            conversation(served, LIMITS) as talk,
        ):
            try:
                lists = [one async for one in _lists(talk, known)]
                exchanges = list(talk.exchanges)
                load = await _load(talk, lists)
            except NoAnswer as error:
                return Verdict("skipped", f"Nothing was measured: it {error.cause.clause}.")
        wanted = {at for one in lists for at in (one.few, one.many)}
        seen = await seen_again(subject.sandbox, program, exchanges, wanted, written=False)
        if seen is None:
            return Verdict("skipped", "Nothing was measured: it could not be watched.")
        return _verdict(seen, lists, load)


async def _lists(talk: Conversation, known: Promised) -> AsyncIterator[Listed]:
    """Make rows, and ask for each list with one and with many."""
    rows, end = Rows(talk, known), time.monotonic() + ROWS_SECONDS
    for endpoint in list(_countable(known))[:MOST_LISTS]:
        creating = known.creating(endpoint.collection)
        async for actor in rows.accounts.candidates(creating or endpoint):
            made = 0
            while made < ROWS and time.monotonic() < end:
                if await rows.make(endpoint.collection, actor) is None:
                    break
                made += 1
            draft = await rows.draft(endpoint, actor, Way()) if made == ROWS else None
            found = await _asked(talk, draft) if draft else None
            if found is not None:
                yield found
            if made:
                break


def _countable(known: Promised) -> Iterator[Endpoint]:
    """Lists of rows of their own that take a limit."""
    for one in known.endpoints:
        limit = one.parameters("query").get("limit")
        if one.method == "GET" and not one.places and limit is not None:
            yield one


async def _asked(talk: Conversation, draft: Draft) -> Listed | None:
    """None where too few rows are there to tell anything."""
    most = draft.endpoint.parameters("query")["limit"].schema.get("maximum", 100)
    one = await talk.send(draft.asking(("limit", 1)).request())
    few = len(talk.exchanges) - 1
    wide = draft.asking(("limit", most))
    many = await talk.send(wide.request())
    count = _count(many.json())
    if one.status != 200 or many.status != 200 or count < ROWS // 2:
        return None
    return Listed(draft.endpoint, wide.request().curl(), few, few + 1, count)


def _count(told: object) -> int:
    """How many rows a list holds, whether it is a page or a plain array."""
    rows: object = cast(Json, told).get("items") if isinstance(told, dict) else told
    return len(cast(list[Any], rows)) if isinstance(rows, list) else 0


async def _load(talk: Conversation, lists: list[Listed]) -> list[float]:
    """Seconds of each request: some at once, all reading, for a short time."""
    asked = [talk.exchanges[one.many] for one in lists][:3]
    target = [(one.target, dict(one.headers)) for one in asked] or [("/health", dict[str, str]())]
    taken: list[float] = []
    end = time.monotonic() + LOAD_SECONDS

    async def one_after_another() -> None:
        while time.monotonic() < end and len(taken) < MOST_REQUESTS:
            path, headers = target[len(taken) % len(target)]
            began = time.perf_counter()
            await talk.read(path, headers)
            taken.append(time.perf_counter() - began)

    await asyncio.gather(*(one_after_another() for _ in range(ABREAST)))
    return taken


def _verdict(seen: Seen, lists: list[Listed], load: list[float]) -> Verdict:
    ranked = sorted(load)
    p99 = ranked[min(len(ranked) - 1, int(0.99 * len(ranked)))]
    evidence: dict[str, Any] = {
        "requestsPerSecond": round(len(load) / LOAD_SECONDS),
        "p99Ms": round(1000 * p99, 1),
        "memoryMB": round(seen.memory / MEBIBYTE),
        "requests": len(load),
        "lists": len(lists),
    }
    traces = {trace.at: trace for trace in seen.traces}
    for one in lists:
        few, many = traces.get(one.few), traces.get(one.many)
        said = _costs(one, few, many) if few and many else None
        if said is not None:
            return _failed(one, said, evidence)
    said = (
        f"{evidence['requestsPerSecond']} requests a second, the slowest hundredth took "
        f"{evidence['p99Ms']} ms or more, {evidence['memoryMB']} MB."
    )
    return Verdict("passed", said, evidence)


def _costs(listed: Listed, few: Trace, many: Trace) -> tuple[str, str, int] | None:
    """What is wrong with the cost of a list, path and line; None where nothing is."""
    before = {(path, line): sent for path, line, sent, _ in few.statements}
    more = [
        (sent - before.get((path, line), 0), path, line) for path, line, sent, _ in many.statements
    ]
    most, path, line = max(more, default=(0, "", 0))
    if most >= listed.rows - 1:
        said = f"sent {most} more statements for {listed.rows} rows than for one"
        return said, path, line
    loaded = [(rows, path, line) for path, line, _, rows in few.statements]
    most, path, line = max(loaded, default=(0, "", 0))
    if most >= listed.rows:
        return f"loaded {most} rows to answer one", path, line
    return None


def _failed(one: Listed, said: tuple[str, str, int], evidence: dict[str, Any]) -> Verdict:
    what, path, line = said
    place = {"operation": clean(one.endpoint.key), "path": clean(path), "line": line}
    told = f"{place['operation']} {what} ({place['path']}, line {line})."
    return Verdict("failed", told, {**place, "curl": one.curl, **evidence})
