"""`doctor --model` and `POST /api/settings/test`: a real round trip to each model that is set."""

from pathlib import Path

import httpx

from tests.openai_wire import Answer, Refusal, WireScript, problem, wire_in_thread
from tests.processes import serving, smartforge

KEY = "sk-ant-very-secret-0123456789"
COUNTED = "one, two, three, four, five, six, seven, eight, nine, ten, eleven"


def test_the_terminal_shows_answers_and_the_providers_own_errors(tmp_path: Path) -> None:
    refusal = Refusal(401, problem(f"Incorrect API key provided: {KEY}"))
    with (
        wire_in_thread(WireScript(otherwise=Answer(COUNTED))) as good,
        wire_in_thread(WireScript(otherwise=refusal)) as bad,
    ):
        more = {
            "SMARTFORGE_DATA": str(tmp_path),
            "SMARTFORGE_MODEL": "google:gemini-x, ollama:qwen",
            "SMARTFORGE_MODEL_PLAN": "anthropic:claude-x",
            "GOOGLE_BASE_URL": good.base_url,
            "OLLAMA_BASE_URL": good.base_url,
            "ANTHROPIC_BASE_URL": bad.base_url,
            "ANTHROPIC_API_KEY": KEY,
        }
        said = smartforge("doctor", "--model", more=more)
    assert said.returncode == 1
    assert KEY not in said.stdout + said.stderr
    assert "✓ google:gemini-x" in said.stdout
    assert "for write, repair" in said.stdout
    assert "✓ ollama:qwen" in said.stdout
    assert "✗ anthropic:claude-x" in said.stdout
    assert "refused with status 401: Incorrect API key provided: [secret]" in said.stdout
    assert "Check ANTHROPIC_API_KEY" in said.stdout
    assert COUNTED in said.stdout


def test_the_server_shows_what_is_set_and_tests_it_behind_its_door(tmp_path: Path) -> None:
    with wire_in_thread(WireScript(otherwise=Answer(COUNTED, cached_tokens=3))) as wire:
        more = {
            "SMARTFORGE_MODEL": "anthropic:claude-x",
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": wire.base_url.replace("http://", "http://user:hidden@"),
        }
        with serving(tmp_path, ["--token", "let-me-in"], more) as server:
            outside = httpx.post(f"{server.url}/api/settings/test", trust_env=False)
            headers = {"Authorization": "Bearer let-me-in"}
            with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
                shown = client.get("/api/settings")
                tried = client.post("/api/settings/test", timeout=60)
                foreign = client.post(
                    "/api/settings/test", headers={"Origin": "https://evil.example"}
                )
    assert outside.status_code == 401
    assert foreign.status_code == 403
    assert KEY not in shown.text + tried.text
    assert "hidden" not in shown.text + tried.text
    (model,) = shown.json()["models"]
    assert (model["name"], model["key"]) == ("anthropic:claude-x", "ANTHROPIC_API_KEY")
    (one,) = tried.json()["models"]
    assert one["trial"]["answer"] == COUNTED
    assert one["trial"]["cachedInputTokens"] == 3
    assert not one["trial"]["problem"]
