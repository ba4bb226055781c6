"""The scripted server itself: that it says what its script says, to any client."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.openai_wire import Answer, Dropped, Refusal, WireScript, openai_wire, wire_in_thread

ROOT = Path(__file__).parents[3]


def ask(url: str, prompt: str, **more: Any) -> httpx.Response:
    body = {"model": "m", "messages": [{"role": "user", "content": prompt}], **more}
    with httpx.Client(trust_env=False) as client:
        return client.post(f"{url}/chat/completions", json=body)


def test_an_answer_that_is_not_streamed() -> None:
    script = WireScript(files={"a.py": "x = 1\n"}, plan={"title": "T"})
    with wire_in_thread(script) as wire:
        said = ask(wire.base_url, "File: a.py\nmore").json()
        tool = {"type": "function", "function": {"name": "plan"}}
        planned = ask(wire.base_url, "Plan it", tools=[tool]).json()
        shape = {"type": "json_schema", "json_schema": {"name": "plan"}}
        shaped = ask(wire.base_url, "Plan it", response_format=shape).json()
    assert said["choices"][0]["message"]["content"] == "x = 1\n"
    assert said["choices"][0]["finish_reason"] == "stop"
    call = planned["choices"][0]["message"]["tool_calls"][0]
    assert json.loads(call["function"]["arguments"]) == {"title": "T"}
    assert json.loads(shaped["choices"][0]["message"]["content"]) == {"title": "T"}
    assert [request.asked for request in wire.requests] == ["a.py", "plan", "plan"]


async def test_a_file_that_the_script_does_not_have_is_refused() -> None:
    async with openai_wire(WireScript()) as wire:
        answer = await asyncio.to_thread(ask, wire.base_url, "File: b.py")
        await wire.until(lambda wire: wire.requests[0].state == "refused")
    assert answer.status_code == 404


def test_the_models_are_listed() -> None:
    with wire_in_thread(WireScript(models=("one", "two"))) as wire:
        listed = httpx.get(f"{wire.base_url}/models", trust_env=False).json()
    assert [entry["id"] for entry in listed["data"]] == ["one", "two"]


async def test_a_stream_ends_with_done_and_usage_where_it_was_asked_for() -> None:
    async with (
        openai_wire(WireScript(files={"a.py": "x"}, pace=500)) as wire,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        body = {
            "model": "m",
            "stream": True,
            "stream_options": {"include_usage": True},
            "messages": [{"role": "user", "content": [{"type": "text", "text": "File: a.py"}]}],
        }
        answer = await client.post(f"{wire.base_url}/chat/completions", json=body)
    events = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line]
    assert events[-1] == "[DONE]"
    assert json.loads(events[-2])["usage"]["completion_tokens"] == 1
    assert json.loads(events[-3])["choices"][0]["finish_reason"] == "stop"


def test_from_a_shell_with_a_script_in_a_file(tmp_path: Path) -> None:
    script = {
        "files": {"a.py": "x = 1\n", "b.py": {"text": "long", "cut_after": 2}},
        "queue": [{"status": 503, "body": "busy"}],
    }
    file = tmp_path / "script.json"
    file.write_text(json.dumps(script))
    command = [sys.executable, "-m", "tests.openai_wire", "--pace", "900", "--script", str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        assert ask(url, "File: a.py").status_code == 503
        assert ask(url, "File: a.py").json()["choices"][0]["message"]["content"] == "x = 1\n"
        told = httpx.get(url.replace("/v1", "/wire"), trust_env=False).json()
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 0
    assert [entry["state"] for entry in told["requests"]] == ["refused", "complete"]


def test_every_kind_of_reply_can_stand_in_a_file() -> None:
    from tests.wire_script import script_from_json

    script = script_from_json(
        {
            "plan": {"title": "T"},
            "files": {"a": "text", "b": {"text": "t", "finish": "length"}},
            "queue": [{"dropped": True}, {"status": 500}],
            "otherwise": "else",
            "pace": 3,
        }
    )
    assert script.files == {"a": Answer("text"), "b": Answer("t", finish="length")}
    assert script.queue == [Dropped(), Refusal(500)]
    assert script.otherwise == Answer("else")
    assert script.pace == 3
