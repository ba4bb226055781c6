"""Stands before a previewed API in its sandbox, so that its data outlive the sandbox.

Laid into the project's folder as `smartforge_entry.pyc` and served in place of `app.main:app`. At
the start it unpacks what was kept; asked at a path that only the host knows, it answers with an
archive of what there is. The host never looks into that archive: it is this project's own, and is
given back to this project alone. Modules whose code is there already are not compiled again.
"""

# The path is that of the sandbox, and importing pathlib would delay each start:
# ruff: noqa: PTH103, PTH110, PTH112, PTH202, PTH118, PTH123, PTH208

import asyncio
import contextlib
import ctypes
import gc
import importlib
import importlib.util
import io
import marshal
import os
import sqlite3
import sys
import tarfile
import threading
import traceback
import types
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from typing import Any

APP = "/app"
DATA = "/tmp/kept"
KEPT = "/app/smartforge_kept.tar"
CODE = "/app/smartforge_code"
PACKAGES = "/app/smartforge_packages"
DATABASE = "app.db"
BESIDE_DATABASE = frozenset({"app.db-journal", "app.db-shm", "app.db-wal"})
"""What SQLite has not yet brought into its file; `database` reads it along."""

MOST_BYTES = 48 * 1024 * 1024

SETTLED_SECONDS = 2.0
"""After the start: what it took besides is given back to the machine then."""

SHARED = ("fastapi", "pydantic_settings", "sqlalchemy.orm", "sqlalchemy.dialects.sqlite")
"""What both the API and its migrations import: once, before these part."""

KEY = os.environ.pop("SMARTFORGE_PREVIEW_KEY", "")
MIGRATED = os.environ.pop("SMARTFORGE_PREVIEW_MIGRATED", "") == "yes"


def use_code() -> None:
    """Let imports below /app take the code that was compiled from these very files."""
    if not os.path.exists(CODE):
        return
    with open(CODE, "rb") as file:
        known: dict[str, bytes] = marshal.loads(file.read())

    class Known(SourceFileLoader):
        def get_code(self, fullname: str) -> types.CodeType | None:
            code = known.pop(self.path, None)
            return marshal.loads(code) if code is not None else super().get_code(fullname)

    inner = FileFinder.path_hook((ExtensionFileLoader, EXTENSION_SUFFIXES), (Known, [".py"]))

    def hook(path: str) -> Any:
        if path != APP and not path.startswith(f"{APP}/"):
            raise ImportError(path)
        return inner(path)

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.pop(APP, None)


def unpack() -> None:
    os.makedirs(DATA, exist_ok=True)
    if os.path.exists(KEPT):
        with tarfile.open(KEPT) as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extractall(DATA, filter="data")
            else:  # Python before 3.11.4
                archive.extractall(DATA)


def pack() -> bytes:
    """An archive of the data; empty where they are too large to be kept."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name in sorted(set(os.listdir(DATA)) - BESIDE_DATABASE):
            place = os.path.join(DATA, name)
            whole = database(place) if name == DATABASE else None
            if whole is None:
                archive.add(place, name)
            else:
                told = tarfile.TarInfo(name)
                told.size = len(whole)
                archive.addfile(told, io.BytesIO(whole))
            if target.tell() > MOST_BYTES:
                return b""
    return target.getvalue()


def database(place: str) -> bytes | None:
    """As it is after its last transaction, also while others write; None where it is none."""
    if os.path.getsize(place) > MOST_BYTES:
        return None
    try:
        with contextlib.closing(sqlite3.connect(place, timeout=5)) as connection:
            return connection.serialize()
    except sqlite3.Error:
        return None


def speak_websockets() -> None:
    """Where the project speaks of WebSockets, what the server needs for them lies beside it."""
    if os.path.isdir(PACKAGES):
        sys.path.append(PACKAGES)
        from uvicorn.config import WS_PROTOCOLS

        WS_PROTOCOLS["none"] = WS_PROTOCOLS["websockets-sansio"]


def migrate() -> None:
    """Bring the data up to date in a process of its own, where the project has that command.

    What migrations import would stay in memory for as long as the API is up.
    """
    if importlib.util.find_spec("app") is None or importlib.util.find_spec("app.migrate") is None:
        return
    if MIGRATED or _migrated_beside():
        os.environ["MIGRATE_ON_START"] = "false"


def _migrated_beside() -> bool:
    """Whether it went well; else the API tries it by itself, and says what is wrong."""
    for name in SHARED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            importlib.import_module("app.migrate").main()
            status = 0
        except BaseException:
            os.write(2, traceback.format_exc().encode(errors="backslashreplace"))
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


def settle() -> None:
    """Give back what imports have left behind: a tenth of all memory."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


use_code()
unpack()
speak_websockets()
migrate()
application: Any = importlib.import_module("app.main").app


async def entry(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        timer = threading.Timer(SETTLED_SECONDS, settle)
        timer.daemon = True
        timer.start()
    if not KEY or scope["type"] != "http" or scope["path"] != f"/{KEY}":
        await application(scope, receive, send)
        return
    body = await asyncio.to_thread(pack)
    headers = [(b"content-length", str(len(body)).encode())]
    status = 200 if body else 413
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    del body
    settle()
