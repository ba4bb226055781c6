"""One stop: a run is brought to its moment and stopped, and what follows is noted."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import msgspec
from tests.openai_wire import Request, Wire

from benchmarks.serving import ENDS, Event, Product, Seen, Viewer, new_project, viewing
from benchmarks.stop.moments import Arrival, Kind, Moment
from benchmarks.stop.neighbours import neighbour
from benchmarks.stop.remains import Remains, until_nothing

PROMPT = "Create a simple todo API with CRUD operations"
FOLLOW_UP = "Todos also have a priority from 1 to 5"
CHOICES: dict[Kind, dict[str, str]] = {
    "planning": {"planner": "model", "author": "model"},
    "writing": {"planner": "offline", "author": "model"},
    "checking": {"model": "offline"},
    "queued": {"model": "offline"},
    "ending": {"model": "offline"},
}
END_SECONDS = 5.0
"""So long the end of a stopped run is waited for; where it does not come, this is its time."""

ALL_EVENTS = 10_000
ACCEPTED = 202


class Place(msgspec.Struct, frozen=True):
    """Where runs are stopped: the server, its TMPDIR, and the model that it asks."""

    product: Product
    folder: Path
    wire: Wire


class Found(msgspec.Struct):
    """What became of one stop; times are in milliseconds from sending it.

    `end`: until a viewer had the terminal event; None where it was there before. `socket`: until
    the model saw its socket closed; None where no answer was open. `gone`: until no process and no
    folder was left; None where a follow-up was sent. `sockets`: those that are open in the end.
    `untold`: answers that were stopped, of which no event tells what was spent.
    `wrong`: runs of the project that have not exactly one terminal event. The other words are
    empty unless the Stop was refused, the follow-up did not run, or a late Stop hit it.
    """

    moment: Moment
    end: float | None = None
    ended: str = ""
    socket: float | None = None
    answered: float = 0.0
    gone: float | None = None
    left: Remains = Remains((), ())
    sockets: int = 0
    untold: int = 0
    wrong: int = 0
    refused: str = ""
    silent: str = ""
    hit: str = ""


async def trial(place: Place, moment: Moment) -> Found:
    """Raises TimeoutError where the run does not come to its moment."""
    http = place.product.http
    async with AsyncExitStack() as held, AsyncExitStack() as filler:
        if moment.kind == "queued":
            await filler.enter_async_context(neighbour(http, place.wire))
        asked = len(place.wire.requests)
        project = await new_project(http, PROMPT, **CHOICES[moment.kind])
        viewer = await held.enter_async_context(viewing(http, project))
        one = Trial(place, moment, viewer, asked)
        sent, run, follow_up = await one.stopped()
        await filler.aclose()
        if follow_up:
            await one.follow(follow_up, run)
        await one.settle(None if follow_up else sent)
    return one.found


class Trial:
    """A project whose first run is stopped. `asked`: how many requests the model had before it."""

    def __init__(self, place: Place, moment: Moment, viewer: Viewer, asked: int) -> None:
        self._place = place
        self._http = place.product.http
        self._moment = moment
        self._viewer = viewer
        self._asked = asked
        self._broken = 0
        self._path = f"/api/projects/{viewer.project}"
        self.found = Found(moment)

    async def stopped(self) -> tuple[float, str, str]:
        """Stop the run at its moment; when that was, the run, and the message sent after it."""
        queued = await self._viewer.first(lambda event: event["type"] == "run:queued")
        run: str = queued.event["run"]
        await self._viewer.first(Arrival(self._moment))
        await asyncio.sleep(self._moment.delay)
        over = any(_ends(seen.event, run) for seen in self._viewer.seen)
        answering = self._answering()
        sent = time.perf_counter()
        closing = asyncio.create_task(self._closed(answering, sent))
        status = await self._stop(run if self._moment.named else None)
        self.found.answered = _ms(sent)
        follow_up = await self._say() if self._moment.followed else ""
        await closing
        if status != ACCEPTED:
            self.found.refused = f"answered with {status}"
        await self._ended(run, sent, over)
        return sent, run, follow_up

    async def follow(self, follow_up: str, stopped: str) -> None:
        """See the follow-up run, while Stops come that are too late for the run before.

        An offline one runs to its end, one that a model writes is stopped once it writes.
        """
        whole = CHOICES[self._moment.kind].get("model") == "offline"
        reached = "complete" if whole else "file:generating"
        late = [await self._stop(stopped)]
        try:
            queued = await self._viewer.first(
                lambda event: event["type"] == "run:queued" and event["messageId"] == follow_up
            )
            run: str = queued.event["run"]
            await self._come(run, "run:started")
            late.append(await self._stop(stopped))
            last = await self._come(run, reached)
            if last.event["type"] == "run:cancelled":
                self.found.hit = f"the Stops were answered with {late}"
            elif last.event["type"] != reached:
                self.found.silent = f"{last.event}"
            elif not whole:
                await self._stop(run)
                await self._viewer.first(lambda event: _ends(event, run))
        except TimeoutError:
            self.found.silent = f"no {reached} came"

    async def settle(self, sent: float | None) -> None:
        """Wait until nothing of the project is left, and count how its runs have ended."""
        place = self._place
        self.found.left = await until_nothing(place.product.pid, place.folder)
        self.found.gone = None if sent is None else _ms(sent)
        self.found.sockets = len(self._answering())
        answer = await self._http.get(f"{self._path}/events", params={"limit": ALL_EVENTS})
        answer.raise_for_status()
        events: list[Event] = answer.json()["events"]
        runs = {event["run"] for event in events if event["type"] == "run:queued"}
        ends = Counter(event["run"] for event in events if event["type"] in ENDS)
        self.found.wrong = sum(ends[run] != 1 for run in runs)
        if self.found.socket is not None:
            stopped = next(event["run"] for event in events if event["type"] == "run:cancelled")
            told = sum(_tells_spent(event, stopped) for event in events)
            self.found.untold = max(0, self._broken - told)

    async def _come(self, run: str, reached: str) -> Seen:
        """The first event of this type in the run, or its end where it ends before."""
        return await self._viewer.first(
            lambda event: event["run"] == run and event["type"] in {reached, *ENDS}
        )

    async def _stop(self, run: str | None) -> int:
        body = None if run is None else {"run": run}
        return (await self._http.post(f"{self._path}/cancel", json=body)).status_code

    async def _say(self) -> str:
        answer = await self._http.post(f"{self._path}/messages", json={"prompt": FOLLOW_UP})
        answer.raise_for_status()
        return answer.json()["messageId"]

    async def _ended(self, run: str, sent: float, over: bool) -> None:
        try:
            last = await self._viewer.first(lambda event: _ends(event, run), END_SECONDS)
        except TimeoutError:
            self.found.end = 1000 * END_SECONDS
        else:
            self.found.ended = last.event["type"]
            self.found.end = None if over else 1000 * (last.at - sent)

    async def _closed(self, answering: list[Request], sent: float) -> None:
        """Note when the model saw the sockets of these answers closed."""
        if not answering:
            return
        with suppress(TimeoutError):
            await self._place.wire.until(lambda _: all(one.state != "open" for one in answering))
        self._broken = sum(one.state != "complete" for one in answering)
        if self._broken:
            self.found.socket = _ms(sent)

    def _answering(self) -> list[Request]:
        """What the model is still answering of this project's requests."""
        mine = self._place.wire.requests[self._asked :]
        return [request for request in mine if request.state == "open"]


def _tells_spent(event: Event, run: str) -> bool:
    """Whether it tells of an answer of the run that was broken off."""
    tells = event["type"] == "usage" and event["run"] == run and event["estimated"]
    return tells and event["inputTokens"] > 0


def _ends(event: Event, run: str) -> bool:
    return event["type"] in ENDS and event["run"] == run


def _ms(since: float) -> float:
    return 1000 * (time.perf_counter() - since)
