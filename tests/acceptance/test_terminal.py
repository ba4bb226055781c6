"""The command line under bad conditions: no traceback, a clear word, nothing left behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.processes import QUICK, SMARTFORGE, environment, serving, smartforge

PROMPT = "A recipe API. A recipe has a title and minutes"


def started(folder: Path, *arguments: str, command: Path = QUICK) -> "subprocess.Popen[str]":
    """The command as a process, with `folder/tmp` for its temporary files."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    return subprocess.Popen(
        [str(command), *arguments],
        cwd=folder,
        env=environment(TMPDIR=str(temporary)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until(process: "subprocess.Popen[str]", words: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return
    raise AssertionError(f"the output ended before {words}")


def shell(script: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A script of bash, which finds the command as `$SF`."""
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment(SF=str(QUICK), PROMPT=PROMPT, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def is_clean(said: str) -> bool:
    return "Traceback" not in said and "Exception ignored" not in said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    ("when", "command"),
    [("project:created", QUICK), ("validation:start", QUICK), ('"boot"', SMARTFORGE)],
    ids=["at its start", "at the checks", "among all checks"],
)
def test_a_signal_ends_new_in_order_and_leaves_the_working_copy(
    how: signal.Signals, when: str, command: Path, tmp_path: Path
) -> None:
    arguments = ("new", PROMPT, "--out", "out", "--json")
    with started(tmp_path, *arguments, command=command) as process:
        read_until(process, when)
        process.send_signal(how)
        rest, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + how
    assert json.loads(rest.splitlines()[-1])["type"] == "run:cancelled"
    assert is_clean(errors)
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "out.work").exists() == (when != "project:created")


def test_a_signal_while_files_are_checked_leaves_no_temporary_file(tmp_path: Path) -> None:
    arguments = ("new", PROMPT, "--out", "out", "--json")
    with started(tmp_path, *arguments, command=SMARTFORGE) as process:
        read_until(process, '"check":"security"')
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_many_ctrl_c_are_as_good_as_one(tmp_path: Path) -> None:
    with started(tmp_path, "new", PROMPT, "--out", "out", "--json") as process:
        read_until(process, "plan:ready")
        for _ in range(200):
            process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert is_clean(errors)


def test_what_nohup_ignores_stays_ignored(tmp_path: Path) -> None:
    script = (
        'nohup "$SF" new "$PROMPT" --out out --json > events 2> errors & '
        "until grep -q plan:ready events; do sleep 0.05; done; kill -HUP $!; "
        "until grep -q check:start events; do sleep 0.05; done; kill -TERM $!; wait $!"
    )
    done = shell(script, tmp_path)
    assert done.returncode == 128 + signal.SIGTERM, "the hang-up ended it"


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ('"$SF" new "$PROMPT" --out out --json | head -1; exit ${PIPESTATUS[0]}', 1),
        ('"$SF" new "$PROMPT" --out out | head -1; exit ${PIPESTATUS[0]}', 1),
        ('"$SF" new "$PROMPT" --out out --json > /dev/full', 1),
        ('"$SF" new "$PROMPT" --out out > /dev/full', 1),
        ('"$SF" new "$PROMPT" --out out --json >&-', 0),
        ('"$SF" new "$PROMPT" --out out --json > /dev/null 2>&-', 0),
        ('"$SF" new - --out out <&-', 2),
        ('printf "\\xff" | "$SF" new - --out out', 2),
        ("\"$SF\" new $'\\xff todo' --out out", 2),
        ('LC_ALL=C PYTHONUTF8=0 "$SF" new "A café API with a größe" --out out', 0),
        ('mkdir here && cd here && PYTHONIOENCODING=ascii "$SF" new "$PROMPT" --out .', 0),
        ('mkdir gone && cd gone && rmdir ../gone && "$SF" new "$PROMPT"', 2),
        ('"$SF" new "$PROMPT" --out /proc/x', 2),
        ('touch file && "$SF" new "$PROMPT" --out file/x', 2),
        ('"$SF" doctor > /dev/full', 1),
        ('"$SF" --help | head -1 > /dev/null; exit ${PIPESTATUS[0]}', 0),
    ],
)
def test_streams_and_folders_that_are_no_good_get_a_clear_end(
    script: str, status: int, tmp_path: Path
) -> None:
    done = shell(script, tmp_path, TMPDIR=str(tmp_path), SMARTFORGE_DATA=str(tmp_path / "data"))
    assert done.returncode == status, done.stderr
    assert is_clean(done.stderr)
    assert not [path.name for path in tmp_path.iterdir() if "smartforge-" in path.name]


@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        (["list", "--server", "nonsense"], {}, "address"),
        (["list", "--server", "http://127.0.0.1:99999"], {}, "address"),
        (["list", "--token", "é"], {}, "token"),
        (["serve", "--token", "a b"], {}, "token"),
        (["doctor"], {"SMARTFORGE_DATA": "~nobody-at-all/x"}, "home"),
        (["serve", "--port", "0"], {"OPENAI_BASE_URL": "nonsense"}, "OPENAI_BASE_URL"),
        (["new", PROMPT, "--out", "out"], {"OPENAI_BASE_URL": "nonsense"}, "OPENAI_BASE_URL"),
        (["new", PROMPT, "--out", "out"], {"OPENAI_API_KEY": "é"}, "OPENAI_API_KEY"),
    ],
)
def test_settings_that_make_no_sense_are_refused_at_once(
    arguments: list[str], variables: dict[str, str], says: str, tmp_path: Path
) -> None:
    more = {"SMARTFORGE_DATA": str(tmp_path / "data")} | variables
    done = smartforge(*arguments, folder=tmp_path, more=more, seconds=20)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert is_clean(done.stderr)


def test_a_second_server_and_the_doctor_find_the_first_one(tmp_path: Path) -> None:
    with serving(tmp_path):
        second = smartforge("serve", "--port", "0", "--data", str(tmp_path), seconds=20)
        assert second.returncode == 1
        assert "in use by another Smart Forge server" in second.stderr
        doctor = smartforge("doctor", "--json", more={"SMARTFORGE_DATA": str(tmp_path)})
        found = {each["name"]: each for each in json.loads(doctor.stdout)["findings"]}
        assert found["database"]["good"]
        assert "in use by a running server" in found["database"]["detail"]
        assert "was ready in" in found["spares"]["detail"]
        assert "files by looking" in found["limits"]["detail"]


def test_watch_export_and_stop_against_a_server(tmp_path: Path) -> None:
    with serving(tmp_path / "data", ["--pace", "0"], command=QUICK) as server:
        at = {"SMARTFORGE_SERVER": server.url}
        made = httpx.post(f"{server.url}/api/projects", json={"prompt": PROMPT}, trust_env=False)
        project = made.json()["id"]
        first = shell(
            f'"$SF" watch {project} --json | head -1; exit ${{PIPESTATUS[0]}}', tmp_path, **at
        )
        assert json.loads(first.stdout)["seq"] == 1
        assert is_clean(first.stderr)
        assert smartforge("watch", project, more=at).returncode == 0
        beyond = smartforge("watch", project, "--after", "99999999", more=at)
        assert beyond.returncode == 1
        assert beyond.stderr.startswith("The project's log ends before event 99999999")
        for out, status in (("a.zip", 0), ("a.zip", 2), ("no/b.zip", 2), ("/proc/c.zip", 2)):
            done = smartforge("export", project, "-o", out, folder=tmp_path, more=at)
            assert done.returncode == status, done.stderr
            assert is_clean(done.stderr)
        assert (tmp_path / "a.zip").read_bytes().startswith(b"PK")
        asked = httpx.get(
            f"{server.url}/api/projects/{project}/provenance",
            params={"path": "openapi.yaml", "line": 1},
            trust_env=False,
        ).json()
        assert asked["rule"] == "frame"
        assert asked["text"].startswith("openapi:")
        for way in ("--into", "--git"):
            folder = tmp_path / way.strip("-")
            done = smartforge("export", project, way, str(folder), folder=tmp_path, more=at)
            assert done.returncode == 0, done.stderr
            (folder / "README.md").write_text("mine")
            again = smartforge("export", project, way, str(folder), folder=tmp_path, more=at)
            assert again.returncode == 0, again.stderr
            assert (folder / "README.md").read_text() == "mine"
        both = smartforge("export", project, "--into", "x", "--git", "y", folder=tmp_path, more=at)
        assert both.returncode == 2
        assert is_clean(both.stderr)
        for unknown in ("nobody", "../healthz", "a/b", "a\nb"):
            done = smartforge("watch", unknown, more=at, seconds=20)
            assert done.returncode == 1
            assert done.stderr.startswith(("There is no project", "Not Found."))


def test_ctrl_c_while_python_still_starts_is_no_traceback(tmp_path: Path) -> None:
    """The signal comes from inside, at the first import of something that is ours."""
    script = (
        "import os, signal, sys, smartforge.cli as cli\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "doctor"],
        env=environment(PYTHONPATH=os.pathsep.join(sys.path)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 130
    assert is_clean(done.stderr)
