"""What the target `fastapi` renders: sound and tidy, and the same bytes every time."""

import ast
import hashlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import Phase, given, settings
from ruff import find_ruff_bin

import smartforge
from smartforge.contract import Contract
from smartforge.contract.openapi import openapi
from smartforge.contract.operations import operations
from smartforge.targets.fastapi import FastAPITarget
from tests.unit.targets.contracts import contracts
from tests.unit.targets.examples import NASTY, SHOP, TODO
from tests.unit.targets.projects import own_tests_of_each, write

# Shrinking a project would take minutes; an example names its contract in full.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
RULES = "E,F,W,I,N,UP,B,S,A,C4,SIM,RET,PTH,ASYNC,DTZ,RUF"
EXAMPLES = pytest.mark.parametrize("contract", [TODO, SHOP, NASTY], ids=["todo", "shop", "nasty"])


def lint(files: Mapping[str, str], folder: Path) -> str:
    """What Ruff finds fault with, under the rules that the project sets itself; empty at best."""
    write(files, folder)
    said = ""
    for command in (["check", "--no-cache", "--quiet"], ["format", "--no-cache", "--check"]):
        ended = subprocess.run(
            [find_ruff_bin(), *command, "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        said += (ended.stdout + ended.stderr) if ended.returncode else ""
    return said


def digest(contract: Contract) -> str:
    files = FastAPITarget().render(contract)
    return hashlib.sha256(json.dumps(dict(files)).encode()).hexdigest()


@EXAMPLES
def test_every_planned_file_is_rendered_in_the_planned_order(contract: Contract) -> None:
    target = FastAPITarget()
    planned = target.files(contract)
    assert [file.path for file in planned] == list(target.render(contract))
    assert all(file.purpose for file in planned)


@EXAMPLES
def test_a_model_may_write_the_code_and_nothing_that_judges_it(contract: Contract) -> None:
    for file in FastAPITarget().files(contract):
        assert file.judge == (not file.path.startswith("app/")), file.path


@EXAMPLES
def test_the_code_is_formatted_and_free_of_findings(contract: Contract, tmp_path: Path) -> None:
    files = FastAPITarget().render(contract)
    assert tomllib.loads(files["pyproject.toml"])["tool"]["ruff"]["lint"]["select"] == RULES.split(
        ","
    )
    assert lint(files, tmp_path) == ""


@EXAMPLES
def test_every_file_is_text_that_ends_with_a_line(contract: Contract) -> None:
    for path, text in FastAPITarget().render(contract).items():
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert all(line == line.rstrip() for line in text.splitlines()), path


@EXAMPLES
def test_openapi_yaml_is_the_contract(contract: Contract) -> None:
    text = FastAPITarget().render(contract)["openapi.yaml"]
    assert yaml.safe_load(text) == openapi(contract)
    assert "&id" not in text
    assert text.startswith("openapi: 3.1.0\n")


@EXAMPLES
def test_the_application_never_reads_its_contract(contract: Contract) -> None:
    for path, text in FastAPITarget().render(contract).items():
        if path.startswith("app/"):
            assert "openapi.yaml" not in text, path
            assert "smartforge" not in text.lower(), path


@EXAMPLES
def test_nothing_of_this_machine_or_of_the_product_is_in_it(contract: Contract) -> None:
    home = Path(smartforge.__file__).parents[2]
    for path, text in FastAPITarget().render(contract).items():
        assert str(home) not in text, path
        assert sys.prefix not in text, path
        assert "smartforge" not in text.lower(), path


@EXAMPLES
def test_the_readme_shows_every_operation_as_a_line_for_the_shell(contract: Contract) -> None:
    readme = FastAPITarget().render(contract)["README.md"]
    assert readme.count("\ncurl ") == len(operations(contract))


def test_words_of_the_user_stay_words() -> None:
    """Whatever a title or a description holds, it is data in every language of the project."""
    files = FastAPITarget().render(NASTY)
    assert tomllib.loads(files["pyproject.toml"])["project"]["description"] == NASTY.title
    calls = [
        node
        for node in ast.walk(ast.parse(files["app/main.py"]))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Application"
    ]
    arguments = {one.arg: ast.literal_eval(one.value) for one in calls[0].keywords[:2]}
    assert arguments == {"title": NASTY.title, "description": NASTY.description}


def test_equal_contracts_give_equal_bytes_in_every_process() -> None:
    program = (
        "from tests.unit.targets.test_fastapi_rendering import NASTY, digest; print(digest(NASTY))"
    )
    digests = {digest(NASTY)}
    for seed in ("1", "2"):
        ended = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(ended.stdout.strip())
    assert len(digests) == 1


def test_another_contract_changes_only_what_it_is_about() -> None:
    """What a follow-up does not name stays as it is, byte for byte."""
    smaller = Contract(SHOP.title, SHOP.resources[:1], SHOP.description, SHOP.version)
    before, after = FastAPITarget().render(smaller), FastAPITarget().render(SHOP)
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {
        "openapi.yaml",
        "app/models.py",
        "app/routers/__init__.py",
        "app/main.py",
        "migrations/versions/0001_initial.py",
        "README.md",
        "requests.http",
    }


@settings(max_examples=20, deadline=None, phases=PHASES)
@given(contract=contracts())
def test_any_sound_contract_gives_tidy_code(
    contract: Contract, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = FastAPITarget().render(contract)
    assert yaml.safe_load(files["openapi.yaml"]) == openapi(contract)
    assert lint(files, tmp_path_factory.mktemp("project")) == ""


@settings(max_examples=3, deadline=None, phases=PHASES)
@given(contract=contracts())
def test_any_sound_contract_gives_a_project_that_passes_its_own_tests(
    contract: Contract, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = write(FastAPITarget().render(contract), tmp_path_factory.mktemp("project"))
    assert own_tests_of_each([folder]) == [0], (folder / "said.txt").read_text("utf-8")[-3000:]
