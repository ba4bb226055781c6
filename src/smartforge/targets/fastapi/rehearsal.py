"""Does in small what a project of this target does when it starts; runs in a waiting sandbox.

What is imported here need not be imported when the project comes, and code that has run a few times
runs faster. Nothing but that stays: no application, no table, no thread.
"""

import asyncio
from collections.abc import Iterator
from importlib import import_module
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, MetaData, StaticPool, String, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

MIGRATING = True
"""Whether what migrations and tests import is wanted too; an API in use needs neither."""
TESTS = ("fastapi.testclient", "pytest")
MIGRATIONS = ("alembic.command", "alembic.config", "alembic.op", "alembic.runtime.migration")
MODULES = (
    *((*TESTS, *MIGRATIONS) if MIGRATING else ()),
    *("anyio._backends._asyncio", "argon2", "email_validator", "jwt", "pydantic_settings"),
    *("fastapi.middleware.cors", "fastapi.openapi.utils", "fastapi.responses"),
    "fastapi.telemetry._runtime",
    *("sqlalchemy.dialects.sqlite", "sqlite3"),
    *("uvicorn.lifespan.on", "uvicorn.loops.asyncio", "uvicorn.protocols.http.h11_impl"),
    *("multipart", "python_multipart", "hashlib", "hmac", "http.client", "logging.config"),
)
SCOPE: dict[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "scheme": "http",
    "server": ("app", 80),
    "client": ("app", 1),
    "root_path": "",
    "query_string": b"limit=2",
    "headers": [(b"host", b"app"), (b"content-type", b"application/json")],
}


def opened(request: Request) -> Iterator[Session]:
    with request.app.state.sessions() as session:
        yield session


Database = Annotated[Session, Depends(opened)]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s"})
    id: Mapped[int] = mapped_column(primary_key=True)


class Shelf(Base):
    __tablename__ = "shelves"
    name: Mapped[str] = mapped_column(String(50), unique=True)


class Book(Base):
    __tablename__ = "books"
    title: Mapped[str | None] = mapped_column(String(50), index=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves.id", ondelete="CASCADE"))


class BookIn(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    title: Annotated[str, Field(min_length=1, max_length=50, pattern="^[a-z]")] | None = None
    at: AwareDatetime | None = None


class BookOut(BookIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


def books(database: Database, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[BookOut]:
    database.scalar(select(func.count()).select_from(Book))
    found = database.scalars(select(Book).order_by(Book.id).limit(limit)).all()
    return [BookOut.model_validate(one) for one in found]


def add(body: BookIn, database: Database, response: Response) -> BookOut:
    shelf = Shelf(name=body.title or "")
    database.add(shelf)
    database.flush()
    book = Book(title=body.title, shelf_id=shelf.id)
    database.add(book)
    database.commit()
    response.headers["Location"] = f"/books/{book.id}"
    return BookOut.model_validate(book)


def book(book_id: Annotated[int, Path(ge=1)], database: Database) -> BookOut:
    raise HTTPException(404, f"no book {book_id}")


def application() -> FastAPI:
    """Two tables, and the usual ways to read and write one of them."""
    engine = create_engine(
        "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
    )
    Base.metadata.create_all(engine)
    router = APIRouter(tags=["books"])
    router.get("/books")(books)
    router.post("/books", status_code=201)(add)
    router.get("/books/{book_id}")(book)
    app = FastAPI()
    app.state.sessions = sessionmaker(engine, expire_on_commit=False)
    app.include_router(router)
    app.openapi()
    return app


async def ask(app: FastAPI, method: str, path: str, body: bytes = b"") -> None:
    """One request, whose answer nobody reads."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_: Any) -> None:
        """Nobody is there."""

    await app({**SCOPE, "method": method, "path": path, "state": {}}, receive, send)


async def main() -> None:
    for name in MODULES:
        import_module(name)
    app = application()
    for title in (b"emma", b"ulysses"):
        await ask(app, "POST", "/books", b'{"title": "%s", "at": "2026-01-01T00:00:00Z"}' % title)
        await ask(app, "GET", "/books")
        await ask(app, "GET", "/books/7")
        await ask(app, "GET", "/books/x")


if __name__ == "rehearsal":
    asyncio.run(main())
