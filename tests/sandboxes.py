"""What tests of the sandbox and of the checks share: a small project written by hand.

The application and its OpenAPI document know nothing of the product's own renderers, so a check
that agrees with both is not merely agreeing with itself.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from smartforge.checks.base import Subject
from smartforge.errors import SandboxUnavailable
from smartforge.sandbox.base import Limits, Program, Sandbox, Warm
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.spares import Spares

MAIN = '''\
"""Keeps books on a shelf."""

from enum import Enum
from typing import Annotated

from fastapi import APIRouter, FastAPI, HTTPException, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field


class Genre(str, Enum):
    novel = "novel"
    poetry = "poetry"


class BookCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200)
    pages: int = Field(ge=1, le=10000)
    genre: Genre = Genre.novel
    subtitle: str | None = Field(default=None, max_length=100)


class Book(BookCreate):
    id: int


class Problem(BaseModel):
    detail: str


app = FastAPI(title="Books", version="1.0.0")
router = APIRouter(tags=["books"])
shelf: dict[int, Book] = {}


@app.get("/health", operation_id="health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/books", operation_id="list_books")
def list_books(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[Book]:
    return list(shelf.values())[:limit]


@router.post("/books", status_code=201, operation_id="create_book")
def create_book(book: BookCreate, response: Response) -> Book:
    made = Book(id=len(shelf) + 1, **book.model_dump())
    shelf[made.id] = made
    response.headers["Location"] = f"/books/{made.id}"
    return made


@router.get("/books/{book_id}", operation_id="get_book", responses={404: {"model": Problem}})
def get_book(book_id: Annotated[int, Path(ge=1)]) -> Book:
    if book_id not in shelf:
        raise HTTPException(404, "no such book")
    return shelf[book_id]


app.include_router(router)
'''

TESTS = """\
import pytest
from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_is_up():
    assert client.get("/health").json() == {"status": "ok"}


def test_keeps_a_book():
    made = client.post("/books", json={"title": "Emma", "pages": 474})
    assert made.status_code == 201
    assert client.get(made.headers["location"]).json()["title"] == "Emma"
    assert client.get("/books").json()[0]["title"] == "Emma"
    assert client.get("/books/77").status_code == 404


@pytest.mark.skip(reason="shows that a skipped test harms nothing")
def test_skipped():
    raise AssertionError
"""

FILES = {"app/__init__.py": "", "app/main.py": MAIN, "tests/test_books.py": TESTS}

_VALIDATION_ERROR: dict[str, Any] = {
    "type": "object",
    "properties": {
        "loc": {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}},
        "msg": {"type": "string"},
        "type": {"type": "string"},
        "input": {},
        "ctx": {"type": "object"},
    },
    "required": ["loc", "msg", "type"],
}
_FIELDS: dict[str, Any] = {
    "title": {"type": "string", "minLength": 1, "maxLength": 200},
    "pages": {"type": "integer", "minimum": 1, "maximum": 10000},
    "genre": {"type": "string", "enum": ["poetry", "novel"], "default": "novel"},
    "subtitle": {"type": ["string", "null"], "maxLength": 100},
}


def _json(schema: dict[str, Any], description: str = "") -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def promised() -> dict[str, Any]:
    """What the project promises: a fresh document that a test may spoil."""
    unprocessable = {"$ref": "#/components/responses/Unprocessable"}
    return deepcopy(
        {
            "openapi": "3.1.0",
            "info": {"title": "Anything", "version": "1.0.0"},
            "paths": {
                "/books/{book_id}": {
                    "parameters": [
                        {
                            "name": "book_id",
                            "in": "path",
                            "schema": {"type": "integer", "minimum": 1},
                        }
                    ],
                    "get": {
                        "operationId": "get_book",
                        "tags": ["books"],
                        "responses": {
                            "200": _json(_ref("Book")),
                            "404": _json(_ref("Problem")),
                            "422": unprocessable,
                        },
                    },
                },
                "/books": {
                    "get": {
                        "operationId": "list_books",
                        "tags": ["books"],
                        "parameters": [{"$ref": "#/components/parameters/Limit"}],
                        "responses": {
                            "200": _json({"type": "array", "items": _ref("Book")}),
                            "422": unprocessable,
                        },
                    },
                    "post": {
                        "operationId": "create_book",
                        "tags": ["books"],
                        "requestBody": _json(_ref("NewBook")) | {"required": True},
                        "responses": {"201": _json(_ref("Book")), "422": unprocessable},
                    },
                },
                "/health": {
                    "get": {
                        "operationId": "health",
                        "summary": "Nobody compares this",
                        "responses": {
                            "200": _json(
                                {"type": "object", "additionalProperties": {"type": "string"}}
                            )
                        },
                    }
                },
            },
            "components": {
                "parameters": {
                    "Limit": {
                        "name": "limit",
                        "in": "query",
                        "required": False,
                        "schema": {
                            "type": "integer",
                            "minimum": 1,
                            "maximum": 100,
                            "default": 20,
                        },
                    }
                },
                "responses": {"Unprocessable": _json(_ref("Errors"), "Says which field")},
                "schemas": {
                    "NewBook": {
                        "type": "object",
                        "properties": _FIELDS,
                        "required": ["pages", "title"],
                        "additionalProperties": False,
                    },
                    "Book": {
                        "type": "object",
                        "properties": {**_FIELDS, "id": {"type": "integer"}},
                        "required": ["id", "title", "pages"],
                        "additionalProperties": False,
                    },
                    "Problem": {
                        "type": "object",
                        "properties": {"detail": {"type": "string"}},
                        "required": ["detail"],
                    },
                    "Errors": {
                        "type": "object",
                        "properties": {
                            "detail": {"type": "array", "items": _VALIDATION_ERROR},
                        },
                    },
                },
            },
        }
    )


def dependencies() -> Path:
    """A folder with FastAPI, uvicorn and pytest: the one these tests run with."""
    return Path(sysconfig.get_paths()["purelib"])


def lay_out(folder: Path, **changes: str) -> Path:
    """The project in `folder`. `changes` are more files, `app__main_py="..."` is app/main.py."""
    files = FILES | {
        name.replace("__", "/").replace("_py", ".py"): changes[name] for name in changes
    }
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


def subject(sandbox: Sandbox, folder: Path) -> Subject:
    """The project in `folder`, ready to be checked against `promised()`."""
    return Subject(folder, promised(), dependencies(), sandbox)


def program(
    folder: Path,
    *arguments: str,
    limits: Limits | None = None,
    environment: Mapping[str, str] | None = None,
) -> Program:
    limits = limits or Limits(wall_seconds=20)
    return Program(arguments, folder, dependencies(), environment or {}, limits)


@asynccontextmanager
async def spares(sandbox: Bubblewrap, count: int) -> AsyncGenerator[Spares]:
    """The sandbox with so many spares, all of them ready, for `program`."""
    made = Spares(sandbox)
    if count:
        made.expect(Warm(dependencies(), "import fastapi, uvicorn.protocols.http.h11_impl"), count)
    try:
        assert not count or await made.settled() == count
        yield made
    finally:
        await made.close()


async def needed(sandbox: Sandbox) -> None:
    """Skip the test where this machine holds no sandbox, with its reason; fail where CI is set."""
    level = await sandbox.probe()
    if level.level == "full":
        return
    if os.environ.get("CI"):
        raise SandboxUnavailable(level.detail, level.cure)
    pytest.skip(f"no sandbox here: {level.detail}")


def unprivileged(
    command: Sequence[str | Path], *, user: int | None = None, user_namespaces: bool = True
) -> "subprocess.CompletedProcess[str]":
    """Run a command from the clone as an ordinary user, or without user namespaces; needs root."""
    clone = Path(__file__).resolve().parents[1]
    options = [] if user_namespaces else ["--no-user-namespaces"]
    if user is not None:
        options += ["--user", str(user)]
    for folder in (sys.base_prefix, sys.prefix, clone):
        options += ["--reveal", str(Path(folder).resolve())]
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o777)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "TMPDIR": home,
            "PYTHONPATH": f"{clone / 'src'}:{clone}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "CI": os.environ.get("CI", ""),
        }
        return subprocess.run(
            [sys.executable, "-I", clone / "tests/unprivileged.py", *options, "--", *command],
            cwd=clone,
            env=environment,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
