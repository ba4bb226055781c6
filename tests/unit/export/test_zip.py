"""The zip of a project: the same bytes, safe names."""

import io
import stat
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smartforge.errors import Conflict, UnknownBlob
from smartforge.export.zip import archive, check_paths, is_safe, zip_of
from smartforge.log.memory import MemoryLog
from smartforge.snapshot import FileState

names = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["..", ".", "", "a", "A", "é", "e\u0301", "con", "NUL.txt", "a.", "a ", "C:"]),
)
paths = st.lists(names, min_size=1, max_size=4).map("/".join)


def entries(zipped: bytes) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(zipped)) as opened:
        return opened.infolist()


@given(st.dictionaries(paths, st.binary(max_size=50), max_size=6))
@example({"../x": b""})
@example({"/etc/passwd": b""})
@example({"C:\\x": b""})
@example({"a": b"", "A": b""})
@example({"a": b"", "a/b": b""})
@example({"é": b"", "e\u0301": b""})
def test_whatever_the_names_unpacking_stays_inside(contents: dict[str, bytes]) -> None:
    try:
        zipped = zip_of(contents)
    except Conflict:
        return
    for entry in entries(zipped):
        for flavour in (PurePosixPath(entry.filename), PureWindowsPath(entry.filename)):
            assert not flavour.is_absolute()
            assert not flavour.drive
            assert ".." not in flavour.parts
    with TemporaryDirectory() as folder:
        with zipfile.ZipFile(io.BytesIO(zipped)) as opened:
            opened.extractall(folder)
        unpacked = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in Path(folder).rglob("*")
            if path.is_file()
        }
    assert unpacked == contents


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z]{3,8}(/[a-z]{3,8}\.py)?", fullmatch=True), st.binary()))
def test_the_same_files_give_the_same_bytes(contents: dict[str, bytes]) -> None:
    try:
        first = zip_of(contents)
    except Conflict:
        return
    assert zip_of(dict(reversed(contents.items()))) == first
    listed = entries(first)
    assert [entry.filename for entry in listed] == sorted(contents)
    assert {entry.date_time for entry in listed} <= {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    "path",
    ["a", "app/main.py", ".gitignore", ".env.example", "a b/c-d_e.f", "é/ü.py", "a" * 255, "..a"],
)
def test_ordinary_names_are_safe(path: str) -> None:
    assert is_safe(path)


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/../b", "a/..", "...",
        "a\\b", "..\\a", "C:/a", "c:a", "a:b", "a\x00b", "a\nb", "a\x7f", "a?", "a*", "a|b", '"',
        "con", "CON.py", "app/nul.txt", "com1", "lpt9.x", "a.", "a ", " a", "a" * 256,
        "é" * 200, "/".join("a" * 100 for _ in range(11)), "a\udc80",
    ],
)  # fmt: skip
def test_names_that_some_system_reads_otherwise_are_unsafe(path: str) -> None:
    assert not is_safe(path)
    with pytest.raises(Conflict):
        zip_of({path: b""})


@pytest.mark.parametrize(
    "paths",
    [("a", "A"), ("dir/a", "DIR/a"), ("ß", "SS"), ("é", "e\u0301"), ("a", "a/b"), ("A", "a/b/c")],
)
def test_names_that_meet_in_one_place_are_refused(paths: tuple[str, ...]) -> None:
    for order in (paths, paths[::-1]):
        with pytest.raises(Conflict):
            check_paths(order)


def test_the_same_name_twice_is_refused() -> None:
    with pytest.raises(Conflict):
        check_paths(["a", "a"])


def test_files_are_ordinary_files() -> None:
    (entry,) = entries(zip_of({"Makefile": b"x" * 100}))
    mode = entry.external_attr >> 16
    assert stat.S_ISREG(mode)
    assert stat.S_IMODE(mode) == 0o644
    assert entry.compress_type == zipfile.ZIP_DEFLATED


def whole(path: str, sha256: str | None) -> FileState:
    return FileState(
        path=path,
        state="complete" if sha256 else "writing",
        author="compiled",
        attempt=1,
        size=1,
        sha256=sha256,
        binary=False,
        purpose=None,
        run="r1",
    )


async def test_content_comes_from_the_log() -> None:
    log = MemoryLog()
    files = [whole("b", await log.put(b"two")), whole("a", await log.put(b"one"))]
    zipped = await archive(files, log)
    assert zipped == zip_of({"a": b"one", "b": b"two"})


async def test_what_is_missing_or_unfinished_is_an_error() -> None:
    with pytest.raises(UnknownBlob):
        await archive([whole("a", "0" * 64)], MemoryLog())
    with pytest.raises(ValueError, match="not whole"):
        await archive([whole("a", None)], MemoryLog())
