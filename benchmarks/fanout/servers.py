"""The servers that are measured: how each is started, asked for its stream, and named."""

import importlib.metadata
import os
import re
import runpy
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.programs import ROOT

OURS = "ours"
SEVERAL = "ours, several projects"
SSE_STARLETTE = "sse-starlette"
FASTAPI = "FastAPI SSE"
NODE = "Node callbacks"
NCHAN = "nginx + nchan"

PROJECTS = 8
TOKEN = secrets.token_urlsafe(24)
PEERS = ROOT / "benchmarks" / "peers" / "streams"
MODULE = "ngx_nchan_module.so"
MODULE_FOLDERS = ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/share/nginx/modules")

Ready = Mapping[str, Any]
"""What a server said first, or after publishing: its port, and the last seq of each project."""


class Server(msgspec.Struct, frozen=True):
    """One server to measure. `command` gets a folder for its files, `target` the cursors.

    `numbered` where the `id:` that it writes is the seq.
    """

    name: str
    version: str
    command: Callable[[Path], tuple[str, ...]]
    target: Callable[[Mapping[str, int]], tuple[str, str]] = lambda _: ("/stream", "")
    numbered: bool = True

    def request(self, port: int, cursors: Mapping[str, int]) -> str:
        """What a viewer sends, from these cursors on."""
        path, headers = self.target(cursors)
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n"
        return f"{head}{headers}\r\n"


class Missing(msgspec.Struct, frozen=True):
    """A server that cannot be had here, and why."""

    name: str
    reason: str


def servers() -> list[Server | Missing]:
    """All of them, ours first."""
    return [_ours(OURS, 1), _ours(SEVERAL, PROJECTS), *_python(), _node(), _nchan()]


def _ours(name: str, projects: int) -> Server:
    return Server(
        name,
        importlib.metadata.version("smartforge"),
        lambda folder: (*_module("benchmarks.fanout.product"), str(folder), str(projects)),
        _one if projects == 1 else _at,
    )


def _one(cursors: Mapping[str, int]) -> tuple[str, str]:
    [(project, seq)] = cursors.items()
    return f"/api/stream/{project}", f"{_bearer()}Last-Event-ID: {seq}\r\n"


def _at(cursors: Mapping[str, int]) -> tuple[str, str]:
    places = ",".join(f"{project}:{seq}" for project, seq in cursors.items())
    return f"/api/stream?at={places}", _bearer()


def _bearer() -> str:
    return f"Authorization: Bearer {TOKEN}\r\n"


def _python() -> list[Server | Missing]:
    made: list[Server | Missing] = []
    for name, package, module in (
        (SSE_STARLETTE, "sse-starlette", "with_sse_starlette"),
        (FASTAPI, "fastapi", "with_fastapi"),
    ):
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            made.append(Missing(name, f"the package {package} is not installed"))
        else:
            command = _module(f"benchmarks.peers.streams.{module}")
            made.append(Server(name, version, lambda _, command=command: command))
    return made


def _node() -> Server | Missing:
    page = runpy.run_path(str(ROOT / "scripts" / "page.py"))
    try:
        node: str = page["node"]()
    except page["NodeMissingError"] as error:
        return Missing(NODE, str(error))
    version = _said(node, "--version").strip().removeprefix("v")
    return Server(NODE, version, lambda _: (node, str(PEERS / "callbacks.mjs")))


def _nchan() -> Server | Missing:
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    found = [Path(folder) / MODULE for folder in MODULE_FOLDERS]
    module = next((path for path in found if path.is_file()), None)
    if nginx is None or module is None:
        what = "nginx" if nginx is None else f"its module {MODULE}"
        return Missing(NCHAN, f"{what} is not installed (Debian: libnginx-mod-nchan)")
    number = re.search(r"nginx/([\d.]+)", _said(nginx, "-v"))
    command = _module("benchmarks.peers.streams.with_nchan")
    return Server(
        NCHAN,
        f"{number[1] if number else 'unknown'} + {_nchan_version()}",
        lambda folder: (*command, nginx, str(module), str(folder)),
        numbered=False,
    )


def _nchan_version() -> str:
    query = shutil.which("dpkg-query")
    if query is None:
        return "unknown"
    return _said(query, "--show", "--showformat=${Version}", "libnginx-mod-nchan") or "unknown"


def _module(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name)


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + (done.stderr if done.returncode == 0 else "")
