"""What happens in a trial: everything that chance decides, from the seed alone."""

import random
from typing import Literal

import msgspec

What = Literal["kill", "freeze", "outlast", "fill", "restart", "crash"]
When = Literal[
    "asking", "queued", "planning", "answer", "file", "checks", "resumed", "event",
]  # fmt: skip
Made = Literal["model", "planned", "offline"]
"""Whether the model writes, only plans, or is not asked."""

Kind = Literal["sqlite", "postgres"]
Role = Literal["serve", "worker"]

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
ASKING: tuple[When, ...] = ("asking", "queued")
COUNTS: dict[When, int] = {"event": 1_500, "file": 60, "answer": 30, "checks": 2}
FROZEN_SECONDS, FULL_SECONDS = 5.0, 1.0
THOROUGH_EVERY = 7

CLUSTERS: tuple[tuple[Role, ...], ...] = (
    ("serve", "serve", "worker"),
    ("serve", "serve", "serve"),
)
AIMED = 0.75
"""How often the node is meant that the moment is about, and not any of them."""

LONGEST_DOWN, LONGEST_AWAY = 4.0, 2.5
"""Seconds until a node that was killed, or PostgreSQL, is started again."""

LONGEST_FROZEN = 8.0
"""Seconds; after about six the others give up whoever does not move."""

LONGEST_OUTLASTED = 1.5
"""Seconds that it stays frozen after they have."""


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
    a generated program is started in the sandbox. `restart` and `crash` are of PostgreSQL.
    `outlast` freezes a server until the others have given it up. `seconds` is how long a server is
    frozen (after that, of `outlast`), down, or its disk full. `aimed`: at the node that was
    asked last where the moment is one of asking, else at one that executes a run.
    """

    what: What
    when: When
    count: int = 1
    after: float = 0.0
    seconds: float = 0.0
    aimed: bool = True


class Plan(msgspec.Struct, frozen=True):
    """A whole trial. `thorough`: all checks of the product are asked, else the quick ones.

    `pace` is how many characters a second are compiled, 0 for as many as can be. `nodes` share
    the database, which is PostgreSQL where they are several.
    """

    seed: int
    projects: tuple[Wanted, ...]
    disturbances: tuple[Disturbance, ...]
    thorough: bool = False
    pace: int = 0
    nodes: tuple[Role, ...] = ("serve",)

    @property
    def database(self) -> Kind:
        return "sqlite" if len(self.nodes) == 1 else "postgres"

    def __str__(self) -> str:
        nodes = f"{self.database}, {' '.join(self.nodes)}"
        lines = [f"seed {self.seed}: {nodes}{', thorough' * self.thorough}"]
        lines += [f"  {each.name}: {each.made}, {len(each.runs)} runs" for each in self.projects]
        for each in self.disturbances:
            seconds = f" for {each.seconds:.1f} s" if each.seconds else ""
            at = f"{each.when} {each.count} + {each.after:.3f} s"
            lines.append(f"  {each.what}{seconds} at {at}{', aimed' * each.aimed}")
        return "\n".join(lines)


def plan(seed: int) -> Plan:
    """The plan of this seed: five runs, one to four kills, and more that befalls servers.

    An even seed has one server on SQLite, an odd one three nodes on PostgreSQL.
    """
    rng = random.Random(f"{seed} runs")
    projects = tuple(
        Wanted(f"s{seed}p{number}", _made(rng), _runs(f"s{seed}p{number}", runs, rng))
        for number, runs in enumerate(rng.choice(SHAPES))
    )
    thorough = seed % THOROUGH_EVERY == THOROUGH_EVERY - 1
    clustered = seed % 2 == 1
    kinds = _kinds_in_cluster(rng) if clustered else _kinds(rng)
    return Plan(
        seed,
        projects,
        tuple(_disturbances(kinds, rng, thorough, clustered)),
        thorough,
        rng.choice((0, 20_000, 100_000)),
        rng.choice(CLUSTERS) if clustered else ("serve",),
    )


def single(
    name: str,
    made: Made,
    *disturbances: Disturbance,
    pace: int = 0,
    nodes: tuple[Role, ...] = ("serve",),
) -> Plan:
    """One project with one run."""
    projects = (Wanted(name, made, (Asked(f"{name}r0"),)),)
    return Plan(0, projects, disturbances, pace=pace, nodes=nodes)


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


def _kinds_in_cluster(rng: random.Random) -> list[What]:
    kinds: list[What] = ["kill", *rng.choices(("kill", "freeze", "outlast"), k=rng.randint(1, 3))]
    if rng.random() < 0.6:
        kinds.append(rng.choice(("restart", "crash")))
    rng.shuffle(kinds)
    return kinds


def _disturbances(
    kinds: list[What], rng: random.Random, thorough: bool, clustered: bool
) -> list[Disturbance]:
    made: list[Disturbance] = []
    for what in kinds:
        # A run is taken up only after a kill, so waiting for that makes sense after one alone.
        again = bool(made) and made[-1].what == "kill"
        when = rng.choice(MOMENTS if again else FIRST_MOMENTS)
        count = rng.randint(1, COUNTS.get(when, 1))
        most = {"asking": 0.02, "queued": 0.1, "checks": 3 if thorough else 0.6}.get(when, 0.3)
        after = rng.uniform(0, most)
        seconds = _seconds_in_cluster(what, rng) if clustered else _seconds(what, rng)
        aimed = rng.random() < AIMED
        made.append(Disturbance(what, when, count, after, seconds, aimed))
    return made


def _seconds(what: What, rng: random.Random) -> float:
    return {"freeze": FROZEN_SECONDS, "fill": FULL_SECONDS}.get(what, 0) * rng.uniform(0.1, 1)


def _seconds_in_cluster(what: What, rng: random.Random) -> float:
    match what:
        case "freeze":
            return rng.uniform(0.5, LONGEST_FROZEN)
        case "outlast":
            return rng.uniform(0, LONGEST_OUTLASTED)
        case "kill":
            return rng.uniform(0, LONGEST_DOWN)
        case _:
            return rng.uniform(0, LONGEST_AWAY)
