"""What every sandbox ends a program for."""

from pathlib import Path

import pytest

from smartforge.sandbox.base import Limits, Sandbox
from tests.contract.boxes import MEBIBYTE, python
from tests.sandboxes import program


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
