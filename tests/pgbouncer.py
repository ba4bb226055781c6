"""A real PgBouncer before a PostgreSQL of the tests, with its own configuration."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.postgres import NOBODY, Server

START_SECONDS = 20
END_SECONDS = 20
PORT = 6432

CONFIGURATION = """
[databases]
* = host={socket} user=postgres
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
{more}
"""


def program() -> str:
    """Where PgBouncer is. Without one the test is skipped, or fails where CI is set."""
    # Debian has it where only root's PATH leads.
    found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if found is None:
        reason = "There is no PgBouncer: install the package pgbouncer."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextlib.contextmanager
def pgbouncer(
    server: Server, database: str, *, mode: str, size: int = 20, more: str = ""
) -> Generator[str]:
    """The URL of this database by way of a pool of that mode and size; ended when left.

    `more` stands at the end of its settings.
    """
    found = program()
    # Short, since the path of a socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-", dir="/tmp"))
    settings = folder / "pgbouncer.ini"
    sockets = server.socket.parent
    text = CONFIGURATION.format(
        socket=sockets, port=PORT, folder=folder, mode=mode, size=size, more=more
    )
    settings.write_text(text, encoding="utf-8")
    user = NOBODY if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, user, user)
        settings.chmod(0o644)
    try:
        process = subprocess.Popen(
            [found, "--quiet", str(settings)],
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        try:
            _wait_for(process, folder / f".s.PGSQL.{PORT}")
            yield f"postgresql://postgres@/{database}?host={folder}&port={PORT}"
        finally:
            process.kill()
            process.wait(END_SECONDS)
            process.stderr.close()
    finally:
        shutil.rmtree(folder)


def _wait_for(process: subprocess.Popen[bytes], path: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not _listens(path):
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            assert process.stderr is not None
            said = process.stderr.read().decode(errors="replace")
            raise AssertionError(f"PgBouncer did not start: {said}")
        time.sleep(0.01)


def _listens(path: Path) -> bool:
    """Whether somebody answers: the file of a socket is there a little sooner."""
    with socket.socket(socket.AF_UNIX) as asking:
        return asking.connect_ex(str(path)) == 0
