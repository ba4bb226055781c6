"""Asks a served application over its unix socket; whatever answers is untrusted."""

import asyncio
import json
import shlex
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from mimetypes import guess_extension
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec

from smartforge.checks.causes import Cause, cause_of, clean
from smartforge.checks.crowd import at_once
from smartforge.checks.lines import Broken, Lines, TooLarge
from smartforge.checks.values import type_of_file
from smartforge.sandbox.base import Ended, Limits, Served

MOST_BYTES = 4 * 1024 * 1024
MOST_HEADERS = 100
# Where the project runs by `make serve PORT=8001`.
BASE = "http://127.0.0.1:8001"
LONGEST_BODY = 1500


class Request(msgspec.Struct, frozen=True):
    """One request. `path` is written as it is sent, `content` has the type `kind`.

    `token` goes as a bearer token; a `known` one is somebody's own, and not shown. `parts` are
    those of a form, bytes for its files.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = {}
    content: bytes = b""
    kind: str = ""
    token: str = ""
    known: bool = False
    parts: tuple[tuple[str, str | bytes], ...] = ()

    @property
    def target(self) -> str:
        return self.path + (f"?{urlencode(self.query)}" if self.query else "")

    def curl(self) -> str:
        """The line that asks the same of the project when it runs by `make serve PORT=8001`."""
        words = ["curl", "-i"]
        if self.method != "GET":
            words += ["-X", self.method]
        words.append(shlex.quote(BASE + self.target))
        for name, value in self.headers.items():
            words += ["-H", shlex.quote(f"{name}: {value}")]
        if self.token:
            words += ["-H", f'"Authorization: Bearer {"$TOKEN" if self.known else self.token}"']
        for name, value in self.parts:
            shown = value if isinstance(value, str) else _file_shown(name, value)
            words += ["-F", shlex.quote(f"{name}={shown}")]
        if self.kind:
            words += ["-H", shlex.quote(f"Content-Type: {self.kind}")]
        if self.content:
            text = self.content.decode(errors="replace")
            shown = text if len(text) <= LONGEST_BODY else text[:LONGEST_BODY] + "..."
            words += ["--data-binary", shlex.quote(shown)]
        return " ".join(words)


def _file_shown(name: str, content: bytes) -> str:
    """`@file.pdf;type=application/pdf`, as curl takes it."""
    kind = type_of_file(content)
    return f"@{name}{guess_extension(kind) or ''};type={kind}"


class Answer(msgspec.Struct, frozen=True):
    """A whole answer. `content_type` has no parameters and is lower case, as are header names."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = {}

    def json(self) -> Any:
        """What the body says, None where it is no JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return None


class Exchange(msgspec.Struct, frozen=True):
    """A request as it was sent, and what it was answered: enough to ask the same again."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    content: bytes
    answer: Answer


class NoAnswer(Exception):
    """The application gave none: it ended, broke off, or said too much."""

    def __init__(self, cause: Cause, request: Request) -> None:
        super().__init__(cause.clause)
        self.cause = cause
        self.request = request


class Conversation:
    """Many requests to one application: one after the other, or some at once."""

    def __init__(
        self,
        client: httpx.Client,
        lines: Lines,
        socket: Path,
        ending: "asyncio.Task[Ended]",
        limits: Limits,
    ) -> None:
        # It only writes the requests down.
        self._client = client
        self._lines = lines
        self._socket = socket
        self._ending = ending
        self._limits = limits
        # Kept for the case that something fails: then the code that answered is looked for.
        self.exchanges: list[Exchange] = []

    async def send(self, request: Request) -> Answer:
        """The answer, at most 4 MiB and not compressed.

        Raises NoAnswer soon after the program's end, at its wall limit at the latest. A connection
        that was closed meanwhile is opened again, once.
        """
        try:
            return await self._answered(request)
        except Broken:
            if self._ending.done():
                raise NoAnswer(cause_of(await self._ending, self._limits), request) from None
        try:
            return await self._answered(request)
        except Broken as error:
            raise NoAnswer(await self._without_answer(error), request) from None

    async def together(self, requests: Sequence[Request]) -> list[Answer]:
        """The answers to requests that reach the application at the same moment, each on a
        connection of its own. Raises NoAnswer as soon as one of them gets none.
        """
        written = [_written(self._client, request) for request in requests]
        asking = asyncio.create_task(at_once(self._socket, written, MOST_BYTES))
        try:
            await asyncio.wait({asking, self._ending}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise NoAnswer(cause_of(await self._ending, self._limits), requests[0])
            answers = [_told(status, headers, body) for status, headers, body in await asking]
        except Broken as error:
            raise NoAnswer(await self._without_answer(error), requests[0]) from None
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        for one, answer in zip(written, answers, strict=True):
            self._exchanged(one, answer)
        return answers

    async def read(self, target: str, headers: Mapping[str, str]) -> None:
        """Ask for something once more, and forget what is answered. Raises NoAnswer."""
        written = self._client.build_request("GET", target, headers=dict(headers))
        try:
            await self._lines.ask(written)
        except Broken as error:
            raise NoAnswer(await self._without_answer(error), Request("GET", target)) from None

    def _exchanged(self, written: httpx.Request, answer: Answer) -> None:
        headers = tuple(
            (name, value)
            for name, value in written.headers.items()
            if name not in ("host", "connection", "user-agent")
        )
        target = written.url.raw_path.decode("ascii")
        content = written.read()
        self.exchanges.append(Exchange(written.method, target, headers, content, answer))

    async def _answered(self, request: Request) -> Answer:
        asking = asyncio.create_task(self._sent(request))
        try:
            await asyncio.wait({asking, self._ending}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise NoAnswer(cause_of(await self._ending, self._limits), request)
            written, answer = await asking
            self._exchanged(written, answer)
            return answer
        except TooLarge as error:
            # It was cut off here; whatever the program does about that is not the cause.
            raise NoAnswer(_broken_off(error), request) from None
        except httpx.InvalidURL as error:
            raise NoAnswer(_broken_off(error), request) from None
        finally:
            asking.cancel()
            # Its outcome was taken above, or nobody needs it any more.
            await asyncio.gather(asking, return_exceptions=True)

    async def _sent(self, request: Request) -> tuple[httpx.Request, Answer]:
        written = _written(self._client, request)
        status, headers, body = await self._lines.ask(written)
        if any(name == "content-encoding" and value != "identity" for name, value in headers):
            raise TooLarge("it is compressed, although nobody asked for that")
        return written, _told(status, headers, body)

    async def _without_answer(self, error: Exception) -> Cause:
        """A broken connection is mostly the program's end, which is the better reason."""
        done, _ = await asyncio.wait({self._ending}, timeout=2)
        if done:
            return cause_of(await self._ending, self._limits)
        return _broken_off(error)


@asynccontextmanager
async def conversation(served: Served, limits: Limits) -> AsyncGenerator[Conversation]:
    """Talk with what is served; `limits` are those of its program."""
    ending = asyncio.create_task(served.ended())
    lines = Lines(served.socket, MOST_BYTES)
    try:
        # The wall limit of the sandbox is the time-out: it ends the connections.
        with httpx.Client(
            transport=httpx.BaseTransport(), base_url="http://app", trust_env=False
        ) as client:
            client.headers = httpx.Headers({"accept-encoding": "identity"})
            yield Conversation(client, lines, served.socket, ending, limits)
    finally:
        lines.close()
        ending.cancel()
        await asyncio.gather(ending, return_exceptions=True)


async def ask(served: Served, path: str, limits: Limits) -> Answer | Cause:
    """GET `path`, or why there is no answer. See `Conversation.send`."""
    async with conversation(served, limits) as talk:
        try:
            return await talk.send(Request("GET", path))
        except NoAnswer as error:
            return error.cause


def _broken_off(error: Exception) -> Cause:
    reason = clean(f"{type(error).__name__}: {error}")
    return Cause(f"broke off the answer ({reason})", {"reason": reason})


def _written(client: httpx.Client, request: Request) -> httpx.Request:
    headers = dict(request.headers)
    if request.kind:
        headers["content-type"] = request.kind
    if request.token:
        headers["authorization"] = f"Bearer {request.token}"
    fields: dict[str, list[str]] = {}
    files: dict[str, tuple[str, bytes, str]] = {}
    for name, value in request.parts:
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
        else:
            kind = type_of_file(value)
            files[name] = (f"{name}{guess_extension(kind) or ''}", value, kind)
    return client.build_request(
        request.method,
        request.target,
        headers=headers,
        content=request.content or None,
        data=fields or None,
        files=files or None,
    )


def _told(status: int, headers: Sequence[tuple[str, str]], body: bytes) -> Answer:
    told = {name.lower(): clean(value) for name, value in headers[:MOST_HEADERS]}
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    return Answer(status, clean(kind.partition(";")[0]).lower(), body, told)


def encoded(value: object) -> bytes:
    """A JSON body, all letters as they are."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def segment(value: object) -> str:
    """One part of a path."""
    return quote(str(value), safe="")


def curl(path: str) -> str:
    """The line that gets the same of the project when it runs by `make serve PORT=8001`."""
    return Request("GET", path).curl()
