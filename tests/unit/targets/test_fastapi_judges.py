"""The tests of a project judge by the contract alone: every promise that is not kept is noticed.

Each project here gets the tests of one contract and the application of another, which promises a
little less; nothing of how the application is written matters.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from smartforge.contract import Access, Aggregate, Computed, Contract, Reference, validate
from smartforge.targets.fastapi import FastAPITarget
from tests.unit.targets.lending import LENDING, USER
from tests.unit.targets.projects import own_tests_of_each, write

ALWAYS = ("tests/__init__.py", "tests/conftest.py", "tests/client.py", "tests/expect.py")


def changed(resource: str, **changes: Any) -> Contract:
    """The contract, one resource of it changed."""
    resources = tuple(
        msgspec.structs.replace(one, **changes) if one.name == resource else one
        for one in LENDING.resources
    )
    return validate(msgspec.structs.replace(LENDING, resources=resources))


def with_field(resource: str, field: str, **changes: Any) -> Contract:
    fields = tuple(
        msgspec.structs.replace(one, **changes) if one.name == field else one
        for one in LENDING.resource(resource).fields
    )
    return changed(resource, fields=fields)


def with_access(resource: str, **changes: Access) -> Contract:
    access = msgspec.structs.replace(LENDING.resource(resource).access, **changes)
    return changed(resource, access=access)


def unguarded() -> Contract:
    transitions = LENDING.resource("loan").transitions
    return changed(
        "loan", transitions=tuple(msgspec.structs.replace(one, sources=()) for one in transitions)
    )


# What the application promises instead, and the tests that have to notice.
LESS: dict[str, tuple[Callable[[], Contract], str]] = {
    "no login": (lambda: with_access("book", create=Access()), "auth"),
    "no role": (lambda: with_access("book", create=USER), "books"),
    "no owner": (lambda: with_access("review", update=USER), "reviews"),
    "not only one's own": (lambda: with_access("loan", list=USER), "loans"),
    "not unique": (lambda: with_field("book", "isbn", unique=False), "books"),
    "not unique together": (lambda: changed("review", rules=()), "reviews"),
    "no order of dates": (lambda: changed("loan", rules=()), "loans"),
    "another figure": (
        lambda: changed(
            "book",
            computed=(
                Computed("average_rating", Aggregate("maximum", "review", "book_id", "rating")),
            ),
        ),
        "reviews",
    ),
    "no filter": (lambda: changed("review", filters=()), "reviews"),
    "no range": (lambda: changed("book", ranges=()), "books"),
    "no search": (lambda: changed("book", searched=()), "books"),
    "no cascade": (
        lambda: with_field("review", "book_id", kind=Reference("book", "restrict")),
        "reviews",
    ),
    "moves at any time": (unguarded, "loans"),
}

# What somebody may get wrong in the code: file, what stands there, what then stands, the tests.
WRONG = {
    "another status": ("app/routers/books.py", "HTTP_201_CREATED", "HTTP_200_OK", "books"),
    "bounds left out": ("app/queries/books.py", ">= wanted", "> wanted", "books"),
    "only beginnings found": ("app/queries/books.py", ".icontains(", ".istartswith(", "books"),
    "another total": ("app/pages.py", "db.scalar(count) or 0", "limit", "books"),
    "no stamp": ("app/routers/loans.py", "loan.returned_at = ", "_ = ", "loans"),
}


def judged(files: Mapping[str, str], judge: Mapping[str, str], module: str, folder: Path) -> Path:
    """The application of `files`, with a module of the tests in `judge`."""
    wanted = (*ALWAYS, f"tests/test_{module}.py")
    own = {path: text for path, text in files.items() if not path.startswith("tests/")}
    return write(own | {path: judge[path] for path in wanted}, folder)


def unnoticed(folders: Mapping[str, Path]) -> list[str]:
    """Where no test failed; an error outside of the tests themselves does not count."""
    codes = own_tests_of_each(list(folders.values()))
    return [
        name
        for (name, folder), code in zip(folders.items(), codes, strict=True)
        if code != 1 or "1 failed" not in (folder / "said.txt").read_text("utf-8")
    ]


@pytest.fixture(scope="module")
def judge() -> Mapping[str, str]:
    return FastAPITarget().render(LENDING)


@pytest.mark.parametrize("about", ["auth", "books", "reviews", "loans"])
def test_a_promise_that_is_not_kept_is_noticed(
    about: str, judge: Mapping[str, str], tmp_path: Path
) -> None:
    folders = {
        name: judged(FastAPITarget().render(less()), judge, module, tmp_path / name)
        for name, (less, module) in LESS.items()
        if module == about
    }
    assert unnoticed(folders) == []


def test_a_slip_in_the_code_is_noticed(judge: Mapping[str, str], tmp_path: Path) -> None:
    folders: dict[str, Path] = {}
    for name, (path, stands, then, module) in WRONG.items():
        assert stands in judge[path], name
        broken = {**judge, path: judge[path].replace(stands, then)}
        folders[name] = judged(broken, judge, module, tmp_path / name)
    assert unnoticed(folders) == []


def test_a_project_that_keeps_all_of_it_passes(judge: Mapping[str, str], tmp_path: Path) -> None:
    assert own_tests_of_each([write(judge, tmp_path)]) == [0], (tmp_path / "said.txt").read_text()
