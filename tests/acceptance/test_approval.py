"""Plans that a user approves, in real processes: the server is killed while they wait."""

from pathlib import Path

from tests.acceptance.test_questions import call, until
from tests.model_project import PLAN
from tests.openai_wire import WireScript, wire_in_thread
from tests.processes import QUICK, ServerProcess, serving, smartforge

FIELDS = [
    {"name": "title", "type": "text", "required": True},
    {"name": "price", "type": "decimal", "min": "0"},
]
PRICED = {
    "title": "Note API",
    "resources": [{"name": "note", "plural": "notes", "fields": FIELDS}],
}


def waiting(server: ServerProcess, project: str) -> str:
    """The id of the question about the plan that waits."""
    state = call(server, "GET", f"/{project}").json()
    (question,) = state["questions"]
    assert (state["status"], question["about"]) == ("waiting", "plan")
    return question["id"]


def test_a_plan_waits_over_a_kill_is_changed_in_words_and_made_once_it_is_approved(
    tmp_path: Path,
) -> None:
    with wire_in_thread(WireScript(plan=[PLAN, PLAN, PRICED])) as wire:
        more = {"OPENAI_BASE_URL": wire.base_url, "OPENAI_API_KEY": "sk-test-key-of-nobody"}
        wish = {"prompt": "A note API", "approve": True}
        with serving(tmp_path, more=more, command=QUICK) as server:
            stopped, project = (call(server, "POST", "", wish).json()["id"] for _ in range(2))
            for each in (stopped, project):
                until(server, each, "questions")
            server.kill()
        with serving(tmp_path, more=more, command=QUICK) as server:
            first = waiting(server, project)
            assert call(server, "POST", f"/{stopped}/cancel").status_code == 202
            assert call(server, "GET", f"/{stopped}").json()["status"] == "cancelled"
            answers = f"/{project}/answers"

            def answer(plan: str, words: str) -> int:
                return call(server, "POST", answers, {"answers": {plan: words}}).status_code

            assert call(server, "POST", answers, {"answers": {}}).status_code == 409
            assert answer(first, "a note has a price") == 202
            seen = len(call(server, "GET", f"/{project}/events").json()["events"])
            while call(server, "GET", f"/{project}").json()["status"] != "waiting":
                seen += len(
                    call(server, "GET", f"/{project}/events?after={seen}&wait=20").json()["events"]
                )
            second = waiting(server, project)
            assert answer(first, "Approve") == 409
            shown = smartforge("approve", project, "--show", "--server", server.url)
            assert "note: title (text), price (decimal" in shown.stdout
            assert [answer(second, "Approve") for _ in range(2)] == [202, 202]
            told = until(server, project, "complete")
            assert server.stop() == 0
        asked = [request.prompt for request in wire.requests]
    types = [event["type"] for event in told]
    assert [types.count(one) for one in ("questions", "plan:ready", "run:started")] == [2, 2, 1]
    assert types.index("code:chunk") > len(types) - 1 - types[::-1].index("questions")
    assert "price" in str(told[[*types].index("plan:ready", types.index("message"))]["contract"])
    # What is to be otherwise is understood by rules, which cost nothing.
    assert len(asked) == 2


UNSOUND = {
    "title": "Note API",
    "resources": [{"name": "note", "fields": [{"name": "metadata", "type": "text"}]}],
}


def test_a_plan_by_rules_is_offered_over_a_kill_and_made_for_nobody_unasked(tmp_path: Path) -> None:
    with wire_in_thread(WireScript(plan=UNSOUND)) as wire:
        more = {"OPENAI_BASE_URL": wire.base_url, "OPENAI_API_KEY": "sk-test-key-of-nobody"}
        wish = {"prompt": "Notes with a title. They are sorted by mood.", "planner": "auto"}
        with serving(tmp_path / "data", more=more, command=QUICK) as server:
            asked, alone = (
                call(server, "POST", "", {**wish, "offer": offer}).json()["id"]
                for offer in (True, False)
            )
            until(server, asked, "questions")
            failed = until(server, alone, "error")
            server.kill()
        assert "plan:ready" not in [event["type"] for event in failed]
        assert "no sound plan in 3 answers" in str(failed[-1]["message"])
        assert "--planner offline" in str(failed[-1]["hint"])
        spent = sum(event["type"] == "usage" for event in failed)
        with serving(tmp_path / "data", more=more, command=QUICK) as server:
            plan = waiting(server, asked)
            shown = smartforge("approve", asked, "--show", "--server", server.url).stdout
            assert "Make the plan by rules instead?" in shown
            assert "The model's plan could not be used" in shown
            assert "metadata" in shown
            answers = {"answers": {plan: "Approve"}}
            assert call(server, "POST", f"/{asked}/answers", answers).status_code == 202
            told = until(server, asked, "complete")
            assert server.stop() == 0
        assert spent == 3
        assert [event["offered"] for event in told if event["type"] == "plan:ready"] == [True]
        more |= {"SMARTFORGE_MODEL": "scripted"}
        done = smartforge("new", "A note API", "--out", str(tmp_path / "out"), more=more)
        assert done.returncode == 1
        assert "--planner offline" in done.stderr
        assert not (tmp_path / "out").exists()
