"""A run that asks its user, in real processes: the server is killed while it waits."""

from pathlib import Path

import httpx

from tests.model_project import PLAN
from tests.openai_wire import WireScript, wire_in_thread
from tests.processes import QUICK, ServerProcess, serving

ASKS = {"questions": [{"text": "Who may read?", "choices": ["all", "owner"]}]}


def call(server: ServerProcess, method: str, path: str, body: object = None) -> httpx.Response:
    url = f"{server.url}/api/projects{path}"
    return httpx.request(method, url, json=body, timeout=40, trust_env=False)


def until(server: ServerProcess, project: str, type_: str) -> list[dict[str, object]]:
    """All events, once one is of this type."""
    seen: list[dict[str, object]] = []
    while not any(event["type"] == type_ for event in seen):
        page = call(server, "GET", f"/{project}/events?after={len(seen)}&wait=20").json()
        seen += page["events"]
    return seen


def test_a_run_that_asks_waits_over_a_kill_and_goes_on_with_the_answers(tmp_path: Path) -> None:
    with wire_in_thread(WireScript(plan=[ASKS, ASKS, PLAN])) as wire:
        more = {"OPENAI_BASE_URL": wire.base_url, "OPENAI_API_KEY": "sk-test-key-of-nobody"}
        with serving(tmp_path, more=more, command=QUICK) as server:
            wish = {"prompt": "A note API", "ask": True}
            stopped, project = (call(server, "POST", "", wish).json()["id"] for _ in range(2))
            for each in (stopped, project):
                until(server, each, "questions")
            server.kill()
        with serving(tmp_path, more=more, command=QUICK) as server:
            state = call(server, "GET", f"/{project}").json()
            assert (state["status"], len(state["questions"])) == ("waiting", 1)
            assert call(server, "POST", f"/{stopped}/cancel").status_code == 202
            assert call(server, "GET", f"/{stopped}").json()["status"] == "cancelled"
            answers = f"/{project}/answers"
            assert call(server, "POST", "/nobody/answers", {"answers": {}}).status_code == 404
            for wrong in ({"q1": "x" * 2_001}, {"q1": 1}, {f"q{n}": "" for n in range(4)}):
                assert call(server, "POST", answers, {"answers": wrong}).status_code == 422
            assert call(server, "POST", answers, {"answers": {"q1": "owner"}}).status_code == 202
            assert call(server, "POST", answers, {"answers": {"q1": "all"}}).status_code == 409
            told = until(server, project, "complete")
            assert server.stop() == 0
        asked = [request.prompt for request in wire.requests]
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    types = [event["type"] for event in told]
    assert [types.count(one) for one in ("questions", "plan:ready", "run:started")] == [1, 1, 1]
    assert len(asked) == 3
    assert "Who may read? owner" in asked[-1]
