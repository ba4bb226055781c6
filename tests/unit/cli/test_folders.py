"""The user's folders are made whole and never written over."""

from pathlib import Path

import pytest

from smartforge.cli.folders import leave, refuse_unusable, refuse_used, slug, spare
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


def test_a_dangling_link_is_no_free_name(tmp_path: Path) -> None:
    (tmp_path / "api").symlink_to("nowhere")
    assert spare(tmp_path / "api").name == "api-2"


@pytest.mark.parametrize("out", ["new", "deep/er/new", "empty", "link/new"])
def test_a_usable_place_passes_and_is_left_as_it_was(out: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    refuse_unusable(tmp_path / out)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["empty", "link"]


@pytest.mark.parametrize("out", ["file", "file/new", "dangling/new", "x" * 300, "/proc/new"])
def test_a_place_where_nothing_can_be_made_is_refused_early(out: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(SettingsInvalid) as refused:
        refuse_unusable(tmp_path / out)
    assert "--out" in refused.value.hint


def test_the_current_folder_may_be_filled_and_stays_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    leave(Path(), {"app/main.py": b"x", "Makefile": b"y"})
    assert tmp_path.stat().st_ino == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Makefile", "app"]


def test_a_name_as_long_as_names_may_be_can_be_used(tmp_path: Path) -> None:
    leave(tmp_path / ("x" * 255), {"a": b"x"})
    assert [path.name for path in tmp_path.iterdir()] == ["x" * 255]


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="File name too long"):
        leave(tmp_path / "new" / "api", {"a": b"x", "ü" * 200: b"x"})
    assert list((tmp_path / "new").iterdir()) == []
