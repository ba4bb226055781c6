"""A library with accounts: what the checks are tried on, whole or with one fault planted.

Written by hand, in one file, all in memory; it knows nothing of the product's templates. Lines
that end in a mark such as `# unique` are where tests plant their faults.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import time
from itertools import count
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as AnyHTTPException

SECRET = os.environ["SECRET_KEY"].encode()
HOUR = 3600
IDS = count(1)
users: dict[int, dict[str, Any]] = {}
authors: dict[int, dict[str, Any]] = {}
books: dict[int, dict[str, Any]] = {}
reviews: dict[int, dict[str, Any]] = {}
notes: dict[int, dict[str, Any]] = {}

Id = Annotated[int, Path(ge=1, le=2147483647)]
Reference = Annotated[int, Field(ge=1, le=2147483647)]
Limit = Annotated[int, Query(ge=1, le=100)]


def address(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", text):
        raise ValueError("no address")
    return text


Email = Annotated[
    str, AfterValidator(address), Field(max_length=254, json_schema_extra={"format": "email"})
]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ProblemError(Closed):
    location: list[str | int]
    message: str


class Problem(Closed):
    title: str
    status: int
    errors: list[ProblemError] = []


class Registration(Closed):
    email: Email = Field(json_schema_extra={"format": "email", "x-unique": True})
    password: str = Field(min_length=8, max_length=128)


class Login(Closed):
    email: Email
    password: str = Field(min_length=8, max_length=128)


class Token(Closed):
    access_token: str
    token_type: str


class User(Closed):
    id: int
    email: Email
    role: Literal["member", "librarian"]


class UserRole(Closed):
    role: Literal["member", "librarian"]


class AuthorCreate(Closed):
    name: str = Field(min_length=1, max_length=80)


class Author(AuthorCreate):
    id: int


class BookCreate(Closed):
    title: str = Field(min_length=1, max_length=200)
    author_id: Reference = Field(json_schema_extra={"x-references": "authors"})
    isbn: str = Field(min_length=3, max_length=20, json_schema_extra={"x-unique": True})
    pages: int = Field(ge=1, le=10000)
    price: float | None = Field(default=None, ge=0, le=999.99)


class Book(BookCreate):
    id: int
    status: Literal["draft", "published"]


class ReviewCreate(Closed):
    book_id: Reference = Field(json_schema_extra={"x-references": "books"})
    rating: int = Field(ge=1, le=5)


class ReviewUpdate(Closed):
    rating: int = Field(ge=1, le=5)


class Review(ReviewCreate):
    id: int
    user_id: int


class NoteCreate(Closed):
    text: str = Field(min_length=1, max_length=100)


class Note(NoteCreate):
    id: int


app = FastAPI(title="Library", version="1.0.0")


@app.exception_handler(AnyHTTPException)
def refused(request: Request, error: AnyHTTPException) -> JSONResponse:
    # A body that is not even text is 400 with FastAPI.
    status = 422 if error.status_code == 400 else error.status_code
    return problem(status, str(error.detail), [], dict(error.headers or {}))


@app.exception_handler(RequestValidationError)
def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    found = [{"location": list(one["loc"]), "message": one["msg"]} for one in error.errors()]
    return problem(422, "invalid", found)


def problem(status: int, title: str, errors: list[Any], headers: Any = None) -> JSONResponse:
    body = {"title": title, "status": status, "errors": errors}
    kind = "application/problem+json"
    return JSONResponse(body, status, headers, media_type=kind)


def told(*codes: int) -> dict[int | str, dict[str, Any]]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {code: {"description": "Refused", "content": content} for code in codes}


# ---- accounts ---------------------------------------------------------------------------------


def sealed(claims: dict[str, Any]) -> str:
    head = encoded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    text = f"{head}.{encoded(json.dumps(claims).encode())}"
    return f"{text}.{encoded(hmac.digest(SECRET, text.encode(), 'sha256'))}"


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def opened(token: str) -> dict[str, Any]:
    text, _, seal = token.rpartition(".")
    right = encoded(hmac.digest(SECRET, text.encode(), "sha256"))
    if not hmac.compare_digest(seal.encode(), right.encode()):  # seal
        raise ValueError("another seal")
    part = text.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if claims["exp"] < time.time():
        raise ValueError("its time is over")
    return claims


bearer = HTTPBearer(auto_error=False, scheme_name="bearerAuth", bearerFormat="JWT")


def caller(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> dict[str, Any]:
    try:
        return users[int(opened(given.credentials if given else "")["sub"])]
    except (KeyError, ValueError, IndexError, TypeError):
        raise HTTPException(401, "no token", {"WWW-Authenticate": "Bearer"}) from None


def librarian(user: Annotated[dict[str, Any], Depends(caller)]) -> dict[str, Any]:
    if user["role"] != "librarian":
        raise HTTPException(403, "librarians only")
    return user


Caller = Annotated[dict[str, Any], Depends(caller)]
Librarian = Annotated[dict[str, Any], Depends(librarian)]
OWNER = {"x-access": {"who": "owner"}}
ROLE = {"x-access": {"who": "role", "roles": ["librarian"]}}


def added(rows: dict[int, dict[str, Any]], values: dict[str, Any]) -> dict[str, Any]:
    made = {"id": next(IDS), **values}
    rows[made["id"]] = made
    return made


def account(email: str, password: str, role: str) -> dict[str, Any]:
    if any(user["email"] == email for user in users.values()):
        raise HTTPException(409, "taken")
    salted = hashlib.sha256(SECRET + password.encode()).hexdigest()
    return added(users, {"email": email, "role": role, "hash": salted})


if "ADMIN_EMAIL" in os.environ:
    account(os.environ["ADMIN_EMAIL"], os.environ["ADMIN_PASSWORD"], "librarian")


def shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("hash", "owner")}


@app.get("/health", operation_id="health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/auth/register", status_code=201, responses=told(409, 422), response_model=User)
def register(given: Registration) -> Any:
    return shown(account(given.email, given.password, "member"))


@app.post("/auth/login", responses=told(401, 422), response_model=Token)
def login(given: Login) -> Any:
    salted = hashlib.sha256(SECRET + given.password.encode()).hexdigest()
    for user in users.values():
        if (user["email"], user["hash"]) == (given.email, salted):
            return {
                "access_token": sealed({"sub": str(user["id"]), "exp": time.time() + HOUR}),
                "token_type": "bearer",
            }
    raise HTTPException(401, "wrong", {"WWW-Authenticate": "Bearer"})


@app.get("/auth/me", responses=told(401), response_model=User)
def me(user: Caller) -> Any:
    return shown(user)


@app.put(
    "/users/{user_id}/role",
    responses=told(401, 403, 404, 422),
    response_model=User,
    openapi_extra=ROLE,
)
def set_role(user_id: Id, given: UserRole, user: Librarian) -> Any:
    row(users, user_id)["role"] = given.role
    return shown(users[user_id])


@app.get("/users/{user_id}", responses=told(401, 403, 404, 422), response_model=User)
def get_user(user_id: Id, user: Librarian) -> Any:
    return shown(row(users, user_id))


def row(rows: dict[int, dict[str, Any]], key: int) -> dict[str, Any]:
    if key not in rows:
        raise HTTPException(404, "no such id")
    return rows[key]


# ---- authors and books ------------------------------------------------------------------------


@app.get("/authors", responses=told(422))
def list_authors(limit: Limit = 20) -> list[Author]:
    return [Author(**one) for one in authors.values()][:limit]


@app.post(
    "/authors",
    status_code=201,
    responses=told(401, 403, 422),
    response_model=Author,
    openapi_extra=ROLE,
)
def create_author(given: AuthorCreate, user: Librarian) -> Any:
    return added(authors, given.model_dump())


@app.get("/authors/{author_id}", responses=told(404, 422), response_model=Author)
def get_author(author_id: Id) -> Any:
    return row(authors, author_id)


@app.get("/books", responses=told(422))
def list_books(
    limit: Limit = 20,
    sort: Literal["id", "-id"] = "id",
    pages_min: Annotated[int | None, Query(ge=1, le=10000)] = None,
) -> list[Book]:
    found = [one for one in books.values() if one["pages"] >= (pages_min or 1)]
    return [Book(**one) for one in sorted(found, key=lambda one: one["id"], reverse=sort == "-id")][
        :limit
    ]


LOCATION = {"Location": {"required": True, "schema": {"type": "string"}}}


@app.post(
    "/books",
    status_code=201,
    responses={**told(401, 409, 422), 201: {"headers": LOCATION}},
    response_model=Book,
)
def create_book(given: BookCreate, user: Caller, response: Response) -> Any:
    if given.author_id not in authors:
        location = {"location": ["body", "author_id"], "message": "points to nothing"}
        return problem(422, "invalid", [location])
    if any(one["isbn"] == given.isbn for one in books.values()):  # unique
        raise HTTPException(409, "taken")
    made = added(books, {**given.model_dump(), "status": "draft"})
    response.headers["Location"] = f"/books/{made['id']}"
    return made


@app.get("/books/{book_id}", responses=told(404, 422), response_model=Book)
def get_book(book_id: Id) -> Any:
    return row(books, book_id)


@app.delete("/books/{book_id}", status_code=204, responses=told(401, 404, 422))
def delete_book(book_id: Id, user: Caller) -> None:
    row(books, book_id)
    del books[book_id]  # delete


@app.post("/books/{book_id}/publish", responses=told(401, 404, 409, 422), response_model=Book)
def publish_book(book_id: Id, user: Caller) -> Any:
    book = row(books, book_id)
    if book["status"] != "draft":
        raise HTTPException(409, "published already")
    book["status"] = "published"
    return book


@app.post("/books/{book_id}/withdraw", responses=told(401, 404, 409, 422), response_model=Book)
def withdraw_book(book_id: Id, user: Caller) -> Any:
    book = row(books, book_id)
    if book["status"] != "published":
        raise HTTPException(409, "not published")
    book["status"] = "draft"
    return book


# ---- reviews, which everybody reads, and notes, which nobody else does ------------------------


@app.post("/reviews", status_code=201, responses=told(401, 409, 422), response_model=Review)
def create_review(given: ReviewCreate, user: Caller) -> Any:
    if given.book_id not in books:
        location = {"location": ["body", "book_id"], "message": "points to nothing"}
        return problem(422, "invalid", [location])
    mine = (given.book_id, user["id"])
    if any((one["book_id"], one["user_id"]) == mine for one in reviews.values()):
        raise HTTPException(409, "one each")
    return added(reviews, {**given.model_dump(), "user_id": user["id"]})


@app.get("/reviews/{review_id}", responses=told(404, 422), response_model=Review)
def get_review(review_id: Id) -> Any:
    return row(reviews, review_id)


@app.patch(
    "/reviews/{review_id}",
    responses=told(401, 403, 404, 422),
    response_model=Review,
    openapi_extra=OWNER,
)
def update_review(review_id: Id, given: ReviewUpdate, user: Caller) -> Any:
    review = row(reviews, review_id)
    if review["user_id"] != user["id"]:  # owner
        raise HTTPException(403, "somebody else's")
    review["rating"] = given.rating
    return review


@app.get("/notes", responses=told(401, 422), openapi_extra=OWNER)
def list_notes(user: Caller, limit: Limit = 20) -> list[Note]:
    mine = [one for one in notes.values() if one["owner"] == user["id"]]  # listed
    return [Note(**shown(one)) for one in mine][:limit]


@app.post("/notes", status_code=201, responses=told(401, 422), response_model=Note)
def create_note(given: NoteCreate, user: Caller) -> Any:
    return shown(added(notes, {**given.model_dump(), "owner": user["id"]}))


@app.get(
    "/notes/{note_id}", responses=told(401, 404, 422), response_model=Note, openapi_extra=OWNER
)
def get_note(note_id: Id, user: Caller) -> Any:
    note = row(notes, note_id)
    if note["owner"] != user["id"]:  # private
        raise HTTPException(404, "no such id")
    return shown(note)
