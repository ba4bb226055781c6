"""The user's folders are made whole and never written over."""

from pathlib import Path

import pytest

from smartforge.cli.folders import leave, refuse_used, slug, spare
from smartforge.errors import SettingsInvalid


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Todo API", "todo-api"),
        ("  ../Étude & co. ", "tude-co"),
        ("🚀", "api"),
        ("x" * 80, "x" * 50),
    ],
)
def test_a_title_becomes_a_plain_name(title: str, name: str) -> None:
    assert slug(title) == name


def test_files_are_left_all_at_once(tmp_path: Path) -> None:
    leave(tmp_path / "new" / "api", {"app/main.py": b"x"})
    assert (tmp_path / "new" / "api" / "app" / "main.py").read_bytes() == b"x"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["api"]


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    leave(tmp_path, {"a": b"x"})
    assert (tmp_path / "a").read_bytes() == b"x"


def test_what_is_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path)
    for place in (tmp_path, tmp_path / "file", tmp_path / "link"):
        with pytest.raises(SettingsInvalid):
            refuse_used(place)


def test_the_next_free_name_is_found(tmp_path: Path) -> None:
    for name in ("api", "api-2"):
        (tmp_path / name).mkdir()
    assert spare(tmp_path / "api").name == "api-3"
