"""Sends generated requests to an application on a unix socket; runs on the host, by itself.

    python -I fuzz_requests.py < ORDER > LINES

Reads one JSON object, the order, and prints JSON lines: one for each failure when it is found,
and one at the end. It imports nothing of the product. What answers is untrusted: this process
speaks with that one socket alone, whatever a document or a redirect names, and has limits of
its own. Whoever starts it kills it, with all that it started, at its time limit.
"""

import base64
import gc
import json
import resource
import shlex
import socket
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

MEMORY_BYTES = 1536 * 1024 * 1024
ANSWER_SECONDS = 5
LONGEST = 2000
MOST_BODY = 65_536
HEADERS_LEFT_OUT = frozenset(
    {"user-agent", "accept-encoding", "accept", "connection", "content-length", "host"}
    | {"x-schemathesis-testcaseid"}
)
MOST_FAILURES = 100
MOST_ERRORS = 20

Json = dict[str, Any]


def speak_with(path: str) -> None:
    """From here on every connection of this process leads to the unix socket at `path`."""
    from urllib3.connection import HTTPConnection

    def connect(self: HTTPConnection) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(ANSWER_SECONDS)
        connection.connect(path)
        return connection

    # Below all of its users, so that no redirect and no session of theirs leads elsewhere.
    HTTPConnection._new_conn = connect  # pyright: ignore[reportPrivateUsage]


def configuration(order: Json) -> Json:
    """Deterministic: a fixed seed, no memory of earlier runs, no time limit of its own."""
    checks: Json = {"enabled": False}
    checks |= {name: {"enabled": True} for name in order["checks"]}
    phases: Json = {"stateful": {"enabled": False}}
    phases |= {name: {"enabled": True} for name in order["phases"]}
    return {
        "seed": order["seed"],
        "base-url": order["base"],
        "headers": order["headers"],
        "operations": [
            {"include-name": name, "headers": headers} for name, headers in order["instead"].items()
        ],
        "request-timeout": ANSWER_SECONDS,
        "continue-on-failure": True,
        "workers": 1,
        "cache": {"enabled": False},
        "suppress-health-check": ["all"],
        "output": {"sanitization": {"enabled": False}},
        "checks": checks,
        "phases": phases,
        "generation": {
            "max-examples": order["examples"],
            "deterministic": True,
            "no-shrink": True,
            "database": "none",
            "mode": "all",
        },
    }


def line(request: Any) -> str:
    """The curl line that sends the same bytes, for bash."""
    words = ["curl -i", f"-X {request.method}" if request.method != "GET" else ""]
    words.append(quoted(request.uri.encode()))
    for name, values in request.headers.items():
        if name.lower() not in HEADERS_LEFT_OUT:
            words += [f"-H {quoted(f'{name}: {value}'.encode())}" for value in values]
    body = request.body or b""
    if body:
        words.append(f"--data-binary {quoted(body)}")
    return " ".join(word for word in words if word)


def exchange(request: Any) -> Json | None:
    """The request as it was sent, for asking the same again; None where it is too long."""
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    if not isinstance(body, bytes) or len(body) > MOST_BODY:
        return None
    headers = [
        [name, value]
        for name, values in request.headers.items()
        for value in values
        if name.lower() not in HEADERS_LEFT_OUT
    ]
    target = "/" + request.uri.partition("://")[2].partition("/")[2]
    content = base64.b64encode(body).decode()
    return {"method": request.method, "target": target, "headers": headers, "content": content}


def quoted(raw: bytes) -> str:
    """One word of a bash line: plain where it can be, with escapes where it must."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = "\0"
    if text.isprintable():
        return shlex.quote(text)
    spelled = (
        chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}" for byte in raw
    )
    return f"$'{''.join(spelled)}'"


class Fuzz:
    """One run of schemathesis; stops by itself when `cases` have been sent."""

    def __init__(self, order: Json) -> None:
        self._order = order
        self._cases = 0
        self._tested: set[str] = set()
        self._seen: set[tuple[str, str, str]] = set()
        self._errors: list[str] = []
        self._stopped = ""

    def lines(self) -> Iterator[Json]:
        """Each failure once for each operation and kind; the last line is the end."""
        import schemathesis
        from schemathesis.engine import events, from_schema

        settings = configuration(self._order)
        config = schemathesis.Config.from_dict(settings)  # pyright: ignore[reportUnknownMemberType]
        schema = schemathesis.openapi.from_dict(self._order["document"], config=config)
        stream = from_schema(schema).execute()
        for event in stream:
            if isinstance(event, events.ScenarioFinished):
                yield from self._scenario(event.recorder)
                if self._cases >= self._order["cases"]:
                    stream.stop()
            elif isinstance(event, events.NonFatalError):
                self._errors.append(f"{event.label}: {event.info.title}: {event.info.message}")
            elif isinstance(event, events.FatalError):
                self._errors.append(f"{type(event.exception).__name__}: {event.exception}")
            elif isinstance(event, events.EngineFinished):
                self._stopped = event.stop_reason.value
        yield {
            "kind": "end",
            "cases": self._cases,
            "tested": sorted(self._tested),
            "stopped": self._stopped,
            "errors": [error[:LONGEST] for error in self._errors[:MOST_ERRORS]],
        }

    def _scenario(self, recorder: Any) -> Iterator[Json]:
        if recorder.interactions:
            self._tested.add(recorder.label)
        self._cases += len(recorder.interactions)
        for case_id, checks in recorder.checks.items():
            for check in checks:
                info = check.failure_info
                if info is None or len(self._seen) >= MOST_FAILURES:
                    continue
                interaction = recorder.interactions.get(case_id)
                answer = interaction.response if interaction else None
                status = answer.status_code if answer else None
                key = (recorder.label, check.name, str(status))
                if key not in self._seen:
                    self._seen.add(key)
                    curl = line(interaction.request) if interaction else info.code_sample
                    sent = exchange(interaction.request) if interaction else None
                    yield self._failure(recorder.label, check.name, info, status, curl) | {
                        "sent": sent
                    }

    def _failure(
        self, operation: str, check: str, info: Any, status: int | None, curl: str
    ) -> Json:
        return {
            "kind": "failure",
            "operation": operation,
            "check": check,
            "title": str(info.failure.title)[:LONGEST],
            "message": str(info.failure.message)[:LONGEST],
            "status": status,
            "curl": curl[:LONGEST],
        }


def main() -> None:
    # While whoever wants it prepares the order. Importing makes much and drops little, and what it
    # made need not be looked at for garbage ever after.
    gc.disable()
    import_module("schemathesis.specs.openapi.schemas")
    gc.freeze()
    gc.enable()
    order: Json = json.load(sys.stdin)
    seconds = int(order["seconds"])
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    speak_with(order["socket"])
    for line in Fuzz(order).lines():
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
