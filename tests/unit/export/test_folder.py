"""A version into a folder where somebody works."""

import json
from pathlib import Path

import pytest

from smartforge.errors import Conflict, SettingsInvalid
from smartforge.export.folder import MANIFEST, export_into

ONE = {"app/main.py": b"one\n", "app/old.py": b"old\n", "README.md": b"read\n"}
TWO = {"app/main.py": b"two\n", "app/new/x.py": b"new\n", "README.md": b"read\n"}


def held(folder: Path) -> dict[str, bytes]:
    files = [one for one in folder.rglob("*") if one.is_file() and one.name != MANIFEST]
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in files}


def test_an_untouched_folder_becomes_the_version(tmp_path: Path) -> None:
    folder = tmp_path / "api"
    export_into(folder, "p", 1, ONE)
    assert held(folder) == ONE
    outcome = export_into(folder, "p", 2, TWO)
    assert held(folder) == TWO
    assert outcome.of("written") == ["app/main.py", "app/new/x.py"]
    assert outcome.of("deleted") == ["app/old.py"]
    assert export_into(folder, "p", 2, TWO).of("same") == sorted(TWO)


def test_what_the_user_changed_stays(tmp_path: Path) -> None:
    export_into(tmp_path, "p", 1, ONE)
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "app/old.py").write_text("mine, too")
    (tmp_path / "own.txt").write_text("own")
    outcome = export_into(tmp_path, "p", 2, TWO)
    assert held(tmp_path) == {
        **TWO, "README.md": b"mine", "app/old.py": b"mine, too", "own.txt": b"own"
    }  # fmt: skip
    assert outcome.of("kept") == ["README.md", "app/old.py"]


def test_what_both_changed_is_named_and_untouched(tmp_path: Path) -> None:
    export_into(tmp_path, "p", 1, ONE)
    (tmp_path / "app/main.py").write_text("mine")
    outcome = export_into(tmp_path, "p", 2, TWO)
    assert outcome.of("conflict") == ["app/main.py"]
    assert (tmp_path / "app/main.py").read_text() == "mine"
    assert (tmp_path / outcome.beside["app/main.py"]).read_bytes() == b"two\n"
    # It is settled: the same version has no news for that file.
    assert export_into(tmp_path, "p", 2, TWO).of("conflict") == []


def test_a_file_that_the_user_deleted_stays_deleted(tmp_path: Path) -> None:
    export_into(tmp_path, "p", 1, ONE)
    (tmp_path / "README.md").unlink()
    (tmp_path / "app/main.py").unlink()
    outcome = export_into(tmp_path, "p", 2, TWO)
    assert outcome.of("kept") == ["README.md"]
    assert outcome.of("conflict") == ["app/main.py"]
    assert not (tmp_path / "app/main.py").exists()


def test_a_new_file_does_not_cover_one_of_the_users(tmp_path: Path) -> None:
    export_into(tmp_path, "p", 1, ONE)
    (tmp_path / "app/new").mkdir()
    (tmp_path / "app/new/x.py").write_text("mine")
    assert export_into(tmp_path, "p", 2, TWO).of("conflict") == ["app/new/x.py"]
    assert (tmp_path / "app/new/x.py").read_text() == "mine"


def test_nothing_goes_through_links(tmp_path: Path) -> None:
    folder, outside = tmp_path / "api", tmp_path / "outside"
    outside.mkdir()
    (outside / "main.py").write_bytes(ONE["app/main.py"])
    export_into(folder, "p", 1, ONE)
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(outside / "main.py")
    assert export_into(folder, "p", 2, TWO | {"README.md": b"x"}).of("conflict") == ["README.md"]
    for path in (folder / "app").rglob("*.py"):
        path.unlink()
    (folder / "app/new").rmdir()
    (folder / "app").rmdir()
    (folder / "app").symlink_to(outside)
    with pytest.raises(SettingsInvalid, match="no folder"):
        export_into(folder, "p", 3, ONE)
    assert (outside / "main.py").read_bytes() == ONE["app/main.py"]


def test_only_its_own_folders_are_taken(tmp_path: Path) -> None:
    export_into(tmp_path / "one", "p", 1, ONE)
    with pytest.raises(SettingsInvalid, match="another project"):
        export_into(tmp_path / "one", "q", 1, ONE)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").touch()
    with pytest.raises(SettingsInvalid, match="not empty"):
        export_into(tmp_path / "full", "p", 1, ONE)
    (tmp_path / "one" / MANIFEST).write_text("{")
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        export_into(tmp_path / "one", "p", 1, ONE)


def test_a_manifest_cannot_lead_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "api"
    export_into(folder, "p", 1, ONE)
    victim = tmp_path / "victim"
    victim.write_bytes(b"one\n")
    told = json.loads((folder / MANIFEST).read_text())
    told["files"]["../victim"] = told["files"]["app/main.py"]
    (folder / MANIFEST).write_text(json.dumps(told))
    with pytest.raises(Conflict):
        export_into(folder, "p", 2, TWO)
    assert victim.exists()
