"""A log is backed up beside its server, put back elsewhere, and looked at deeply on the way."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from tests.processes import QUICK, ServerProcess, serving, smartforge

PROMPT = "Create a simple todo API with CRUD operations"


def ask(server: ServerProcess, method: str, path: str, **body: object) -> dict[str, Any]:
    answer = httpx.request(
        method,
        f"{server.url}/api/projects{path}",
        json=body or None,
        timeout=40,
        trust_env=False,
    )
    answer.raise_for_status()
    return dict(answer.json()) if answer.content else {}


def events(server: ServerProcess, project: str, after: int) -> list[dict[str, Any]]:
    return list(ask(server, "GET", f"/{project}/events?after={after}&wait=20")["events"])


def stopped_project(server: ServerProcess) -> str:
    """A project whose run was stopped when it had written its first file."""
    project = str(ask(server, "POST", "", prompt=PROMPT)["id"])
    seen: list[dict[str, Any]] = []
    for type_ in ("file:complete", "run:cancelled"):
        while not any(event["type"] == type_ for event in seen):
            seen += events(server, project, len(seen))
        if type_ == "file:complete":
            ask(server, "POST", f"/{project}/cancel")
    return project


def deep(data: Path) -> tuple[int, list[dict[str, Any]]]:
    done = smartforge("doctor", "--deep", "--json", more={"SMARTFORGE_DATA": str(data)})
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_a_backup_made_beside_a_server_is_served_from_another_folder(tmp_path: Path) -> None:
    data, copy, elsewhere = tmp_path / "data", tmp_path / "copy.db", tmp_path / "elsewhere"
    with serving(data, command=QUICK) as server:
        project = stopped_project(server)
        before = events(server, project, 0)
        second = smartforge("serve", "--port", "0", "--data", str(data))
        assert (second.returncode, second.stdout) == (1, "")
        assert f"in use by another Smart Forge server (process {server.process.pid})" in (
            second.stderr
        )
        made = smartforge("backup", str(copy), "--data", str(data))
        assert (made.returncode, made.stderr) == (0, "")
        refused = smartforge("restore-backup", str(copy), "--data", str(data), "--force")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "in use by another Smart Forge server" in refused.stderr
        _, (*faults, counts) = deep(data)
        assert [list(each) for each in faults] == [["findings"]], "a fault was found"
        assert (counts["projects"], counts["wrong"]) == (1, 0)
        assert counts["events"] >= len(before)
        assert counts["blobs"] > 0
    restored = smartforge("restore-backup", str(copy), "--data", str(elsewhere))
    assert (restored.returncode, restored.stderr) == (0, "")
    with serving(elsewhere, command=QUICK) as server:
        assert events(server, project, 0)[: len(before)] == before
    with closing(sqlite3.connect(elsewhere / "smartforge.db", isolation_level=None)) as database:
        database.execute("DELETE FROM event WHERE seq = 5")
    status, (_, found, counts) = deep(elsewhere)
    assert (status, counts["wrong"]) == (1, 1)
    assert found["project"]["projectId"] == project
    assert found["project"]["faults"][0]["detail"] == "event 5 is missing"
