"""`make verify` of a generated project, as its owner runs it, on both databases."""

import json
import os
import re
import subprocess
import sysconfig
from hashlib import sha256
from pathlib import Path

import pytest

from smartforge.app.forge import checks, versions
from smartforge.contract import Contract
from smartforge.events import CheckCompleted
from smartforge.forge.proof import Versions, proof
from smartforge.targets.fastapi import FastAPITarget
from tests.postgres import postgres
from tests.unit.targets.examples import TODO
from tests.unit.targets.framed import BOOKSTORE
from tests.unit.targets.projects import project, write
from tests.verifying import furnished, make, told

ASKED = ["syntax", "lint", "boot", "contract", "tests", "operations", "rules", "authorization"]
KEPT = ("__init__", "client", "conftest", "expect", "fuzz", "test_contract", "test_problems")
CHANGED = 'SAID = "tampered with"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with an environment of its own, which holds just what its lock asks for."""
    made = proven(project(BOOKSTORE, tmp_path_factory.mktemp("bookstore")), BOOKSTORE)
    return furnished(made, FastAPITarget().dependencies())


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The same of a small project with few tests, to be spoilt."""
    made = project(TODO, tmp_path)
    for path in (made / "tests").iterdir():
        if path.stem not in KEPT:
            path.unlink()
    return furnished(proven(made, TODO), FastAPITarget().dependencies())


def proven(made: Path, contract: Contract) -> Path:
    """The project with the proof that a run leaves in which every check passed."""
    known = dict(versions())
    texts = proof(
        contract.title,
        14,
        "passed",
        [
            CheckCompleted(
                check=one.name,
                required=one.required,
                verdict="passed",
                summary="All is well.",
                evidence={},
                duration_ms=1,
                round=0,
            )
            for one in checks()
        ],
        {one.name: one.method for one in checks()},
        Versions(known.pop("smartforge"), known.pop("python"), "fastapi", known, {}),
        FastAPITarget().repeated,
        {
            path.relative_to(made).as_posix(): sha256(path.read_bytes()).hexdigest()
            for path in made.rglob("*")
            if path.is_file()
        },
    )
    return write(texts, made)


def test_it_verifies_itself_on_sqlite(folder: Path) -> None:
    output = make(folder, "verify")
    found = told(output)
    assert {name for name, said in found.items() if said == "same"} == {"files", *ASKED}
    assert found.keys() == {"files", *(one.name for one in checks())}
    assert "pip install schemathesis==" in output
    assert "Verified: files, syntax, lint" in output


def test_it_verifies_itself_on_postgresql_and_leaves_nothing_behind(folder: Path) -> None:
    with postgres() as url:
        assert "Verified" in make(folder, "verify", DATABASE_URL=url)
        # What the tests leave behind would meet the first migration.
        make(folder, "migrate", DATABASE_URL=url)
        counted = subprocess.run(
            [str(folder / ".venv" / "bin" / "python"), "-c", SCHEMAS],
            cwd=folder,
            env={**os.environ, "DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=True,
        )
    assert counted.stdout.split() == ["public"]


SCHEMAS = """
from sqlalchemy import inspect
from app.database import connect
from app.settings import Settings

names = inspect(connect(Settings().database_url)).get_schema_names()
print(*(name for name in names if name != "information_schema"))
"""


def test_it_is_tidy(folder: Path) -> None:
    assert "All checks passed!" in make(folder, "lint")


def test_every_file_that_is_another_is_named_and_no_other(small: Path) -> None:
    main, readme = small / "app" / "main.py", small / "README.md"
    main.write_text(main.read_text("utf-8") + CHANGED, "utf-8")
    readme.write_bytes(readme.read_bytes().replace(b"\n", b"\r\n"))
    (small / "PROOF.md").write_text("All is proven.\n", "utf-8")
    (small / "Dockerfile").unlink()
    added = ("app/extra.py", "migrations/more.py", "tests/notes.txt", "conftest.py")
    own = (".env", "app.db", "app/__pycache__/x.py", ".git/config", "LICENSE", "docs/index.md")
    write(dict.fromkeys((*added, *own), ""), small)
    output = make(small, "verify", status=2)
    assert re.findall(r"^    (.+)$", output, re.MULTILINE)[: 4 + len(added)] == [
        "Dockerfile is missing",
        "PROOF.md was changed",
        "README.md has other line ends (`git config core.autocrlf false`, then check it out again)",
        "app/main.py was changed",
        *(f"{path} was added" for path in sorted(added)),
    ]
    assert told(output)["files"] == "differs"
    assert told(output)["contract"] == "same", "the rest is asked all the same"
    assert "Differs from what was proven: files" in output
    assert "If you changed it on purpose" in output


def test_a_verdict_that_is_another_is_told_with_its_reason(small: Path) -> None:
    health, slugs = small / "app" / "routers" / "health.py", small / "app" / "logs.py"
    health.write_text(health.read_text("utf-8").replace('"/health"', '"/healthy"'), "utf-8")
    slugs.write_text(slugs.read_text("utf-8") + "import os  # noqa: F401, E402\n", "utf-8")
    output = make(small, "verify", status=2)
    differing = {name for name, said in told(output).items() if said == "differs"}
    assert differing == {"files", *ASKED} - {"syntax"}
    assert "app/logs.py, line" in output, "remarks do not count, as when it was proven"
    assert "tests/test_contract.py::test_the_api_serves_its_contract" in output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "proof.json is missing, so there is nothing to compare with"),
        ('{"files": {"app/main.py": "0"}, "tree": "0", "checks": []}', "it contradicts itself"),
    ],
)
def test_without_a_sound_record_nothing_is_verified(
    small: Path, content: str | None, said: str
) -> None:
    (small / "proof.json").unlink()
    if content is not None:
        (small / "proof.json").write_text(content, "utf-8")
    output = make(small, "verify", status=2)
    assert said in output
    assert "Verified" not in output
    assert told(output)["tests"] == "same"


def test_where_schemathesis_is_installed_the_fuzz_is_repeated(small: Path) -> None:
    furnished(small, FastAPITarget().dependencies(), Path(sysconfig.get_paths()["purelib"]))
    record = json.loads((small / "proof.json").read_text("utf-8"))
    fuzz = next(one for one in record["checks"] if one["check"] == "fuzz")
    fuzz["bounds"] |= {"examples": 1, "phases": ["fuzzing"]}
    write({"proof.json": json.dumps(record)}, small)
    assert told(make(small, "verify"))["fuzz"] == "same"
    health = small / "app" / "routers" / "health.py"
    health.write_text(re.sub(r"return .+", "raise ValueError", health.read_text("utf-8")), "utf-8")
    output = make(small, "verify", status=2)
    assert told(output)["fuzz"] == "differs"
    assert "GET /health: Server error" in output
