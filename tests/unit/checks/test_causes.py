"""The cause of an end is read from a limit, or from what Python wrote, whatever else is there."""

from hypothesis import given
from hypothesis import strategies as st

from smartforge.checks.causes import cause_of, clean, hanging_at, last_trace, tail
from smartforge.sandbox.base import Ended, Limits

TRACE = """\
Some words before.
Traceback (most recent call last):
  File "/sf/inside/serve_asgi.py", line 40, in main
    loaded = __import__(module, fromlist=["_"])
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/app/app/main.py", line 3, in <module>
    from app.db import engine
  File "/app/app/db.py", line 7, in <module>
    raise ValueError("no\\tdatabase")
ValueError: no database
"""


def ended(stderr: str = "", exit_code: int = 3, **fields: object) -> Ended:
    return Ended(exit_code, "", stderr, fields.get("cause"), 0.1)  # pyright: ignore[reportArgumentType]


def test_the_innermost_file_of_the_project_is_named() -> None:
    trace = last_trace(TRACE)
    assert trace is not None
    assert (trace.error, trace.path, trace.line) == ("ValueError: no database", "app/db.py", 7)


def test_the_last_of_several_errors_counts() -> None:
    chained = TRACE + "\nDuring handling of the above exception, another exception occurred:\n\n"
    chained += (
        'Traceback (most recent call last):\n  File "/app/app/main.py", line 9\nKeyError: 1\n'
    )
    trace = last_trace(chained)
    assert trace is not None
    assert (trace.error, trace.path, trace.line) == ("KeyError: 1", "app/main.py", 9)


def test_the_servers_prefix_is_no_hindrance() -> None:
    trace = last_trace("ERROR:    " + TRACE.removeprefix("Some words before.\n"))
    assert trace is not None
    assert trace.error == "ValueError: no database"


def test_an_error_without_words_is_named_by_its_type() -> None:
    trace = last_trace(
        'Traceback (most recent call last):\n  File "/app/a.py", line 1\nMemoryError\n'
    )
    assert trace is not None
    assert trace.error == "MemoryError"


def test_no_traceback_gives_none() -> None:
    assert last_trace("nothing\nof the kind") is None
    assert last_trace("Traceback (most recent call last):\n  File") is None


def test_where_a_program_hangs_is_read_from_the_dump() -> None:
    dump = (
        "Timeout (0:00:15)!\nThread 0x1 (most recent call first):\n"
        '  File "/sf/dependencies/x.py", line 1 in wait\n'
        '  File "/app/app/main.py", line 12 in spin\n'
    )
    where = hanging_at(dump)
    assert where is not None
    assert (where.path, where.line) == ("app/main.py", 12)


def test_every_limit_is_named_with_its_figure() -> None:
    limits = Limits(wall_seconds=20)
    clauses = {
        cause: cause_of(ended(cause=cause, exit_code=-9), limits).clause
        for cause in ("time", "memory", "processes", "files", "output")
    }
    assert "20 s" in clauses["time"]
    assert "1024 MiB" in clauses["memory"]
    assert "held open" in clauses["files"]
    assert "64 processes" in clauses["processes"]
    assert "256 KiB" in clauses["output"]


def test_a_refused_allocation_names_the_limit() -> None:
    stderr = 'Traceback (most recent call last):\n  File "/app/a.py", line 1\nMemoryError\n'
    assert cause_of(ended(stderr), Limits()).clause == (
        "failed with MemoryError (a.py, line 1): a process may take 512 MiB of memory"
    )


def test_a_silent_end_is_told_as_that() -> None:
    assert cause_of(ended(exit_code=0), Limits()).clause == (
        "ended with exit code 0 and no word about why"
    )
    assert cause_of(ended(exit_code=-11), Limits()).clause == "was killed by SIGSEGV"
    assert cause_of(ended(exit_code=-77), Limits()).clause == "was killed by signal 77"


@given(st.text())
def test_untrusted_words_become_one_safe_line(text: str) -> None:
    line = clean(text, 50)
    assert len(line) <= 50
    assert line.isprintable()
    line.encode()


@given(st.text())
def test_any_stderr_gives_a_clause_that_can_be_stored(text: str) -> None:
    for stderr in (text, TRACE + text, "Traceback (most recent call last):\n" + text):
        cause = cause_of(ended(stderr), Limits())
        cause.clause.encode()
        assert cause.clause.isprintable()
        tail(stderr).encode()
