"""The server as a process: what it logs about viewers, and what it does when it is full."""

import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.processes import serving

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-that-nobody-may-read-in-a-log"
FILES = 300
ROOM = FILES - 256


@pytest.mark.parametrize(("level", "lines"), [(None, 0), ("info", 2)])
def test_viewers_are_logged_where_the_operator_asks_and_tokens_never(
    tmp_path: Path, level: str | None, lines: int
) -> None:
    more = {"SMARTFORGE_LOG_LEVEL": level} if level else {}
    log = tmp_path / "log"
    with log.open("w") as errors, serving(tmp_path, ["--token", TOKEN], more, errors) as server:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=server.url, headers=bearer, trust_env=False) as client:
            made = client.post("/api/projects", json={"prompt": "A todo API"}).json()["id"]
            with client.stream("GET", f"/api/stream/{made}?live=1") as answer:
                assert next(answer.iter_bytes()).startswith(b"retry: ")
        assert server.stop() == 0
    said = log.read_text()
    assert sum("smartforge.server.viewers" in line for line in said.splitlines()) == lines
    assert TOKEN not in said


def test_a_server_that_is_full_says_so_and_goes_on() -> None:
    command = f'ulimit -n {FILES}; exec "{sys.executable}" -m tests.acceptance.server_process'
    started = subprocess.Popen(
        ["sh", "-c", command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert started.stdout is not None
        url = httpx.URL(started.stdout.readline().strip())
        assert url.port is not None
        with ExitStack() as held:
            called = [
                held.enter_context(socket.create_connection((url.host, url.port), timeout=20))
                for _ in range(FILES * 2)
            ]
            for each in called[ROOM:]:
                assert each.recv(100).startswith(b"HTTP/1.1 503 ")
            for each in called[:ROOM]:
                each.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert each.recv(100).startswith(b"HTTP/1.1 200 ")
        while httpx.get(f"{url}healthz", trust_env=False).status_code != 200:
            pass  # It has yet to notice that they have all gone.
        started.terminate()
        _, errors = started.communicate(timeout=20)
        assert (started.returncode, errors) == (0, "")
    finally:
        started.kill()
        started.communicate()
