"""The tables of the bookstore, and the connection to its database."""

import datetime
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import (
    DateTime,
    ForeignKey,
    Numeric,
    String,
    Text,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    column_property,
    mapped_column,
    sessionmaker,
)


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class Base(DeclarativeBase):
    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True), default=now)


class User(Base):
    __tablename__ = "users"
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))


class Author(Base):
    __tablename__ = "authors"
    name: Mapped[str] = mapped_column(String(200))
    bio: Mapped[str | None] = mapped_column(Text)


class Review(Base):
    __tablename__ = "reviews"
    rating: Mapped[int]
    comment: Mapped[str | None] = mapped_column(Text)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"), index=True)


class Book(Base):
    __tablename__ = "books"
    title: Mapped[str] = mapped_column(String(200))
    isbn: Mapped[str] = mapped_column(String(50), unique=True)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2, asdecimal=True))
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"), index=True)


Book.average_rating = column_property(  # type: ignore[attr-defined]
    select(func.round(func.avg(Review.rating), 2))
    .where(Review.book_id == Book.id)
    .correlate_except(Review)
    .scalar_subquery()
)

engine = create_engine(os.environ["DATABASE_URL"], connect_args={"check_same_thread": False})
sessions = sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine, "connect")
def configure(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    # SQLite's own knows ASCII alone, and a search is to find É by é.
    connection.create_function("lower", 1, lower, deterministic=True)


def lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def open_session() -> Iterator[Session]:
    with sessions() as session:
        yield session


Database = Annotated[Session, Depends(open_session)]
