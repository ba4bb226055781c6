"""Rich contracts as projects: tidy, typed, safe, and doing what they promise."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from smartforge.checks.contract import compare
from smartforge.contract import Contract
from smartforge.contract.openapi import openapi
from smartforge.targets.fastapi import FastAPITarget
from tests.unit.targets.projects import own_tests_of_each, project, python
from tests.unit.targets.promises import BANK, CRM, PROMISES
from tests.unit.targets.test_fastapi_rendering import lint

ROOT = Path(__file__).parents[3]
BEHAVIOURS = Path(__file__).with_name("behaviours.py")


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project of every contract, by its title."""
    folder = tmp_path_factory.mktemp("projects")
    for contract in PROMISES:
        project(contract, folder / contract.title)
    return folder


@pytest.mark.xdist_group("promises")
@pytest.mark.parametrize("contract", PROMISES, ids=lambda contract: contract.title)
def test_it_behaves_as_promised_and_says_so(contract: Contract, projects: Path) -> None:
    folder = projects / contract.title
    (folder / BEHAVIOURS.name).write_text(BEHAVIOURS.read_text("utf-8"), "utf-8")
    ended = python(folder, BEHAVIOURS.name, contract.title)
    assert ended.returncode == 0, ended.stderr[-3000:]
    verdict = compare(ended.stdout.encode(), openapi(contract))
    assert verdict.outcome == "passed", verdict


@pytest.mark.xdist_group("promises")
def test_the_richest_projects_pass_their_own_tests(projects: Path) -> None:
    folders = [projects / one.title for one in (CRM, BANK)]
    codes = own_tests_of_each(folders)
    said = [(folder / "said.txt").read_text("utf-8")[-3000:] for folder in folders]
    assert codes == [0, 0], "\n".join(said)


@pytest.mark.xdist_group("promises")
@pytest.mark.parametrize("contract", PROMISES, ids=lambda contract: contract.title)
def test_its_code_is_formatted_and_free_of_findings(contract: Contract, tmp_path: Path) -> None:
    assert lint(FastAPITarget().render(contract), tmp_path) == ""


@pytest.mark.xdist_group("promises")
def test_the_applications_are_strictly_typed(projects: Path) -> None:
    packages = str(FastAPITarget().dependencies())
    roots = [{"root": one.title, "extraPaths": [packages]} for one in PROMISES]
    config = {
        "include": [f"{one.title}/app" for one in PROMISES],
        "pythonVersion": "3.11",
        "typeCheckingMode": "strict",
        "extraPaths": [packages],
        "executionEnvironments": roots,
    }
    (projects / "pyrightconfig.json").write_text(json.dumps(config))
    command = [sys.executable, str(ROOT / "scripts" / "page.py"), "tool", "pyright"]
    ended = subprocess.run(
        [*command, "--project", str(projects)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-500:]


@pytest.mark.xdist_group("promises")
def test_bandit_finds_nothing(projects: Path) -> None:
    folders = [str(projects / one.title / "app") for one in PROMISES]
    command = [sys.executable, "-m", "bandit", "--quiet", "--recursive", *folders]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-500:]
