"""The small parts of the sandbox, each by itself."""

import asyncio
import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from smartforge.sandbox import machine, tree
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.capture import Capture
from smartforge.sandbox.probe import ABLE, ESCAPES
from tests import sandboxes


async def captured(limit: int, pieces: list[bytes]) -> tuple[str, int]:
    stream, overflows = asyncio.StreamReader(), 0

    def overflow() -> None:
        nonlocal overflows
        overflows += 1

    capture = Capture(limit)
    reading = asyncio.create_task(capture.read(stream, overflow))
    for piece in pieces:
        stream.feed_data(piece)
        await asyncio.sleep(0)
    stream.feed_eof()
    await reading
    return capture.text(), overflows


@given(st.integers(0, 40), st.lists(st.binary(max_size=20).map(lambda b: b.hex().encode())))
def test_the_first_bytes_are_kept_and_more_is_told_once(limit: int, pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    text, overflows = asyncio.run(captured(limit, pieces))
    assert text == whole[:limit].decode()
    assert overflows == (1 if len(whole) > limit else 0)


def test_sandboxes_run_as_users_that_nobody_is() -> None:
    users = list(itertools.islice(machine.unused_users(), 400))
    assert all(0 < user < 65_520 for user in users)
    assert len(set(users)) > 200


def test_the_interpreter_is_the_one_below_the_virtual_environment() -> None:
    interpreter = machine.interpreter()
    assert interpreter.executable.is_file()
    assert not interpreter.executable.is_symlink()
    assert Path(sys.prefix) not in interpreter.executable.parents or sys.prefix == sys.base_prefix
    for folder in interpreter.folders:
        assert folder.is_dir()
        assert not folder.is_relative_to("/usr")


def test_the_probe_judges_exactly_what_is_tried() -> None:
    script = (machine.inside_scripts() / "attempt.py").read_text()
    for name in ABLE | ESCAPES:
        assert f'"{name}": ' in script


def test_descendants_are_found_with_their_memory() -> None:
    code = "import os, sys; x = b'1' * (30 << 20); print(flush=True); sys.stdin.read()"
    inner = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", inner], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert process.pid in tree.children(os.getpid())
        for confirm_above in (0, 1 << 40):
            used = tree.usage(process.pid, confirm_above)
            assert used.threads == 1
            assert used.files >= 3
            assert used.seconds > 0
            assert 30 << 20 < used.bytes < 200 << 20
        process.communicate()
    assert tree.usage(process.pid, 0) == tree.Usage(0, 0, 0, 0.0)
    tree.kill(process.pid)


def test_files_of_the_host_are_not_counted_as_the_sandboxs() -> None:
    # As bubblewrap itself before it has changed its root.
    assert tree.files_made(os.getpid()) == 0


def test_it_works_on_the_servers_event_loop(tmp_path: Path) -> None:
    folder = sandboxes.lay_out(tmp_path / "project")

    async def main() -> tuple[str, int]:
        sandbox = Bubblewrap()
        await sandboxes.needed(sandbox)
        ended = await sandbox.run(sandboxes.program(folder, "-c", "print('out')"))
        async with sandbox.serve(sandboxes.program(folder), "app.main:app") as served:
            reader, writer = await asyncio.open_unix_connection(served.socket)
            writer.write(b"GET /health HTTP/1.0\r\nHost: app\r\n\r\n")
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
        return ended.stdout, int(answer.split()[1])

    assert uvloop.run(main()) == ("out\n", 200)


STAGE = """
import os, sys
sys.path.insert(0, {scripts!r})
import staging
staging.main([{user!r}, "copy", {source!r}, "copied", "bind", {source!r}, "bound", "--",
              sys.executable, "-I", "-S", "-c", {look!r}])
"""

LOOK = """
import os
for name in ("copied", "bound"):
    print(name, sorted(os.listdir("/tmp/" + name)), os.path.islink(f"/tmp/{name}/link"))
print(open("/tmp/copied/private").read(), os.readlink("/tmp/copied/link"))
print(os.getuid(), os.getgroups(), dict(os.environ))
"""


def test_staging_shows_a_copy_that_can_be_read_and_follows_no_link(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root stages")
    source = tmp_path / "source"
    (source / ".venv").mkdir(parents=True)
    (source / "private").write_text("content")
    (source / "private").chmod(0o600)
    (source / "link").symlink_to("/etc/shadow")
    os.mkfifo(source / "pipe")
    scripts = str(Path(machine.__file__).parent)
    code = STAGE.format(scripts=scripts, user="60799", source=str(source), look=LOOK)
    # Nothing of the interpreter is staged here, so it must be one that every user reaches.
    python = Path("/usr/bin/python3")
    if not python.exists():
        pytest.skip("no interpreter that every user may run")
    before = Path("/proc/self/mountinfo").read_text()
    ended = subprocess.run(
        [python, "-I", "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.stdout.splitlines() == [
        "copied ['link', 'private'] True",
        "bound ['.venv', 'link', 'pipe', 'private'] True",
        "content /etc/shadow",
        "60799 [] {'LC_CTYPE': 'C.UTF-8'}",
    ], ended.stderr
    assert Path("/proc/self/mountinfo").read_text() == before


def test_staging_refuses_a_link_that_took_a_folders_place(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root stages")
    (tmp_path / "link").symlink_to("/etc")
    script = Path(machine.__file__).with_name("staging.py")
    ended = subprocess.run(
        [sys.executable, "-I", "-S", script, "60799", "copy", tmp_path / "link", "app", "--", "x"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 125
    assert "has become a symbolic link" in ended.stderr
