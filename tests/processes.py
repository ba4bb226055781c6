"""Real servers and terminals, as processes of their own that always end."""

import contextlib
import functools
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import IO

from smartforge.llm.known import KNOWN

SMARTFORGE = Path(sys.executable).with_name("smartforge")
QUICK = Path(__file__).with_name("quick.sh")
"""The same with few and quick checks: enough where a test is about what is around them."""
END_SECONDS = 20
MODELS = tuple(f"{name.upper()}_" for name in (*KNOWN, "gemini"))


@functools.cache
def node() -> str:
    """The Node that builds the page."""
    found = subprocess.run(
        [sys.executable, "-c", "import page; print(page.node())"],
        cwd=Path(__file__).parents[1] / "scripts",
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


def environment(**more: str) -> dict[str, str]:
    """This process's environment without keys of models and settings of Smart Forge."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SMARTFORGE_", *MODELS))
    }
    return kept | {"PYTHON": sys.executable} | more


def smartforge(
    *arguments: str,
    folder: Path | None = None,
    more: Mapping[str, str] | None = None,
    stdin: str = "",
    seconds: int = 120,
    command: Path = SMARTFORGE,
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end and return what it said."""
    return subprocess.run(
        [str(command), *arguments],
        cwd=folder,
        env=environment(**(more or {})),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


class ServerProcess:
    """A running `smartforge serve`; `url` has no slash at its end."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    def kill(self) -> None:
        """As a crash would: no warning, no cleaning up."""
        self.process.kill()
        self.process.wait(END_SECONDS)

    def stop(self) -> int:
        """As an operator would; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END_SECONDS)


@contextlib.contextmanager
def serving(
    data: Path,
    arguments: Sequence[str] = (),
    more: Mapping[str, str] | None = None,
    errors: IO[str] | None = None,
    command: Path = SMARTFORGE,
) -> Generator[ServerProcess, None, None]:
    """A server on a free port of loopback, ready for requests; ended when left.

    `errors` is the file that gets what it writes to standard error.
    """
    process = subprocess.Popen(
        [str(command), "serve", "--port", "0", "--data", str(data), *arguments],
        env=environment(**(more or {})),
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert "is ready at" in line, f"the server did not start: {line!r}"
        yield ServerProcess(process, line.split()[-1].rstrip("/"))
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(END_SECONDS)
        process.stdout.close()
