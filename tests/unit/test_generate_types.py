"""The types of the page come from the structs, whole, and a stale file is found out."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from smartforge.events import KNOWN_TYPES

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script, writing into a folder of its own, with the tool in Node left out."""
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    script = importlib.import_module("generate_types")
    target = tmp_path / "web" / "events.gen.ts"
    target.parent.mkdir()

    def generated(node: str) -> str:
        assert node == "/a/node"
        return "export type ForgeEvent = never;\n"

    monkeypatch.setattr(script, "ROOT", tmp_path)
    monkeypatch.setattr(script, "TARGET", target)
    monkeypatch.setattr(script, "typescript", generated)
    return script


def test_check_tells_a_stale_file_from_a_current_one(
    types: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert types.main(["--check", "--node", "/a/node"]) == 1
    assert "is stale" in capsys.readouterr().err
    assert not types.TARGET.exists()
    assert types.main(["--node", "/a/node"]) == 0
    assert types.main(["--check", "--node", "/a/node"]) == 0
    types.TARGET.write_text("export type ForgeEvent = string;\n")
    assert types.main(["--check", "--node", "/a/node"]) == 1


def test_a_node_that_is_not_there_is_a_failure_of_its_own(
    types: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(node: str) -> str:
        raise FileNotFoundError(f"no {node}")

    monkeypatch.setattr(types, "typescript", missing)
    assert types.main(["--check", "--node", "/no/node"]) == 2
    assert "/no/node" in capsys.readouterr().err


def test_every_event_is_in_the_union_with_its_envelope(types: ModuleType) -> None:
    parts = types.schema()["definitions"]
    events = [parts[one["$ref"].rpartition("/")[2]] for one in parts["ForgeEvent"]["anyOf"]]
    assert {event["properties"]["type"]["enum"][0] for event in events} == KNOWN_TYPES
    for event in events:
        assert {"type", "projectId", "seq", "run", "ts"} <= set(event["required"])
        assert set(event["required"]) <= set(event["properties"])


def test_no_type_hides_one_of_the_browser(types: ModuleType) -> None:
    hidden = {"Event", "ErrorEvent", "MessageEvent", "Error", "Date", "Text", "Request", "Response"}
    assert not hidden & set(types.schema()["definitions"])
