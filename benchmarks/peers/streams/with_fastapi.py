"""FastAPI's own server-sent events as its documentation shows them, fed by a queue per viewer."""

import asyncio
from collections.abc import AsyncIterable

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent

from benchmarks.peers.streams.shared import Channel, Event, run

app = FastAPI()
channel = Channel()


@app.get("/stream", response_class=EventSourceResponse)
async def stream() -> AsyncIterable[ServerSentEvent]:
    queue: asyncio.Queue[Event] = asyncio.Queue()
    channel.queues.add(queue)
    try:
        while True:
            seq, text = await queue.get()
            yield ServerSentEvent(raw_data=text, id=str(seq))
    finally:
        channel.queues.discard(queue)


if __name__ == "__main__":
    run(app, channel)
