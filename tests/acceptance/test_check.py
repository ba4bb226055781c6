"""`smartforge check` on generated projects that somebody has made hostile."""

import http.server
import secrets
import shutil
import subprocess
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.processes import QUICK, SMARTFORGE, smartforge

PROMPT = "A recipe API. A recipe has a title, servings, minutes and optional notes"


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "recipes"
    done = smartforge("new", PROMPT, "--out", str(out), command=QUICK)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture
def project(recipes: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(recipes, tmp_path / "project"))


class Reached(http.server.BaseHTTPRequestHandler):
    """Notes that somebody came."""

    visits: list[str]

    def do_GET(self) -> None:
        self.visits.append(self.path)
        self.send_error(404)


@pytest.fixture
def host_port() -> Generator[tuple[int, list[str]], None, None]:
    visits: list[str] = []
    handler = type("Handler", (Reached,), {"visits": visits})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1], visits
        server.shutdown()
        thread.join()


def check(project: Path, *asked: str, seconds: int = 20) -> subprocess.CompletedProcess[str]:
    """All checks, or those that are asked; for a start the application has so many seconds."""
    more = {"QUICK_CHECKS": " ".join(asked), "QUICK_SECONDS": str(seconds)}
    command = QUICK if asked else SMARTFORGE
    done = smartforge("check", str(project), more=more, seconds=200, command=command)
    assert "Traceback (most recent call last)" not in done.stderr
    return done


def add(project: Path, code: str, path: str = "app/main.py") -> None:
    place = project / path
    place.write_text(code + "\n" + place.read_text())


def test_an_untouched_project_passes(project: Path) -> None:
    done = check(project)
    assert done.returncode == 0, done.stdout
    assert "passed: 11 passed, 0 failed, 1 skipped" in done.stdout


def test_reading_a_secret_of_the_host_fails_and_shows_nothing(
    project: Path, tmp_path: Path
) -> None:
    secret = secrets.token_hex(16)
    (tmp_path / "secret").write_text(secret)
    add(project, f'print(open("{tmp_path}/secret").read()); print(open("/etc/shadow").read())')
    done = check(project)
    assert done.returncode == 1
    assert secret not in done.stdout + done.stderr
    assert "root:" not in done.stdout + done.stderr
    assert "app/main.py" in done.stdout


def test_a_port_of_the_host_is_not_reached(project: Path, host_port: tuple[int, list[str]]) -> None:
    port, visits = host_port
    add(
        project,
        "import urllib.request\n"
        f'urllib.request.urlopen("http://127.0.0.1:{port}/hello", timeout=5).read()',
    )
    done = check(project, "boot")
    assert (done.returncode, visits) == (1, [])
    assert "app/main.py" in done.stdout


def test_a_port_is_not_reached_from_a_test_either(
    project: Path, host_port: tuple[int, list[str]]
) -> None:
    port, visits = host_port
    add(
        project,
        "import socket\n"
        "def test_it():\n"
        f'    socket.create_connection(("127.0.0.1", {port}), timeout=5)\n',
        "tests/test_contract.py",
    )
    done = check(project, "boot", "tests")
    assert (done.returncode, visits) == (1, [])
    assert "tests/test_contract.py" in done.stdout


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import os\nwhile True:\n    os.fork()", "process"),
        (
            "import os\nwhile 1:\n    try:\n        os.fork()\n    except OSError:\n        pass",
            "process",
        ),
        ("hoard = bytearray(4 << 30)", "memory"),
        ("while True:\n    pass", "limit: time"),
        ("while True:\n    print('x' * 10_000)", "output"),
        ("import sys\nsys.exit(0)", "exit"),
    ],
    ids=["forks", "forks stubbornly", "4 GB", "spins", "floods", "leaves"],
)
def test_a_greedy_program_is_ended_and_the_verdict_names_the_cause(
    project: Path, code: str, cause: str
) -> None:
    add(project, code)
    done = check(project, "boot", seconds=4 if cause == "limit: time" else 20)
    assert done.returncode == 1
    assert cause in done.stdout.lower(), done.stdout


def test_another_contract_than_the_served_one_is_named(project: Path) -> None:
    place = project / "openapi.yaml"
    promised = place.read_text()
    assert "maximum: 100\n" in promised
    place.write_text(promised.replace("maximum: 100\n", "maximum: 50\n"))
    done = check(project, "contract")
    assert done.returncode == 1
    assert "limit" in done.stdout
    assert "curl" in done.stdout


@pytest.mark.parametrize("text", ["", "[]", "a: &a [*a, *a]", "x: " + "[" * 500, "\0"])
def test_a_folder_without_a_sound_contract_is_refused(project: Path, text: str) -> None:
    (project / "openapi.yaml").write_text(text)
    done = check(project)
    assert done.returncode == 2
    assert "openapi.yaml" in done.stderr
