"""`smartforge preview` from outside: real processes, a real sandbox, real signals."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from smartforge.sandbox import tree
from tests import sandboxes
from tests.processes import END_SECONDS, SMARTFORGE, environment, smartforge

MORE = """
import asyncio, hashlib, os
from fastapi import Request
from fastapi.responses import StreamingResponse

under_way = []

@app.get("/under-way")
def number():
    return len(under_way)

@app.post("/digest")
async def digest(request: Request):
    body = await request.body()
    return {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}

@app.get("/large")
def large():
    return Response(os.urandom(1024) * 20_000)

@app.get("/events")
async def events():
    async def endless():
        under_way.append(1)
        while True:
            yield b"data: 1\\n\\n"
            await asyncio.sleep(0.05)
    return StreamingResponse(endless(), media_type="text/event-stream")

@app.get("/hang")
async def hang():
    under_way.append(1)
    await asyncio.sleep(600)

@app.get("/leave")
def leave():
    raise SystemExit(os._exit(5))

@app.get("/environment")
def names():
    return sorted(os.environ)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project written by hand, with what it promises, and a few odd operations more."""
    made = sandboxes.lay_out(
        tmp_path_factory.mktemp("previewed") / "books", app__main_py=sandboxes.MAIN + MORE
    )
    (made / "openapi.yaml").write_text(json.dumps(sandboxes.promised()))
    for folder in (made.parent.parent, made.parent):
        folder.chmod(0o755)
    return made


class Previewing:
    """A running preview in a process group of its own."""

    def __init__(self, process: "subprocess.Popen[str]", line: str) -> None:
        self.process = process
        self.line = line
        self.url = line.split()[-1].rstrip("/")

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, trust_env=False, timeout=30)

    def inside(self) -> list[int]:
        return list(tree.descendants(self.process.pid))

    def signalled(self, number: signal.Signals) -> tuple[int, str]:
        """Its exit status and the rest of its stderr, once the whole group got the signal."""
        os.killpg(self.process.pid, number)
        _, errors = self.process.communicate(timeout=END_SECONDS)
        return self.process.returncode, errors


@contextlib.contextmanager
def previewing(folder: Path, temporary: Path) -> Generator[Previewing, None, None]:
    with subprocess.Popen(
        [str(SMARTFORGE), "preview", str(folder), "--port", "0"],
        env=environment(TMPDIR=str(temporary), SECRET="of the user"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert " is ready at http://127.0.0.1:" in line, process.communicate(timeout=60)[1]
            yield Previewing(process, line)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def are_gone(processes: list[int]) -> bool:
    """Whether none of them is left, after a moment; who has ended and is not yet counted is."""
    for _ in range(500):
        states = [status[0] for one in processes if (status := tree._status(one))]  # pyright: ignore[reportPrivateUsage]
        if all(state in "ZX" for state in states):
            return True
        time.sleep(0.02)
    return False


def test_rows_are_kept_while_it_runs_and_a_signal_ends_it_in_order(
    project: Path, tmp_path: Path
) -> None:
    with previewing(project, tmp_path) as preview:
        book = {"title": "Emma", "pages": 474}
        made = httpx.post(f"{preview.url}/books", json=book, trust_env=False)
        assert (made.status_code, made.headers["location"]) == (201, "/books/1")
        assert preview.get("/books/1").json()["title"] == "Emma"
        assert preview.get("/docs").status_code == 200
        assert "content-security-policy" not in preview.get("/docs").headers
        assert "SECRET" not in preview.get("/environment").json()
        inside = preview.inside()
        assert len(inside) >= 2
        assert preview.signalled(signal.SIGTERM) == (0, "")
        assert are_gone(inside)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/hang", "/events"])
def test_ctrl_c_ends_it_whatever_is_under_way(project: Path, tmp_path: Path, path: str) -> None:
    with previewing(project, tmp_path) as preview, ThreadPoolExecutor() as pool:
        asking = pool.submit(preview.get, path)
        while preview.get("/under-way").json() == 0:
            pass
        status, errors = preview.signalled(signal.SIGINT)
        assert status == 0
        assert "Traceback" not in errors
        with pytest.raises(httpx.HTTPError):
            asking.result().raise_for_status()
    assert list(tmp_path.iterdir()) == []


def test_nothing_outlives_a_killed_preview(project: Path, tmp_path: Path) -> None:
    with previewing(project, tmp_path) as preview:
        inside = preview.inside()
        preview.signalled(signal.SIGKILL)
        assert are_gone(inside)


def test_large_bodies_and_many_requests_at_once_pass_whole(project: Path, tmp_path: Path) -> None:
    with previewing(project, tmp_path) as preview:
        body = os.urandom(1024) * 20_000
        sent = httpx.post(f"{preview.url}/digest", content=body, trust_env=False, timeout=60)
        assert sent.json()["size"] == len(body)
        assert len(preview.get("/large").content) == len(body)
        limits = httpx.Limits(max_connections=40)
        with httpx.Client(trust_env=False, limits=limits, timeout=60) as client:
            with ThreadPoolExecutor(40) as pool:
                asked = [pool.submit(client.get, f"{preview.url}/books") for _ in range(200)]
            assert {each.result().status_code for each in asked} == {200}
            head = client.head(f"{preview.url}/health")
            assert (head.status_code, head.content) == (405, b"")


def test_an_application_that_leaves_is_told_and_started_again(
    project: Path, tmp_path: Path
) -> None:
    with previewing(project, tmp_path) as preview:
        gone = preview.get("/leave")
        assert gone.status_code == 502
        assert gone.headers["content-type"] == "application/problem+json"
        assert preview.get("/health").status_code == 200
        status, errors = preview.signalled(signal.SIGTERM)
    assert status == 0
    assert "ended with exit code 5" in errors


def test_a_taken_port_is_told(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = smartforge("preview", str(project), "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Port {port} on 127.0.0.1 is taken" in done.stderr


def test_a_folder_that_is_no_project_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        done = smartforge("preview", str(folder), "--port", "0")
        assert (done.returncode, done.stdout) == (2, "")
        assert "is no generated project" in done.stderr


def test_a_project_that_does_not_boot_is_told_with_its_cause(project: Path) -> None:
    broken = project.with_name("broken")
    sandboxes.lay_out(broken, app__main_py="\nraise ValueError('no \x1b[31mway')\n")
    (broken / "openapi.yaml").write_text((project / "openapi.yaml").read_text())
    done = smartforge("preview", str(broken), "--port", "0")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ValueError: no \ufffd[31mway (app/main.py, line 2)" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_sandbox_nothing_is_served(project: Path) -> None:
    code = (
        "import sys\n"
        "from smartforge.sandbox import machine\n"
        "machine.bubblewraps = lambda: []\n"
        "from smartforge.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "preview", str(project), "--port", "0"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "bubblewrap" in done.stderr
