"""A scripted server that plays a model, over the wires of OpenAI, Anthropic and Google.

Which one is spoken follows from the path that is asked for (see `wire_dialects`).

In a test:

    script = WireScript(plan={...}, files={"app/main.py": "..."}, pace=80)
    async with openai_wire(script) as wire:
        ...  # OPENAI_BASE_URL is wire.base_url; any key will do
        await wire.left()  # until a client has closed its socket while an answer was open

`wire_in_thread(script)` is the same for tests that are not async. From a shell:
`python -m tests.openai_wire --port 8765 --pace 80 --script FILE`, where FILE is JSON such as
`{"plan": {...}, "files": {"app/main.py": "text", "a.py": {"text": "...", "cut_after": 40}}}`.
The first line on stdout is the base URL. `GET /wire` tells what was asked and who left,
`POST /wire/release` lets held answers go on.
"""

import argparse
import asyncio
import json
import re
import signal
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from tests.wire_dialects import DIALECTS, Dialect, Said
from tests.wire_http import Head, Refusal, gone, open_stream, read_request, reset, respond, send
from tests.wire_script import Answer, Dropped, Reply, WireScript, problem, script_from_json

__all__ = [
    "Answer",
    "Dropped",
    "Refusal",
    "Request",
    "Wire",
    "WireScript",
    "openai_wire",
    "problem",
    "wire_in_thread",
]

Json = Any
State = Literal["open", "complete", "cut", "refused", "left"]

WAIT_S = 60.0
_TOKEN = re.compile(r"\s*\w{1,6}|\s*[^\w\s]|\s+")


@dataclass
class Request:
    """One request as it arrived, and how its response went.

    `asked`: `plan`, the path of a file, `models`, or empty. `sent`: the characters of the answer
    that were written to the socket so far. `at`: when it came, in Unix seconds. `moments`: of
    each piece how many characters had been said with it, and when it was handed to the socket.
    """

    head: Head
    asked: str = ""
    sent: str = ""
    state: State = "open"
    at: float = field(default_factory=time.time)
    moments: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the request; empty where it was none."""
        body = self.head.body
        return cast(dict[str, Any], body) if isinstance(body, dict) else {}

    @property
    def dialect(self) -> Dialect:
        return next((one for one in DIALECTS if one.speaks(self.head.path)), DIALECTS[0])

    @property
    def tools(self) -> list[str]:
        """The names of the tools that the model may call."""
        return self.dialect.tools(self.body)

    @property
    def shape(self) -> str:
        """The name of the JSON schema that the answer has to follow; empty without one."""
        return self.dialect.shape(self.body)

    @property
    def key(self) -> str:
        return self.dialect.key(self.head.headers)

    @property
    def messages(self) -> list[tuple[str, str]]:
        """Role and text of every chat message, the instructions first."""
        return self.dialect.messages(self.body)

    @property
    def prompt(self) -> str:
        """The text of the last user message."""
        return next((text for role, text in reversed(self.messages) if role == "user"), "")


class Wire:
    """The server. Its coroutines belong to the event loop that it runs in; the rest to anyone."""

    def __init__(self, script: WireScript) -> None:
        self.script = script
        self.base_url = ""
        self.requests: list[Request] = []
        self._changed = asyncio.Condition()
        self._released = asyncio.Event()
        self._plans = 0
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def closed(self) -> list[Request]:
        """The requests whose client closed its socket while the answer was still open."""
        return [request for request in self.requests if request.state == "left"]

    async def until(self, holds: "Callable[[Wire], bool]") -> None:
        """Wait until `holds(wire)`, asked at every change; raises TimeoutError after a minute."""
        async with asyncio.timeout(WAIT_S), self._changed:
            await self._changed.wait_for(lambda: holds(self))

    async def left(self, count: int = 1) -> None:
        """Wait until `count` clients have closed their sockets while answers were open."""
        await self.until(lambda wire: len(wire.closed) >= count)

    def release(self) -> None:
        """Let every held answer go on, and all later ones too; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._released.set)

    def hold(self) -> None:
        """Hold answers again that are to be held; in the loop of the server."""
        self._released.clear()

    async def open(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        self._loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
        for connection in self._open:
            connection.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.ensure_future(self._connection(reader, writer))
        self._open.add(connection)
        connection.add_done_callback(self._open.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await read_request(reader)
            if head is None:
                return
            if head.path.startswith("/wire"):
                await respond(Refusal(200, self._told(head)), writer)
            else:
                await self._respond(Request(head), reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _respond(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        reply = self._choose(request)
        self.requests.append(request)
        await self._set(request, "open")
        answering = asyncio.ensure_future(self._answer(request, reply, writer))
        leaving = asyncio.ensure_future(gone(reader))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            broken = not answering.done() or isinstance(answering.exception(), OSError)
            state: State = "left" if broken else answering.result()
        finally:
            answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)
        await self._set(request, state)

    async def _set(self, request: Request, state: State) -> None:
        request.state = state
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _answer(self, request: Request, reply: Reply, writer: asyncio.StreamWriter) -> State:
        match reply:
            case Dropped():
                reset(writer)
                return "cut"
            case Refusal():
                await respond(reply, writer)
                return "complete" if reply.status < 400 else "refused"
            case Answer():
                pace = self.script.pace if reply.pace is None else reply.pace
                speech = _Speech(request, reply, pace, self._released, writer, self._tell)
                return await speech.say()

    def _choose(self, request: Request) -> Reply:
        path = request.head.path
        if path.endswith("/models"):
            request.asked = "models"
            entries = [{"id": name, "object": "model"} for name in self.script.models]
            return Refusal(200, {"object": "list", "data": entries})
        if not any(one.speaks(path) for one in DIALECTS) or not request.body:
            return Refusal(404, problem(f"there is no {path} here"))
        named = re.match(r"File: (.+)", request.prompt)
        wants_plan = "plan" in [*request.tools, request.shape]
        request.asked = "plan" if wants_plan else named[1].strip() if named else ""
        if self.script.queue:
            return self.script.queue.pop(0)
        if request.asked == "plan":
            return self._next_plan()
        reply = self.script.files.get(request.asked, self.script.otherwise)
        if isinstance(reply, Sequence) and not isinstance(reply, str):
            at = sum(one.asked == request.asked for one in self.requests)
            reply = reply[min(at, len(reply) - 1)]
        return Answer(reply) if isinstance(reply, str) else reply

    def _next_plan(self) -> Reply:
        given = self.script.plan
        plans: list[Json] = cast(list[Json], given) if isinstance(given, list) else [given]
        plan = plans[min(self._plans, len(plans) - 1)]
        self._plans += 1
        if plan is None:
            return self.script.otherwise
        if isinstance(plan, Answer | Refusal | Dropped):
            return plan
        text = plan if isinstance(plan, str) else json.dumps(plan)
        return Answer(text, form=self.script.plan_form)

    def _told(self, head: Head) -> Json:
        if head.path == "/wire/release":
            self.release()
        return {
            "requests": [
                {"asked": one.asked, "state": one.state, "sent": one.sent, "prompt": one.prompt}
                for one in self.requests
            ]
        }


class _Speech:
    """One answer on its way, streamed or whole, as the request asked for."""

    def __init__(
        self,
        request: Request,
        answer: Answer,
        pace: float,
        released: asyncio.Event,
        writer: asyncio.StreamWriter,
        tell: Callable[[], Awaitable[None]],
    ) -> None:
        self._request = request
        self._answer = answer
        self._pace = pace
        self._released = released
        self._writer = writer
        self._tell = tell
        self._dialect = request.dialect
        self._streamed = self._dialect.streamed(request.head)
        self._said = Said(
            answer,
            self._dialect.model(request.head),
            tool=request.tools[0] if request.tools and answer.form != "text" else "",
            asked=sum(len(text.split()) for _, text in request.messages),
        )

    async def say(self) -> State:
        if self._streamed:
            await open_stream(self._writer)
            if self._answer.before:
                await send(self._answer.before.encode(), self._writer)
            await self._send(self._dialect.opening(self._said))
        async for piece in self._pieces():
            self._said.text += piece
            self._request.moments.append((len(self._request.sent) + len(piece), time.time()))
            if self._streamed:
                await self._send(self._dialect.piece(self._said, piece))
            self._request.sent += piece
            await self._tell()
        if self._answer.cut_after is not None:
            await self._cut()
            return "cut"
        if self._streamed:
            await self._end()
        else:
            await respond(Refusal(200, self._dialect.whole(self._said)), self._writer)
        return "complete"

    async def _send(self, frames: list[str]) -> None:
        for frame in frames:
            await send(frame.encode(), self._writer)

    async def _pieces(self) -> AsyncIterator[str]:
        answer, request = self._answer, self._request
        for piece in answer.pieces or _TOKEN.findall(answer.text):
            await self._held()
            kept = piece
            if answer.cut_after is not None:
                kept = piece[: max(0, answer.cut_after - len(request.sent))]
                if not kept:
                    return
            if self._pace:
                await asyncio.sleep(1 / self._pace)
            self._said.tokens += 1
            yield kept
        await self._held()

    async def _held(self) -> None:
        after = self._answer.hold_after
        if after is not None and len(self._request.sent) >= after:
            await self._released.wait()

    async def _cut(self) -> None:
        if self._answer.cut == "end" and self._streamed:
            await send(b"", self._writer)
        else:
            reset(self._writer)

    async def _end(self) -> None:
        await self._send(self._dialect.ending(self._said, self._request.body))
        if self._answer.linger:
            await self._released.wait()
        await send(b"", self._writer)


@asynccontextmanager
async def openai_wire(script: WireScript, port: int = 0) -> AsyncGenerator[Wire]:
    """A wire that listens on loopback while the block runs."""
    wire = Wire(script)
    await wire.open(port)
    try:
        yield wire
    finally:
        await wire.close()


@contextmanager
def wire_in_thread(script: WireScript, port: int = 0) -> Generator[Wire]:
    """A wire in an event loop of its own, for tests that are not async."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="openai-wire")
    thread.start()
    try:
        wire = asyncio.run_coroutine_threadsafe(_opened(script, port), loop).result(WAIT_S)
        try:
            yield wire
        finally:
            asyncio.run_coroutine_threadsafe(wire.close(), loop).result(WAIT_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _opened(script: WireScript, port: int) -> Wire:
    wire = Wire(script)
    await wire.open(port)
    return wire


async def _serve(script: WireScript, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with openai_wire(script, port) as wire:
        sys.stdout.write(f"{wire.base_url}\n")
        sys.stdout.flush()
        await stopped.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="Play a model over OpenAI's wire.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--pace", type=float, default=0.0, help="tokens a second, 0 = at once")
    parser.add_argument("--script", type=Path, required=True, help="JSON: plan, files, queue")
    options = parser.parse_args()
    script = script_from_json(json.loads(options.script.read_text()), options.pace)
    asyncio.run(_serve(script, options.port))


if __name__ == "__main__":
    main()
