"""The recipe: what a program in the sandbox sees and may use, as arguments for bubblewrap.

Pure. The reasons stand beside each part; the attacks that led to it are in
tests/acceptance/test_attacks.py.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from smartforge.sandbox.base import Limits, Program

APP = "/app"
DEPENDENCIES = "/sf/dependencies"
INSIDE = "/sf/inside"

MEBIBYTE = 1024 * 1024
# What can be written, and how many bytes it holds.
WRITABLE = {"/tmp": 64 * MEBIBYTE, "/run": MEBIBYTE, "/dev/shm": 4 * MEBIBYTE}
# Files in all of that, a kilobyte of the kernel's memory each: bubblewrap cannot set a number.
FILES = 20_000
OPEN_FILES = 512
# By all processes together. Each can hold a socket with its buffers, which no size shows.
ALL_OPEN_FILES = 2 * OPEN_FILES
STACK_BYTES = 8 * MEBIBYTE

OBEYED_BY_THE_LOADER = ("LD_", "GLIBC_TUNABLES")

# Each mount costs a start some 50 microseconds, so only what tells secrets, addresses of the
# kernel, or what the machine is busy with.
MASKED = (
    *("cmdline", "config.gz", "interrupts", "kallsyms", "kcore", "key-users", "keys", "kmsg"),
    *("modules", "sched_debug", "timer_list"),
)

FIXED_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "USER": "sandbox",
    "PYTHONPATH": DEPENDENCIES,
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUNBUFFERED": "1",
}


class Places(msgspec.Struct, frozen=True):
    """Where the parts lie for bubblewrap: at home, or staged by root somewhere it can reach.

    `interpreter` pairs each folder of the interpreter with its path inside, which is its
    original one: elsewhere an interpreter does not find its own libraries.
    """

    interpreter: Sequence[tuple[str, str]]
    app: str
    dependencies: str
    inside: str


def system_arguments(root: Path = Path("/")) -> list[str]:
    """/usr and the names at the root that lead into it, as links or as folders of their own;
    then /proc, without what it tells of the whole machine, and /dev."""
    arguments = ["--ro-bind", str(root / "usr"), "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        place = root / name
        if place.is_symlink():
            arguments += ["--symlink", str(place.readlink()), f"/{name}"]
        elif place.is_dir():
            arguments += ["--ro-bind", str(place), f"/{name}"]
    for name in ("/etc/ld.so.cache", "/etc/alternatives"):
        arguments += ["--ro-bind-try", name, name]
    return [*arguments, "--proc", "/proc", *_masks(root), "--dev", "/dev"]


def _masks(root: Path) -> list[str]:
    """A device on a mount without devices cannot even be opened. Settings can be read alone:
    those of the sandbox's own namespaces could be written, and which those are grows.

    Of the first process, bubblewrap itself, nothing is told: its memory could be written, where it
    says that it dies with us, and its program changed, where that is the user's own file.
    """
    arguments = ["--ro-bind", "/proc/sys", "/proc/sys"]
    for name in MASKED:
        if (root / "proc" / name).is_file():
            arguments += ["--ro-bind", "/dev/null", f"/proc/{name}"]
    return [*arguments, "--size", "4096", "--tmpfs", "/proc/1", "--remount-ro", "/proc/1"]


def bwrap_arguments(
    places: Places, environment: Mapping[str, str], seccomp_fd: int, system: Sequence[str]
) -> list[str]:
    """Everything before the command. Mounts go from the outside in, then the root is sealed."""
    arguments = [
        "--unshare-all",
        "--unshare-user",
        "--disable-userns",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
        *("--hostname", "sandbox", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"),
        *system,
    ]
    for place, size in WRITABLE.items():
        arguments += ["--size", str(size), "--tmpfs", place]
    for source, inside in places.interpreter:
        arguments += ["--ro-bind", source, inside]
    arguments += ["--ro-bind", places.dependencies, DEPENDENCIES]
    arguments += ["--ro-bind", places.inside, INSIDE, "--ro-bind", places.app, APP]
    for name, value in environment.items():
        arguments += ["--setenv", name, value]
    # /dev is a tmpfs of its own, half as large as the machine's memory.
    sealed = ("--remount-ro", "/", "--remount-ro", "/dev")
    return [*arguments, "--chdir", APP, *sealed, "--seccomp", str(seccomp_fd)]


def resource_limits(limits: Limits) -> dict[str, tuple[int, int]]:
    """Soft and hard limit of each process inside, by the name that follows RLIMIT_.

    The soft limit on CPU ends a program by SIGXCPU, which tells it from every other kill. A core
    of one byte, and not of none: it alone keeps the kernel from starting a collector of cores
    on the host (core(5)).
    """
    cpu = max(1, limits.cpu_seconds)
    return {
        "NPROC": (limits.processes, limits.processes),
        "NOFILE": (OPEN_FILES, OPEN_FILES),
        "FSIZE": (limits.file_bytes, limits.file_bytes),
        "CORE": (1, 1),
        "CPU": (cpu, cpu + 1),
        "DATA": (limits.memory_bytes, limits.memory_bytes),
        "STACK": (STACK_BYTES, STACK_BYTES),
        "SIGPENDING": (OPEN_FILES, OPEN_FILES),
        "MSGQUEUE": (0, 0),
    }


def start_arguments(limits: Limits, tether: int) -> list[str]:
    """Arguments for the interpreter that set the limits, inside; a whole command must follow."""
    set_inside = (f"{name}={soft}:{hard}" for name, (soft, hard) in resource_limits(limits).items())
    return ["-I", "-S", f"{INSIDE}/start.py", str(tether), *set_inside, "--"]


def total_memory(limits: Limits) -> int:
    """Bytes of resident memory that all processes of one sandbox may hold together."""
    return 2 * limits.memory_bytes


def environment_of(program: Program) -> dict[str, str]:
    """All the environment there is inside. A name given by the caller wins over a fixed one.

    Raises ValueError for a name that the loader of programs obeys: the project's own code would
    run in the start script, before any limit is set.
    """
    for name in program.environment:
        if name.startswith(OBEYED_BY_THE_LOADER):
            raise ValueError(f"{name} cannot be set in the sandbox: it tells how programs load")
    return {**FIXED_ENVIRONMENT, **program.environment}


def encoded(arguments: Sequence[str]) -> bytes:
    """As `bwrap --args FD` reads them: each ended by NUL. Raises ValueError for a NUL within."""
    if any("\0" in argument for argument in arguments):
        raise ValueError("an argument for the sandbox holds a NUL character")
    return b"".join(argument.encode(errors="surrogateescape") + b"\0" for argument in arguments)
