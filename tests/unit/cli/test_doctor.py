"""`doctor --deep` says what is wrong in the log, project by project."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer

from smartforge.cli import doctor
from smartforge.cli.doctor import Finding
from smartforge.cli.exits import COMPLETE, FAILED
from smartforge.log.sqlite import SQLiteLog
from tests.contract.logs import CREATED, chunk

FINE = Finding("page", True, "built")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of the commands, which find nothing wrong with the machine."""
    monkeypatch.setenv("SMARTFORGE_DATA", str(tmp_path))
    monkeypatch.delenv("SMARTFORGE_DATABASE_URL", raising=False)

    async def nothing_wrong(_: object) -> list[Finding]:
        return [FINE]

    monkeypatch.setattr(doctor, "_look", nothing_wrong)
    return tmp_path


def fill(data: Path, *projects: str) -> None:
    async def create() -> None:
        log = SQLiteLog(data / "smartforge.db")
        await log.open()
        for each in projects:
            await log.create(each, [CREATED])
            await log.append(each, [chunk()] * 3, run="r")
        await log.close()

    asyncio.run(create())


def execute(data: Path, query: str) -> None:
    with closing(sqlite3.connect(data / "smartforge.db", isolation_level=None)) as connection:
        connection.execute(query)


def look(*, as_json: bool) -> int:
    """The exit status."""
    with pytest.raises(typer.Exit) as left:
        doctor.doctor(deep=True, json=as_json)
    return left.value.exit_code


def lines(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


def test_a_sound_log_is_counted(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(data, "p", "q")
    assert look(as_json=False) == COMPLETE
    assert capsys.readouterr().out.splitlines() == [
        "✓ page: built",
        "✓ log: 2 projects, 8 events, 0 blobs; nothing is wrong",
    ]


def test_one_of_a_kind_is_not_counted_as_many(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(data, "p")
    execute(data, "DELETE FROM event WHERE seq > 1")
    assert look(as_json=False) == FAILED
    said = capsys.readouterr().out
    assert "✗ log: 1 project, 1 event, 0 blobs; faults in 1 project\n" in said


def test_each_project_with_a_fault_is_told_and_the_status_is_1(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(data, "p", "q", "r")
    execute(data, "DELETE FROM event WHERE project = 'p' AND seq IN (2, 3)")
    execute(data, "UPDATE project SET status = 'error' WHERE id = 'r'")
    assert look(as_json=False) == FAILED
    said = capsys.readouterr().out.splitlines()
    assert said[1:6] == [
        "✗ project p: Books",
        "  gap, event 2: events 2 to 3 are missing",
        "✗ project r: Books",
        "  head: status is 'error', by the events it is 'queued'",
        "✗ log: 3 projects, 10 events, 0 blobs; faults in 2 projects",
    ]
    assert "docs/howto/data.md" in said[6]


def test_programs_get_a_line_for_each_project_with_a_fault_and_the_counts_last(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(data, "p", "q")
    execute(data, "DELETE FROM event WHERE project = 'q' AND seq = 4")
    assert look(as_json=True) == FAILED
    first, project, last = lines(capsys.readouterr().out)
    assert [each["name"] for each in first["findings"]] == ["page"]
    assert project["project"] == {
        "projectId": "q",
        "title": "Books",
        "events": 3,
        "blobs": 0,
        "faults": [{"kind": "gap", "detail": "event 4 is missing", "seq": 4}],
        "more": 0,
    }
    (finding,) = last.pop("findings")
    assert (finding["name"], finding["good"]) == ("log", False)
    assert last == {"projects": 2, "events": 7, "blobs": 0, "wrong": 1}


def test_many_faults_of_a_project_are_cut_and_its_title_is_not_obeyed(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(data, "p")
    execute(data, "UPDATE project SET title = '[red]\x1b[2J', next_seq = 60 WHERE id = 'p'")
    broken = ", ".join(f"('p', {seq}, 'code:chunk', x'00')" for seq in range(6, 60, 2))
    execute(data, f"INSERT INTO event VALUES {broken}")
    assert look(as_json=False) == FAILED
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "✗ project p: [red]\ufffd[2J"
    assert said[-3].startswith("  and ")
    assert said[-3].endswith(" more")


def test_a_log_that_cannot_be_read_at_all_is_a_finding(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "smartforge.db").write_bytes(b"My precious notes. " * 1000)
    assert look(as_json=True) == FAILED
    *_, last = lines(capsys.readouterr().out)
    (finding,) = last["findings"]
    assert not finding["good"]
    assert "not a Smart Forge database" in finding["detail"]
    assert finding["cure"]


def test_a_fault_of_the_machine_still_counts_where_the_log_is_sound(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def something_wrong(_: object) -> list[Finding]:
        return [Finding("sandbox", False, "none", "Install one.")]

    monkeypatch.setattr(doctor, "_look", something_wrong)
    fill(data, "p")
    assert look(as_json=False) == FAILED
    assert "nothing is wrong" in capsys.readouterr().out
