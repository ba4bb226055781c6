"""What a version is proven by: the same bytes each time, honest about what was not done."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from smartforge.checks.base import Method
from smartforge.events import CheckCompleted, CheckName, FileComplete, Outcome, ProjectCreated
from smartforge.forge.base import Workshop
from smartforge.forge.proof import Versions, proof
from smartforge.forge.recorded import RecordedSteps
from smartforge.forge.run import run
from smartforge.log.memory import MemoryLog
from tests.fakes import FakeCheck, events_of, run_request, workshop

METHODS: dict[CheckName, Method] = {
    "syntax": Method("Does it compile?", "Each file is."),
    "fuzz": Method("Does it break?", "Ten examples.", bounds={"seed": 7}, tools=("fuzzer",)),
    "performance": Method("How fast is it?", "It is asked often.", varies=True),
}
VERSIONS = Versions("1.0", "3.12", "fastapi", {"fuzzer": "4.0"}, {"web": "2.1"})
HASHES = {"b.py": "2" * 64, "a.py": "1" * 64, "PROOF.md": "3" * 64, "proof.json": "4" * 64}


def done(
    check: CheckName,
    verdict: Outcome = "passed",
    summary: str = "All is well.",
    milliseconds: int = 1,
    **evidence: Any,
) -> CheckCompleted:
    return CheckCompleted(
        check=check,
        required=check != "performance",
        verdict=verdict,
        summary=summary,
        evidence=evidence,
        duration_ms=milliseconds,
        round=0,
    )


def texts(*checks: CheckCompleted, verdict: Outcome = "passed") -> tuple[str, dict[str, Any]]:
    made = proof("Shop", 14, verdict, checks, METHODS, VERSIONS, {"syntax"}, HASHES)
    return made["PROOF.md"], json.loads(made["proof.json"])


async def files_of(shop: Workshop) -> Mapping[str, str]:
    """The files that a run with these tools leaves."""
    log = MemoryLog()
    await log.create(
        "project", [ProjectCreated(title="Notes", prompt="Notes", target="fake", model=None)]
    )
    await run(run_request(), shop, log, RecordedSteps({}), await log.claim("project"))
    facts = [fact for _, fact in await events_of(log, "project")]
    hashes = {fact.path: fact.sha256 for fact in facts if isinstance(fact, FileComplete)}
    return {path: (await log.get(sha256)).decode() for path, sha256 in hashes.items()}


def test_it_says_what_was_asked_how_and_what_came_out() -> None:
    said, record = texts(done("syntax"), done("fuzz", requests=650, operations=14))
    assert "**Proven.** 14 of 14 operations keep their contract: 2 of 2 checks passed" in said
    assert "650 requests without a failure" in said
    assert "Does it break? Ten examples. Repeat: `smartforge check .`" in said
    assert "Python 3.12, fuzzer 4.0" in said
    syntax, fuzz = record["checks"]
    assert (syntax["repeat"], fuzz["bounds"]) == ("make verify", {"seed": 7})
    assert fuzz["figures"] == {"requests": 650, "operations": 14}


def test_every_other_file_has_its_hash_and_all_have_one() -> None:
    said, record = texts(done("syntax"))
    assert record["files"] == {"a.py": "1" * 64, "b.py": "2" * 64}
    lines = f"{'1' * 64}  a.py\n{'2' * 64}  b.py\n"
    assert record["tree"] == hashlib.sha256(lines.encode()).hexdigest()
    assert record["tree"] in said
    assert record["text"] == hashlib.sha256(said.encode()).hexdigest()


def test_neither_order_nor_time_nor_what_varies_changes_a_byte() -> None:
    one = texts(done("syntax"), done("fuzz"), done("performance", requests=900, p99=12))
    two = texts(
        done("performance", "failed", "Slow.", 77, requests=4, p99=99),
        done("fuzz", milliseconds=9000),
        done("syntax"),
    )
    assert one == two
    assert "performance: How fast is it? The answer changes" in one[0]


def test_what_was_skipped_is_said_with_its_reason_and_proves_nothing() -> None:
    cure = "Run /usr/sbin/sysctl."
    reason = f"No namespaces (bwrap: /usr/bin/python3: no). {cure}"
    said, record = texts(
        done("syntax"), done("fuzz", "skipped", reason, cure=cure), verdict="skipped"
    )
    assert said.splitlines()[2] == (
        "**Not proven.** 1 of 2 required checks passed. Not run: fuzz. "
        "No namespaces (bwrap: ...: no)."
    )
    assert "| fuzz | **skipped** |" in said
    assert "Proven.**" not in said.replace("**Not proven.**", "")
    assert record["verdict"] == record["checks"][1]["verdict"] == "skipped"


def test_what_could_not_be_tried_is_left_open() -> None:
    said, record = texts(done("fuzz", undecided=["the rule at_most: there was no time left"]))
    assert "- fuzz: the rule at\\_most: there was no time left" in said
    assert record["checks"][0]["leftOpen"] == ["the rule at_most: there was no time left"]


def test_words_of_others_stay_one_line_and_mean_nothing() -> None:
    said, _ = texts(done("syntax", summary="<script>|\n# [x](y) `rm`"))
    row = next(line for line in said.splitlines() if line.startswith("| syntax"))
    assert row == "| syntax | passed | \\<script\\>\\| \\# \\[x\\](y) \\`rm\\` |"


async def test_two_runs_leave_the_same_proof_of_the_files_that_they_left() -> None:
    checks = [FakeCheck("syntax"), FakeCheck("fuzz")]
    one, two = await files_of(workshop(checks=checks)), await files_of(workshop(checks=checks))
    assert one == two
    record = json.loads(one["proof.json"])
    others = {path: text for path, text in one.items() if path in record["files"]}
    assert one.keys() - others.keys() == {"PROOF.md", "proof.json"}
    for path, text in others.items():
        assert record["files"][path] == hashlib.sha256(text.encode()).hexdigest()
    for text in (one["PROOF.md"], one["proof.json"]):
        plain = re.sub(r"[0-9a-f]{64}", "", text)
        assert not re.search(r"\d{4}-\d\d|\d\d:\d\d|\d{5}|/tmp|/home|/root", plain)


@pytest.mark.parametrize(
    ("outcome", "said"), [("passed", "**Proven.**"), ("skipped", "**Not proven.**")]
)
async def test_what_cannot_be_run_is_not_proven(outcome: Outcome, said: str) -> None:
    files = await files_of(workshop(checks=[FakeCheck("syntax"), FakeCheck("fuzz", outcome)]))
    assert said in files["PROOF.md"]


async def test_a_run_that_failed_is_proven_by_nothing() -> None:
    files = await files_of(workshop(checks=[FakeCheck("syntax", "failed")]))
    assert files.keys() == {"app/__init__.py", "app/main.py", "openapi.yaml"}
