"""Where control groups can be made is read from the kernel's own words; what is made goes again."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from smartforge.sandbox import cgroup
from smartforge.sandbox.base import Limits
from smartforge.sandbox.cgroup import Group, Groups, Place, found_in

LIMITS = Limits(memory_bytes=100 * 1024 * 1024, processes=10)
ALL = 2 * LIMITS.memory_bytes + 69 * 1024 * 1024


def process(folder: Path, groups: str, *mounts: str) -> Path:
    """A /proc/self that tells of these groups, and of these mounts: `ROOT PLACE KIND OPTIONS`."""
    (folder / "cgroup").write_text(groups)
    lines: list[str] = []
    for number, mount in enumerate(mounts):
        root, place, kind, options = mount.split()
        lines.append(f"{number} 1 0:1 {root} {place} rw shared:1 - {kind} {kind} rw,{options}\n")
    (folder / "mountinfo").write_text("".join(lines))
    return folder


def tree_of(folder: Path, path: str, controllers: str) -> Path:
    """A group of version 2 that lets its children count what is named."""
    place = folder / path
    place.mkdir(parents=True, exist_ok=True)
    (place / "cgroup.procs").touch()
    (place / "cgroup.subtree_control").write_text(controllers + "\n")
    return place


def test_the_nearest_group_that_is_delegated_is_found(tmp_path: Path) -> None:
    unified = tmp_path / "unified"
    slice_ = tree_of(unified, "user.slice/app.slice", "cpu memory pids")
    tree_of(unified, "user.slice/app.slice/editor.scope", "")
    told = process(
        tmp_path, "0::/user.slice/app.slice/editor.scope\n", f"/ {unified} cgroup2 nsdelegate"
    )
    places = found_in(told, root=False)
    assert places == [Place(2, slice_, frozenset({"cpu", "memory", "pids"}))]


def test_a_group_that_is_not_ours_on_the_way_ends_the_search(tmp_path: Path) -> None:
    unified = tmp_path / "unified"
    tree_of(unified, "a", "memory pids")
    (unified / "a/b/c").mkdir(parents=True)
    told = process(tmp_path, "0::/a/b/c\n", f"/ {unified} cgroup2 nsdelegate")
    assert found_in(told, root=False) == []


@pytest.mark.parametrize("path", ["/", "/../elsewhere", "/other"])
def test_a_group_that_is_not_shown_here_is_not_used(tmp_path: Path, path: str) -> None:
    unified = tmp_path / "unified"
    unified.mkdir()
    told = process(tmp_path, f"0::{path}\n", f"/shown {unified} cgroup2 x")
    assert found_in(told, root=True) == []


def test_version_1_is_for_root_and_only_with_all_that_is_needed(tmp_path: Path) -> None:
    names = ("memory", "pids", "cpu,cpuacct", "freezer")
    for name in names:
        (tmp_path / name / "box").mkdir(parents=True)
    mounts = [f"/ {tmp_path / name} cgroup {name}" for name in names]
    groups = "".join(f"{at}:{name}:/box\n" for at, name in enumerate(names)) + "0::/\n"
    told = process(tmp_path, groups, *mounts)
    assert [place.folder.parent.name for place in found_in(told, root=True)] == list(names[:3])
    assert found_in(told, root=False) == []
    without = process(tmp_path, groups, *mounts[1:])
    assert found_in(without, root=True) == []


def test_a_container_is_shown_its_own_part_as_the_root(tmp_path: Path) -> None:
    for name in ("memory", "pids"):
        (tmp_path / name).mkdir()
    told = process(
        tmp_path,
        "2:memory:/docker/box\n3:pids:/docker/box\n",
        *(f"/docker/box {tmp_path / name} cgroup {name}" for name in ("memory", "pids")),
    )
    assert [place.folder for place in found_in(told, root=True)] == [
        tmp_path / "memory",
        tmp_path / "pids",
    ]


def test_limits_are_set_for_all_processes_together(tmp_path: Path) -> None:
    place = Place(2, tmp_path, frozenset({"memory", "pids"}))
    group = Group([place], "g", LIMITS)
    made = tmp_path / "g"
    assert {file.name: file.read_text() for file in made.iterdir()} == {
        "memory.max": str(ALL),
        "memory.oom.group": "1",
        "pids.max": "14",
    }
    (made / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    (made / "memory.events").write_text("low 0\noom 1\noom_kill 1\noom_group_kill 1\n")
    assert group.used() == cgroup.Used(2.5, True)


def test_where_one_cannot_be_made_nothing_of_it_is_left(tmp_path: Path) -> None:
    good, missing = (
        Place(1, tmp_path / name, frozenset({"freezer"})) for name in ("good", "missing")
    )
    good.folder.mkdir()
    with pytest.raises(FileNotFoundError):
        Group([good, missing], "g", LIMITS)
    assert list(good.folder.iterdir()) == []


def test_groups_of_the_killed_are_swept_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    groups = Groups([Place(2, tmp_path, frozenset())])
    with subprocess.Popen(["/bin/true"]) as ended:
        pass
    names = (f"{ended.pid}-1", f"{ended.pid}-2", f"{os.getpid()}-1")
    old = time.time() - 2 * cgroup.ABANDONED_AFTER
    for name in names:
        (tmp_path / f"{cgroup.PREFIX}{name}").mkdir()
        if not name.endswith("2"):
            os.utime(tmp_path / f"{cgroup.PREFIX}{name}", (old, old))
    groups.sweep()
    assert {path.name for path in groups.left()} == {f"{cgroup.PREFIX}{name}" for name in names[1:]}


def test_the_kernel_ends_what_takes_more_memory_than_its_group_may() -> None:
    groups = cgroup.find()
    if groups is None:
        pytest.skip("no control group can be made here")
    group = groups.group(LIMITS)
    try:
        taking = f"x = b'x' * {2 * ALL}"
        command = [*group.joining(), "/usr/bin/env", "python3", "-c", taking]
        ended = subprocess.run(command, capture_output=True, check=False, timeout=60)
        assert ended.returncode == -9, ended.stderr
        assert group.used().out_of_memory
    finally:
        group.remove()


def test_what_joins_a_real_group_is_counted_and_the_group_goes() -> None:
    groups = cgroup.find()
    if groups is None:
        pytest.skip("no control group can be made here")
    group = groups.group(LIMITS)
    try:
        code = "import os\nfor name in open('/proc/self/cgroup'): print(name.strip())"
        command = [*group.joining(), "/usr/bin/env", "python3", "-c", code]
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        assert told.stdout.count(cgroup.PREFIX) >= 1
        spent = group.used().cpu_seconds
        assert spent is None or spent > 0
    finally:
        group.remove()
    assert all(f"-{os.getpid()}-" not in str(left) for left in groups.left())
