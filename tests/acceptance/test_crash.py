"""`kill -9` of the server in a run loses nothing that anybody has seen."""

import json
from collections import Counter
from pathlib import Path

import httpx

from tests.processes import QUICK, ServerProcess, serving

PROMPT = "Create a simple todo API with CRUD operations"


def events(server: ServerProcess, project: str, after: int = 0, wait: int = 0) -> list[bytes]:
    """The events as they are stored, byte for byte as far as JSON is."""
    answer = httpx.get(
        f"{server.url}/api/projects/{project}/events",
        params={"after": after, "wait": wait},
        timeout=40,
        trust_env=False,
    )
    answer.raise_for_status()
    return [json.dumps(event).encode() for event in answer.json()["events"]]


def until(server: ServerProcess, project: str, *types: str) -> list[bytes]:
    """Every event, once one of these types is among those after the first ones."""
    seen: list[bytes] = []
    while not any(json.loads(event)["type"] in types for event in seen):
        seen += events(server, project, len(seen), wait=20)
    return seen


def test_every_event_seen_is_served_again_and_the_run_goes_on_where_it_was(tmp_path: Path) -> None:
    with serving(tmp_path, command=QUICK) as server:
        created = httpx.post(f"{server.url}/api/projects", json={"prompt": PROMPT}, trust_env=False)
        project = created.json()["id"]
        seen = until(server, project, "file:complete")
        server.kill()
    with serving(tmp_path, command=QUICK) as server:
        told = until(server, project, "complete", "error")
        assert told[: len(seen)] == seen
        facts = [json.loads(event) for event in told]
        assert [fact["seq"] for fact in facts] == list(range(1, len(told) + 1))
        counted = Counter(fact["type"] for fact in facts)
        once = ("run:started", "run:resumed", "plan:ready", "validation:complete", "complete")
        assert {type_: counted[type_] for type_ in once} == dict.fromkeys(once, 1)
        whole = Counter(fact["path"] for fact in facts if fact["type"] == "file:complete")
        (planned,) = (fact["files"] for fact in facts if fact["type"] == "plan:ready")
        assert whole == Counter(file["path"] for file in planned)
        state = httpx.get(f"{server.url}/api/projects/{project}", trust_env=False).json()
        assert state["status"] == "complete"
        assert server.stop() == 0
