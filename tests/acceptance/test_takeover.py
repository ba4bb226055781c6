"""`kill -9` of a node in a run: another node goes on, and whoever watches there sees no error."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from tests import postgres
from tests.openai_wire import Answer, WireScript, wire_in_thread
from tests.processes import ServerProcess, serving

PROMPT = "Create a simple todo API with CRUD operations"
SECONDS = 60
Event = dict[str, Any]


class Viewer:
    """Follows a project by one connection, and by no other; `seen` are the events so far."""

    def __init__(self, held: ExitStack, server: ServerProcess, project: str) -> None:
        address = f"{server.url}/api/stream/{project}?live=1&compact=0"
        response = held.enter_context(
            httpx.stream("GET", address, timeout=SECONDS, trust_env=False)
        )
        assert response.status_code == 200
        self.seen: list[Event] = []
        self._events = self._read(response)

    def until(self, holds: Callable[[Event], bool]) -> Event:
        """The next event for which `holds`."""
        return next(event for event in self._events if holds(event))

    def _read(self, response: httpx.Response) -> Iterator[Event]:
        id_ = ""
        for line in response.iter_lines():
            if line.startswith("id: "):
                id_ = line.removeprefix("id: ")
            elif line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))
                assert id_ == str(event["seq"])
                self.seen.append(event)
                yield event


def written_by_model(event: Event) -> bool:
    return event["type"] == "file:generating" and event["author"] == "model"


def until_one_is_whole_and_another_begun(viewer: Viewer) -> tuple[str, str]:
    """The paths of the first file that the model has finished, and of one that it has begun."""
    by_model: set[str] = set()
    chunks: set[str] = set()
    whole: list[str] = []

    def seen(event: Event) -> bool:
        if written_by_model(event):
            by_model.add(event["path"])
        elif event["type"] == "code:chunk":
            chunks.add(event["path"])
        elif event["type"] == "file:complete" and event["path"] in by_model:
            whole.append(event["path"])
        return bool(whole and (chunks & by_model) - {*whole})

    viewer.until(seen)
    return whole[0], min((chunks & by_model) - {*whole})


def request(method: str, server: ServerProcess, path: str, body: object = None) -> Any:
    answer = httpx.request(
        method, f"{server.url}/api/{path}", json=body, timeout=SECONDS, trust_env=False
    )
    answer.raise_for_status()
    return answer.json() if answer.content else None


def executing(servers: list[ServerProcess], project: str) -> ServerProcess:
    """The one that has the run of the project."""
    shown = request("GET", servers[0], "cluster")
    assert len(shown["nodes"]) == len(servers)
    (node,) = [each["node"] for each in shown["on"] if each["projectId"] == project]
    (name,) = [each["name"] for each in shown["nodes"] if each["id"] == node]
    (found,) = [each for each in servers if name.endswith(f":{each.process.pid}")]
    return found


def test_a_killed_nodes_run_goes_on_elsewhere_and_nobody_there_sees_an_error(
    tmp_path: Path,
) -> None:
    database = postgres.shared().new_database()
    arguments = ("--database-url", postgres.shared().url(database))
    # The model writes one file, and stops in the middle of the others until it is released.
    script = WireScript(queue=[Answer("x = 1\n")], otherwise=Answer("y = 1\n" * 9, hold_after=9))
    with wire_in_thread(script) as wire, ExitStack() as held:
        set_ = {"OPENAI_BASE_URL": wire.base_url}
        servers = [held.enter_context(serving(tmp_path, arguments, set_)) for _ in range(2)]
        asked = {"prompt": PROMPT, "planner": "offline", "author": "model"}
        project = request("POST", servers[0], "projects", asked)["id"]
        following = [
            (server, Viewer(held, server, project)) for server in servers for _ in range(2)
        ]
        (first, second), *_ = [until_one_is_whole_and_another_begun(each) for _, each in following]
        killed = executing(servers, project)
        (other,) = [each for each in servers if each is not killed]
        viewers = [viewer for server, viewer in following if server is other]
        killed.kill()
        for viewer in viewers:
            resumed = viewer.until(lambda event: event["type"] == "run:resumed")
            assert resumed["node"].endswith(f":{other.process.pid}")
            again = viewer.until(written_by_model)
            assert again["path"] != first
        wire.release()
        for viewer in viewers:
            done = viewer.until(lambda e: e["type"] == "file:complete" and e["path"] == second)
            assert done["attempt"] == 2
        request("POST", other, f"projects/{project}/cancel")
        for viewer in viewers:
            viewer.until(lambda event: event["type"] == "run:cancelled")
        stored: list[Event] = []
        while page := request("GET", other, f"projects/{project}/events?after={len(stored)}")[
            "events"
        ]:
            stored += page
        assert [event["seq"] for event in stored] == list(range(1, len(stored) + 1))
        # What a stopped run has spent is told behind its end, which no viewer waited for here.
        ended = next(at for at, event in enumerate(stored) if event["type"] == "run:cancelled")
        assert {event["type"] for event in stored[ended + 1 :]} <= {"usage"}
        assert [viewer.seen for viewer in viewers] == [stored[: ended + 1]] * 2
        calls = Counter(each.asked for each in wire.requests)
        assert (calls[first], calls[second]) == (1, 2)
        assert other.stop() == 0
    postgres.shared().drop(database)
