"""The proxy between a client and an application that may be slow, rude or gone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpcore
import msgspec
import pytest

from smartforge.errors import PreviewFailed
from smartforge.preview.proxy import Proxy
from tests.unit.preview.rig import Play, client, played, read_head, saying


@asynccontextmanager
async def proxying(
    play: Play, *, most: int = 1000, patience: float = 60, wait: float = 30, connections: int = 9
) -> AsyncGenerator[Proxy]:
    async with (
        played(play) as place,
        httpcore.AsyncConnectionPool(uds=str(place), max_connections=connections) as pool,
    ):

        async def connect() -> httpcore.AsyncConnectionPool:
            return pool

        yield Proxy(connect, most_body_bytes=most, patience_seconds=patience, wait_seconds=wait)


class Echo:
    """Answers with the request as it came; reads bodies by their announced length."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await read_head(reader)
            self.heads.append(head)
            body = await reader.readexactly(_length(head))
            if b"chunked" in head:
                body = await reader.readuntil(b"0\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def test_path_and_query_pass_as_they_were_written() -> None:
    echo = Echo()
    async with proxying(echo) as proxy:
        await client(proxy, "/a%2Fb/%C3%A9", query_string=b"q=a%20b&q=%00")()
        await client(proxy, "/preview/p1/a%2Fb", root_path="/preview/p1")()
        await client(proxy, "/preview/p1", root_path="/preview/p1")()
    lines = [head.split(b"\r\n")[0] for head in echo.heads]
    assert lines == [
        b"GET /a%2Fb/%C3%A9?q=a%20b&q=%00 HTTP/1.1",
        b"GET /a%2Fb HTTP/1.1",
        b"GET / HTTP/1.1",
    ]


async def test_bodies_of_known_and_of_unknown_length_pass() -> None:
    async with proxying(Echo()) as proxy:
        known = client(proxy, "/", "POST", {"content-length": "6"}, iter([b"abc", b"def"]))
        assert (await known()).body == b"abcdef"
        unknown = client(proxy, "/", "POST", {"transfer-encoding": "chunked"}, iter([b"a", b"bc"]))
        assert (await unknown()).body == b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"


async def test_a_body_beyond_the_limit_is_refused_announced_or_not() -> None:
    async with proxying(Echo(), most=10) as proxy:
        told = await client(proxy, "/", "POST", {"content-length": "11"}, iter([b"x" * 11]))()
        assert (told.status, told.headers[b"connection"]) == (413, b"close")
        chunks = client(proxy, "/", "POST", {"transfer-encoding": "chunked"}, iter([b"x" * 6] * 2))
        assert (await chunks()).status == 413
        assert (await client(proxy)()).status == 200


async def test_pieces_arrive_while_the_answer_goes_on() -> None:
    go_on = asyncio.Event()

    async def events(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\ndata:1\r\n")
        await go_on.wait()
        writer.write(b"6\r\ndata:2\r\n0\r\n\r\n")
        await writer.drain()

    async with proxying(events, patience=60) as proxy:
        asking = client(proxy)
        answering = asyncio.create_task(asking())
        while asking.body != b"data:1":
            await asking.heard.wait()
            asking.heard.clear()
        go_on.set()
        await answering
    assert (asking.body, asking.whole) == (b"data:1data:2", True)


async def test_a_client_that_leaves_ends_an_endless_answer() -> None:
    ended = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        await reader.read(1)
        ended.set()

    async with proxying(endless) as proxy:
        asking = client(proxy)
        answering = asyncio.create_task(asking())
        await asking.heard.wait()
        asking.leave()
        await answering
        await ended.wait()
    assert not asking.whole or asking.body == b""


async def test_head_has_the_length_and_no_body() -> None:
    play = saying(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n")
    async with proxying(play) as proxy:
        told = await client(proxy, method="HEAD")()
    assert (told.headers[b"content-length"], told.body, told.whole) == (b"500", b"", True)


async def test_an_answer_that_may_have_no_body_announces_none() -> None:
    play = saying(b"HTTP/1.1 304 Same\r\netag: x\r\ncontent-length: 500\r\n\r\n")
    async with proxying(play) as proxy:
        told = await client(proxy)()
    assert (told.status, told.headers, told.whole) == (304, {b"etag": b"x"}, True)


async def test_a_redirect_is_passed_on_and_not_followed() -> None:
    play = saying(b"HTTP/1.1 307 Go\r\nlocation: https://example.com/\r\ncontent-length: 0\r\n\r\n")
    async with proxying(play) as proxy:
        told = await client(proxy)()
    assert (told.status, told.headers[b"location"]) == (307, b"https://example.com/")
    assert told.whole


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"", 502),
        (b"HTTP/1.1 200 OK\r\ncontent-", 502),
        (b"SSH-2.0-OpenSSH\r\n\r\n", 502),
        (b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n", 502),
        (b"HTTP/1.1 200 OK\r\nlong: " + b"x" * 200_000 + b"\r\n\r\n", 502),
    ],
    ids=["nothing", "half a head", "another protocol", "a malformed header", "an endless header"],
)
async def test_what_is_no_answer_becomes_a_problem(answer: bytes, status: int) -> None:
    async with proxying(saying(answer)) as proxy:
        told = await client(proxy)()
    problem = msgspec.json.decode(told.body)
    assert (told.status, problem["status"], problem["code"]) == (status, status, "preview_gone")


async def test_an_answer_that_breaks_off_is_never_taken_for_whole() -> None:
    for framing in (b"content-length: 10", b"transfer-encoding: chunked"):
        play = saying(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n5\r\nab")
        async with proxying(play) as proxy:
            told = await client(proxy)()
        assert (told.status, told.whole) == (200, False)


async def test_an_application_that_never_answers_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with proxying(silent, patience=0.05) as proxy:
        told = await client(proxy)()
    assert told.status == 504


async def test_connections_are_limited_and_a_request_does_not_wait_for_ever() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with proxying(silent, wait=0.05, connections=1) as proxy:
        first = asyncio.create_task(client(proxy)())
        await asyncio.sleep(0)
        told = await client(proxy)()
        first.cancel()
        await asyncio.wait({first})
    assert told.status == 503


async def test_headers_that_are_no_http_are_refused() -> None:
    async with proxying(Echo()) as proxy:
        assert (await client(proxy, headers={"x": "a\nb"})()).status == 400


async def test_why_there_is_no_application_is_told() -> None:
    async def connect() -> httpcore.AsyncConnectionPool:
        raise PreviewFailed("It failed with ValueError.", "Mend it.")

    told = await client(Proxy(connect))()
    problem = msgspec.json.decode(told.body)
    assert told.status == 502
    assert (problem["detail"], problem["hint"]) == ("It failed with ValueError.", "Mend it.")
