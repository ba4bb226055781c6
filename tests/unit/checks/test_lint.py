"""Style: findings with file, line and rule, and nothing in a project that turns a rule off."""

from pathlib import Path

import pytest

from smartforge.checks.base import Subject
from smartforge.checks.lint import Lint
from smartforge.sandbox.bubblewrap import Bubblewrap
from tests import sandboxes

SOUND = {
    "app/__init__.py": "",
    "app/main.py": '"""Café, приложение."""\n\nNAME = "приложение"\n',
    "tests/test_main.py": "def test_sum() -> None:\n    assert 1 + 1 == 2\n",
}


@pytest.fixture
def tidy(sandbox: Bubblewrap, tmp_path: Path) -> Subject:
    return laid_out(sandbox, tmp_path / "tidy", SOUND)


def laid_out(sandbox: Bubblewrap, folder: Path, files: dict[str, str]) -> Subject:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return sandboxes.subject(sandbox, folder)


async def test_tidy_code_passes_also_with_asserts_in_tests(tidy: Subject) -> None:
    verdict = await Lint().check(tidy)
    assert verdict.outcome == "passed", verdict


async def test_a_finding_is_named_with_file_line_and_rule(tidy: Subject) -> None:
    (tidy.folder / "app/more.py").write_text('"""More."""\n\nimport os\n')
    verdict = await Lint().check(tidy)
    assert verdict.outcome == "failed"
    assert verdict.summary.startswith("app/more.py, line 3: F401 `os` imported but unused")
    (finding,) = verdict.evidence["findings"]
    assert (finding["path"], finding["line"], finding["rule"]) == ("app/more.py", 3, "F401")


async def test_another_layout_is_named(tidy: Subject) -> None:
    (tidy.folder / "app/more.py").write_text('"""More."""\n\nNAMES = [ "a" ]\n')
    verdict = await Lint().check(tidy)
    assert verdict.outcome == "failed"
    assert verdict.summary == "Not laid out as ruff does: app/more.py."
    assert verdict.evidence["unformatted"] == ["app/more.py"]


async def test_rules_hold_for_what_custom_operations_do_and_a_layout_does_not(
    tidy: Subject,
) -> None:
    (tidy.folder / "app/custom").mkdir()
    file = tidy.folder / "app/custom/scale.py"
    file.write_text(
        '"""More."""\n\nfrom typing import List\nimport datetime\n\n\ndef best(input: List[int]):\n'
        "    RANKS = {  datetime.MINYEAR: 1 }\n"
        "    if not input:\n        return None\n    else:\n"
        f"        return [a for a, b in zip(input, RANKS) if a]  # {'long ' * 30}\n"
    )
    verdict = await Lint().check(tidy)
    assert verdict.outcome == "passed", verdict
    file.write_text('"""More."""\n\nCOUNT = counted(1)\n')
    assert "F821" in (await Lint().check(tidy)).summary


OFF = {
    "pyproject.toml": '[tool.ruff]\nexclude = ["app"]\n[tool.ruff.lint]\nselect = []\n',
    "ruff.toml": 'exclude = ["app"]\n',
    ".ruff.toml": 'extend-exclude = ["*.py"]\n',
    "app/ruff.toml": '[lint]\nignore = ["F401"]\n',
    ".gitignore": "app\n",
}


@pytest.mark.parametrize("name", list(OFF))
async def test_no_file_of_the_project_turns_it_off(tidy: Subject, name: str) -> None:
    (tidy.folder / name).write_text(OFF[name])
    (tidy.folder / "app/more.py").write_text('"""More."""\n\nimport os\n')
    verdict = await Lint().check(tidy)
    assert verdict.summary.startswith("app/more.py, line 3: F401")


@pytest.mark.parametrize("remark", ["# ruff: noqa\n", "# ruff: noqa: F401\n", ""])
async def test_no_remark_in_the_code_does(tidy: Subject, remark: str) -> None:
    text = f'"""More."""\n{remark}\nimport os  # noqa: F401\n'
    (tidy.folder / "app/more.py").write_text(text)
    verdict = await Lint().check(tidy)
    assert "F401" in verdict.summary


async def test_the_evidence_is_bounded(tidy: Subject) -> None:
    (tidy.folder / "app/many.py").write_text("import os\n" * 3000)
    verdict = await Lint().check(tidy)
    assert verdict.evidence["total"] > 3000
    assert len(verdict.evidence["findings"]) == 20
