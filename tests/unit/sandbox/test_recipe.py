"""The recipe as arguments: narrow mounts in the right order, nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge.sandbox.base import Limits, Program
from smartforge.sandbox.recipe import (
    FIXED_ENVIRONMENT,
    Places,
    bwrap_arguments,
    encoded,
    environment_of,
    start_arguments,
    system_arguments,
    total_memory,
)

PLACES = Places([("/staged/python", "/home/u/python")], "/p", "/d", "/i")


def arguments(**environment: str) -> list[str]:
    return bwrap_arguments(PLACES, environment, 9, ["--ro-bind", "/usr", "/usr"])


def test_everything_is_unshared_and_no_right_is_kept() -> None:
    given_ = arguments()
    for option in ("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"):
        assert option in given_
    for option in ("--new-session", "--clearenv"):
        assert option in given_
    assert given_[given_.index("--cap-drop") + 1] == "ALL"
    assert "--share-net" not in given_


def test_only_the_named_folders_are_bound_and_all_of_them_for_reading() -> None:
    given_ = arguments()
    bound = [given_[at + 1 : at + 3] for at, one in enumerate(given_) if one == "--ro-bind"]
    assert bound == [
        ["/usr", "/usr"],
        ["/staged/python", "/home/u/python"],
        ["/d", "/sf/dependencies"],
        ["/i", "/sf/inside"],
        ["/p", "/app"],
    ]
    assert not {"--bind", "--dev-bind", "--bind-try"} & set(given_)


def test_the_root_is_sealed_after_the_last_mount() -> None:
    given_ = arguments()
    sealed = given_.index("--remount-ro")
    assert given_[sealed : sealed + 4] == ["--remount-ro", "/", "--remount-ro", "/dev"]
    assert not {"--ro-bind", "--tmpfs", "--symlink", "--dir"} & set(given_[sealed:])


def test_what_can_be_written_has_a_size() -> None:
    given_ = arguments()
    writable = [at for at, one in enumerate(given_) if one == "--tmpfs"]
    assert [given_[at + 1] for at in writable] == ["/tmp", "/run", "/dev/shm"]
    for at in writable:
        assert given_[at - 2] == "--size"
        assert 0 < int(given_[at - 1]) <= 64 * 1024 * 1024


def test_a_system_with_folders_of_its_own_at_the_root_is_shown_as_it_is(tmp_path: Path) -> None:
    for name in ("usr", "lib"):
        (tmp_path / name).mkdir()
    (tmp_path / "bin").symlink_to("usr/bin")
    shown = system_arguments(tmp_path)
    assert shown[3:6] == ["--symlink", "usr/bin", "/bin"]
    assert ["--ro-bind", str(tmp_path / "lib"), "/lib"] == shown[6:9]
    assert "/sbin" not in shown


def test_what_proc_tells_of_the_whole_machine_is_covered_where_it_exists(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cmdline").touch()
    shown = system_arguments(tmp_path)
    at = shown.index("--proc")
    assert shown[at + 2 : at + 5] == ["--ro-bind", "/proc/sys", "/proc/sys"]
    assert shown[at + 5 : at + 8] == ["--ro-bind", "/dev/null", "/proc/cmdline"]
    assert shown[at + 10 :] == ["--tmpfs", "/proc/1", "--remount-ro", "/proc/1", "--dev", "/dev"]


def test_the_callers_environment_wins_over_the_fixed_one() -> None:
    program = Program((), Path("/p"), Path("/d"), {"LANG": "C", "DATABASE_URL": "x"})
    assert environment_of(program) == FIXED_ENVIRONMENT | {"LANG": "C", "DATABASE_URL": "x"}


@pytest.mark.parametrize("name", ["LD_PRELOAD", "LD_AUDIT", "GLIBC_TUNABLES"])
def test_nothing_is_loaded_before_the_limits_are_set(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        environment_of(Program((), Path("/p"), Path("/d"), {name: "/app/evil.so"}))


def test_every_limit_is_set() -> None:
    limits = Limits(cpu_seconds=7, memory_bytes=1000, file_bytes=2000, processes=9)
    set_ = start_arguments(limits, 5)
    assert set_[3] == "5"
    assert set_[4:] == [
        *("NPROC=9:9", "NOFILE=512:512", "FSIZE=2000:2000"),
        *("CORE=1:1", "CPU=7:8", "DATA=1000:1000", "STACK=8388608:8388608"),
        *("SIGPENDING=512:512", "MSGQUEUE=0:0", "--"),
    ]
    assert total_memory(limits) == 2000


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))))
def test_arguments_are_handed_over_as_they_are(words: list[str]) -> None:
    ended = encoded(words)
    assert ended.split(b"\0")[:-1] == [word.encode() for word in words]


def test_a_nul_cannot_smuggle_in_another_argument() -> None:
    with pytest.raises(ValueError, match="NUL"):
        encoded(arguments(DATABASE_URL="x\0--bind\0/\0/"))
