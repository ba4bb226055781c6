"""Runs whose files a model writes, on a scripted endpoint, in real processes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.model_project import PLAN, answers
from tests.openai_wire import Answer, Refusal, Wire, WireScript, problem, wire_in_thread
from tests.processes import QUICK, smartforge


def new(
    wire: Wire, tmp_path: Path, *asked: str, budget: int = 0, **settings: str
) -> tuple[int, list[dict[str, Any]], str]:
    done = smartforge(
        "new",
        "A note API",
        *("--author", "model", "--out", str(tmp_path / "out"), "--json"),
        more={
            "OPENAI_BASE_URL": wire.base_url,
            "OPENAI_API_KEY": "sk-test-key-of-nobody",
            "SMARTFORGE_BUDGET": str(budget),
            "QUICK_CHECKS": " ".join(asked),
            **settings,
        },
        command=QUICK,
    )
    assert "sk-test-key-of-nobody" not in done.stdout + done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_a_models_sound_files_are_proven_like_any_others(tmp_path: Path) -> None:
    with wire_in_thread(WireScript(plan=PLAN, files=answers())) as wire:
        status, events, errors = new(wire, tmp_path, "syntax", "lint", "boot", "contract", "tests")
    assert status == 0, errors
    assert events[-1]["type"] == "complete"
    assert events[-1]["verdict"] == "passed"
    authors = {one["path"]: one["author"] for one in events if one["type"] == "file:generating"}
    assert authors["app/main.py"] == "model"
    assert authors["openapi.yaml"] == "compiled"
    assert all(author == "compiled" for path, author in authors.items() if "test" in path)
    usage = [event for event in events if event["type"] == "usage"]
    assert len(usage) == 1 + sum(author == "model" for author in authors.values())


@pytest.mark.parametrize(
    "answer",
    [
        Answer(answers()["app/main.py"], cut_after=100),
        Answer(answers()["app/main.py"], cut_after=100, cut="reset"),
        Answer(answers()["app/main.py"][:200], finish="length"),
        Answer(answers()["app/main.py"], finish=None),
    ],
    ids=["silent end", "reset", "length", "no finish reason"],
)
def test_a_cut_answer_ends_the_run_with_an_error_that_names_the_file(
    answer: Answer, tmp_path: Path
) -> None:
    with wire_in_thread(WireScript(plan=PLAN, files=answers() | {"app/main.py": answer})) as wire:
        status, events, errors = new(wire, tmp_path)
    assert status == 1
    assert events[-1]["type"] == "error"
    assert "app/main.py" in str(events[-1]["message"])
    assert "app/main.py" in errors
    finished = {event["path"] for event in events if event["type"] == "file:complete"}
    assert "app/main.py" not in finished
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "out.work").is_dir()


ROUTER = "app/routers/notes.py"
WRONG = answers()[ROUTER].replace("404", "500").replace("204", "200")


def test_wrong_code_is_put_right_by_the_model_that_wrote_it(tmp_path: Path) -> None:
    assert answers()[ROUTER] != WRONG
    files = answers() | {ROUTER: [WRONG, answers()[ROUTER]]}
    with wire_in_thread(WireScript(plan=PLAN, files=files)) as wire:
        status, events, errors = new(wire, tmp_path, "syntax", "lint", "boot", "contract", "tests")
        asked = [request for request in wire.requests if request.asked == ROUTER]
    assert status == 0, errors
    assert events[-1]["type"] == "complete"
    assert "1 round of repair" in events[-1]["summary"]
    (repair,) = [event for event in events if event["type"] == "repair:start"]
    assert (repair["round"], repair["paths"]) == (1, [ROUTER])
    assert len(asked) == 2
    assert "was checked, and failed" in asked[1].prompt
    (spent,) = [event for event in events if event["type"] == "usage" and event["round"] == 1]
    assert (spent["step"], spent["path"]) == ("repairing", ROUTER)
    assert (tmp_path / "out" / ROUTER).read_text() == answers()[ROUTER]


def test_a_model_that_writes_the_same_wrong_code_again_never_completes(tmp_path: Path) -> None:
    with wire_in_thread(WireScript(plan=PLAN, files=answers() | {ROUTER: WRONG})) as wire:
        status, events, errors = new(wire, tmp_path, "syntax", "boot", "contract")
    assert status == 1
    assert events[-1]["code"] == "checks_failed"
    assert "The same failure came back in round 1" in errors
    assert "The best working copy is kept" in errors


def test_a_wrong_key_is_told_in_the_providers_words_without_the_key(tmp_path: Path) -> None:
    refusal = Refusal(401, problem("Incorrect API key provided: sk-test-key-of-nobody"))
    with wire_in_thread(WireScript(plan=refusal, otherwise=refusal)) as wire:
        status, events, errors = new(wire, tmp_path)
    assert status == 1
    assert "Incorrect API key" in errors
    assert "401" in errors
    assert events[-1]["type"] == "error"


def test_a_busy_model_is_asked_again_and_a_closed_budget_ends_the_run(tmp_path: Path) -> None:
    busy = Refusal(503, problem("too much to do"), {"Retry-After": "0"})
    with wire_in_thread(WireScript(plan=[busy, PLAN], files=answers())) as wire:
        status, events, errors = new(wire, tmp_path, budget=1)
        asked = [request.asked for request in wire.requests]
    assert status == 1
    assert asked == ["plan", "plan"]
    (retried,) = [event for event in events if event["type"] == "step:retry"]
    assert (retried["step"], retried["path"], retried["attempt"]) == ("planning", None, 2)
    assert "too much to do" in str(retried["cause"])
    assert events[-1]["code"] == "budget_closed"
    assert "SMARTFORGE_BUDGET" in errors


def test_a_model_that_takes_too_little_is_not_asked_for_files(tmp_path: Path) -> None:
    with wire_in_thread(WireScript(plan=PLAN, files=answers())) as wire:
        status, events, errors = new(wire, tmp_path, SMARTFORGE_CONTEXT="2000")
        asked = [request.asked for request in wire.requests]
    assert status == 1
    assert asked == ["plan"]
    assert events[-1]["code"] == "model_failed"
    assert "the model's context of 2,000 has room for" in errors
    assert "SMARTFORGE_CONTEXT" in errors


def test_a_model_without_a_price_is_not_asked_on_where_money_is_limited(tmp_path: Path) -> None:
    with wire_in_thread(WireScript(plan=PLAN, files=answers())) as wire:
        status, events, errors = new(wire, tmp_path, SMARTFORGE_BUDGET_USD="5")
        asked = [request.asked for request in wire.requests]
    assert status == 1
    assert asked == ["plan"]
    assert events[-1]["code"] == "budget_closed"
    assert "SMARTFORGE_BUDGET in place of SMARTFORGE_BUDGET_USD" in errors
