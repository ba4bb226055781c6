"""What a user may use on a day, in real processes: the server is killed in between."""

from pathlib import Path

import httpx

from tests.acceptance.test_questions import call, until
from tests.model_project import PLAN, answers
from tests.openai_wire import WireScript, wire_in_thread
from tests.processes import QUICK, serving


def test_a_day_that_is_used_up_stops_a_run_and_refuses_the_next_over_a_kill(
    tmp_path: Path,
) -> None:
    with wire_in_thread(WireScript(plan=PLAN, files=answers())) as wire:
        more = {
            "OPENAI_BASE_URL": wire.base_url,
            "OPENAI_API_KEY": "sk-test-key-of-nobody",
            "SMARTFORGE_USER_BUDGET": "10",
        }
        wish = {"prompt": "A note API", "author": "model"}
        with serving(tmp_path, more=more, command=QUICK) as server:
            project = call(server, "POST", "", wish).json()["id"]
            end = until(server, project, "error")[-1]
            assert (end["type"], end["code"]) == ("error", "day_closed")
            assert "budget of today is used up" in str(end["message"])
            server.kill()
        asked = len(wire.requests)
        with serving(tmp_path, more=more, command=QUICK) as server:
            for refused in (
                call(server, "POST", "", wish),
                call(server, "POST", f"/{project}/messages", {"prompt": "add a price"}),
                call(server, "POST", f"/{project}/retry"),
            ):
                assert refused.status_code == 429
                assert refused.json()["code"] == "day_closed"
                assert "00:00 UTC" in refused.json()["hint"]
                assert 0 < int(refused.headers["Retry-After"]) <= 86_400
            told = httpx.get(f"{server.url}/api/settings", trust_env=False).json()
            state = call(server, "GET", f"/{project}").json()["usage"]
            assert told["today"]["tokens"] == state["inputTokens"] + state["outputTokens"] >= 10
            assert (told["userBudget"], told["today"]["usd"]) == (10, None)
            offline = call(server, "POST", "", {**wish, "author": "auto", "model": "offline"})
            until(server, offline.json()["id"], "complete")
            assert server.stop() == 0
        assert len(wire.requests) == asked == 1
