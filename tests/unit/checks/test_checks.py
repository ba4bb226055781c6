"""Each check passes on a sound project and names what is wrong with a spoilt or hostile one."""

import re
from pathlib import Path

import pytest

from smartforge.checks.base import Check, Subject
from smartforge.checks.boot import Boot
from smartforge.checks.contract import ContractServed
from smartforge.checks.scripts import FOLDER, run_script, told
from smartforge.checks.security import LIMITS, Security, Walked
from smartforge.checks.syntax import Syntax
from smartforge.checks.tests import GeneratedTests
from smartforge.sandbox.base import Limits
from tests import sandboxes
from tests.sandboxes import MAIN, lay_out

CHECKS: list[Check] = [Syntax(), Security(), Boot(), ContractServed(), GeneratedTests()]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
async def test_a_sound_project_passes(check: Check, subject: Subject) -> None:
    verdict = await check.check(subject)
    assert verdict.outcome == "passed", verdict


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
async def test_an_empty_folder_gets_a_verdict(
    check: Check, subject: Subject, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    verdict = await check.check(sandboxes.subject(subject.sandbox, empty))
    assert verdict.outcome == ("passed" if check.name == "security" else "failed")


# ---- syntax --------------------------------------------------------------------------------


async def test_a_syntax_error_is_named_with_file_and_line(subject: Subject) -> None:
    lay_out(subject.folder, app__routes_py="x = 1\n\ndef broken(:\n    pass\n")
    verdict = await Syntax().check(subject)
    assert verdict.outcome == "failed"
    assert verdict.summary.startswith("app/routes.py, line 3: SyntaxError:")
    assert (verdict.evidence["path"], verdict.evidence["line"]) == ("app/routes.py", 3)


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("x = '\0'", "null bytes"),
        ("(" * 300 + ")" * 300, "too many nested parentheses"),
        ("x = " + "-" * 100_000 + "1", "app/odd.py"),
        ("# coding: nonsense\n", "unknown encoding"),
        ("x = 1" + "0" * 5000, "integer string conversion"),
    ],
)
async def test_odd_files_are_named(subject: Subject, text: str, summary: str) -> None:
    lay_out(subject.folder, app__odd_py=text)
    verdict = await Syntax().check(subject)
    assert verdict.outcome == "failed"
    assert "app/odd.py" in verdict.summary
    assert summary in verdict.summary


async def test_a_link_in_place_of_a_file_is_not_followed(subject: Subject, tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("topsecret = = 1\n")
    (subject.folder / "app/linked.py").symlink_to(secret)
    for check in (Syntax(), Security()):
        verdict = await check.check(subject)
        assert verdict.outcome == "failed"
        assert "app/linked.py" in verdict.summary
        assert "is a symbolic link" in verdict.summary
        assert "topsecret" not in str(verdict)


async def test_names_that_are_no_text_do_no_harm(subject: Subject) -> None:
    name = b"\xff\x1b[31m.py"
    with open(bytes(subject.folder) + b"/" + name, "w") as file:  # noqa: ASYNC230, PTH123
        file.write("=")
    verdict = await Syntax().check(subject)
    assert verdict.outcome == "failed"
    verdict.summary.encode()
    assert verdict.summary.isprintable()


# ---- security ------------------------------------------------------------------------------

OUT_OF_PLACE = {
    "import subprocess": "import subprocess",
    "from subprocess import run": "from subprocess import ...",
    "import os\nos.system('id')": "os.system()",
    "import os as o\no.fork()": "os.fork()",
    "from os import execv as e\ne('/bin/sh', [])": "from os import execv",
    "import os\nos.spawnlp(0, 'sh', 'sh')": "os.spawnlp()",
    "import socket": "import socket",
    "import ctypes.util": "import ctypes.util",
    "import multiprocessing as m": "import multiprocessing",
    "import pickle\npickle.loads(b'')": "pickle.loads()",
    "eval('1')": "eval()",
    "exec('x = 1')": "exec()",
    "__import__('subprocess').run([])": "__import__()",
    "import importlib\nimportlib.import_module('socket')": "importlib.import_module(): socket",
    "import os\ngetattr(os, 'system')('id')": "os.system()",
    "import os\nrun = os.system\nrun('id')": "os.system()",
    "open('/etc/shadow').read()": "open('/etc/shadow')",
    "WHERE = '/etc/' + 'shadow'\nopen(WHERE)": None,
    "WHERE = '/etc/shadow'\ndef f():\n    return open(WHERE)": "open('/etc/shadow')",
    "open(f'/proc/{1}/environ')": "open('/proc/')",
    "open('../../etc/passwd')": "open('../../etc/passwd')",
    "from pathlib import Path\nPath('/etc/shadow').read_text()": "Path.read_text('/etc/shadow')",
    "import pathlib\n(pathlib.Path('/etc') / 'shadow').read_bytes()": (
        "Path.read_bytes('/etc/shadow')"
    ),
    "from pathlib import Path\np = Path('/root')\nlist(p.iterdir())": "Path.iterdir('/root')",
    "import os\nos.listdir('/root')": "os.listdir('/root')",
    "import shutil\nshutil.copy('/etc/passwd', 'x')": "shutil.copy('/etc/passwd')",
    "import asyncio\nasyncio.create_subprocess_shell('id')": "asyncio.create_subprocess_shell()",
    "import asyncio\nasyncio.open_connection('127.0.0.1', 1)": "asyncio.open_connection()",
}


@pytest.mark.parametrize("folder", ["app", "tests"])
async def test_what_is_out_of_place_is_named_with_file_and_line(
    subject: Subject, folder: str
) -> None:
    """Each stands in a file of its own, and one look finds them all."""
    codes = {
        f"{folder}/test_extra_{at}.py": code
        for at, (code, what) in enumerate(OUT_OF_PLACE.items())
        if what
    }
    for path, code in codes.items():
        (subject.folder / path).write_text(code + "\n")
    walked = told(await run_script(subject, "walk_code", FOLDER, limits=LIMITS), Walked)
    assert walked is not None
    assert {one.path for one in walked.findings} == set(codes)
    for path, code in codes.items():
        found = [one for one in walked.findings if one.path == path]
        assert OUT_OF_PLACE[code] in [one.what for one in found]
        assert all(1 <= one.line <= code.count("\n") + 1 for one in found), found


@pytest.mark.parametrize("path", ["app/extra.py", "tests/test_extra.py"])
async def test_the_verdict_names_file_and_line(subject: Subject, path: str) -> None:
    (subject.folder / path).write_text("import os\nos.system('id')\n")
    verdict = await Security().check(subject)
    assert verdict.outcome == "failed"
    assert f"os.system() ({path}, line 2)" in verdict.summary
    assert "os.system()" in [finding["what"] for finding in verdict.evidence["findings"]]
    assert (verdict.evidence["path"], verdict.evidence["line"]) == (path, 2)


SANE = """
import os
import re
import json
import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, select, text

URL = os.environ.get("DATABASE_URL", "sqlite:///app.db")
PATTERN = re.compile("/etc/[a-z]+")
ROUTE = "/etc/shadow"
HERE = Path(__file__).parent
CONTENT = (HERE / "openapi.yaml").read_text() if (HERE / "openapi.yaml").exists() else ""
def evaluate(model, session):
    model.eval()
    session.exec(select(1))
    session.execute(text("select 1"))
    with open("data.json") as file:
        json.load(file)
    with open("/tmp/cache.json", "w") as file:
        file.write("")
    return os.path.join("/etc", "x"), os.getenv("HOME"), getattr(model, "name", None)
"""


async def test_sane_code_has_no_finding(subject: Subject) -> None:
    lay_out(subject.folder, app__sane_py=SANE)
    verdict = await Security().check(subject)
    assert verdict.outcome == "passed", verdict


async def test_the_evidence_is_bounded(subject: Subject) -> None:
    lay_out(subject.folder, app__many_py="eval('1')\n" * 5000)
    verdict = await Security().check(subject)
    assert verdict.evidence["total"] == 5000
    assert len(verdict.evidence["findings"]) == 20
    assert verdict.summary.endswith("and 4999 more.")


# ---- boot ----------------------------------------------------------------------------------

AT_IMPORT = {
    "open('/etc/shadow').read()": r"FileNotFoundError: .*'/etc/shadow' \(app/main.py, line 1\)",
    "import socket\nsocket.create_connection(('127.0.0.1', 22))": (
        r"ConnectionRefusedError: .* \(app/main.py, line 2\)"
    ),
    "import os\nwhile True: os.fork()": r"64 processes",
    "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass": r"64 processes",
    "x = bytearray(4 << 30)": r"MemoryError \(app/main.py, line 1\): .*512 MiB",
    "while True: print('flood ' * 100)": r"more output than allowed, 256 KiB",
    "import sys\nsys.exit(0)": r"SystemExit: 0 \(app/main.py, line 2\)",
    "import os\nos._exit(0)": r"exit code 0 and no word about why",
    "import os\nos.kill(os.getpid(), 11)": r"was killed by SIGSEGV",
    "import os, pathlib\nfor p in pathlib.Path('/app').rglob('*.py'): p.unlink()": (
        r"Read-only file system.* \(app/main.py, line 2\)"
    ),
    "import nothing_here": r"ModuleNotFoundError: .*'nothing_here' \(app/main.py, line 1\)",
    "raise KeyboardInterrupt": r"KeyboardInterrupt \(app/main.py, line 1\)",
    "x = 1": r"AttributeError: .*'app'",
    "def app(): pass": r"TypeError|answered 500",
}


@pytest.mark.parametrize("code", list(AT_IMPORT))
async def test_what_keeps_an_application_from_starting_is_named(
    subject: Subject, code: str
) -> None:
    lay_out(subject.folder, app__main_py=code + "\n")
    verdict = await Boot().check(subject)
    assert verdict.outcome == "failed"
    assert re.search(AT_IMPORT[code], verdict.summary), verdict


async def test_an_endless_import_is_named_with_its_line(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smartforge.checks.boot.LIMITS", Limits(wall_seconds=2.0))
    lay_out(subject.folder, app__main_py="x = 1\nwhile True: pass\n")
    verdict = await Boot().check(subject)
    assert verdict.outcome == "failed"
    assert "still running after 2 s" in verdict.summary
    assert "(app/main.py, line 2)" in verdict.summary


async def test_a_failing_start_is_named(subject: Subject) -> None:
    code = """
from contextlib import asynccontextmanager
from fastapi import FastAPI
@asynccontextmanager
async def lifespan(app):
    raise ValueError("no tables")
    yield
app = FastAPI(lifespan=lifespan)
"""
    lay_out(subject.folder, app__main_py=code)
    verdict = await Boot().check(subject)
    assert "ValueError: no tables (app/main.py, line 6)" in verdict.summary


async def test_another_status_than_200_is_told_with_the_answer(subject: Subject) -> None:
    lay_out(subject.folder, app__main_py="from fastapi import FastAPI\napp = FastAPI()\n")
    verdict = await Boot().check(subject)
    assert verdict.summary == "GET /health answered 404, not 200."
    assert verdict.evidence["curl"] == "curl -i http://127.0.0.1:8001/health"
    assert "Not Found" in verdict.evidence["body"]


async def test_an_answer_without_end_is_cut(subject: Subject) -> None:
    code = """
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
"""
    lay_out(subject.folder, app__main_py=code)
    verdict = await ContractServed().check(subject)
    assert verdict.outcome == "failed"
    assert "more than" in verdict.summary


# ---- contract ------------------------------------------------------------------------------


async def test_what_is_served_otherwise_is_listed(subject: Subject) -> None:
    lay_out(subject.folder, app__main_py=MAIN.replace("le=100)", "le=1000)"))
    verdict = await ContractServed().check(subject)
    assert verdict.outcome == "failed"
    line = "GET /books: parameter query limit: maximum is 1000, promised 100"
    assert verdict.evidence["differences"] == [line]
    assert line in verdict.summary


# ---- tests ---------------------------------------------------------------------------------


async def failing(subject: Subject, text: str) -> str:
    lay_out(subject.folder, tests__test_books_py=text)
    verdict = await GeneratedTests().check(subject)
    assert verdict.outcome == "failed", verdict
    return verdict.summary


async def test_a_promised_refusal_that_no_test_asks_for_is_named(subject: Subject) -> None:
    kept = sandboxes.TESTS.replace('    assert client.get("/books/77").status_code == 404\n', "")
    said = await failing(subject, kept)
    assert said.startswith("No test asks for the answer 404 of GET /books/{book_id} (tests/")


async def test_a_failing_test_is_named_with_its_error(subject: Subject) -> None:
    lay_out(
        subject.folder,
        tests__test_more_py="def test_one():\n    assert 1 == 2\n\ndef test_two():\n    {}['x']\n",
    )
    verdict = await GeneratedTests().check(subject)
    assert verdict.outcome == "failed"
    assert verdict.summary == (
        "tests/test_more.py::test_one failed: assert 1 == 2 (2 failed in all)."
    )
    assert verdict.evidence["failures"][1] == {
        "test": "tests/test_more.py::test_two",
        "error": "KeyError: 'x'",
        "path": "tests/test_more.py",
        "line": 5,
    }
    counts = {name: verdict.evidence[name] for name in ("collected", "passed", "failed", "skipped")}
    assert counts == {"collected": 5, "passed": 2, "failed": 2, "skipped": 1}


LIES = {
    "exits early with 0": "print('7 passed in 0.01s')\nimport os\nos._exit(0)\n",
    "exits politely": "import sys\nprint('7 passed in 0.01s')\nsys.exit(0)\n",
    "exits within a test": "def test_a():\n    import os\n    os._exit(0)\n",
    "prints a summary and fails": (
        "def test_a():\n    print('===== 7 passed in 0.01s =====')\n    assert False\n"
    ),
    "prints what the check prints": (
        'import os\nos.write(1, b\'{"status": 0, "finished": 0}\')\ndef test_a():\n    assert 0\n'
    ),
    "writes to the parent's output": (
        "import os\ndef test_a():\n    open(f'/proc/{os.getppid()}/fd/1', 'w').write('{}')\n"
    ),
    "kills the one who counts": "import os\ndef test_a():\n    os.kill(os.getppid(), 9)\n",
    "has no tests": "def nothing(): pass\n",
    "skips all": "import pytest\n@pytest.mark.skip\ndef test_a(): pass\n",
    "only collects": "",
    "cannot be imported": "import nothing_like_this\ndef test_a(): pass\n",
    "fails while tearing down": (
        "import pytest\n@pytest.fixture\ndef x():\n    yield\n    raise ValueError\n"
        "def test_a(x): pass\n"
    ),
    "crashes": "def test_a():\n    import ctypes\n    ctypes.string_at(0)\n",
    "floods the results": (
        "import os, pytest\n@pytest.mark.parametrize('n', range(5))\n"
        "def test_a(n):\n    for fd in range(3, 512):\n"
        '        try: os.write(fd, b\'{"kind": "call"}\\n\')\n        except OSError: pass\n'
    ),
}


@pytest.mark.parametrize("name", list(LIES))
async def test_nothing_that_tests_print_or_do_makes_them_pass(subject: Subject, name: str) -> None:
    if name == "only collects":
        (subject.folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
        lay_out(subject.folder)
        assert (await GeneratedTests().check(subject)).outcome == "failed"
    else:
        assert await failing(subject, LIES[name])


async def test_files_named_like_modules_do_not_take_their_place(subject: Subject) -> None:
    broken = "raise RuntimeError('not the real one')\n"
    lay_out(subject.folder, json_py=broken, pytest_py=broken, app__json_py=broken)
    verdict = await GeneratedTests().check(subject)
    assert verdict.outcome == "passed", verdict


async def test_tests_that_hang_are_named(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smartforge.checks.tests.MOST_SECONDS", 3)
    text = "def test_fine(): pass\ndef test_hangs():\n    while True: pass\n"
    summary = await failing(subject, text)
    assert summary == (
        "The tests did not end within 3 s; the last was tests/test_books.py::test_hangs."
    )


async def test_missing_tests_are_told(subject: Subject) -> None:
    (subject.folder / "tests/test_books.py").unlink()
    verdict = await GeneratedTests().check(subject)
    assert (verdict.outcome, verdict.summary) == ("failed", "There are no tests in tests/.")
