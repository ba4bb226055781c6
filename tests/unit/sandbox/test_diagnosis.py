"""Whatever keeps bubblewrap from starting is named, with a cure that fits."""

from pathlib import Path

import pytest

from smartforge.sandbox.diagnosis import diagnose
from smartforge.sandbox.probe import ABLE, ESCAPES, Report, verdict

SETTINGS = {
    "user namespaces off": ("user/max_user_namespaces", "0", "sysctl -w user.max_user"),
    "only for root": ("kernel/unprivileged_userns_clone", "0", "unprivileged_userns_clone=1"),
    "AppArmor": ("kernel/apparmor_restrict_unprivileged_userns", "1", "bwrap-userns-restrict"),
}


@pytest.mark.parametrize("name", list(SETTINGS))
def test_a_setting_of_the_kernel_is_named(tmp_path: Path, name: str) -> None:
    setting, value, cure = SETTINGS[name]
    place = tmp_path / "proc/sys" / setting
    place.parent.mkdir(parents=True)
    place.write_text(value + "\n")
    level = diagnose("bwrap: setting up uid map: Permission denied\n", tmp_path)
    assert level.level == "none"
    assert cure in level.cure
    assert level.detail.endswith("(bwrap: setting up uid map: Permission denied)")


def test_a_container_is_named(tmp_path: Path) -> None:
    (tmp_path / ".dockerenv").touch()
    level = diagnose("bwrap: No permissions to create new namespace", tmp_path)
    assert "container" in level.detail
    assert "--security-opt seccomp=unconfined" in level.cure


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("bwrap: Creating new namespace failed: ... exceeded (ENOSPC)", "switched off"),
        ("staging: [Errno 22] become user 60800: Invalid argument", "no other user"),
        ("bwrap: execvp /root/python/bin/python3.11: Permission denied", "may not read"),
        ("bwrap: Unknown option --disable-userns", "could not arrange"),
        ("", "could not arrange"),
    ],
)
def test_bubblewraps_words_are_understood(tmp_path: Path, words: str, reason: str) -> None:
    level = diagnose(words, tmp_path)
    assert reason in level.detail
    assert level.cure


def good() -> Report:
    return Report(dict.fromkeys(ABLE, True), dict.fromkeys(ESCAPES, False))


def test_a_good_report_gives_the_full_level() -> None:
    assert verdict(good(), {60800}).level == "full"


@pytest.mark.parametrize("name", sorted(ESCAPES))
def test_one_way_out_is_enough_to_refuse(name: str) -> None:
    report = good()
    report.escaped[name] = True
    level = verdict(report, {60800})
    assert level.level == "none"
    assert name in level.detail


@pytest.mark.parametrize("name", sorted(ESCAPES))
def test_a_way_that_was_not_tried_counts_as_open(name: str) -> None:
    report = good()
    del report.escaped[name]
    assert verdict(report, {60800}).level == "none"


@pytest.mark.parametrize("name", sorted(ABLE))
def test_a_sandbox_in_which_nothing_works_proves_nothing(name: str) -> None:
    report = good()
    report.able[name] = False
    level = verdict(report, {60800})
    assert level.level == "none"
    assert name in level.detail


def test_a_program_that_stayed_root_is_refused() -> None:
    level = verdict(good(), {60800, 0})
    assert level.level == "none"
    assert "stay root" in level.detail
