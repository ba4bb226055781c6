"""Requests a second of a generated bookstore, beside one that was written by hand.

Both run on the same packages under the same server, one process each, SQLite on a file, with
accounts, checks of input and a log line for every request. The rounds alternate between the two, so
that whatever else the machine does hits both. Answers are compared before anything is measured.
"""

import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec

from benchmarks.report import report, row
from smartforge.contract import (
    Access,
    Accounts,
    Aggregate,
    Computed,
    Contract,
    Decimal,
    Email,
    Field,
    Integer,
    Permissions,
    Reference,
    Resource,
    Text,
    validate,
)
from smartforge.targets.fastapi import FastAPITarget

ROUNDS = 5
CONNECTIONS = 4
UNLIKE = ("created_at", "id")  # moments, and numbers given in turn
BOOKS = 200
PEER = "written by hand"
SECRET = "0123456789abcdef0123456789abcdef"
REQUESTS = {"list books": 300, "filtered list": 300, "get a book": 800, "create a review": 200}


class Load(msgspec.Struct):
    """What one server was asked: requests a second and CPU milliseconds a request."""

    rate: float
    cpu: float


class Server(msgspec.Struct):
    """A running application: where it listens, its process, a token, the id of a book."""

    port: int
    pid: int
    token: str = ""
    book: int = 0


def main() -> None:
    measured = asyncio.run(_measure())
    rows: list[dict[str, object]] = []
    for load in REQUESTS:
        ours, peer = (
            {
                "rate": statistics.median(one.rate for one in measured[load, name]),
                "cpu": statistics.median(one.cpu for one in measured[load, name]),
            }
            for name in ("ours", PEER)
        )
        rows.append(row(load, "requests/s", ours["rate"], {PEER: peer["rate"]}))
        rows.append(row(f"{load}, CPU", "ms/request", ours["cpu"], {PEER: peer["cpu"]}))
    settings = {
        "rounds": ROUNDS,
        "connections": CONNECTIONS,
        "requests a round": REQUESTS,
        "books": BOOKS,
        "database": "SQLite, WAL, on a file",
        "auth": "bearer token on writes",
        "log": "one line a request",
        "server": "uvicorn, one process",
    }
    report("served", settings, rows)


async def _measure() -> dict[tuple[str, str], list[Load]]:
    found: dict[tuple[str, str], list[Load]] = {}
    async with _generated() as ours, _written() as peer:
        for server in (ours, peer):
            await _fill(server)
        await _compare(ours, peer)
        for turn in range(ROUNDS + 1):
            for load, count in REQUESTS.items():
                for name, server in (("ours", ours), (PEER, peer)):
                    one = await _load(server, load, count)
                    if turn:  # the first round warms up
                        found.setdefault((load, name), []).append(one)
    return found


# ---- the two servers --------------------------------------------------------------------------


@asynccontextmanager
async def _generated() -> AsyncGenerator[Server, None]:
    with tempfile.TemporaryDirectory() as name:
        for path, text in FastAPITarget().render(validate(CONTRACT)).items():
            place = Path(name) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        async with _running(Path(name), "app.main:app") as server:
            yield server


@asynccontextmanager
async def _written() -> AsyncGenerator[Server, None]:
    folder = Path(__file__).parent / "peers" / "bookstore"
    async with _running(folder, "main:app") as server:
        yield server


@asynccontextmanager
async def _running(folder: Path, application: str) -> AsyncGenerator[Server, None]:
    with tempfile.TemporaryDirectory() as data:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{FastAPITarget().dependencies()}:{folder}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DATABASE_URL": f"sqlite:///{data}/books.db",
            "SECRET_KEY": SECRET,
        }
        log = Path(data) / "log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "uvicorn", application, "--no-access-log", "--port", "0"),
                cwd=data,
                env=environment,
                stdout=output,
                stderr=output,
            )
            try:
                yield Server(await _port(log, process), process.pid)
            finally:
                if process.returncode is None:
                    process.terminate()
                await process.wait()


async def _port(log: Path, process: asyncio.subprocess.Process) -> int:
    """Where it listens, as it says itself. Raises SystemExit where it ends before."""
    while True:
        said = await asyncio.to_thread(log.read_text)
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        if found:
            return int(found[1])
        if process.returncode is not None:
            raise SystemExit(f"a bookstore did not start: {said}")
        await asyncio.sleep(0.05)


async def _fill(server: Server) -> None:
    """An account, an author, `BOOKS` books and a few reviews."""
    base = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=base, timeout=60, trust_env=False) as http:

        async def post(path: str, body: Mapping[str, object]) -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {server.token}"} if server.token else {}
            answer = await http.post(path, json=body, headers=headers)
            answer.raise_for_status()
            return answer.json()

        account = {"email": "reader@example.com", "password": "a long password"}
        await post("/auth/register", account)
        server.token = (await post("/auth/login", account))["access_token"]
        author = await post("/authors", {"name": "Ann Author"})
        for number in range(BOOKS):
            book = {"title": f"Book {number}", "isbn": str(number), "price": number / 4}
            server.book = (await post("/books", book | {"author_id": author["id"]}))["id"]
        for rating in (1, 4, 5):
            await post("/reviews", {"rating": rating, "book_id": server.book})


async def _compare(ours: Server, peer: Server) -> None:
    """Raises SystemExit where the two do not answer alike."""
    async with httpx.AsyncClient(trust_env=False) as http:
        for load in REQUESTS:
            answers: list[Any] = []
            for server in (ours, peer):
                method, path, body = _request(server, load)
                headers = {
                    "Authorization": f"Bearer {server.token}",
                    "Content-Type": "application/json",
                }
                url = f"http://127.0.0.1:{server.port}{path}"
                answer = await http.request(method, url, content=body, headers=headers)
                answers.append((answer.status_code, _shape(answer.json())))
            if answers[0] != answers[1]:
                raise SystemExit(f"{load}: {answers[0]} is not {answers[1]}")


def _shape(value: Any) -> Any:
    """What is answered, but for moments."""
    match value:
        case dict():
            named = cast("dict[str, Any]", value)
            return {name: _shape(named[name]) for name in sorted(named) if name not in UNLIKE}
        case list():
            return [_shape(one) for one in cast("list[Any]", value)]
        case _:
            return value


# ---- the load ---------------------------------------------------------------------------------


def _request(server: Server, load: str) -> tuple[str, str, bytes]:
    match load:
        case "list books":
            return "GET", "/books?limit=20&offset=40&sort=-price", b""
        case "filtered list":
            return "GET", "/books?q=book&price_min=10&price_max=20", b""
        case "get a book":
            return "GET", f"/books/{server.book}", b""
        case _:
            body = {"rating": 4, "comment": "Well worth it.", "book_id": server.book}
            return "POST", "/reviews", msgspec.json.encode(body)


async def _load(server: Server, load: str, count: int) -> Load:
    method, path, body = _request(server, load)
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += ["Content-Type: application/json", f"Authorization: Bearer {server.token}"]
    request = "\r\n".join([*lines, "", ""]).encode() + body
    spent, began = _cpu(server.pid), time.perf_counter()
    share = count // CONNECTIONS
    await asyncio.gather(*(_connection(server.port, request, share) for _ in range(CONNECTIONS)))
    seconds = time.perf_counter() - began
    done = share * CONNECTIONS
    return Load(done / seconds, 1000 * (_cpu(server.pid) - spent) / done)


async def _connection(port: int, request: bytes, count: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(count):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
            raise SystemExit(f"not answered well: {head[:200]!r}")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
    writer.close()
    await writer.wait_closed()


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used, after proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ---- the contract -----------------------------------------------------------------------------

_USER = Access("user")
_WRITTEN = Permissions(create=_USER, update=_USER, delete=_USER)

CONTRACT = Contract(
    "Bookstore",
    (
        Resource(
            "user",
            "users",
            (Field("email", Email(), unique=True),),
            actions=("read",),
            owner="id",
            access=Permissions(read=Access("owner")),
        ),
        Resource(
            "author",
            "authors",
            (Field("name", Text()), Field("bio", Text(0, 10_000), required=False)),
            access=_WRITTEN,
        ),
        Resource(
            "book",
            "books",
            (
                Field("title", Text()),
                Field("isbn", Text(1, 50), unique=True),
                Field("price", Decimal("0.00", "99999999.99")),
                Field("author_id", Reference("author")),
            ),
            sortable=("id", "created_at", "title", "price"),
            filters=("author_id",),
            ranges=("price",),
            searched=("title",),
            access=_WRITTEN,
            computed=(
                Computed("average_rating", Aggregate("average", "review", "book_id", "rating")),
            ),
        ),
        Resource(
            "review",
            "reviews",
            (
                Field("rating", Integer(1, 5)),
                Field("comment", Text(0, 10_000), required=False),
                Field("book_id", Reference("book", "cascade")),
            ),
            access=_WRITTEN,
        ),
    ),
    accounts=Accounts(),
)
