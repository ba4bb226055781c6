"""A real nginx before a server: an unprivileged process of its own, with its own configuration."""

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

NOBODY = 65534
START_SECONDS = 20
END_SECONDS = 20

CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {more}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {server};
        }}
    }}
}}
"""
"""What nginx insists on, and a location with nothing but `proxy_pass`."""


def program() -> str:
    """Where nginx is. Without one the test is skipped, or fails where CI is set."""
    # Debian has it where only root's PATH leads.
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        reason = "There is no nginx: install the package nginx-light."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextlib.contextmanager
def nginx(server: str, more: str = "") -> Generator[str]:
    """The URL of an nginx that passes everything on to this server; ended when left.

    `more` stands in its `http` block.
    """
    found = program()
    # Not below pytest's folder, which is closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="nginx-", dir="/tmp"))
    port = _free_port()
    text = CONFIGURATION.format(folder=folder, more=more, port=port, server=server)
    (folder / "nginx.conf").write_text(text)
    user = NOBODY if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, user, user)
    try:
        process = subprocess.Popen(
            [found, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"],
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        try:
            _wait_for(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(END_SECONDS)
            process.stderr.close()
    finally:
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None or time.monotonic() > end:
            said = (
                b"" if process.poll() is None or process.stderr is None else process.stderr.read()
            )
            raise AssertionError(f"nginx did not start: {said.decode(errors='replace')}")
        time.sleep(0.01)
