"""`smartforge client`: what is refused before anything is generated."""

from pathlib import Path

import pytest

from smartforge.cli.client import client
from smartforge.errors import SettingsInvalid

SOUND = '{"openapi": "3.1.0", "info": {"title": "Notes"}, "paths": {}}'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "openapi.yaml").write_text(SOUND, "utf-8")
    return folder


def test_a_folder_that_is_not_empty_stays_as_it_is(project: Path) -> None:
    with pytest.raises(SettingsInvalid, match="not empty"):
        client(str(project), "python", project)
    assert [one.name for one in project.iterdir()] == ["openapi.yaml"]


def test_a_folder_has_no_versions(project: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="no versions"):
        client(str(project), "python", tmp_path / "out", version=2)


def test_a_folder_without_a_contract_is_no_project(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(SettingsInvalid, match="no generated project"):
            client(str(folder), "typescript", tmp_path / "out")


def test_a_document_with_aliases_is_refused(project: Path, tmp_path: Path) -> None:
    text = "openapi: 3.1.0\ninfo: &a {title: Notes}\npaths: {}\nx: *a\n"
    (project / "openapi.yaml").write_text(text, "utf-8")
    with pytest.raises(SettingsInvalid, match="aliases"):
        client(str(project), "typescript", tmp_path / "out")
    assert not (tmp_path / "out").exists()
