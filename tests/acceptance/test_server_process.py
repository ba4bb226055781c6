"""The server as a process: signals, exit status, and what it prints."""

import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-that-nobody-may-read-in-a-log"


@contextmanager
def process(*arguments: str) -> Generator[tuple["subprocess.Popen[str]", str], None, None]:
    """The process and its URL; killed if it still runs when the block is left."""
    command = [sys.executable, "-m", "tests.acceptance.server_process", *arguments]
    started = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert started.stdout is not None
        yield started, started.stdout.readline().strip()
    finally:
        started.kill()
        started.communicate()


@pytest.mark.parametrize("said", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_open_streams_properly_and_the_process_with_0(said: signal.Signals) -> None:
    with (
        process() as (server, url),
        ExitStack() as streams,
        httpx.Client(trust_env=False) as client,
    ):
        opened = [
            streams.enter_context(client.stream("GET", f"{url}api/stream/project1?live=1"))
            for _ in range(20)
        ]
        bodies = [response.iter_bytes() for response in opened]
        for body in bodies:
            assert next(body).startswith(b"retry: 1000\n")
        server.send_signal(said)
        # Reading to the end raises where the last chunk of the body is missing.
        ends = [b"".join(body) for body in bodies]
        assert all(b"\nretry: " in end[-100:] for end in ends)
        assert len({end[-60:] for end in ends}) > 1, "they would all come back at once"
        output, errors = server.communicate(timeout=20)
        assert server.returncode == 0
        assert (output, errors) == ("", "")


def test_a_reader_that_does_not_read_keeps_nobody_up() -> None:
    with process() as (server, url):
        address = httpx.URL(url)
        assert address.port is not None
        reader = socket.create_connection((address.host, address.port))
        reader.sendall(b"GET /api/stream/project1?compact=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert reader.recv(100).startswith(b"HTTP/1.1 200")
        server.terminate()
        _, errors = server.communicate(timeout=20)
        assert server.returncode == 0
        assert errors == ""
        reader.close()


def test_no_token_is_ever_printed() -> None:
    with process(TOKEN) as (server, url):
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        for path, headers, status in (
            (f"?token={TOKEN}", {}, 303),
            (f"?token={TOKEN}x", {}, 401),
            (f"nothing?token={TOKEN}", bearer, 404),
            ("api/projects", bearer, 200),
            ("api/projects", {"Host": "evil.example"} | bearer, 421),
        ):
            assert httpx.get(url + path, headers=headers, trust_env=False).status_code == status
        address = httpx.URL(url)
        assert address.port is not None
        with socket.create_connection((address.host, address.port)) as broken:
            broken.sendall(f"GET /?token={TOKEN} nonsense\r\n\r\n".encode())
            assert b" 400 " in broken.recv(1000)
        server.terminate()
        output, errors = server.communicate(timeout=20)
        assert TOKEN not in output + errors
        assert server.returncode == 0
