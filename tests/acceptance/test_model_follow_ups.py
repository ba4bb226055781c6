"""Follow-ups that only a model understands, in a real server over the real wire: edits of the plan
and of the files, all or none, and every other file byte for byte as it was."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.test_custom_operations import RECIPES, SCALE, SCALE_PATH
from tests.model_answers import EXAMPLE_PLAN
from tests.openai_wire import Answer, Wire, WireScript, wire_in_thread
from tests.processes import QUICK, ServerProcess, serving
from tests.unit.writers.test_blocks import block

FIFTY = {
    "edits": [{"search": "over 100 is refused", "replace": "over 50 is refused"}],
    "understood": ["Scaling refuses more than 50 servings."],
}
EDIT = block(
    "    if recipe.servings * body.times > 100:\n", "    if recipe.servings * body.times > 50:\n"
)
AFTER = SCALE.replace("> 100", "> 50")


class Project:
    """A project of that server, followed by its events."""

    def __init__(self, server: ServerProcess, wire: Wire) -> None:
        self.wire = wire
        self._url = f"{server.url}/api/projects"
        self._seen = 0
        made = httpx.post(self._url, json={"prompt": RECIPES}, timeout=40, trust_env=False)
        self._url += f"/{made.json()['id']}"
        self.until_over()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self._url}{path}", timeout=40, trust_env=False)

    def say(self, words: str) -> list[dict[str, Any]]:
        """The events of the run that follows from these words."""
        said = httpx.post(
            f"{self._url}/messages", json={"prompt": words}, timeout=40, trust_env=False
        )
        assert said.status_code == 202
        return self.until_over()

    def until_over(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        while not any(event["type"] in ("complete", "error") for event in events):
            page = self.get(f"/events?after={self._seen + len(events)}&wait=20").json()
            events += page["events"]
        self._seen += len(events)
        return events

    def hashes(self) -> dict[str, str]:
        """The working copy."""
        files = self.get("").json()["files"]
        assert {file["state"] for file in files} == {"complete"}
        return {file["path"]: file["sha256"] for file in files}

    def script(self, plan: Any, *answers: str | Answer) -> None:
        """What the model says from now on."""
        self.wire.script.queue = [
            *(one if isinstance(one, Answer) else Answer(json.dumps(one)) for one in plan),
            *(Answer(one) if isinstance(one, str) else one for one in answers),
        ]
        self.wire.requests.clear()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Generator[Project]:
    script = WireScript(plan=EXAMPLE_PLAN, files={SCALE_PATH: SCALE})
    with wire_in_thread(script) as wire:
        more = {
            "OPENAI_BASE_URL": wire.base_url,
            "OPENAI_API_KEY": "sk-test-key-of-nobody",
            "QUICK_CHECKS": "syntax lint",
        }
        folder: Path = tmp_path_factory.mktemp("data")
        with serving(folder, ["--pace", "0"], more=more, command=QUICK) as server:
            yield Project(server, wire)


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    assert before.keys() == after.keys()
    return {path for path in before if before[path] != after[path]}


def test_edits_change_what_was_asked_for_and_no_other_file(project: Project) -> None:
    before = project.hashes()
    wrong = EDIT.replace("> 100", "> 99", 1)
    project.script([FIFTY], wrong, f"```\n{EDIT}```")
    events = project.say("Scaling shall refuse more than 50 servings.")
    assert events[-1]["type"] == "complete", events[-1]
    asked = [request.asked for request in project.wire.requests]
    assert asked == ["plan", SCALE_PATH, SCALE_PATH]
    assert "does not stand in the file" in project.wire.requests[2].prompt
    assert project.get(f"/files/{SCALE_PATH}").text == AFTER
    # Besides the file: the document that tells of it, the tests that judge it, and the proof.
    told = changed(before, project.hashes())
    assert SCALE_PATH in told
    generated = [event for event in events if event["type"] == "file:generating"]
    assert told <= {event["path"] for event in generated}
    assert "app/main.py" not in told
    assert "app/models.py" not in told
    (begun,) = [event for event in generated if event["path"] == SCALE_PATH]
    assert (begun["author"], begun["attempt"]) == ("model", 2)
    (said,) = [one for one in events if one["type"] == "message" and one["role"] == "assistant"]
    assert "refuses more than 50 servings" in said["text"]


def test_a_file_alone_changes_where_the_plan_stays(project: Project) -> None:
    before = project.hashes()
    document = project.get("/files/openapi.yaml").text
    project.script(
        [
            {"files": ["tests/test_scale.py"]},
            {"files": [SCALE_PATH], "understood": ["Less is said."]},
        ],
        '<<<<<<< SEARCH\n"""Recipes for more people."""\n\n=======\n>>>>>>> REPLACE\n',
    )
    events = project.say("Scale's file shall say nothing at its top.")
    assert events[-1]["type"] == "complete", events[-1]
    assert "cannot be changed" in project.wire.requests[1].prompt or (
        "no file" in project.wire.requests[1].prompt
    )
    assert project.get("/files/openapi.yaml").text == document
    assert SCALE_PATH in changed(before, project.hashes())
    assert not [one for one in changed(before, project.hashes()) if one.startswith("tests/")]


def test_what_rules_understand_asks_no_model(project: Project) -> None:
    project.script([])
    before = project.get(f"/files/{SCALE_PATH}").text
    events = project.say("add a note to recipes")
    assert events[-1]["type"] == "complete", events[-1]
    assert project.wire.requests == []
    assert project.get(f"/files/{SCALE_PATH}").text == before


@pytest.mark.parametrize("refused", ["plan", "file", "cut"])
def test_a_refusal_leaves_everything_as_it_was_and_says_why(project: Project, refused: str) -> None:
    before = project.hashes()
    version = project.get("").json()["version"]
    nowhere = {"edits": [{"search": "nowhere to be found", "replace": ""}]}
    thirty = {"edits": [{"search": "is refused", "replace": "is not served"}]}
    match refused:
        case "plan":
            project.script([nowhere] * 3)
        case "file":
            project.script([thirty], *[EDIT.replace("if recipe", "if a.b")] * 3)
        case _:
            halves = Answer(SCALE.replace("> 100", "> 30")[:300], finish="length")
            project.script([thirty], *[halves] * 9)
    events = project.say("Scaling shall not refuse but not serve.")
    assert events[-1]["type"] == "error"
    told = events[-1]["message"]
    assert ("does not stand" in told) if refused != "cut" else ("length limit" in told), told
    assert project.hashes() == before
    state = project.get("").json()
    assert (state["version"], state["status"]) == (version, "error")
    assert told in json.dumps(state["error"]["message"], ensure_ascii=False).replace('\\"', '"')
