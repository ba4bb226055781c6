"""A bookstore API as one writes it by hand: what the generated one is measured against.

It does what the contract in `benchmarks/served.py` promises, on the same packages, with the same
checks of input, the same hashing, tokens, filters and pages.
"""

import datetime
import json
import logging
import os
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field
from sqlalchemy import (
    ColumnElement,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import (
    Session,
)
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tables import Author, Base, Book, Database, Review, User, engine, now

Row = TypeVar("Row", bound="Base")
SECRET = os.environ["SECRET_KEY"]
Price = Annotated[Decimal, Field(ge=0, le=Decimal("99999999.99"), decimal_places=2)]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0)]


def storable(text: str) -> str:
    if re.search("[\0\ud800-\udfff]", text):
        raise ValueError("must not hold NUL characters or lone surrogates")
    return text


Words = Annotated[str, AfterValidator(storable)]


def in_utc(moment: datetime.datetime) -> datetime.datetime:
    """SQLite forgets the offset."""
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


Moment = Annotated[datetime.datetime, AfterValidator(in_utc)]


hasher = PasswordHasher()
bearer = HTTPBearer(auto_error=False)


def current_user(
    db: Database,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> User:
    refused = HTTPException(401, "Log in first.", {"WWW-Authenticate": "Bearer"})
    if credentials is None:
        raise refused
    try:
        claims = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise refused from None
    user = db.get(User, int(claims["sub"]))
    if user is None:
        raise refused
    return user


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Credentials(Schema):
    email: EmailStr
    password: Annotated[str, Field(min_length=8, max_length=128)]


class AuthorIn(Schema):
    name: Annotated[Words, Field(min_length=1, max_length=200)]
    bio: Annotated[Words, Field(max_length=10_000)] | None = None


class UserOut(Schema):
    id: int
    email: str
    created_at: Moment


class AuthorOut(AuthorIn):
    id: int
    created_at: Moment


class AuthorPage(Schema):
    items: list[AuthorOut]
    total: int
    limit: int
    offset: int


class AuthorChange(Schema):
    name: Annotated[Words, Field(min_length=1, max_length=200)] = ""
    bio: Annotated[Words, Field(max_length=10_000)] | None = None


class BookIn(Schema):
    title: Annotated[Words, Field(min_length=1, max_length=200)]
    isbn: Annotated[Words, Field(min_length=1, max_length=50)]
    price: Price
    author_id: int


class BookChange(Schema):
    title: Annotated[Words, Field(min_length=1, max_length=200)] = ""
    isbn: Annotated[Words, Field(min_length=1, max_length=50)] = ""
    price: Price = Decimal(0)
    author_id: int = 0


class BookOut(Schema):
    id: int
    title: str
    isbn: str
    price: float
    author_id: int
    average_rating: float | None
    created_at: Moment


class BookPage(Schema):
    items: list[BookOut]
    total: int
    limit: int
    offset: int


class ReviewIn(Schema):
    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[Words, Field(max_length=10_000)] | None = None
    book_id: int


class ReviewChange(Schema):
    rating: Annotated[int, Field(ge=1, le=5)] = 1
    comment: Annotated[Words, Field(max_length=10_000)] | None = None
    book_id: int = 0


class ReviewOut(ReviewIn):
    id: int
    created_at: Moment


class ReviewPage(Schema):
    items: list[ReviewOut]
    total: int
    limit: int
    offset: int


health = APIRouter()
auth = APIRouter(prefix="/auth")
users = APIRouter(prefix="/users")
authors = APIRouter(prefix="/authors")
books = APIRouter(prefix="/books")
reviews = APIRouter(prefix="/reviews")
Members = [Depends(current_user)]
Member = Annotated[User, Depends(current_user)]
Order = Literal["id", "-id", "created_at", "-created_at"]
Sort = Literal["id", "-id", "created_at", "-created_at", "title", "-title", "price", "-price"]


@health.get("/health")
def check_health(db: Database) -> dict[str, str]:
    db.scalar(select(1))
    return {"status": "ok"}


@auth.post("/register", status_code=201)
def register(db: Database, body: Credentials) -> dict[str, object]:
    user = User(email=body.email, password_hash=hasher.hash(body.password))
    add(db, user, "This e-mail address is taken.")
    return {"id": user.id, "email": user.email}


@auth.post("/login")
def login(db: Database, body: Credentials) -> dict[str, str]:
    user = db.scalar(select(User).where(User.email == body.email))
    try:
        if user is None:
            raise VerifyMismatchError
        hasher.verify(user.password_hash, body.password)
    except VerifyMismatchError:
        raise HTTPException(401, "Wrong e-mail address or password.") from None
    claims = {"sub": str(user.id), "exp": now() + datetime.timedelta(hours=1)}
    return {"access_token": jwt.encode(claims, SECRET, "HS256"), "token_type": "bearer"}


@auth.get("/me", response_model=UserOut)
def get_me(user: Member) -> User:
    return user


@users.get("/{user_id}", response_model=UserOut)
def get_user(user: Member, user_id: int) -> User:
    if user_id != user.id:
        raise HTTPException(404, "There is no such user.")
    return user


@authors.get("", response_model=AuthorPage)
def list_authors(
    db: Database, limit: Limit = 20, offset: Offset = 0, sort: Order = "id"
) -> dict[str, object]:
    return page(db, Author, [], sort, limit, offset)


@authors.post("", status_code=201, response_model=AuthorOut, dependencies=Members)
def create_author(db: Database, body: AuthorIn) -> Author:
    return add(db, Author(**body.model_dump()), "It is there already.")


@authors.get("/{author_id}", response_model=AuthorOut)
def get_author(db: Database, author_id: int) -> Author:
    return find(db, Author, author_id)


@authors.patch("/{author_id}", response_model=AuthorOut, dependencies=Members)
def update_author(db: Database, author_id: int, body: AuthorChange) -> Author:
    return change(db, find(db, Author, author_id), body)


@authors.delete("/{author_id}", status_code=204, dependencies=Members)
def delete_author(db: Database, author_id: int) -> None:
    remove(db, find(db, Author, author_id))


@authors.get("/{author_id}/books", response_model=BookPage)
def list_author_books(
    db: Database, author_id: int, limit: Limit = 20, offset: Offset = 0, sort: Sort = "id"
) -> dict[str, object]:
    where = [Book.author_id == find(db, Author, author_id).id]
    return page(db, Book, where, sort, limit, offset)


@books.get("", response_model=BookPage)
def list_books(
    db: Database,
    limit: Limit = 20,
    offset: Offset = 0,
    sort: Sort = "id",
    author_id: int | None = None,
    price_min: Price | None = None,
    price_max: Price | None = None,
    q: Annotated[Words | None, Query(min_length=1, max_length=100)] = None,
) -> dict[str, object]:
    where: list[ColumnElement[bool]] = []
    if author_id is not None:
        where.append(Book.author_id == author_id)
    if price_min is not None:
        where.append(Book.price >= price_min)
    if price_max is not None:
        where.append(Book.price <= price_max)
    if q is not None:
        where.append(Book.title.icontains(q, autoescape=True))
    return page(db, Book, where, sort, limit, offset)


@books.post("", status_code=201, response_model=BookOut, dependencies=Members)
def create_book(db: Database, body: BookIn) -> Book:
    if db.get(Author, body.author_id) is None:
        raise HTTPException(422, "There is no such author.")
    return add(db, Book(**body.model_dump()), "This ISBN is taken.")


@books.get("/{book_id}", response_model=BookOut)
def get_book(db: Database, book_id: int) -> Book:
    return find(db, Book, book_id)


@books.patch("/{book_id}", response_model=BookOut, dependencies=Members)
def update_book(db: Database, book_id: int, body: BookChange) -> Book:
    return change(db, find(db, Book, book_id), body)


@books.delete("/{book_id}", status_code=204, dependencies=Members)
def delete_book(db: Database, book_id: int) -> None:
    remove(db, find(db, Book, book_id))


@books.get("/{book_id}/reviews", response_model=ReviewPage)
def list_book_reviews(
    db: Database, book_id: int, limit: Limit = 20, offset: Offset = 0, sort: Order = "id"
) -> dict[str, object]:
    where = [Review.book_id == find(db, Book, book_id).id]
    return page(db, Review, where, sort, limit, offset)


@reviews.get("", response_model=ReviewPage)
def list_reviews(
    db: Database, limit: Limit = 20, offset: Offset = 0, sort: Order = "id"
) -> dict[str, object]:
    return page(db, Review, [], sort, limit, offset)


@reviews.post("", status_code=201, response_model=ReviewOut, dependencies=Members)
def create_review(db: Database, body: ReviewIn, response: Response) -> Review:
    if db.get(Book, body.book_id) is None:
        raise HTTPException(422, "There is no such book.")
    review = add(db, Review(**body.model_dump()), "It is there already.")
    response.headers["Location"] = f"/reviews/{review.id}"
    return review


@reviews.get("/{review_id}", response_model=ReviewOut)
def get_review(db: Database, review_id: int) -> Review:
    return find(db, Review, review_id)


@reviews.patch("/{review_id}", response_model=ReviewOut, dependencies=Members)
def update_review(db: Database, review_id: int, body: ReviewChange) -> Review:
    return change(db, find(db, Review, review_id), body)


@reviews.delete("/{review_id}", status_code=204, dependencies=Members)
def delete_review(db: Database, review_id: int) -> None:
    remove(db, find(db, Review, review_id))


def page(
    db: Session,
    model: type[Base],
    where: list[ColumnElement[bool]],
    sort: str,
    limit: int,
    offset: int,
) -> dict[str, object]:
    column = getattr(model, sort.removeprefix("-"))
    order = column.desc() if sort.startswith("-") else column.asc()
    query = select(model).where(*where).order_by(order, model.id).limit(limit).offset(offset)
    total = db.scalar(select(func.count()).select_from(model).where(*where)) or 0
    return {"items": db.scalars(query).all(), "total": total, "limit": limit, "offset": offset}


def find(db: Session, model: type[Row], row_id: int) -> Row:
    row = db.get(model, row_id)
    if row is None:
        raise HTTPException(404, "There is no such row.")
    return row


def change(db: Session, row: Row, body: Schema) -> Row:
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    try:
        db.commit()
    except IntegrityError:
        raise HTTPException(409, "It does not go with what is there.") from None
    db.refresh(row)
    return row


def remove(db: Session, row: Base) -> None:
    db.delete(row)
    try:
        db.commit()
    except IntegrityError:
        raise HTTPException(409, "Something else refers to it.") from None


def add(db: Session, row: Row, taken: str) -> Row:
    db.add(row)
    try:
        db.commit()
    except IntegrityError:
        raise HTTPException(409, taken) from None
    db.refresh(row)
    return row


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    Base.metadata.create_all(engine)
    yield
    engine.dispose()


app = FastAPI(title="Bookstore", lifespan=lifespan)


for router in (health, auth, users, authors, books, reviews):
    app.include_router(router)


class Recorded:
    """Logs every request as one line of JSON, and hardens every answer."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = secrets.token_hex(8)
        status = 500

        async def harden(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Request-ID"] = request_id
            await send(message)

        await self.inner(scope, receive, harden)
        line = {
            "time": now().isoformat(),
            "id": request_id,
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "ms": round(1000 * (time.perf_counter() - began), 1),
        }
        log.info(json.dumps(line))


logging.basicConfig(level=logging.INFO, format="%(message)s")
log = logging.getLogger("bookstore")
app.add_middleware(Recorded)
