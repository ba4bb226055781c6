"""Does every rule hold that the document tells of, also when many ask at once?"""

import time
from collections.abc import Callable, Collection, Iterator
from itertools import zip_longest

import msgspec

from smartforge.checks.accounts import environment
from smartforge.checks.base import LOGGED_BYTES, Method, Subject, Verdict
from smartforge.checks.causes import clean
from smartforge.checks.endpoints import promised
from smartforge.checks.judging import SHOWN, Judge
from smartforge.checks.limits import limits_kept
from smartforge.checks.ruling import TRIALS
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found, Undecided, rules_in
from smartforge.checks.surface import TooComplex
from smartforge.checks.trial import tried
from smartforge.events import CheckName
from smartforge.sandbox.base import Limits

LIMITS = Limits(wall_seconds=120.0, cpu_seconds=120, output_bytes=LOGGED_BYTES)
# What limits on requests are called among rules.
LIMIT = "rate_limit"
# After so long no further rule is begun. Each kind has its turn before any has its second.
ENOUGH_SECONDS = 45.0


class Rules:
    """Tries each rule by the promised document alone: keeps it, breaks it, alone and in a crowd.

    Passes with these words where the document tells of none. A rule whose kind is not known here
    makes the verdict `skipped`, by name. What could not be tried stands in the evidence. With
    `only`, rules of other kinds are left out.
    """

    name: CheckName = "rules"
    required = True
    method = Method(
        "Does every rule hold, also when many ask at once?",
        "Each rule of the contract is kept and broken, alone and by a crowd.",
    )

    def __init__(self, only: Collection[str] = ()) -> None:
        self._only = frozenset(only)

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`. Each failure has a curl line, and the lines that lead to it."""
        try:
            known = promised(subject.promised)
            rules = rules_in(subject.promised, known)
        except (TooComplex, RecursionError) as error:
            return Verdict("failed", f"The promised document cannot be read: {error}.")
        limited = None
        if not self._only or LIMIT in self._only:
            limited = await limits_kept(subject, known, LIMITS)
        if limited is not None and limited.outcome != "passed":
            return limited
        wanted = [one for one in rules if not self._only or one.kind in self._only]
        if not wanted:
            return limited or Verdict("passed", "No rules are promised beyond what fields say.")

        async def ask(judge: Judge) -> Callable[[], Verdict]:
            court = Court(judge, judge.talk, subject.promised, known, rules)
            trials = Trials(judge, court)
            await trials.all(wanted)
            return trials.verdict

        return await tried(subject, LIMITS, environment(known), ask)


class Trials:
    """Tries one rule after the other, and remembers which could not be tried."""

    def __init__(self, judge: Judge, court: Court) -> None:
        self._judge = judge
        self._court = court
        self._tried = 0
        self._unknown: list[str] = []
        self._undecided: list[str] = []

    async def all(self, rules: list[Found]) -> None:
        """Try them, as many as there is time for. May raise NoAnswer."""
        end = time.monotonic() + ENOUGH_SECONDS
        for found in _each_kind_first(rules):
            trial = TRIALS.get(found.kind)
            if trial is None:
                self._unknown.append(clean(found.words))
                continue
            if time.monotonic() > end:
                self._undecided.append(f"{clean(found.words)}: there was no time left")
                continue
            self._court.begin(found)
            self._tried += 1
            try:
                await trial(self._court, found)
            except Undecided as error:
                self._undecided.append(f"{clean(found.words)}: {clean(str(error))}")

    def verdict(self) -> Verdict:
        decided = self._tried - len(self._undecided)
        whole = f"{decided} rules tried" if decided != 1 else "One rule tried"
        if self._undecided:
            whole += f", {len(self._undecided)} could not be"
        verdict = self._judge.verdict(whole)
        evidence = {**verdict.evidence, "rules": self._tried}
        if self._undecided:
            evidence["undecided"] = self._undecided[:SHOWN]
        if self._unknown:
            evidence["unknown"] = self._unknown[:SHOWN]
        if self._unknown and verdict.outcome == "passed":
            said = f"Not known here, so not proven: {'; '.join(self._unknown[:3])}."
            return Verdict("skipped", f"{said} {verdict.summary}", evidence)
        return msgspec.structs.replace(verdict, evidence=evidence)


def _each_kind_first(rules: list[Found]) -> Iterator[Found]:
    """The first of every kind, then the second of every kind, and so on."""
    kinds: dict[str, list[Found]] = {}
    for one in rules:
        kinds.setdefault(one.kind, []).append(one)
    for turn in zip_longest(*kinds.values()):
        yield from (one for one in turn if one is not None)
