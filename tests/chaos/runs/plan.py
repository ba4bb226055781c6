"""What happens in a trial: everything that chance decides, from the seed alone."""

import random
from typing import Literal

import msgspec

What = Literal["kill", "freeze", "fill"]
When = Literal[
    "asking", "queued", "planning", "answer", "file", "checks", "resumed", "event",
]  # fmt: skip
Made = Literal["model", "planned", "offline"]
"""Whether the model writes, only plans, or is not asked."""

SHAPES = ((1, 1, 1, 1, 1), (2, 1, 1, 1), (2, 2, 1), (3, 1, 1), (3, 2), (1, 4))
"""How many runs each project of a trial has."""

RUNS = 5
FIRST_MOMENTS: tuple[When, ...] = (
    "asking",
    "queued",
    "planning",
    "answer",
    "file",
    "checks",
    "event",
)
MOMENTS: tuple[When, ...] = (*FIRST_MOMENTS, "resumed")
COUNTS: dict[When, int] = {"event": 1_500, "file": 60, "answer": 30, "checks": 2}
FROZEN_SECONDS, FULL_SECONDS = 5.0, 1.0
THOROUGH_EVERY = 5


class Asked(msgspec.Struct, frozen=True):
    """One run: the words that ask for it end with `mark`, by which the model's calls are told.

    `early` is said while the run before may be on, so that it waits.
    """

    mark: str
    early: bool = False

    @property
    def prompt(self) -> str:
        return f"Keep notes with a title, for {self.mark}."


class Wanted(msgspec.Struct, frozen=True):
    """A project and its runs."""

    name: str
    made: Made
    runs: tuple[Asked, ...]


class Disturbance(msgspec.Struct, frozen=True):
    """What is done once `when` was seen `count` times since the last disturbance, and `after` s.

    `asking` is the moment at which a command is sent, `queued` when it was answered, `checks` when
    a generated program is started in the sandbox.
    `seconds` is how long a server is frozen, or its disk full.
    """

    what: What
    when: When
    count: int = 1
    after: float = 0.0
    seconds: float = 0.0


class Plan(msgspec.Struct, frozen=True):
    """A whole trial. `thorough`: all checks of the product are asked, else the quick ones.

    `pace` is how many characters a second are compiled, 0 for as many as can be.
    """

    seed: int
    projects: tuple[Wanted, ...]
    disturbances: tuple[Disturbance, ...]
    thorough: bool = False
    pace: int = 0

    def __str__(self) -> str:
        lines = [f"seed {self.seed}:{' thorough' * self.thorough}"]
        lines += [f"  {each.name}: {each.made}, {len(each.runs)} runs" for each in self.projects]
        for each in self.disturbances:
            seconds = f" for {each.seconds:.1f} s" if each.seconds else ""
            lines.append(f"  {each.what}{seconds} at {each.when} {each.count} + {each.after:.3f} s")
        return "\n".join(lines)


def plan(seed: int) -> Plan:
    """The plan of this seed: five runs, one to four kills; some are frozen or out of disk."""
    rng = random.Random(f"{seed} runs")
    projects = tuple(
        Wanted(f"s{seed}p{number}", _made(rng), _runs(f"s{seed}p{number}", runs, rng))
        for number, runs in enumerate(rng.choice(SHAPES))
    )
    thorough = seed % THOROUGH_EVERY == THOROUGH_EVERY - 1
    disturbances = tuple(_disturbances(rng, thorough))
    return Plan(seed, projects, disturbances, thorough, rng.choice((0, 20_000, 100_000)))


def single(name: str, made: Made, *disturbances: Disturbance, pace: int = 0) -> Plan:
    """One project with one run."""
    return Plan(0, (Wanted(name, made, (Asked(f"{name}r0"),)),), disturbances, pace=pace)


def _made(rng: random.Random) -> Made:
    return rng.choice(("model", "model", "model", "planned", "offline"))


def _runs(name: str, runs: int, rng: random.Random) -> tuple[Asked, ...]:
    return tuple(Asked(f"{name}r{number}", rng.random() < 0.5) for number in range(runs))


def _kinds(rng: random.Random) -> list[What]:
    kinds: list[What] = []
    for _ in range(rng.randint(1, 4)):
        kinds.append("kill")
    if rng.randint(0, 1):
        kinds.append("freeze")
    rng.shuffle(kinds)
    if rng.random() < 0.3:
        kinds.append("fill")  # Last, since it ends every run that has something to store.
    return kinds


def _disturbances(rng: random.Random, thorough: bool) -> list[Disturbance]:
    made: list[Disturbance] = []
    for what in _kinds(rng):
        # A run is taken up only after a kill, so waiting for that makes sense after one alone.
        again = bool(made) and made[-1].what == "kill"
        when = rng.choice(MOMENTS if again else FIRST_MOMENTS)
        count = rng.randint(1, COUNTS.get(when, 1))
        seconds = {"freeze": FROZEN_SECONDS, "fill": FULL_SECONDS}.get(what, 0)
        seconds *= rng.uniform(0.1, 1)
        most = {"asking": 0.02, "queued": 0.1, "checks": 3 if thorough else 0.6}.get(when, 0.3)
        after = rng.uniform(0, most)
        made.append(Disturbance(what, when, count, after, seconds))
    return made
