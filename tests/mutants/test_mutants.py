"""Every wrong variant is noticed by the check of its rule, and what is right passes."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from smartforge.checks.authorization import Authorization
from smartforge.checks.base import Check, Subject, Verdict
from smartforge.checks.operations import Operations
from smartforge.checks.rules import Rules
from smartforge.checks.ruling import TRIALS
from smartforge.contract import FORMS, Rule, validate
from smartforge.contract.names import kebab
from smartforge.contract.openapi import openapi
from smartforge.contract.rules import Computed
from smartforge.targets.fastapi import FastAPITarget
from tests.behaviour.conftest import Starter
from tests.mutants.base import Mutant
from tests.mutants.computations import WRONG
from tests.mutants.contracts import CONTRACTS
from tests.mutants.mutants import MUTANTS
from tests.mutants.starting import StarterSandbox
from tests.unit.targets.projects import project

pytestmark = pytest.mark.xdist_group("mutants")


# How often a race may be looked for: the check notices nine of ten the first time.
TURNS = 12


@pytest.fixture(scope="module")
def projects() -> Iterator[dict[str, Path]]:
    """The projects of all contracts, each rendered once."""
    folder = Path(tempfile.mkdtemp(prefix="mutants-"))
    try:
        yield {name: project(validate(one), folder / name) for name, one in CONTRACTS.items()}
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def copy_of(original: Path) -> Generator[Path, None, None]:
    """A project that a test may spoil; its folder has a short name, for its socket."""
    folder = Path(tempfile.mkdtemp(prefix="mutant-"))
    try:
        ignored = shutil.ignore_patterns("api.*")
        yield shutil.copytree(original, folder / original.name, ignore=ignored)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def copied(projects: dict[str, Path], mutant: Mutant) -> Iterator[Path]:
    with copy_of(projects[mutant.contract]) as folder:
        yield folder


def verdict(
    check: Check, name: str, folder: Path, starter: Starter, *, racing: bool = False
) -> Verdict:
    subject = Subject(
        folder,
        openapi(CONTRACTS[name]),
        FastAPITarget().dependencies(),
        StarterSandbox(starter.ask, racing=racing),
    )
    return asyncio.run(check.check(subject))


def check_of(mutant: Mutant) -> Check:
    match mutant.check:
        case "operations":
            return Operations()
        case "authorization":
            return Authorization()
        case _:
            return Rules(only={mutant.rule})


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: f"{one.rule}: {one.what}")
def test_a_wrong_variant_is_noticed(copied: Path, starter: Starter, mutant: Mutant) -> None:
    place = copied / mutant.path
    text = place.read_text("utf-8")
    assert text.count(mutant.find) == 1, f"{text.count(mutant.find)} times: {mutant.find}"
    place.write_text(text.replace(mutant.find, mutant.replace), "utf-8")
    check, racing = check_of(mutant), mutant.race
    found = verdict(check, mutant.contract, copied, starter, racing=racing)
    for _ in range(TURNS - 1 if racing else 0):
        if found.outcome == "passed":
            found = verdict(check, mutant.contract, copied, starter, racing=racing)
    assert found.outcome == "failed", found.summary
    assert found.evidence["curl"].startswith("curl")


@pytest.mark.parametrize("name", CONTRACTS)
def test_what_is_right_passes_and_every_rule_of_it_is_tried(
    projects: dict[str, Path], starter: Starter, name: str
) -> None:
    found = verdict(Rules(TRIALS), name, projects[name], starter, racing=True)
    assert found.outcome == "passed", found
    # Where all that somebody may have is used up, no more of it can be tried.
    assert name == "school" or "undecided" not in found.evidence


def test_operations_pass_where_rules_are_in_each_others_way(
    projects: dict[str, Path], starter: Starter
) -> None:
    found = verdict(Operations(), "school", projects["school"], starter)
    assert found.outcome == "passed", found


def test_every_rule_of_a_contract_has_a_wrong_variant() -> None:
    tags = {one.__struct_config__.tag for one in get_args(Rule)}
    (formula,) = (one for one in msgspec.structs.fields(Computed) if one.name == "formula")
    tags |= {one.__struct_config__.tag for one in get_args(formula.type)}
    tried = {mutant.rule for mutant in MUTANTS}
    assert tags | set(TRIALS) <= tried | {"recipe"}


@pytest.mark.parametrize("half", [0, 1])
def test_every_wrong_computation_is_noticed(
    projects: dict[str, Path], starter: Starter, half: int
) -> None:
    with copy_of(projects["tools"]) as tools:
        _notices(tools, starter, half)


def _notices(tools: Path, starter: Starter, half: int) -> None:
    wrong = dict(list(WRONG.items())[half::2])
    for kind, (find, replace) in wrong.items():
        place = tools / "app" / "recipes" / f"{kind}.py"
        text = place.read_text("utf-8")
        assert text.count(find) == 1, f"{kind}: {text.count(find)} times: {find}"
        place.write_text(text.replace(find, replace), "utf-8")
    found = verdict(Rules(only={"recipe"}), "tools", tools, starter)
    noticed = {one["operation"].removeprefix("POST /") for one in found.evidence["failures"]}
    assert noticed == {kebab(kind) for kind in wrong}


def test_every_computation_has_a_wrong_variant() -> None:
    assert set(WRONG) == set(FORMS)
