"""When each run is stopped: drawn from a seed, so that every measurement stops at the same ones."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal, get_args

import msgspec

from benchmarks.serving import Event

Kind = Literal["planning", "writing", "checking", "queued", "ending"]
KINDS: tuple[Kind, ...] = get_args(Kind)

STOPS: dict[Kind, int] = {
    "planning": 20,
    "writing": 35,
    "checking": 20,
    "queued": 10,
    "ending": 15,
}
QUICK_STOPS: dict[Kind, int] = {
    "planning": 1,
    "writing": 2,
    "checking": 2,
    "queued": 1,
    "ending": 1,
}
FOLLOWED = 10
"""Of so many stops of a kind one is followed by a message at once, the first one too."""

DELAYS: dict[Kind, float] = {
    "planning": 3.0,
    "writing": 4.0,
    "checking": 0.3,
    "queued": 0.5,
    "ending": 0.005,
}
"""Seconds from what is waited for to the stop, at the most."""

SANDBOXED = ("lint", "boot", "fuzz", "tests", "operations")
LAST = ("check:complete", "validation:complete", "step:complete")


class Moment(msgspec.Struct, frozen=True):
    """`delay` seconds after the run has come to `after`: a check that begins, an event at its end.

    `named`: the Stop says which run it means. `followed`: a message is sent right after it.
    """

    kind: Kind
    after: str
    delay: float
    named: bool
    followed: bool


def moments(seed: int, stops: dict[Kind, int]) -> list[Moment]:
    """As many of each kind as `stops` says, in a random order; equal seeds give equal moments."""
    dice = random.Random(seed)
    kinds: list[Kind] = [kind for kind, count in stops.items() for _ in range(count)]
    dice.shuffle(kinds)
    so_far = Counter[Kind]()
    made: list[Moment] = []
    for kind in kinds:
        followed = so_far[kind] % FOLLOWED == 0
        so_far[kind] += 1
        made.append(
            Moment(
                kind=kind,
                after=_after(kind, dice),
                delay=dice.uniform(0.0, DELAYS[kind]),
                named=dice.random() < 0.5,
                followed=followed,
            )
        )
    return made


def _after(kind: Kind, dice: random.Random) -> str:
    choices: Sequence[str] = {"checking": SANDBOXED, "ending": LAST}.get(kind, ("",))
    return dice.choice(choices)


class Arrival:
    """Whether a run has come to where its moment counts from; asked with each of its events."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._checks = 0

    def __call__(self, event: Event) -> bool:
        kind: Any = event["type"]
        match self._moment.kind:
            case "planning":
                return kind == "step:start" and event["step"] == "planning"
            case "writing":
                return kind == "file:generating" and event["author"] == "model"
            case "checking":
                return kind == "check:start" and event["check"] == self._moment.after
            case "queued":
                return kind == "run:queued"
            case "ending":
                return self._ends(kind, event)

    def _ends(self, kind: str, event: Event) -> bool:
        """The last check but one is done, or all are, or the step is."""
        if kind == "validation:start":
            self._checks = len(event["checks"])
        if kind == "check:complete":
            self._checks -= 1
            return self._moment.after == kind and self._checks == 1
        if kind == "step:complete" and event["step"] != "validating":
            return False
        return self._moment.after == kind
