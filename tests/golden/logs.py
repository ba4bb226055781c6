"""Logs written by hand, and the state that each folds to: what both folds must agree on.

    python -m tests.golden.logs     writes NAME.jsonl and NAME.json of every log beside this file

A log is written as it would stand on the wire, so that it can hold what no struct here knows.
"""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from smartforge.snapshot import fold
from tests.golden.log import Log

HERE = Path(__file__).parent

FAMILY = "👩‍👩‍👧"  # five code points, eight UTF-16 units, eighteen bytes
ACCENT = "e\u0301"  # one character on the screen, two code points


def plain(log: Log) -> None:
    log.created()
    log.start("r1")
    log.make(1, "app/main.py", "app/models.py")


def unfinished(log: Log) -> None:
    log.created()
    log.start("r1")
    log.plan("a.py", "b.py", "c.py")
    log.begin("generating")
    log.write("a.py", "a = 1\n")
    log.open("b.py")
    log.chunk("b.py", 0, "b = ")


def cancelled_in_a_file(log: Log) -> None:
    unfinished(log)
    log.say("run:cancelled", reason="Stopped by you.")


def failed_check(log: Log) -> None:
    log.created()
    log.start("r1")
    log.plan("a.py")
    log.begin("generating")
    log.write("a.py", "a = 1\n")
    log.end("generating")
    log.begin("validating")
    log.say("validation:start", checks=["syntax", "boot", "audit"], round=0)
    log.check("syntax", "passed")
    log.check(
        "boot", "failed", path="a.py", line=3, curl="curl -X POST http://x/", n=[1, 0.5, None]
    )
    log.fail()


def checked_again(log: Log) -> None:
    plain(log)
    log.start("r2", "checks")
    log.begin("validating")
    log.validate(syntax="passed", boot="passed")
    log.end("validating")
    log.complete(1)
    log.start("r3", "checks")
    log.begin("validating")
    log.validate(syntax="passed", boot="failed")
    log.fail()


def retried(log: Log) -> None:
    cancelled_in_a_file(log)
    log.usage("0.5")
    log.start("r2", "retry")
    log.make(1, "a.py", "b.py")


def tried_again(log: Log) -> None:
    log.created(model="gpt-4o")
    log.start("r1")
    late = {"cause": "http://x/v1 refused with status 503: busy", "delayMs": 700}
    log.say("step:retry", step="planning", attempt=2, **late)
    log.begin("planning")
    log.say("step:retry", step="planning", path=None, round=0, attempt=2, **late)
    log.say("step:retry", step="planning", attempt=3, **late)
    log.say("step:retry", step="planning", round=1, attempt=2, **late)
    log.end("planning")
    log.begin("generating")
    log.open("a.py", 1, "model")
    log.chunk("a.py", 0, "half a f")
    log.say("step:retry", step="generating", path="a.py", round=0, attempt=2, **late)
    log.write("a.py", "whole", attempt=2)
    log.end("generating")


def follow_ups_waiting(log: Log) -> None:
    log.created()
    log.start("r1")
    log.plan("a.py", "b.py")
    for number in (1, 2, 3):
        log.run = None
        log.say("message", id=f"m{number}", role="user", text=f"Change {number}")
        log.run = f"r{number + 1}"
        log.say("run:queued", position=number, trigger="message", messageId=f"m{number}")
    log.run = None
    log.say("message:updated", id="m2", role="user", text="Change 2, but better")
    log.say("message:removed", id="m3")
    log.run = "r3"
    log.say("run:cancelled", reason="Taken back.")


def follow_ups_made(log: Log) -> None:
    follow_ups_waiting(log)
    log.run = "r1"
    log.write("a.py", "a = 1\n")
    log.write("b.py", "b = 1\n")
    log.complete(1)
    log.run = "r2"
    log.say("run:started", trigger="message", baseVersion=1, messageId="m1")
    log.plan("a.py")
    log.write("a.py", "a = 2\n")
    log.say("file:deleted", path="b.py")
    log.say("message", id="m4", role="assistant", text="Done.")
    log.complete(2, "skipped")


def _taken_back(log: Log) -> None:
    """Two follow-ups that are taken back before the first of them began."""
    for id_ in ("m1", "m2"):
        log.run = None
        log.say("message", id=id_, role="user", text="Not needed after all")
        log.run = f"q-{id_}"
        log.say("run:queued", position=0, trigger="message", messageId=id_)
    log.run = None
    log.say("message:removed", id="m2")
    log.say("message:removed", id="m1")


def taken_back_when_complete(log: Log) -> None:
    plain(log)
    _taken_back(log)


def taken_back_when_failed(log: Log) -> None:
    failed_check(log)
    _taken_back(log)


def unicode_text(log: Log) -> None:
    log.created(prompt=f"Ein API für {FAMILY}")
    log.start("r1")
    log.plan("notes.md", "naïve/ﬁle 名.txt")
    log.write("naïve/ﬁle 名.txt", FAMILY, ACCENT, "日本", "\u2028\u0000\u007f", "𝒳\r\n")
    log.open("notes.md")
    log.chunk("notes.md", 0, f"{FAMILY}{ACCENT}")
    log.chunk("notes.md", 10, "counted in UTF-16 units, so this is not the place")
    log.chunk("notes.md", 7, "🎉")
    log.chunk("notes.md", 7, "said twice")
    log.chunk("notes.md", 9, "with a gap")
    log.chunk("notes.md", 8, "\u0301.")


def attempts(log: Log) -> None:
    log.created()
    log.start("r1")
    log.plan("a.py")
    log.chunk("a.py", 0, "before it was begun")
    log.open("a.py", 1, "model")
    log.chunk("a.py", 0, "half a f")
    log.say("run:resumed", node="n2")
    log.begin("generating")
    log.open("a.py", 2, "model")
    log.chunk("a.py", 0, "whole ", attempt=2)
    log.chunk("a.py", 6, "of the first attempt", attempt=1)
    log.whole("a.py", "half a file", attempt=1)
    log.chunk("unknown.py", 0, "never begun")
    log.chunk("a.py", 6, "file", attempt=2)
    log.whole("a.py", "whole file", attempt=2)
    log.chunk("a.py", 0, "after the end", attempt=2)


def unknown_types_and_fields(log: Log) -> None:
    log.created(planner="auto", shade={"of": "green"})
    log.run = "r1"
    log.say("run:queued", position=0, trigger="prompt")
    log.say("weather:changed", to="rain", path="a.py")
    log.say("run:started", trigger="prompt", baseVersion=None, messageId=None, mood="good")
    log.plan("a.py")
    log.say("file:generating", path="a.py", attempt=1, author="model", font="mono")
    log.say("file:complete", path="a.py", attempt=1, size=0, sha256="0" * 64)
    usage = {"inputTokens": 1, "cachedInputTokens": 0, "outputTokens": 2, "cost": "0.1"}
    log.say("usage", step="generating", model="m", **usage, durationMs=1)
    log.say("presence", viewers=3)


def large_fields(log: Log) -> None:
    ref: dict[str, Any] = {"ref": "ab" * 32, "size": 70_000}
    log.created(prompt=ref)
    log.say("message", id="m1", role="user", text=ref)
    log.start("r1", "message", "m1")
    log.plan("a.py", contract=ref)
    log.begin("validating")
    log.say("validation:start", checks=["fuzz"], round=0)
    log.check("fuzz", "failed", **ref)
    log.say("message:updated", id="m1", role="user", text="short now")


def files_come_and_go(log: Log) -> None:
    log.created()
    log.start("r1")
    log.make(1, "a.py", "b.py")
    log.start("r2", "restore")
    log.say("file:complete", path="logo.png", attempt=1, size=9, sha256="c" * 64, binary=True)
    log.say("file:deleted", path="a.py")
    log.say("file:deleted", path="never-there.py")
    log.write("a.py", "back\n")
    log.complete(2)
    log.say("title:changed", title="Tasks")
    log.say("project:deleted")
    log.say("project:undeleted")


def kept_files(log: Log) -> None:
    """Most of a version stays: what a failed run left is put right, one file is written anew."""
    log.created()
    log.start("r1")
    log.make(1, "same.py", "new.py", "gone.py", "back.py")
    log.start("r2", "message")
    log.plan("same.py", "extra.py")
    log.begin("generating")
    log.say("file:deleted", path="back.py")
    log.open("same.py")
    log.chunk("same.py", 0, "half")
    log.fail()
    log.start("r3", "message")
    files = [
        {"path": path, "purpose": "now", "author": "compiled", "kept": path != "new.py"}
        for path in ("same.py", "new.py", "back.py")
    ]
    log.say("message", id="said-r3", role="assistant", text="Added a price to books.")
    log.plan(files=files)
    log.begin("generating")
    log.whole("same.py", "# same.py\nx = 1\n")
    log.whole("back.py", "# back.py\nx = 1\n")
    log.write("new.py", "y = 2\n")
    log.say("file:deleted", path="gone.py")
    log.say("file:deleted", path="extra.py")
    log.end("generating")
    log.complete(2)
    log.start("r4", "restore")
    log.plan(files=[{**files[0], "kept": True}], restores=1)


def costs(log: Log) -> None:
    log.created(model="gpt-4o")
    log.start("r1")
    for cost in ("0.1", "0.20", "1.5E-7", "0.000000000000000000001", "12", "1e2", ".5", "-0.1"):
        log.usage(cost)


def spent_late(log: Log) -> None:
    """What a stopped run has spent, before and behind the start of the next one."""
    spent_by_a_stopped_run(log)
    log.start("r2", "retry")
    log.usage("0.25")
    log.run = "r1"
    log.estimated("0.5")


def spent_by_a_stopped_run(log: Log) -> None:
    cancelled_in_a_file(log)
    log.estimated("0.5")


def unknown_cost(log: Log) -> None:
    log.created(model="local")
    log.start("r1")
    for cost in ("0.1", None, "0.2"):
        log.usage(cost)


def odd_cost(log: Log) -> None:
    log.created(model="local")
    log.start("r1")
    log.usage("about 3", 5)


def repaired(log: Log) -> None:
    log.created()
    log.start("r1")
    log.plan("a.py", "b.py")
    log.begin("generating")
    log.write("a.py", "a\n")
    log.write("b.py", "b\n")
    log.end("generating")
    log.begin("validating")
    log.validate(syntax="passed", tests="failed")
    log.end("validating")
    log.say("repair:start", round=1, cause="tests failed", paths=["b.py"])
    log.begin("repairing", 1)
    log.write("b.py", "better\n", attempt=2)
    log.end("repairing", 1)
    log.begin("validating", 1)
    log.validate(1, syntax="passed", tests="passed")
    log.end("validating", 1)
    log.complete(1)


def waiting(log: Log) -> None:
    log.created()
    log.start("r1")
    log.begin("planning")
    question = {"id": "q1", "text": "Who may read?", "choices": ["all", "owner"], "icon": "?"}
    log.say("questions", questions=[question])


def answered(log: Log) -> None:
    waiting(log)
    log.begin("generating")


def answered_in_words(log: Log) -> None:
    log.created(model="openai:some", planner="model", author="auto", ask=True)
    log.start("r1")
    log.begin("planning")
    log.usage("0.001")
    log.say("questions", questions=[{"id": "q1", "text": "Who may read?", "choices": []}])
    log.say("message", id="m1", role="user", text="Who may read? All.")
    log.begin("planning")
    log.say("run:resumed", node="local")
    log.plan("a.py")
    log.write("a.py", "a = 1\n")


def plan_approved(log: Log) -> None:
    """A plan that waits, is changed in words, waits once more, and is approved."""
    log.created()
    log.run = "r1"
    log.say("run:queued", position=0, trigger="prompt", messageId=None, approve=True)
    log.say("run:started", trigger="prompt", baseVersion=None, messageId=None)
    for number in (1, 2):
        log.plan("a.py")
        question = {"id": f"plan-{number}-r1", "text": "Make this plan?", "about": "plan"}
        log.say("questions", questions=[{**question, "choices": ["Approve", "Reject"]}])
        if number == 1:
            log.say("message", id="m1", role="user", text="Without the price.")
    log.begin("generating")
    log.say("run:resumed", node="local")
    log.write("a.py", "a = 1\n")


def cancelled_before_its_start(log: Log) -> None:
    log.created()
    log.run = "r1"
    log.say("run:queued", position=4, trigger="prompt", messageId=None)
    log.run = "r2"
    log.say("run:queued", position=5, trigger="message", messageId="m1")
    log.say("run:cancelled", reason="Not this one.")
    log.run = "r1"
    log.say("run:cancelled", reason="Nor this one.")


def said_twice(log: Log) -> None:
    plain(log)
    log.events[10:10] = log.events[4:9]
    log.events.append(log.events[-1])


def interrupted(log: Log) -> None:
    cancelled_in_a_file(log)
    log.start("r2", "retry")
    log.begin("planning")
    log.fail("interrupted")
    log.begin("generating")
    log.run = "r3"
    log.say("run:queued", position=0, trigger="retry", messageId=None)


def mixed(log: Log) -> None:
    """Events of all other logs in no order that makes sense: the folds agree on nonsense too."""
    said: list[dict[str, Any]] = []
    for write in LOGS:
        if write is not mixed:
            other = Log()
            write(other)
            said.extend(other.events)
    random.Random(7).shuffle(said)
    for event in said[:150]:
        log.run = event["run"]
        told = {
            key: event[key] for key in event if key not in ("type", "projectId", "seq", "run", "ts")
        }
        log.say(event["type"], **told)


LOGS: tuple[Callable[[Log], None], ...] = (
    plain,
    unfinished,
    cancelled_in_a_file,
    failed_check,
    retried,
    checked_again,
    tried_again,
    follow_ups_waiting,
    follow_ups_made,
    taken_back_when_complete,
    taken_back_when_failed,
    unicode_text,
    attempts,
    unknown_types_and_fields,
    large_fields,
    files_come_and_go,
    kept_files,
    costs,
    unknown_cost,
    spent_by_a_stopped_run,
    spent_late,
    odd_cost,
    repaired,
    waiting,
    answered,
    answered_in_words,
    plan_approved,
    cancelled_before_its_start,
    said_twice,
    interrupted,
    mixed,
)


def lines(write: Callable[[Log], None]) -> list[bytes]:
    """The log as its encoded events."""
    log = Log()
    write(log)
    return [msgspec.json.encode(event) for event in log.events]


def documents() -> dict[str, str]:
    """The content of every file of this folder that is made here, by name."""
    made: dict[str, str] = {}
    for write in LOGS:
        events = lines(write)
        state = msgspec.to_builtins(fold(events))
        made[f"{write.__name__}.jsonl"] = b"\n".join([*events, b""]).decode()
        made[f"{write.__name__}.json"] = json.dumps(state, indent=1, ensure_ascii=False) + "\n"
    return made


if __name__ == "__main__":
    for name, text in documents().items():
        (HERE / name).write_text(text, "utf-8")
