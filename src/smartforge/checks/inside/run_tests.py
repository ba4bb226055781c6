"""Runs a project's tests and tells the result where the tests cannot write; inside the sandbox.

    python -I -S -c THIS SECONDS

pytest runs in a child, whose output goes to a pipe of its own and whose results to another. This
process never imports anything of the project, and only it can reach the real standard output, on
which it prints one JSON object. So a line that looks like a summary is only a line, and a process
that exits early with 0 has told less than it must. After SECONDS the child is killed, so that the
test in which it hung can be named.
"""

import ctypes
import functools
import importlib
import importlib.util
import json
import os
import random
import re
import selectors
import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

PR_SET_DUMPABLE = 4
MOST_OUTPUT = 4000
MOST_FAILURES = 20
MOST_LINE = 64 * 1024
MOST_ASKED = 200
MOST_DISTINCT = 4000
_FRAME = re.compile(r"^(\S+\.py):(\d+): ", re.MULTILINE)


class Teller:
    """A plugin of pytest: tells each result as a line of JSON to a descriptor."""

    def __init__(self, results: int) -> None:
        self._results = results
        self.place: list[Any] = ["", 0]
        self.last = ""
        self.seen = set[str]()

    def tell(self, **record: object) -> None:
        os.write(self._results, json.dumps(record).encode() + b"\n")

    def pytest_collectreport(self, report: "pytest.CollectReport") -> None:
        if report.failed:
            text = last_words(report.longreprtext)
            self.tell(kind="collect", id=report.nodeid, outcome="failed", text=text)

    def pytest_collection_finish(self, session: "pytest.Session") -> None:
        self.tell(kind="collected", count=len(session.items))

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self.place = [location[0], (location[1] or 0) + 1]
        self.last = ""
        self.tell(kind="start", id=nodeid)

    def pytest_runtest_logreport(self, report: "pytest.TestReport") -> None:
        text = "" if report.passed else last_words(report.longreprtext)
        where = {} if report.passed else self.where(report.longreprtext)
        self.tell(kind=report.when, id=report.nodeid, outcome=report.outcome, text=text, **where)

    def where(self, text: str) -> dict[str, object]:
        """The line of the test that failed, or of the application where it broke."""
        frames = _FRAME.findall(text)
        own = [one for one in frames if one[0] == self.place[0]]
        broke = frames[-1:] if frames and frames[-1][0].startswith("app/") else []
        path, line = (broke or own or [self.place])[-1]
        return {"path": path, "line": int(line), "asked": self.last}

    def answered(self, request: Any, status: int) -> None:
        """Each operation that the tests ask for is told once for each status."""
        self.last = f"{request.method} {request.url.raw_path.decode('ascii')}"
        asked = f"{request.method} {request.url.path} {status}"
        if asked not in self.seen:
            self.seen.add(asked)
            self.tell(
                kind="asked", asked=asked[:MOST_ASKED], path=self.place[0], line=self.place[1]
            )

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self.tell(kind="finished", status=int(exitstatus))


def run_pytest(results: int) -> int:
    """In the child: pytest on /app/tests, each result as a line of JSON to `results`."""
    sys.path[:0] = [path for path in os.environ.get("PYTHONPATH", "").split(":") if path]
    # The same plugins wherever it runs: the one that the packages of a project bring with them.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import pytest

    sys.path.insert(0, "/app")
    options = ["-q", "--tb=short", "--no-header", "--color=no", "-p", "no:cacheprovider"]
    if importlib.util.find_spec("anyio"):
        options += ["-p", "anyio.pytest_plugin"]
    teller = Teller(results)
    for name in ("httpx2", "httpx"):
        if importlib.util.find_spec(name):
            listen(importlib.import_module(name), teller.answered)
    return int(pytest.main([*options, "--rootdir=/app", "/app/tests"], plugins=[teller]))


def listen(httpx: Any, heard: Callable[[Any, int], None]) -> None:
    """Call it with each request of a client, and the status that it was answered."""
    plain, waiting = httpx.Client.send, httpx.AsyncClient.send

    @functools.wraps(plain)
    def send(self: Any, request: Any, **options: Any) -> Any:
        response = plain(self, request, **options)
        heard(request, response.status_code)
        return response

    @functools.wraps(waiting)
    async def send_waiting(self: Any, request: Any, **options: Any) -> Any:
        response = await waiting(self, request, **options)
        heard(request, response.status_code)
        return response

    httpx.Client.send, httpx.AsyncClient.send = send, send_waiting


def last_words(text: str) -> str:
    """The error of a failed test: its marked lines, else the last one."""
    lines = text.splitlines()
    marked = [line[1:].strip() for line in lines if line.startswith("E ")]
    return " ".join(marked[:3] or lines[-1:])[:300]


def child(output: int, results: int) -> None:
    """Does not return."""
    status = 70
    try:
        prctl_dumpable(True)
        os.setpgid(0, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        # Not a number that a test would write to by chance.
        hidden = random.SystemRandom().randrange(100, 400)
        os.dup2(results, hidden, inheritable=False)
        os.closerange(3, hidden)
        os.closerange(hidden + 1, 512)
        status = run_pytest(hidden)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def prctl_dumpable(value: bool) -> None:
    """Without it, others of this sandbox can neither open our descriptors nor read our memory."""
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, int(value), 0, 0, 0)


class Results:
    """Counts what the child tells. What makes no sense is counted, too: as `odd`."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(("collected", "passed", "failed", "skipped", "odd"), 0)
        self.failures: list[dict[str, object]] = []
        self.asked: list[dict[str, object]] = []
        self.last = ""
        self.finished: int | None = None
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > MOST_LINE:
            self.counts["odd"] += 1
            self._rest = b""
        for line in lines:
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                self.counts["odd"] += 1

    def _take(self, record: dict[str, Any]) -> None:
        kind = record["kind"]
        if self.finished is not None:
            self.counts["odd"] += 1
        elif kind == "finished":
            self.finished = int(record["status"])
        elif kind == "collected":
            self.counts["collected"] += int(record["count"])
        elif kind == "start":
            self.last = str(record["id"])
        elif kind == "asked":
            if len(self.asked) < MOST_DISTINCT:
                entry = {"asked": str(record["asked"])[:MOST_ASKED]}
                self.asked.append(entry | place_of(record))
        else:
            self._take_outcome(kind, record)

    def _take_outcome(self, kind: str, record: dict[str, Any]) -> None:
        outcome = record["outcome"]
        if outcome == "failed":
            self.counts["failed"] += 1
            if len(self.failures) < MOST_FAILURES:
                entry = {"test": str(record["id"])[:300], "error": str(record["text"])[:300]}
                asked = {"asked": str(record.get("asked", ""))[:MOST_ASKED]}
                self.failures.append(entry | asked | place_of(record))
        elif outcome == "skipped" or kind == "call":
            self.counts[outcome] += 1


def place_of(record: dict[str, Any]) -> dict[str, object]:
    return {"path": str(record.get("path", ""))[:300], "line": int(record.get("line", 0))}


def collect(pid: int, output: int, results: int, seconds: float) -> tuple[str, Results, int | None]:
    """Follow the child to its end: the end of its output, its results, its status.

    The status is None for a child that had to be killed at the time limit.
    """
    written, told = b"", Results()
    deadline = time.monotonic() + seconds
    status: int | None = None
    ended = False
    os.set_blocking(output, False)
    os.set_blocking(results, False)
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        selector.register(results, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            # Looked at first: what was written before the end is then read below.
            if not ended:
                gone, raw = os.waitpid(pid, os.WNOHANG)
                ended, status = gone == pid, os.waitstatus_to_exitcode(raw)
            ready = selector.select(0 if ended else 0.1)
            for key, _ in ready:
                piece = os.read(key.fd, 65536)
                if not piece:
                    selector.unregister(key.fd)
                elif key.fd == results:
                    told.feed(piece)
                else:
                    written = (written + piece)[-MOST_OUTPUT:]
            if ended and not ready:
                return written.decode(errors="replace"), told, status
    os.killpg(pid, signal.SIGKILL)
    return written.decode(errors="replace"), told, None


def main(seconds: float) -> None:
    prctl_dumpable(False)
    output_read, output_write = os.pipe()
    results_read, results_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        child(output_write, results_write)
    os.close(output_write)
    os.close(results_write)
    output, told, status = collect(pid, output_read, results_read, seconds)
    summary = {
        "status": status,
        "finished": told.finished,
        **told.counts,
        "failures": told.failures,
        "asked": told.asked,
        "last": told.last[:300],
        "output": output,
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main(float(sys.argv[1]))
