"""Tries to break out, and tells what happened; runs inside the sandbox, once per process.

    python -I -S attempt.py FD SECRET PORT NAMES

Answers one connection on the listening socket FD with JSON: `able` is what must work, so that a
sandbox in which nothing runs is not taken for a tight one; `escaped` is what must not. Nothing
that belongs to the whole machine is ever opened for writing.
"""

# Importing pathlib would be a good part of what the probe takes:
# ruff: noqa: PTH118, PTH123, PTH208

import json
import os
import socket
import sys
import threading
from collections.abc import Callable

CLONE_NEWUSER = 0x10000000
AF_NETLINK = 16
# bubblewrap's own first process, this one, and what a test forks.
MOST_PROCESSES = 4


def _reads(path: str) -> bool:
    with open(path, "rb") as source:
        return bool(source.read(1))


def _connects(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        return True


def _knows_the_environment(names: set[str]) -> bool:
    return bool(set(os.environ) - names) or bool(os.listdir("/proc/1"))


def _sees_other_processes() -> bool:
    return len([name for name in os.listdir("/proc") if name.isdecimal()]) > MOST_PROCESSES


def _enters_user_namespace() -> bool:
    import ctypes

    return ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0


def _writes(folder: str) -> bool:
    with open(os.path.join(folder, "attempt"), "w") as target:
        return bool(target.write("written"))


def _talks_to_the_kernel() -> bool:
    with socket.socket(AF_NETLINK, socket.SOCK_RAW):
        return True


def _may_gain_rights() -> bool:
    with open("/proc/self/status") as source:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in source if ":\t" in line)
    held = int(status["CapEff"], 16) | int(status["CapPrm"], 16) | int(status["CapBnd"], 16)
    return held != 0 or status["NoNewPrivs"] != "1" or status["Seccomp"] != "2"


def _forks() -> bool:
    child = os.fork()
    if child == 0:
        os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def _threads() -> bool:
    ran: list[bool] = []
    thread = threading.Thread(target=lambda: ran.append(True))
    thread.start()
    thread.join()
    return ran == [True]


def _imports() -> bool:
    import ssl

    return bool(ssl.OPENSSL_VERSION)


def _happens(attempt: Callable[[], bool]) -> bool:
    try:
        return attempt()
    except (OSError, ImportError, RuntimeError):
        return False


def main(fd: int, secret: str, port: int, names: set[str]) -> None:
    able: dict[str, Callable[[], bool]] = {
        "load its libraries": _imports,
        "write to /tmp": lambda: _writes("/tmp"),
        "fork": _forks,
        "start a thread": _threads,
    }
    escapes: dict[str, Callable[[], bool]] = {
        "read a file of the host": lambda: _reads(secret),
        "read /etc/shadow": lambda: _reads("/etc/shadow"),
        "connect to the host": lambda: _connects(port),
        "see the environment": lambda: _knows_the_environment(names),
        "see other processes": _sees_other_processes,
        "enter a new user namespace": _enters_user_namespace,
        "write to /app": lambda: _writes("/app"),
        "open a netlink socket": _talks_to_the_kernel,
        "gain rights": _may_gain_rights,
    }
    report = {
        "able": {name: _happens(attempt) for name, attempt in able.items()},
        "escaped": {name: _happens(attempt) for name, attempt in escapes.items()},
    }
    connection, _ = socket.socket(fileno=fd).accept()
    with connection:
        connection.sendall(json.dumps(report).encode())
        # Held open until the host has looked at this process from its side.
        connection.recv(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), set(sys.argv[4].split(",")))
