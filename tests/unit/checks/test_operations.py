"""The judge of operations, by the document alone: passes what is sound, names each fault."""

from pathlib import Path
from typing import Any

import pytest

from smartforge.checks.authorization import Authorization
from smartforge.checks.base import Verdict
from smartforge.checks.endpoints import Promised
from smartforge.checks.operations import Operations
from smartforge.sandbox.base import Limits
from smartforge.sandbox.bubblewrap import Bubblewrap
from tests.unit.checks.accusing import library, promised

FAULTS = {
    "another status": (
        "def create_author(given: AuthorCreate, user: Librarian) -> Any:",
        "def create_author(given: AuthorCreate, user: Librarian, response: Response) -> Any:\n"
        "    response.status_code = 200",
        "POST /authors",
        "for what is valid",
        "answered 200, not 201",
    ),
    "an error at the upper bound": (
        "    if given.author_id not in authors:",
        "    1 // (10000 - given.pages)\n    if given.author_id not in authors:",
        "POST /books",
        "with the largest values",
        "answered 500, not 201",
    ),
    "an optional field that was required": (
        "class ReviewUpdate(Closed):\n    rating: int = Field(ge=1, le=5)",
        "class ReviewUpdate(Closed):\n    rating: int = Field(default=3, ge=1, le=5)",
        "PATCH /reviews/{review_id}",
        "without rating",
        "answered 200, not 422",
    ),
    "a wider bound": (
        "    text: str = Field(min_length=1, max_length=100)",
        "    text: str = Field(min_length=1, max_length=101)",
        "POST /notes",
        "with text too long",
        "answered 201, not 422",
    ),
    "duplicates": (
        '    if any(one["isbn"] == given.isbn for one in books.values()):  # unique',
        "    if False:",
        "POST /books",
        "with the same isbn twice",
        "answered 201, not 409",
    ),
    "a deletion that deletes nothing": (
        "    del books[book_id]  # delete",
        "",
        "GET /books/{book_id}",
        "for what was deleted",
        "answered 200, not 404",
    ),
    "a value that is changed on the way": (
        'made = added(books, {**given.model_dump(), "status": "draft"})',
        'made = added(books, {**given.model_dump(), "title": "x", "status": "draft"})',
        "POST /books",
        "for what is valid",
        "answered another title",
    ),
    "a Location that leads elsewhere": (
        'response.headers["Location"] = f"/books/{made[\'id\']}"',
        'response.headers["Location"] = "/books/0"',
        "POST /books",
        "for what is valid",
        "had the Location /books/0",
    ),
    "a parameter without a bound": (
        "Limit = Annotated[int, Query(ge=1, le=100)]",
        "Limit = Annotated[int, Query(ge=1)]",
        "GET /authors",
        "with limit too large",
        "answered 200, not 422",
    ),
    "nothing for an unknown id": (
        "def get_author(author_id: Id) -> Any:\n    return row(authors, author_id)",
        "def get_author(author_id: Id) -> Any:\n"
        "    return authors.get(author_id) or next(iter(authors.values()))",
        "GET /authors/{author_id}",
        "for an unknown id",
        "answered 200, not 404",
    ),
    "no need of a token": (
        "def create_note(given: NoteCreate, user: Caller) -> Any:",
        "def create_note(given: NoteCreate) -> Any:\n    user = users[1]",
        "POST /notes",
        "without a token",
        "answered 201, not 401",
    ),
    "an action that always works": (
        '    if book["status"] != "draft":\n        raise HTTPException(409, '
        '"published already")\n',
        '    book["title"] = 1 / (book["status"] == "draft")\n',
        "POST /books/{book_id}/publish",
        "for what is valid",
        "answered 500",
    ),
    "the wrong type of an answer": (
        'kind = "application/problem+json"\n',
        'kind = "application/json"\n',
        "POST /auth/register",
        "without email",
        "answered application/json, not application/problem+json",
    ),
}


async def test_a_sound_application_passes(sandbox: Bubblewrap, tmp_path: Path) -> None:
    verdict = await Operations().check(library(sandbox, tmp_path))
    assert verdict.outcome == "passed", verdict
    assert verdict.evidence["operations"] == 21
    assert "undecided" not in verdict.evidence


async def test_names_and_trial_do_where_the_document_has_no_hints(
    sandbox: Bubblewrap, tmp_path: Path
) -> None:
    subject = library(sandbox, tmp_path, promise=promised(hints=False))
    for check in (Operations(), Authorization()):
        verdict = await check.check(subject)
        assert verdict.outcome == "passed", verdict
        assert "undecided" not in verdict.evidence


# How far from the planted line the named one may be: both stand in one short function.
NEAR = 5
# What is left of a function out of which a line was taken.
DELETED = "def delete_book("
# Nothing else can be seen beside these.
ALONE = ("another status", "the wrong type of an answer")
GROUPS = [frozenset({name}) for name in ALONE] + [frozenset(FAULTS) - set(ALONE)]


@pytest.mark.parametrize("names", GROUPS, ids=[*ALONE, "the others"])
async def test_each_planted_fault_is_named(
    names: frozenset[str], sandbox: Bubblewrap, tmp_path: Path
) -> None:
    planted = [FAULTS[name] for name in FAULTS if name in names]
    subject = library(sandbox, tmp_path, *((old, new) for old, new, *_ in planted))
    verdict = await Operations().check(subject)
    assert verdict.outcome == "failed"
    assert verdict.evidence["curl"].startswith("curl -i ")
    text = (subject.folder / "app/main.py").read_text()
    for _, new, operation, case, said in planted:
        found = matching(verdict, operation, case, said)
        assert found, (operation, case, verdict.evidence)
        planted_at = text[: text.index(new or DELETED)].count("\n") + 1
        assert found[0]["path"] == "app/main.py"
        assert abs(found[0]["line"] - planted_at) <= NEAR, (operation, found[0]["line"])
        path = operation.partition("{")[0].split()[1]
        assert f"http://127.0.0.1:8001{path}" in found[0]["curl"]


def matching(verdict: Verdict, operation: str, case: str, said: str) -> list[dict[str, Any]]:
    return [
        one
        for one in verdict.evidence["failures"]
        if (one["operation"], one["case"]) == (operation, case) and one["said"].startswith(said)
    ]


async def test_the_lines_of_a_failure_lead_to_it(sandbox: Bubblewrap, tmp_path: Path) -> None:
    old, new = FAULTS["duplicates"][:2]
    verdict = await Operations().check(library(sandbox, tmp_path, (old, new)))
    (failure,) = verdict.evidence["failures"]
    lines = "\n".join([*failure["before"], failure["curl"]])
    for word in ("/auth/register", "TOKEN=$(curl -s", "/authors", '"isbn"', "Bearer $TOKEN"):
        assert word in lines
    assert "eyJ" not in lines  # tokens are worth nothing to a reader


async def test_an_application_that_hangs_is_named_with_the_operation(
    sandbox: Bubblewrap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(_: Promised) -> Limits:
        return Limits(wall_seconds=30.0, cpu_seconds=4)

    monkeypatch.setattr("smartforge.checks.operations.limits_for", short)
    fault = ("    return row(authors, author_id)", "    while True: pass")
    verdict = await Operations().check(library(sandbox, tmp_path, fault))
    assert verdict.outcome == "failed"
    assert "used more than 4 s of CPU" in verdict.summary
    assert "when asked GET /authors/" in verdict.summary


async def test_an_application_that_ends_itself_is_named(
    sandbox: Bubblewrap, tmp_path: Path
) -> None:
    fault = ("    return row(authors, author_id)", "    os._exit(3)")
    verdict = await Operations().check(library(sandbox, tmp_path, fault))
    assert verdict.outcome == "failed"
    assert "ended with exit code 3" in verdict.summary


async def test_an_answer_without_end_is_cut_off(sandbox: Bubblewrap, tmp_path: Path) -> None:
    fault = ("    return row(authors, author_id)", '    return Response("x" * 5_000_000)')
    verdict = await Operations().check(library(sandbox, tmp_path, fault))
    assert verdict.outcome == "failed"
    assert "has more than 4194304 bytes" in verdict.summary


async def test_a_document_that_leads_in_circles_gets_a_verdict(
    sandbox: Bubblewrap, tmp_path: Path
) -> None:
    spoilt = promised()
    spoilt["paths"]["/authors"] = {"$ref": "#/paths/~1authors"}
    for check in (Operations(), Authorization()):
        verdict = await check.check(library(sandbox, tmp_path / check.name, promise=spoilt))
        assert verdict.outcome == "failed"
        assert "cannot be read" in verdict.summary


# ---- authorization -------------------------------------------------------------------------

OPEN_DOORS = {
    "any signature": (
        "    if not hmac.compare_digest(seal.encode(), right.encode()):  # seal",
        "    if not seal:",
        "GET /auth/me",
        "with a token signed with the secret 'secret'",
        "answered 200, not 401",
    ),
    "no algorithm": (
        "    if not hmac.compare_digest(seal.encode(), right.encode()):  # seal",
        "    if seal and not hmac.compare_digest(seal.encode(), right.encode()):",
        "GET /auth/me",
        "with a token with the algorithm none",
        "answered 200, not 401",
    ),
    "a guessed secret": (
        'SECRET = os.environ["SECRET_KEY"].encode()',
        'SECRET = b"secret"',
        "GET /auth/me",
        "with a token signed with the secret 'secret'",
        "answered 200, not 401",
    ),
    "a token without an end": (
        ', "exp": time.time() + HOUR}',
        "}",
        "POST /auth/login",
        "for a token",
        "gave a token that never ends",
    ),
    "a token whose time is over": (
        '    if claims["exp"] < time.time():',
        "    if False:",
        "GET /auth/me",
        "with a token that has ended",
        "answered 200, not 401",
    ),
    "no role": (
        '    if user["role"] != "librarian":',
        "    if False:",
        "POST /authors",
        "as an account without the role",
        "answered 201, not 403",
    ),
    "changes by anybody": (
        '    if review["user_id"] != user["id"]:  # owner',
        "    if False:",
        "PATCH /reviews/{review_id}",
        "about a row of somebody else",
        "answered 200, not 403 or 404",
    ),
    "private rows for anybody": (
        '    if note["owner"] != user["id"]:  # private',
        "    if False:",
        "GET /notes/{note_id}",
        "about a row of somebody else",
        "answered 200, not 403 or 404",
    ),
    "private rows in everybody's list": (
        '[one for one in notes.values() if one["owner"] == user["id"]]  # listed',
        "list(notes.values())",
        "GET /notes",
        "for one's own rows",
        "answered the row",
    ),
    "no need of a token": (
        "def delete_book(book_id: Id, user: Caller) -> None:",
        "def delete_book(book_id: Id) -> None:",
        "DELETE /books/{book_id}",
        "without a token",
        "answered 204, not 401",
    ),
}


async def test_nobody_gets_in_to_a_sound_application(sandbox: Bubblewrap, tmp_path: Path) -> None:
    verdict = await Authorization().check(library(sandbox, tmp_path))
    assert verdict.outcome == "passed", verdict
    assert verdict.evidence["operations"] == 15
    assert "undecided" not in verdict.evidence


TOKENS = (
    *("any signature", "no algorithm", "a guessed secret"),
    *("a token without an end", "a token whose time is over"),
)
AUTH = ("/auth/register", "/auth/login", "/auth/me")
"""Enough for what tokens are about."""

DOORS = [frozenset({name}) for name in TOKENS] + [frozenset(OPEN_DOORS) - set(TOKENS)]


@pytest.mark.parametrize("names", DOORS, ids=[*TOKENS, "the others"])
async def test_each_open_door_is_named(
    names: frozenset[str], sandbox: Bubblewrap, tmp_path: Path
) -> None:
    planted = [OPEN_DOORS[name] for name in OPEN_DOORS if name in names]
    promise = promised(*AUTH) if names <= set(TOKENS) else None
    changes = ((old, new) for old, new, *_ in planted)
    subject = library(sandbox, tmp_path, *changes, promise=promise)
    verdict = await Authorization().check(subject)
    assert verdict.outcome == "failed"
    for _, _, operation, case, said in planted:
        assert matching(verdict, operation, case, said), (operation, case, verdict.evidence)


async def test_a_leak_shows_without_a_hint_where_the_list_hides_the_row(
    sandbox: Bubblewrap, tmp_path: Path
) -> None:
    old, new, operation, case, _ = OPEN_DOORS["private rows for anybody"]
    spoilt = library(sandbox, tmp_path, (old, new), promise=promised(hints=False))
    verdict = await Authorization().check(spoilt)
    found = [(one["operation"], one["case"]) for one in verdict.evidence["failures"]]
    assert found == [(operation, case)]


async def test_where_nothing_is_secured_that_is_said(sandbox: Bubblewrap, tmp_path: Path) -> None:
    subject = library(sandbox, tmp_path, promise=promised("/health", "/authors/{author_id}"))
    verdict = await Authorization().check(subject)
    assert verdict.outcome == "passed"
    assert verdict.summary.startswith("Nothing is secured")
