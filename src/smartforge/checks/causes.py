"""Why a program ended: a limit it reached, or the last error on its stderr with file and line."""

import re
import signal

import msgspec

from smartforge.sandbox.base import Ended, Limits

MEBIBYTE = 1024 * 1024
LONGEST = 300

_FRAME = re.compile(r'File "(?:/app/)([^"\n]{1,255})", line (\d{1,9})')
_ERROR = re.compile(r"^(?:\s*\|\s*)?([A-Za-z_][\w.]{0,200})(?:: (.*))?$")
_HANGING = re.compile(r"^Timeout \(.*\)!$", re.MULTILINE)


class Trace(msgspec.Struct, frozen=True):
    """The last error that Python told: `ValueError: bad`, and the project's file where it rose."""

    error: str
    path: str | None
    line: int | None

    @property
    def place(self) -> str:
        return f" ({self.path}, line {self.line})" if self.path else ""


class Cause(msgspec.Struct, frozen=True):
    """One clause that names the cause, and what a person needs to act on it."""

    clause: str
    evidence: dict[str, object]


def clean(text: str, longest: int = LONGEST) -> str:
    """Untrusted text on one line, without control characters and lone surrogates, cut."""
    one_line = " ".join(text.split())
    # Most of what is answered is so already, and every header comes by here.
    printable = (
        one_line
        if one_line.isprintable()
        else "".join(
            char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in one_line
        )
    )
    return printable if len(printable) <= longest else printable[: longest - 1] + "…"


def last_trace(stderr: str) -> Trace | None:
    """The last whole traceback on stderr, as CPython prints it."""
    end = len(stderr)
    while (start := stderr.rfind("Traceback (most recent call last):", 0, end)) >= 0:
        trace = _trace(stderr[start:end])
        if trace is not None:
            return trace
        end = start
    return None


def _trace(text: str) -> Trace | None:
    path, line = None, None
    for row in text.splitlines()[1:]:
        frame = _FRAME.search(row)
        if frame:
            path, line = clean(frame[1]), int(frame[2])
            continue
        error = _ERROR.match(row)
        if error and not row.startswith(("  ", "\t")):
            return Trace(clean(row.strip(" |")), path, line)
    return None


def hanging_at(stderr: str) -> Trace | None:
    """Where the program hung, from the dump of faulthandler (most recent call first)."""
    found = _HANGING.search(stderr)
    frame = _FRAME.search(stderr, found.end()) if found else None
    if frame is None:
        return None
    return Trace("still running", clean(frame[1]), int(frame[2]))


def cause_of(ended: Ended, limits: Limits) -> Cause:
    """Why the program ended, as the end of a sentence that begins with `it`."""
    trace = last_trace(ended.stderr)
    clause = _clause(ended, limits, trace)
    evidence: dict[str, object] = {"exitCode": ended.exit_code}
    if ended.cause is not None:
        evidence["limit"] = ended.cause
    where = hanging_at(ended.stderr) if ended.cause == "time" else trace
    if where is not None and where.path is not None:
        evidence |= {"path": where.path, "line": where.line}
    if ended.stderr:
        evidence["stderr"] = tail(ended.stderr)
    return Cause(clause, evidence)


def _clause(ended: Ended, limits: Limits, trace: Trace | None) -> str:
    match ended.cause:
        case "time":
            where = hanging_at(ended.stderr)
            return (
                f"was still running after {limits.wall_seconds:g} s, or used more than "
                f"{limits.cpu_seconds} s of CPU{where.place if where else ''}"
            )
        case "memory":
            total = 2 * limits.memory_bytes // MEBIBYTE
            return f"took more memory than all its processes together may, {total} MiB"
        case "processes":
            return f"filled the limit of {limits.processes} processes"
        case "files":
            return "made, or held open, more files than all its processes together may"
        case "output":
            return f"wrote more output than allowed, {limits.output_bytes // 1024} KiB"
        case None:
            return _own_end(ended, limits, trace)


def _own_end(ended: Ended, limits: Limits, trace: Trace | None) -> str:
    if ended.exit_code < 0:
        return f"was killed by {_signal_name(-ended.exit_code)}"
    if trace is None:
        return f"ended with exit code {ended.exit_code} and no word about why"
    said = f"failed with {trace.error}{trace.place}"
    if trace.error.startswith("MemoryError"):
        return f"{said}: a process may take {limits.memory_bytes // MEBIBYTE} MiB of memory"
    if trace.error.startswith("BlockingIOError") and "temporarily unavailable" in trace.error:
        return f"{said}: {limits.processes} processes and threads are allowed"
    return said


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def tail(text: str, longest: int = 2000) -> str:
    """The end of untrusted text, lines kept, fit for JSON."""
    cut = text[-longest:]
    return "".join(
        char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in cut
    )
