"""A server removes what is old, and what an earlier one that was killed has left."""

import asyncio
from pathlib import Path

import httpx

from smartforge import events
from smartforge.log.sqlite import SQLiteLog
from smartforge.temporary import PREFIX
from tests.contract.logs import CREATED, SettableClock
from tests.processes import ServerProcess, serving, smartforge

PROMPT = "Create a simple todo API with CRUD operations"


def ask(server: ServerProcess, path: str = "", prompt: str | None = None) -> httpx.Response:
    method, body = ("GET", None) if prompt is None else ("POST", {"prompt": prompt})
    url = f"{server.url}/api/projects{path}"
    return httpx.request(method, url, json=body, timeout=40, trust_env=False)


async def make_old_project(data: Path) -> None:
    log = SQLiteLog(data / "smartforge.db", SettableClock())
    await log.open()
    await log.create("old", [CREATED, events.RunCancelled(reason="Stopped by you.")])
    await log.close()


def begin_to_check(server: ServerProcess) -> None:
    """Start a project and return when its files are laid out for the checks."""
    project, seen = ask(server, prompt=PROMPT).json()["id"], 0
    while True:
        answer = ask(server, f"/{project}/events?after={seen}&wait=20").json()
        if any(event["type"] == "check:start" for event in answer["events"]):
            return
        seen = answer["last"]


def held(temporary: Path) -> set[str]:
    return {path.name for path in temporary.iterdir() if path.name.startswith(PREFIX)}


def test_old_projects_and_the_folders_of_a_killed_server_are_removed(tmp_path: Path) -> None:
    data, temporary = tmp_path / "data", tmp_path / "temporary"
    temporary.mkdir()
    asyncio.run(make_old_project(data))
    with serving(data, more={"TMPDIR": str(temporary), "SMARTFORGE_KEEP_DAYS": "30"}) as server:
        while ask(server, "/old").status_code != 404:
            pass
        begin_to_check(server)
        refused = smartforge("prune", "--deleted", "--yes", "--data", str(data))
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "in use by another Smart Forge server" in refused.stderr
        server.kill()
    left = held(temporary)
    assert left
    with serving(data, more={"TMPDIR": str(temporary)}) as server:
        assert not left & held(temporary)
        assert server.stop() == 0
    assert held(temporary) == set()
