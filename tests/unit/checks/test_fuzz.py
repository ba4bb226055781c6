"""The fuzz: passes what is sound, names what breaks with a curl line, never passes untried."""

import re
from pathlib import Path

import pytest

from smartforge.checks import fuzz
from smartforge.checks.fuzz import Fuzz
from smartforge.sandbox.bubblewrap import Bubblewrap
from tests.unit.checks.accusing import library, promised

NOTES = ("/notes", "/auth/register", "/auth/login")
AUTHORS = ("/health", "/authors/{author_id}")


async def test_a_sound_application_passes_with_its_accounts(
    sandbox: Bubblewrap, tmp_path: Path
) -> None:
    verdict = await Fuzz().check(library(sandbox, tmp_path, promise=promised(*NOTES)))
    assert verdict.outcome == "passed", verdict
    assert verdict.evidence["operations"] == 4
    assert verdict.evidence["requests"] > 100


async def test_faults_are_named_each_with_its_curl_line(
    sandbox: Bubblewrap, tmp_path: Path
) -> None:
    subject = library(
        sandbox,
        tmp_path,
        (
            '    return shown(added(notes, {**given.model_dump(), "owner": user["id"]}))',
            "    1 // (100 - len(given.text))\n"
            '    return {**shown(added(notes, {**given.model_dump(), "owner": user["id"]}))}',
        ),
        (
            "def list_notes(user: Caller, limit: Limit = 20) -> list[Note]:",
            "def list_notes(user: Caller, limit: Limit = 20) -> Any:\n"
            '    return JSONResponse([{"id": "one"}])',
        ),
        (
            "def create_note(given: NoteCreate, user: Caller) -> Any:",
            "def create_note(given: NoteCreate) -> Any:\n    user = users[1]",
        ),
        promise=promised(*NOTES),
    )
    verdict = await Fuzz().check(subject)
    assert verdict.outcome == "failed"
    found = {(one["operation"], one["check"]): one for one in verdict.evidence["failures"]}
    error = found["POST /notes", "not_a_server_error"]
    assert error["status"] == 500
    assert verdict.evidence["curl"] == error["curl"], "what breaks the server comes first"
    assert error["curl"].startswith("curl -i -X POST http://127.0.0.1:8001/notes ")
    assert '"Authorization: Bearer $TOKEN"' in error["curl"]
    assert "--data-binary" in error["curl"]
    assert any(line.startswith("TOKEN=$(curl -s") for line in verdict.evidence["before"])
    assert ("GET /notes", "response_schema_conformance") in found
    assert ("POST /notes", "ignored_auth") in found


async def test_an_application_that_ends_is_named(sandbox: Bubblewrap, tmp_path: Path) -> None:
    fault = ("    return row(authors, author_id)", "    os._exit(3)")
    subject = library(sandbox, tmp_path, fault, promise=promised(*AUTHORS))
    verdict = await Fuzz().check(subject)
    assert verdict.outcome == "failed"
    assert "ended with exit code 3" in verdict.summary


async def test_one_that_hangs_does_not_pass(
    sandbox: Bubblewrap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "MOST_SECONDS", 4)
    fault = ("    return row(authors, author_id)", "    while True: pass")
    subject = library(sandbox, tmp_path, fault, promise=promised(*AUTHORS))
    verdict = await Fuzz().check(subject)
    assert verdict.outcome != "passed"
    assert "4 s" in verdict.summary


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("raise ModuleNotFoundError('schemathesis')", "ended with exit code 1: .*schemathesis"),
        ("print('{')", "said something that makes no sense"),
        ("pass", "did not come to its end"),
        ("import os; os.fork(); import time; time.sleep(60)", "still running after 2 s"),
        (
            "import json; print(json.dumps(dict(kind='end', cases=9, tested=['GET /health'], "
            "stopped='completed', errors=[])))",
            "Only 1 of 2 operations could be tried: GET /authors/",
        ),
        ("print('x' * 9_000_000)", "makes no sense"),
    ],
)
async def test_a_judge_that_breaks_down_lets_nothing_pass(
    script: str,
    said: str,
    sandbox: Bubblewrap,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = tmp_path / "script.py"
    place.write_text(script)
    monkeypatch.setattr(fuzz, "SCRIPT", place)
    monkeypatch.setattr(fuzz, "MOST_SECONDS", 2)
    verdict = await Fuzz().check(library(sandbox, tmp_path / "p", promise=promised(*AUTHORS)))
    assert verdict.outcome == "skipped"
    assert re.search(said, verdict.summary), verdict
