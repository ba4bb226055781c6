"""sse-starlette as its README shows it: a generator per viewer, fed by a queue."""

import asyncio
from collections.abc import AsyncGenerator

from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from benchmarks.peers.streams.shared import Channel, Event, run

channel = Channel()


async def events(queue: asyncio.Queue[Event]) -> AsyncGenerator[dict[str, str], None]:
    channel.queues.add(queue)
    try:
        while True:
            seq, text = await queue.get()
            yield {"id": str(seq), "data": text}
    finally:
        channel.queues.discard(queue)


async def stream(request: Request) -> EventSourceResponse:
    return EventSourceResponse(events(asyncio.Queue()))


if __name__ == "__main__":
    run(Starlette(routes=[Route("/stream", stream)]), channel)
