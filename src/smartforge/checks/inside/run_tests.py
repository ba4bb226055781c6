"""Runs a project's tests and tells the result where the tests cannot write; inside the sandbox.

    python -I -S -c THIS

pytest runs in a child, whose output goes to a pipe of its own and whose results to another. This
process never imports anything of the project, and only it can reach the real standard output, on
which it prints one JSON object. So a line that looks like a summary is only a line, and a process
that exits early with 0 has told less than it must.
"""

import ctypes
import json
import os
import random
import selectors
import sys
import time

PR_SET_DUMPABLE = 4
MOST_OUTPUT = 64 * 1024
MOST_RESULTS = 2 * 1024 * 1024
MOST_FAILURES = 20


def run_pytest(results: int) -> int:
    """In the child: pytest on /app/tests, each result as a line of JSON to `results`."""
    sys.path[:0] = [path for path in os.environ.get("PYTHONPATH", "").split(":") if path]
    import pytest

    class Teller:
        def tell(self, **record: object) -> None:
            os.write(results, json.dumps(record).encode() + b"\n")

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                self.tell(kind="error", id=report.nodeid, text=last_words(report.longreprtext))

        def pytest_collection_finish(self, session: pytest.Session) -> None:
            self.tell(kind="collected", count=len(session.items))

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            text = "" if report.passed else last_words(report.longreprtext)
            self.tell(kind=report.when, id=report.nodeid, outcome=report.outcome, text=text)

        def pytest_sessionfinish(self, exitstatus: int) -> None:
            self.tell(kind="finished", status=int(exitstatus))

    sys.path.insert(0, "/app")
    options = ["-q", "--tb=short", "--no-header", "--color=no", "-p", "no:cacheprovider"]
    return int(pytest.main([*options, "--rootdir=/app", "/app/tests"], plugins=[Teller()]))


def last_words(text: str) -> str:
    """The error of a failed test: its marked lines, else the last one."""
    lines = text.splitlines()
    marked = [line[1:].strip() for line in lines if line.startswith("E ")]
    return " ".join(marked[:3] or lines[-1:])[:300]


def child(output: int, results: int) -> None:
    status = 70
    try:
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
        sys.stdout.flush()
        os._exit(status)


def collect(output: int, results: int) -> tuple[bytes, bytes]:
    """Everything from both pipes until both are closed; too much of it is dropped."""
    kept = {output: bytearray(), results: bytearray()}
    limits = {output: MOST_OUTPUT, results: MOST_RESULTS}
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        selector.register(results, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                piece = os.read(key.fd, 65536)
                if not piece:
                    selector.unregister(key.fd)
                kept[key.fd] += piece
                # Of the output the end matters, of the results the beginning.
                if key.fd == output:
                    del kept[output][: -limits[output]]
                elif len(kept[results]) > limits[results]:
                    selector.unregister(results)
    return bytes(kept[output]), bytes(kept[results])


def main() -> None:
    # Others of this sandbox can then neither open our descriptors in /proc nor read our memory.
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    output_read, output_write = os.pipe()
    results_read, results_write = os.pipe()
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        child(output_write, results_write)
    os.close(output_write)
    os.close(results_write)
    output, results = collect(output_read, results_read)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    lines = results.decode(errors="replace").splitlines()
    summary = {
        "status": status,
        "results": lines,
        "output": output.decode(errors="replace")[-4000:],
        "seconds": round(time.monotonic() - began, 2),
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
