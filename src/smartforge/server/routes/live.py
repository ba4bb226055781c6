"""Routes of the live stream, and of polling for those whom a proxy keeps from streaming."""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from smartforge.errors import SmartForgeError
from smartforge.server import answers, problems
from smartforge.server.problems import CursorInvalid
from smartforge.server.site import Site
from smartforge.server.viewing import SocketWatch, StreamResponse, Wish

EVENTS_LIMIT = 10_000
WAIT_LIMIT = 25.0
PROJECTS_LIMIT = 64

CURSOR = re.compile(r"[0-9]{1,15}")
PLACE = re.compile(r"([A-Za-z0-9_-]{1,64}):([0-9]{1,15})")

Switch = Annotated[Literal["0", "1"], Query()]
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID")]

STREAM_DOCS = {
    200: {
        "description": "Events as they happen; `id:` is the seq, `data:` one line of JSON",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    204: {"description": "No run is active or queued, and the reader has seen everything"},
}


class LiveRoutes:
    """One hub behind all of them."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def router(self) -> APIRouter:
        router = APIRouter(tags=["live"], responses=answers.PROBLEMS)
        for path, endpoint, docs in (
            ("/api/stream/{project_id}", self.stream_project, STREAM_DOCS),
            ("/api/stream", self.stream_projects, STREAM_DOCS),
            ("/api/projects/{project_id}/events", self.list_events, {}),
        ):
            router.add_api_route(
                path, endpoint, methods=["GET"], response_model=None, responses={**docs}
            )
        router.add_api_websocket_route("/api/stream/{project_id}/ws", self.watch_project)
        return router

    async def stream_project(
        self,
        project_id: str,
        after: str = "0",
        live: Switch = "0",
        compact: Switch = "1",
        presence: Switch = "0",
        last_event_id: LastEventId = None,
    ) -> Response:
        """Every event after the cursor, those of the past and those to come."""
        cursor = seq_of(last_event_id or after)
        head = await self._site.head(project_id)
        if live == "0" and 0 < cursor == head.last and not head.active:
            return Response(status_code=204)
        wish = Wish(
            {project_id: cursor},
            live=live == "1",
            compact=compact == "1",
            presence=presence == "1",
        )
        return StreamResponse(self._site, wish)

    async def stream_projects(
        self,
        at: Annotated[str, Query(description="ID:SEQ,ID:SEQ, at most 64 of them")] = "",
        compact: Switch = "1",
        presence: Switch = "0",
        last_event_id: LastEventId = None,
    ) -> Response:
        """Several projects over one connection, always live; ids are `PROJECT:SEQ`."""
        cursors = places_of(at)
        if last_event_id:
            project_id, seq = place_of(last_event_id)
            if project_id in cursors:
                cursors[project_id] = max(cursors[project_id], seq)
        wish = Wish(
            cursors,
            several=True,
            live=True,
            compact=compact == "1",
            presence=presence == "1",
        )
        return StreamResponse(self._site, wish)

    async def watch_project(self, websocket: WebSocket, project_id: str) -> None:
        """The same events over a WebSocket, each as the JSON of a text message; always live."""
        asked = websocket.query_params
        try:
            cursor = seq_of(asked.get("after", "0"))
            await self._site.head(project_id)
            wish = Wish(
                {project_id: cursor},
                live=True,
                compact=asked.get("compact") != "0",
                presence=asked.get("presence") == "1",
            )
            await SocketWatch(self._site, wish)(websocket)
        except SmartForgeError as error:
            await websocket.send_denial_response(problems.answer(error))

    async def list_events(
        self,
        request: Request,
        project_id: str,
        after: str = "0",
        limit: Annotated[int, Query(ge=1, description="lowered to 10,000")] = 1000,
        wait: Annotated[
            float, Query(ge=0, allow_inf_nan=False, description="seconds, lowered to 25")
        ] = 0,
    ) -> Response:
        """Events after the cursor, every one; `wait` waits for the first where there is none.

        `last` is the cursor to ask with next: the seq of the last event in the answer. Where
        there is none it is `after`, or the project's last seq if that is smaller. `done` says
        that nothing lies beyond it, and that no run is active or queued.
        """
        cursor = seq_of(after)
        log = self._site.log
        await self._site.head(project_id)
        records = await log.read(project_id, cursor, min(limit, EVENTS_LIMIT))
        if not records and wait > 0:
            await self._site.wait(request, project_id, cursor, min(wait, WAIT_LIMIT))
            records = await log.read(project_id, cursor, min(limit, EVENTS_LIMIT))
        head = await log.head(project_id)
        last = records[-1].seq if records else min(cursor, head.last)
        done = last == head.last and not head.active
        listed = b",".join([each.data for each in records])
        said = b"true" if done else b"false"
        return answers.raw_json(b'{"events":[%b],"last":%d,"done":%b}' % (listed, last, said))


def seq_of(cursor: str) -> int:
    """A cursor as a number. Raises CursorInvalid."""
    if not CURSOR.fullmatch(cursor):
        raise CursorInvalid(
            "The cursor is no whole number from 0 on.",
            "Send the id of the last event that you have seen, or 0 for all.",
        )
    return int(cursor)


def place_of(place: str) -> tuple[str, int]:
    """`PROJECT:SEQ` as a pair. Raises CursorInvalid."""
    match = PLACE.fullmatch(place)
    if match is None:
        raise CursorInvalid(
            "A place in a stream is written PROJECT:SEQ.",
            "Send the id of the last event that you have seen.",
        )
    return match[1], int(match[2])


def places_of(at: str) -> dict[str, int]:
    """The cursors of several projects. Raises CursorInvalid."""
    places = [place_of(each) for each in at.split(",")]
    cursors = dict(places)
    if len(cursors) < len(places) or len(places) > PROJECTS_LIMIT:
        raise CursorInvalid(
            f"`at` names a project twice, or more than {PROJECTS_LIMIT}.",
            "Open a second stream for the rest.",
        )
    return cursors
