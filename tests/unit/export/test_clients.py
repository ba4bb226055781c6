"""What a typed client is not made of, and what a missing generator says."""

from pathlib import Path
from typing import Any

import pytest

from smartforge.errors import ClientUnmade, SettingsInvalid
from smartforge.export.clients import generate, tools

SOUND: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "Notes"}, "paths": {}}


@pytest.mark.parametrize(
    "reference", ["/etc/passwd", "file:///etc/passwd", "https://example.org/a.yaml#/b", "b.yaml"]
)
def test_a_document_that_refers_to_something_outside_is_refused(reference: str) -> None:
    answer = {"content": {"application/json": {"schema": {"$ref": reference}}}}
    paths = {"/a": {"get": {"responses": {"200": answer}}}}
    with pytest.raises(SettingsInvalid, match="outside itself"):
        generate({**SOUND, "paths": paths}, "python", "notes")


@pytest.mark.parametrize(
    "wrong", [{"openapi": "2.0"}, {"openapi": None}, {"paths": []}, {"info": "Notes"}]
)
def test_what_is_no_document_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsInvalid):
        generate({**SOUND, **wrong}, "typescript", "notes")


def test_without_node_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)  # pyright: ignore
    with pytest.raises(ClientUnmade) as caught:
        tools.node()
    assert "Install Node.js" in caught.value.hint


def test_a_generator_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ClientUnmade, match="no sense"):
        tools.run(["sh", "-c", "echo no sense; exit 3"], tmp_path, {"PATH": "/bin"}, 10, "")


def test_a_generator_that_goes_on_and_on_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ClientUnmade, match=r"longer than 0\.1 seconds"):
        tools.run(["sleep", "60"], tmp_path, {"PATH": "/bin:/usr/bin"}, 0.1, "")


def test_a_generator_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(ClientUnmade):
        tools.python()
    assert list((tmp_path / "share" / "smartforge" / "clients").iterdir()) == []
