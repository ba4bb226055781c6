"""Rendered projects really run: their own tests pass, and notice when the code breaks its word."""

from pathlib import Path

import pytest

from smartforge.contract import Contract
from smartforge.targets.fastapi import FastAPITarget
from tests.unit.targets.examples import NASTY, SHOP, TODO
from tests.unit.targets.projects import EDGES, own_tests, own_tests_of_each, project, write


@pytest.mark.parametrize("contract", [TODO, SHOP], ids=lambda contract: contract.title)
def test_a_project_passes_its_own_tests(contract: Contract, tmp_path: Path) -> None:
    ended = own_tests(project(contract, tmp_path))
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_project_of_nasty_names_keeps_its_contract(tmp_path: Path) -> None:
    folder = project(NASTY, tmp_path)
    names = ("contract", "problems", "classes", "import_things", "fields", "tinies", "gauges")
    tests = [f"tests/test_{name}.py" for name in (*names, "news", "hits", "contract_", "try_")]
    ended = own_tests(folder, *(test for test in tests if (folder / test).exists()))
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_hostile_client_gets_problems_and_never_a_fault(tmp_path: Path) -> None:
    folder = project(SHOP, tmp_path)
    (folder / "tests" / "test_edges.py").write_text(EDGES.read_text("utf-8"), "utf-8")
    ended = own_tests(folder, "tests/test_edges.py")
    assert ended.returncode == 0, ended.stdout + ended.stderr


# What a model, or somebody by hand, may get wrong: (file, what stands there, what then stands).
MUTANTS = {
    "another status": ("app/routers/todos.py", "HTTP_201_CREATED", "HTTP_200_OK"),
    "a status kept from the document": (
        "app/routers/todos.py",
        "db.add(todo)",
        "response.status_code = 200\n    db.add(todo)",
    ),
    "no location": ("app/routers/todos.py", '"Location"', '"X-Location"'),
    "a dropped field": ("app/schemas/todos.py", "    done: StrictBool\n", ""),
    "a field more": ("app/schemas/todos.py", "    id: Id\n", "    id: Id\n    more: int = 1\n"),
    "another maximum": ("app/schemas/todos.py", "max_length=200", "max_length=201"),
    "another default": ("app/schemas/todos.py", "StrictBool = False", "StrictBool = True"),
    "another largest page": ("app/routers/todos.py", "le=100", "le=1000"),
    "nothing deleted": ("app/routers/todos.py", "db.delete(", "print("),
    "nothing changed": ("app/routers/todos.py", "setattr(todo, name, value)", "pass"),
    "no order": ("app/pages.py", "column.desc() if", "column.asc() if"),
    "no page": ("app/pages.py", ".offset(offset)", ".offset(0)"),
    "unknown fields taken": ("app/wire.py", 'extra="forbid"', 'extra="ignore"'),
    "an empty patch taken": ("app/wire.py", "if not self.model_fields_set", "if False"),
    "NUL taken": ("app/wire.py", 'compile("[\\0', 'compile("[\\1'),
    "errors as plain JSON": (
        "app/problems.py",
        'media_type = "application/problem+json"',
        'media_type = "application/json"',
    ),
    "faults that tell": ("app/problems.py", '"Something went wrong on the server."', "repr(error)"),
}


def test_every_broken_word_is_noticed(tmp_path: Path) -> None:
    files = FastAPITarget().render(TODO)
    folders = [write(files, tmp_path / "whole")]
    for name, (path, stands, then) in MUTANTS.items():
        assert stands in files[path], name
        broken = {**files, path: files[path].replace(stands, then, 1)}
        folders.append(write(broken, tmp_path / name))
    whole, *codes = own_tests_of_each(folders)
    assert whole == 0
    unnoticed = [name for name, code in zip(MUTANTS, codes, strict=True) if code != 1]
    said = {name: (tmp_path / name / "said.txt").read_text("utf-8")[-500:] for name in unnoticed}
    assert not unnoticed, said
