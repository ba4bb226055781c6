"""What goes back to the model after failed checks, when that ends, and which copy was the best."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec

from smartforge.events import CheckCompleted, FilePlanned, ValidationCompleted
from smartforge.writers.base import Failing

MOST_ROUNDS = 3
"""Rounds of repair in one run."""

MAX_CAUSE = 300
"""Code points of a cause, as an event and the end's message tell it."""

MOST_EVIDENCE = 6_000
"""Code points of one check's evidence, as JSON, that go back to the model."""

_VARYING = re.compile(r"\bline \d+|\b[0-9a-f]{8,}\b|\b\d{6,}\b|\b0x[0-9a-f]+\b", re.IGNORECASE)
_SAYING = ("operation", "case", "said", "path", "rule", "what", "problem", "test", "error")
_LONG = ("stderr", "output", "body", "answer")


class Round(msgspec.Struct, frozen=True):
    """The files of one round, 0 before any repair, and what the checks found in them."""

    number: int
    hashes: Mapping[str, str]
    done: tuple[CheckCompleted, ...]
    whole: ValidationCompleted

    @property
    def failed(self) -> tuple[CheckCompleted, ...]:
        """The required checks that failed; those are what a repair is for."""
        return tuple(one for one in self.done if one.required and one.verdict == "failed")

    @property
    def lacking(self) -> tuple[int, int]:
        """How far it is from proven: required checks that did not pass, then single findings.

        What was skipped behind a failed gate did not pass either: a copy that does not start is
        not better than one that starts and fails two checks.
        """
        open_ = sum(one.required and one.verdict != "passed" for one in self.done)
        return open_, sum(_count(one.evidence) for one in self.failed)

    @property
    def signature(self) -> frozenset[str]:
        """What failed, without what differs each time (places, ids): equal where nothing moved."""
        return frozenset(
            f"{one.check}: {_VARYING.sub('#', each)}" for one in self.failed for each in _said(one)
        )


def best(rounds: Sequence[Round]) -> Round:
    """The round with the fewest failures; of equals the first, which changed the least."""
    return min(rounds, key=lambda one: (one.lacking, one.number))


def over(rounds: Sequence[Round]) -> str:
    """Why there is no further round, as one sentence; empty where one may help."""
    last = rounds[-1]
    if last.number >= MOST_ROUNDS:
        return f"{MOST_ROUNDS} rounds of repair were not enough."
    if any(one.signature == last.signature for one in rounds[:-1]):
        return f"The same failure came back in round {last.number} of repair, which ended it."
    return ""


def to_rewrite(
    failed: Sequence[CheckCompleted], files: Sequence[FilePlanned]
) -> tuple[FilePlanned, ...]:
    """The smallest set of files that a model may put right, in the order of the plan.

    Those that the evidence names; else those that keep what the failing operations are about;
    else all that the model wrote. Never what the project is judged by, and never what a
    follow-up leaves as it is. Empty where the model wrote nothing.
    """
    open_ = tuple(file for file in files if file.author == "model" and not file.kept)
    named = {path for one in failed for path in _values(one.evidence, {"path", "unformatted"})}
    of_operations = {
        stem
        for one in failed
        for operation in _values(one.evidence, {"operation"})
        if (stem := _stem_of(operation))
    }
    chosen = tuple(file for file in open_ if file.path in named)
    return (
        chosen
        or tuple(file for file in open_ if PurePosixPath(file.path).stem in of_operations)
        or open_
    )


def cause_of(failed: Sequence[CheckCompleted]) -> str:
    """What is to be put right, as a person reads it."""
    first = failed[0]
    others = ", ".join(one.check for one in failed[1:])
    cause = f"{first.check}: {first.summary}"
    cause = cause if len(cause) <= MAX_CAUSE else cause[: MAX_CAUSE - 1] + "…"
    return f"{cause} Failed too: {others}." if others else cause


def failings(failed: Sequence[CheckCompleted]) -> tuple[Failing, ...]:
    """What the model is told: each verdict with its evidence, as far as that is of use."""
    return tuple(Failing(one.check, one.summary, _fitted(one.evidence)) for one in failed)


def failed(rounds: Sequence[Round], why: str) -> str:
    """What the run that was not repaired says in its end: what fails, why it stopped, what stays.

    That is of the best copy, which is the one that is kept.
    """
    kept = best(rounds)
    first = kept.failed[0]
    told = [f"The check {first.check!r} failed: {first.summary}"]
    if why:
        told.append(why)
    if len(rounds) > 1:
        copy = f"of round {kept.number} of repair" if kept.number else "from before any repair"
        count = f"{len(kept.failed)} failed check{'s' * (len(kept.failed) != 1)}"
        told.append(f"The best working copy is kept, that {copy} ({count}).")
    return " ".join(told)


def _count(evidence: Mapping[str, Any]) -> int:
    """How many findings there are: as counted, since long lists are cut, else those listed."""
    counts = [evidence[name] for name in ("failed", "total") if name in evidence]
    listed = [len(cast("list[object]", one)) for one in evidence.values() if isinstance(one, list)]
    return max([1, *(counts or listed)])


def _said(one: CheckCompleted) -> Iterator[str]:
    """Each finding in a line; the summary where there is no list of them."""
    found = False
    for value in one.evidence.values():
        for entry in cast("list[object]", value) if isinstance(value, list) else ():
            if isinstance(entry, dict):
                finding = cast("dict[str, object]", entry)
                yield " ".join(str(finding[name]) for name in _SAYING if name in finding)
                found = True
    if not found:
        yield one.summary


def _values(value: object, names: Set[str]) -> Iterator[str]:
    """The texts that stand under one of these names, at any depth."""
    if isinstance(value, list):
        for entry in cast("list[object]", value):
            yield from _values(entry, names)
    elif isinstance(value, dict):
        for name, entry in cast("dict[str, object]", value).items():
            if name in names:
                texts = cast("list[object]", entry) if isinstance(entry, list) else [entry]
                yield from (text for text in texts if isinstance(text, str))
            else:
                yield from _values(entry, names)


def _stem_of(operation: str) -> str:
    """`GET /order-lines/{id}` is about the files called `order_lines`."""
    path = operation.rpartition(" ")[2]
    parts = [part for part in path.split("/") if part and not part.startswith("{")]
    return parts[0].replace("-", "_") if parts else ""


def _fitted(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Evidence within the bound: long texts lose their beginning, lists their end."""
    found = dict(evidence)
    for most in (20, 5, 2, 1):
        found = {name: _shortened(name, value, most) for name, value in evidence.items()}
        if len(msgspec.json.encode(found)) <= MOST_EVIDENCE:
            return found
    plain = {name: one for name, one in found.items() if not isinstance(one, list | dict)}
    return {name: one[:500] if isinstance(one, str) else one for name, one in plain.items()}


def _shortened(name: str, value: object, most: int) -> object:
    if isinstance(value, str) and name in _LONG:
        return value[-100 * most :]
    if isinstance(value, list):
        return [_shortened(name, each, most) for each in cast("list[object]", value)[:most]]
    if isinstance(value, dict):
        return {
            key: _shortened(key, each, most)
            for key, each in cast("dict[str, object]", value).items()
        }
    return value
