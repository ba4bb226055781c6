"""A log as it is written by hand: each call is an event, a little later than the one before."""

import hashlib
from typing import Any

START = 1_763_800_000_000


class Log:
    """Events in the order in which they are said, one after another, 50 ms apart."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.run: str | None = None

    def say(self, type_: str, **fields: Any) -> None:
        seq = len(self.events) + 1
        envelope = {"type": type_, "projectId": "p-golden", "seq": seq, "run": self.run}
        self.events.append({**envelope, "ts": START + 50 * seq, **fields})

    def created(self, **fields: Any) -> None:
        known = {"title": "Todo API", "prompt": "A todo API", "target": "fastapi", "model": None}
        self.say("project:created", **{**known, **fields})

    def start(self, run: str, trigger: str = "prompt", message: str | None = None) -> None:
        base = sum(event["type"] == "complete" for event in self.events) or None
        self.run = run
        self.say("run:queued", position=0, trigger=trigger, messageId=message)
        self.say("run:started", trigger=trigger, baseVersion=base, messageId=message)

    def begin(self, step: str, round_: int = 0) -> None:
        self.say("step:start", step=step, round=round_, message=f"{step}...")

    def end(self, step: str, round_: int = 0) -> None:
        self.say("step:complete", step=step, round=round_, message=f"{step}.", durationMs=40)

    def plan(self, *paths: str, **fields: Any) -> None:
        self.begin("planning")
        files = [{"path": path, "purpose": f"holds {path}", "author": "compiled"} for path in paths]
        known = {
            "contract": {"title": "Todo", "resources": list[Any]()},
            "files": files,
            "notes": ["ok"],
        }
        self.say("plan:ready", **{**known, "operationsNotMade": [], **fields})
        self.end("planning")

    def chunk(self, path: str, at: int, text: str, attempt: int = 1) -> None:
        self.say("code:chunk", path=path, attempt=attempt, at=at, text=text)

    def whole(self, path: str, text: str, attempt: int = 1) -> None:
        data = text.encode()
        sha256 = hashlib.sha256(data).hexdigest()
        size = len(data)
        self.say(
            "file:complete", path=path, attempt=attempt, size=size, sha256=sha256, binary=False
        )

    def open(self, path: str, attempt: int = 1, author: str = "compiled") -> None:
        self.say("file:generating", path=path, attempt=attempt, author=author)

    def write(self, path: str, *pieces: str, attempt: int = 1) -> None:
        self.open(path, attempt)
        text = ""
        for piece in pieces:
            self.chunk(path, len(text), piece, attempt)
            text += piece
        self.whole(path, text, attempt)

    def check(self, name: str, verdict: str, round_: int = 0, **evidence: Any) -> None:
        self.say("check:start", check=name, required=name != "audit", round=round_)
        told = {"verdict": verdict, "summary": f"{name} {verdict}", "evidence": evidence}
        required = name != "audit"
        self.say(
            "check:complete", check=name, required=required, **told, durationMs=9, round=round_
        )

    def validate(self, round_: int = 0, **verdicts: str) -> None:
        self.say("validation:start", checks=list(verdicts), round=round_)
        for name, verdict in verdicts.items():
            self.check(name, verdict, round_)
        told = list(verdicts.values())
        counts = {word: told.count(word) for word in ("passed", "failed", "skipped")}
        verdict = "failed" if counts["failed"] else "passed"
        self.say("validation:complete", verdict=verdict, **counts, round=round_)

    def complete(self, version: int, verdict: str = "passed") -> None:
        counts = {"fileCount": 2, "operationCount": 6, "durationMs": 800}
        told = {"verdict": verdict, "summary": "Made it.", "skippedChecks": list[str]()}
        self.say("complete", version=version, **told, **counts)
        self.run = None

    def fail(self, code: str = "checks_failed") -> None:
        self.say("error", code=code, message="It broke.", hint="Try again.", retryable=True)
        self.run = None

    def make(self, version: int, *paths: str) -> None:
        """A whole run after its start."""
        self.plan(*paths)
        self.begin("generating")
        for path in paths:
            self.write(path, f"# {path}\n", "x = 1\n")
        self.end("generating")
        self.begin("validating")
        self.validate(syntax="passed", boot="passed", contract="passed")
        self.end("validating")
        self.complete(version)

    def usage(self, cost: str | None, tokens: int = 100) -> None:
        counts = {"inputTokens": tokens, "cachedInputTokens": 7, "outputTokens": 3 * tokens}
        place = {"step": "planning", "path": None, "round": 0, "model": "gpt-4o"}
        self.say("usage", **place, **counts, cost=cost, durationMs=120)

    def estimated(self, cost: str | None) -> None:
        counts = {"inputTokens": 50, "cachedInputTokens": 0, "outputTokens": 9, "estimated": True}
        place = {"step": "generating", "path": "b.py", "round": 0, "model": "gpt-4o"}
        self.say("usage", **place, **counts, cost=cost, durationMs=120)
