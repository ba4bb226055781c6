"""APIs behind `/preview` in real sandboxes: as if they stood alone, whatever they try."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from smartforge import events
from smartforge.contract import Contract, reading
from smartforge.log.memory import MemoryLog
from smartforge.log.states import States
from smartforge.preview.live import Bounds, LivePreviews
from smartforge.sandbox import tree
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.server.build import build
from smartforge.server.options import DoorOptions, ServerOptions
from smartforge.server.serve import serve
from smartforge.targets.fastapi import FastAPITarget
from tests import sandboxes
from tests.unit.preview.projects import SHOP
from tests.unit.server.rig import FakeEngine, Project, new_project

pytestmark = pytest.mark.xdist_group("live previews")

TOKEN = "the door's own secret"
BOUNDS = Bounds(patience_seconds=3.0, awake=3)

ODD = """
import os, signal, sqlite3, subprocess, sys, time
from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.responses import HTMLResponse, StreamingResponse

app = FastAPI()
DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")

def rows():
    database = sqlite3.connect(DATABASE)
    database.execute("create table if not exists rows (text)")
    return database

@app.get("/health")
def health():
    return {"status": "ok"}

@app.get("/echo")
def echo(request: Request):
    return {"headers": request.headers.items(), "environment": dict(os.environ)}

@app.post("/rows")
def add(text: str):
    with rows() as database:
        database.execute("insert into rows values (?)", [text])

@app.get("/rows")
def kept():
    return [text for text, in rows().execute("select text from rows")]

@app.get("/leave")
def leave():
    os._exit(5)

@app.get("/to")
def to(place: str):
    return Response(status_code=302, headers={"Location": place})

@app.get("/cookie")
def cookie(text: str):
    answer = Response()
    answer.raw_headers.append((b"set-cookie", text.encode()))
    answer.raw_headers.append((b"clear-site-data", b"*"))
    answer.raw_headers.append((b"x-accel-redirect", b"/api/projects"))
    answer.raw_headers.append((b"content-security-policy", b"default-src *"))
    return answer

@app.get("/page")
def page():
    return HTMLResponse("<iframe src='/'></iframe><script>fetch('/api/projects')</script>")

@app.get("/large")
def large():
    return StreamingResponse(b"x" * 1_000_000 for _ in range(1000))

@app.get("/events")
async def ticking():
    import asyncio
    async def endless():
        while True:
            yield b"data: 1\\n\\n"
            await asyncio.sleep(0.01)
    return StreamingResponse(endless(), media_type="text/event-stream")

@app.get("/hang")
def hang():
    time.sleep(600)

@app.get("/print")
def say():
    for _ in range(300):
        sys.stdout.write("x" * 100_000)
    return {}

@app.get("/fork")
def fork():
    for _ in range(5):
        subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
    return {}

@app.get("/delete")
def delete():
    import shutil
    shutil.rmtree("/app", ignore_errors=True)
    shutil.rmtree("/tmp", ignore_errors=True)
    return {}

@app.websocket("/ws")
async def talk(socket: WebSocket):
    await socket.accept()
    await socket.send_json(dict(socket.headers))
    while True:
        await socket.send_text((await socket.receive_text()).upper())
"""

STUBBORN = """
import os, signal, socket, sys, threading, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
another = socket.create_server(("127.0.0.1", 8000))
print("x" * 1_000_000)
for _ in range(3):
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.setsid()
        time.sleep(600)

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
    await send({"type": "http.response.body", "body": b"<h1>no JSON"})
"""

SILENT = "import time\ntime.sleep(600)\n"


async def made(log: MemoryLog, name: str, contract: Contract, files: Mapping[str, str]) -> None:
    project: Project = await new_project(log, name)
    await project.begin()
    await project.add(
        events.PlanReady(
            contract=reading.to_json(contract), files=(), notes=(), operations_not_made=()
        )
    )
    for path, text in files.items():
        await project.write(path, text)
    await project.complete()


class Server:
    """A server in another thread."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        headers = {"x-smart-forge-token": TOKEN}
        self.client = httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60)

    def get(self, path: str, **more: object) -> httpx.Response:
        return self.client.get(f"/preview/{path}", **more)  # pyright: ignore[reportArgumentType]

    def shown(self, name: str) -> dict[str, object]:
        headers = {"authorization": f"Bearer {TOKEN}"}
        return self.client.get(f"/api/projects/{name}/preview", headers=headers).json()

    def put(self, name: str, rest: str, json: object = None) -> None:
        headers = {"authorization": f"Bearer {TOKEN}"}
        method = "PUT" if json is not None else "POST"
        path = f"/api/projects/{name}/preview/{rest}"
        assert self.client.request(method, path, json=json, headers=headers).status_code == 200


@asynccontextmanager
async def running(folder: Path, bounds: Bounds = BOUNDS) -> AsyncGenerator[Server]:
    log, sandbox = MemoryLog(), Bubblewrap()
    await sandboxes.needed(sandbox)
    alone = {"app/__init__.py": ""}
    await made(log, "odd", SHOP, alone | {"app/main.py": ODD})
    await made(log, "stubborn", SHOP, alone | {"app/main.py": STUBBORN})
    await made(log, "silent", SHOP, alone | {"app/main.py": SILENT})
    await made(log, "shop", SHOP, await asyncio.to_thread(FastAPITarget().render, SHOP))
    packages = {"fastapi": FastAPITarget().dependencies()}
    previews = LivePreviews(
        log,
        States(log),
        sandbox,
        packages.__getitem__,
        folder,
        own_headers=frozenset({"x-smart-forge-token"}),
        own_cookies=frozenset({"smartforge_door", "smartforge_user"}),
        bounds=bounds,
    )
    options = ServerOptions(door=DoorOptions(token=TOKEN))
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    async with previews.open():
        app = build(log, FakeEngine(log), options, previews=previews)
        running = asyncio.create_task(
            serve(app, host="127.0.0.1", port=0, ready=url.set_result, stop=stop)
        )
        try:
            yield Server(await url, folder)
        finally:
            stop.set()
            await running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    folder = tmp_path_factory.mktemp("previews")
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(running(folder)) as running_server,
        running_server.client,
    ):
        yield running_server


def test_a_generated_api_with_accounts_is_used_as_if_it_stood_alone(server: Server) -> None:
    admin = cast("dict[str, str]", server.shown("shop")["admin"])
    headers = {"x-smart-forge-token": TOKEN}
    with httpx.Client(
        base_url=f"{server.url}preview/shop", headers=headers, trust_env=False, timeout=60
    ) as api:
        assert api.get("/books").headers["x-smart-forge-preview"] == "live"
        account = {"email": "ann@example.com", "password": "a long password"}
        assert api.post("/auth/register", json=account).status_code == 201
        token = api.post("/auth/login", json=account).json()["access_token"]
        api.headers["authorization"] = f"Bearer {token}"
        assert api.get("/auth/me").json()["email"] == "ann@example.com"
        book = {"title": "Emma", "price": 9.5}
        assert api.post("/books", json=book).status_code == 403
        token = api.post("/auth/login", json=admin).json()["access_token"]
        made = api.post("/books", json=book, headers={"authorization": f"Bearer {token}"})
        assert (made.status_code, made.headers["location"]) == (201, "/preview/shop/books/1")
        assert api.get(made.headers["location"].removeprefix("/preview/shop")).status_code == 200
        assert api.post("/not-made/send_mail").status_code == 501


def test_an_echo_hears_nothing_of_ours(server: Server) -> None:
    headers = {"authorization": "Bearer theirs", "cookie": "smartforge_door=x; a=1"}
    heard = server.get("odd/echo", headers=headers)
    assert TOKEN not in heard.text
    assert "smartforge" not in heard.text.lower().replace("smartforge_packages", "")
    told = dict(heard.json()["headers"])
    assert (told["authorization"], told["cookie"]) == ("Bearer theirs", "a=1")


def test_data_are_kept_between_wakes_until_they_are_reset(server: Server) -> None:
    assert server.client.post("/preview/odd/rows?text=one").status_code == 200
    server.put("odd", "environment", {"variables": {"GREETING": "hello"}})
    assert server.shown("odd")["state"] == "asleep"
    assert server.get("odd/rows").json() == ["one"]
    environment = server.get("odd/echo").json()["environment"]
    assert environment["GREETING"] == "hello"
    server.put("odd", "reset")
    assert server.get("odd/rows").json() == []


def test_after_a_crash_the_next_request_finds_its_data(server: Server) -> None:
    assert server.client.post("/preview/odd/rows?text=two").status_code == 200
    kept = server.folder / "odd" / "data"
    while not kept.exists():
        time.sleep(0.01)
    gone = server.get("odd/leave")
    assert (gone.status_code, gone.json()["code"]) == (502, "preview_gone")
    assert "two" in server.get("odd/rows").json()


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("/api/projects", "/preview/odd/api/projects"),
        ("../../api/projects", "/preview/odd/api/projects"),
        ("/%2e%2e/%2e%2e/api", "/preview/odd/api"),
        ("https://example.com/", "https://example.com/"),
    ],
)
def test_a_redirect_to_our_own_api_stays_below_the_prefix(
    server: Server, place: str, told: str
) -> None:
    assert server.get("odd/to", params={"place": place}).headers["location"] == told
    own = {"place": f"{server.url.replace('127.0.0.1', 'localhost')}api/projects"}
    assert server.get("odd/to", params=own).headers["location"] == "/preview/odd/api/projects"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("smartforge_door=x", None),
        (" smartforge_user =x; Path=/", None),
        ("=smartforge_door=x", None),
        ("smartforge_door", None),
        ("a=1; Path=/; Domain=example.com", "a=1; Path=/preview/odd/"),
        ("a=1; Path=/../../api; HttpOnly", "a=1; HttpOnly; Path=/preview/odd/api"),
    ],
)
def test_our_cookies_cannot_be_set(server: Server, text: str, told: str | None) -> None:
    heard = server.get("odd/cookie", params={"text": text})
    assert heard.headers.get("set-cookie") == told
    assert heard.headers["content-security-policy"] == "sandbox"
    assert not {"clear-site-data", "x-accel-redirect"} & set(heard.headers)


def test_a_page_of_it_can_neither_frame_nor_script_ours(server: Server) -> None:
    assert server.get("odd/page").headers["content-security-policy"] == "sandbox"
    page = server.client.get("/", headers={"authorization": f"Bearer {TOKEN}"})
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_a_stream_passes_as_it_comes_and_ends_with_its_reader(server: Server) -> None:
    for path in ("odd/events", "odd/large"):
        with server.client.stream("GET", f"/preview/{path}") as stream:
            pieces = stream.iter_raw()
            assert next(pieces)[:5] in (b"data:", b"xxxxx")
    assert server.get("odd/health").status_code == 200


def test_one_that_does_not_answer_is_told_in_time(server: Server) -> None:
    slow = server.get("odd/hang")
    assert (slow.status_code, slow.json()["code"]) == (504, "preview_slow")


@pytest.mark.parametrize("deed", ["print", "fork", "delete"])
def test_what_it_does_inside_harms_nobody(server: Server, deed: str) -> None:
    assert server.get(f"odd/{deed}").status_code == 200
    assert server.get("odd/health").status_code == 200


def test_a_websocket_passes(server: Server) -> None:
    url = server.url.replace("http", "ws") + "preview/odd/ws"
    own = {"authorization": f"Bearer {TOKEN}"}
    headers = {"x-smart-forge-token": TOKEN, "cookie": "smartforge_door=x"}
    with connect(url, additional_headers=headers, proxy=None) as socket:
        assert "smart" not in socket.recv().__str__().lower().replace("smartforge/", "")
        socket.send("hello")
        assert socket.recv() == "HELLO"
    for path, status in (("odd/ws", 401), ("odd/nothing", 403), ("nothing/ws", 404)):
        given = own if status == 401 else headers
        place = server.url.replace("http", "ws") + f"preview/{path}"
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(place, additional_headers=given, proxy=None),
        ):
            pass
        assert refused.value.response.status_code == status


def test_one_that_will_not_go_goes(server: Server) -> None:
    assert server.get("stubborn/").text == "<h1>no JSON"
    server.put("stubborn", "reset")
    assert server.shown("stubborn")["state"] == "asleep"


def test_one_that_never_listens_is_told(tmp_path: Path) -> None:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(running(tmp_path, Bounds(boot_seconds=1.0))) as server,
        server.client,
    ):
        told = server.get("silent/books")
        assert (told.status_code, "did not start" in told.json()["detail"]) == (502, True)
        assert server.shown("silent")["state"] == "failed"


def test_nothing_is_left_of_any(tmp_path: Path) -> None:
    before = set(tree.descendants(os.getpid()))
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(running(tmp_path)) as server,
        server.client,
    ):
        assert server.get("stubborn/").text == "<h1>no JSON"
        assert server.client.post("/preview/odd/rows?text=late").status_code == 200
    assert set(tree.descendants(os.getpid())) <= before
    assert (tmp_path / "odd" / "data").exists()
