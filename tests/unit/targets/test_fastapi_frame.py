"""What stands around the resources: settings, accounts, containers, continuous integration."""

import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from smartforge.contract import Accounts, Contract, Email, Field, Resource, Text, validate
from smartforge.contract.operations import operations
from smartforge.targets.fastapi import FastAPITarget, packages
from tests.unit.targets.examples import SHOP, TODO
from tests.unit.targets.framed import BOOKSTORE
from tests.unit.targets.projects import python, write


@pytest.fixture(scope="module")
def bookstore() -> Mapping[str, str]:
    return FastAPITarget().render(BOOKSTORE)


@pytest.fixture(scope="module")
def todo() -> Mapping[str, str]:
    return FastAPITarget().render(TODO)


def code(files: Mapping[str, str]) -> str:
    """All Python of the application."""
    return "\n".join(text for path, text in files.items() if path.startswith("app/"))


# ---- nothing that is not needed ---------------------------------------------------------------


def test_without_accounts_there_is_nothing_about_them(todo: Mapping[str, str]) -> None:
    assert not {path for path in todo if "auth" in path or "security" in path or "account" in path}
    for word in ("jwt", "argon2", "secret_key", "bearer", "password"):
        assert word not in code(todo).lower(), word
    for path in ("pyproject.toml", "compose.yaml", ".env.example", "README.md"):
        assert "SECRET_KEY" not in todo[path]
        assert "argon2" not in todo[path]


@pytest.mark.parametrize("contract", [TODO, SHOP, BOOKSTORE], ids=["todo", "shop", "bookstore"])
def test_a_project_asks_for_what_it_imports_and_for_no_more(contract: Contract) -> None:
    files = FastAPITarget().render(contract)
    asked = tomllib.loads(files["pyproject.toml"])["project"]["dependencies"]
    imported = code(files) + files["migrations/env.py"]
    modules = {"argon2-cffi": "argon2", "pyjwt": "jwt", "python-multipart": "UploadFile"}
    for requirement in asked:
        name = re.split(r"[>\[]", requirement)[0]
        if name != "psycopg":  # SQLAlchemy imports that, by the name in the URL
            assert re.search(rf"\b{modules.get(name, name.replace('-', '_'))}\b", imported), name


def test_the_first_account_is_made_only_where_there_are_roles() -> None:
    user = Resource("user", "users", (Field("email", Email(), unique=True),))
    note = Resource("note", "notes", (Field("text", Text()),))
    files = FastAPITarget().render(
        validate(Contract("Notes", (user, note), accounts=Accounts("user")))
    )
    assert "ADMIN_" not in "".join(files.values())
    assert "role" not in files["app/accounts.py"] + files["app/security.py"]


# ---- settings ---------------------------------------------------------------------------------


def test_every_setting_is_documented(bookstore: Mapping[str, str]) -> None:
    names = re.findall(r"^    (\w+): .* = ", bookstore["app/settings.py"], re.MULTILINE)
    assert {"database_url", "secret_key", "admin_email", "cors_origins"} <= set(names)
    for name in names:
        assert f"`{name.upper()}`" in bookstore["README.md"], name


def test_no_file_holds_a_secret(bookstore: Mapping[str, str]) -> None:
    for line in bookstore[".env.example"].splitlines():
        name, is_set, value = line.partition("=")
        if is_set and name in ("SECRET_KEY", "POSTGRES_PASSWORD", "ADMIN_PASSWORD"):
            assert value == ""
    environment = services(bookstore)["api"]["environment"]
    assert environment["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]
    assert services(bookstore)["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${")


FIRST_ACCOUNT = """
import os
from fastapi.testclient import TestClient
from app.main import create_app
from app.settings import Settings

def users(password):
    with TestClient(create_app(Settings())) as client:
        login = {"email": "first@example.com", "password": password}
        token = client.post("/auth/login", json=login).json()["access_token"]
        found = client.get("/users", headers={"Authorization": f"Bearer {token}"}).json()
        print(*((one["email"], one["role"]) for one in found["items"]))

os.environ["ADMIN_EMAIL"] = "first@example.com"
os.environ["ADMIN_PASSWORD"] = "the password of the first"
users("the password of the first")
os.environ["ADMIN_PASSWORD"] = "another one, given later"
users("the password of the first")
"""


def test_the_first_account_is_made_once(bookstore: Mapping[str, str], tmp_path: Path) -> None:
    ended = python(write(bookstore, tmp_path), "-c", FIRST_ACCOUNT)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == ["('first@example.com', 'admin')"] * 2


TOKEN_FIRST = """
from fastapi.testclient import TestClient
from app.main import app

json = {"Content-Type": "application/json"}
with TestClient(app) as client:
    print(client.post("/books", content=b"{", headers=json).status_code)
    print(client.post("/books", content=b"{", headers=json | {"Authorization": "x y"}).status_code)
    print(client.post("/auth/login", content=b"{", headers=json).status_code)
    print(client.post("/auth/login", content=b" " * 2_000_001, headers=json).status_code)
    print(client.post("/not-made/send_newsletter").status_code)
"""


def test_a_token_is_looked_at_before_the_body_is(
    bookstore: Mapping[str, str], tmp_path: Path
) -> None:
    ended = python(write(bookstore, tmp_path), "-c", TOKEN_FIRST)
    assert ended.stdout.split() == ["401", "401", "422", "413", "501"], ended.stderr


# ---- containers and continuous integration ----------------------------------------------------


def services(files: Mapping[str, str]) -> Any:
    return yaml.safe_load(files["compose.yaml"])["services"]


def test_the_image_runs_as_an_ordinary_user_and_is_asked_how_it_is(todo: Mapping[str, str]) -> None:
    steps = [line.split(" ", 1) for line in todo["Dockerfile"].splitlines() if line[:1].strip()]
    order = [name for name, _ in steps]
    assert order.index("USER") < order.index("CMD")
    assert dict(steps)["USER"].isdigit()
    assert dict(steps)["CMD"].startswith("[")
    assert "HEALTHCHECK" in order
    bases = [rest.split()[0] for name, rest in steps if name == "FROM"]
    assert all(re.fullmatch(r"python:\d+\.\d+-slim-\w+", one) for one in bases)
    assert "--require-hashes" in todo["Dockerfile"]
    assert "curl" not in todo["Dockerfile"]


def test_only_what_runs_gets_into_the_image(todo: Mapping[str, str]) -> None:
    copied = re.findall(r"^COPY (\w\S*)", todo["Dockerfile"], re.MULTILINE)
    allowed = [line[1:] for line in todo[".dockerignore"].splitlines() if line.startswith("!")]
    assert sorted(copied) == sorted(allowed)
    assert todo[".dockerignore"].startswith("*\n")
    assert ".env\n" in todo[".gitignore"]


def test_the_api_waits_for_its_database(todo: Mapping[str, str]) -> None:
    assert services(todo)["api"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert "pg_isready" in services(todo)["database"]["healthcheck"]["test"]


def test_every_push_is_tested_on_both_databases(todo: Mapping[str, str]) -> None:
    workflow: Any = yaml.safe_load(todo[".github/workflows/ci.yml"])
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    runs = [step.get("run") for step in steps]
    assert runs.count("make test") == 2
    assert "make verify" not in runs, "whoever changes a project may do so"
    assert {"make lint", "docker build ."} <= set(runs)
    assert workflow["permissions"] == {"contents": "read"}
    for step in steps:
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "actions/checkout@v1"))


# ---- the README -------------------------------------------------------------------------------


def test_the_readme_shows_how_to_call_as_somebody(bookstore: Mapping[str, str]) -> None:
    readme = bookstore["README.md"]
    lines = [line for line in readme.splitlines() if line.startswith("curl ")]
    assert len(lines) == len(operations(BOOKSTORE))
    secured = sum(one.access.secured for one in operations(BOOKSTORE))
    assert sum('-H "Authorization: Bearer $TOKEN"' in line for line in lines) == secured
    assert readme.index("\nTOKEN=$(") < readme.index("$TOKEN")
    assert "(role admin)" in readme
    assert "/not-made/send_newsletter" in readme


# ---- the packages -----------------------------------------------------------------------------


def test_programs_among_the_packages_can_be_run() -> None:
    for name in ("alembic", "pytest", "ruff"):
        assert (packages.prepared() / "bin" / name).stat().st_mode & 0o111 == 0o111


# ---- proof ------------------------------------------------------------------------------------


def test_nothing_of_verify_needs_what_the_project_does_not_have(todo: Mapping[str, str]) -> None:
    code = "".join(text for path, text in todo.items() if path.startswith("verify/"))
    imported = set(re.findall(r"^(?:from|import) (\w+)", code, re.MULTILINE))
    assert imported - sys.stdlib_module_names == {"pytest", "verify"}


def test_git_leaves_the_bytes_as_they_were_proven(todo: Mapping[str, str]) -> None:
    assert "* -text\n" in todo[".gitattributes"]
