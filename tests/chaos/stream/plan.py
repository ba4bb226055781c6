"""What happens in a trial: everything that chance decides, from the seed alone."""

import random
from typing import Literal

import msgspec

from tests.chaos.stream.script import PROJECTS

Database = Literal["sqlite", "postgres"]
Kind = Literal["single", "several", "poll", "websocket"]
What = Literal[
    "cut", "kill", "terminate", "take", "clock", "say", "rest", "wake",
    "restart database", "drop listening",
]  # fmt: skip
HOUR = 3_600_000


class Sight(msgspec.Struct, frozen=True):
    """One viewer: what it asks for and how it behaves.

    `by` is how it says where it was. `late` comes when it is woken, with a cursor from before;
    `beyond` begins with a cursor that no event has. `narrow` reads through small buffers, stops
    reading while it rests, and is only cut by a disturbance.
    """

    name: str
    kind: Kind
    projects: tuple[str, ...]
    by: Literal["header", "query"] = "query"
    live: bool = False
    compact: bool = True
    late: bool = False
    beyond: bool = False
    narrow: bool = False


class Disturbance(msgspec.Struct, frozen=True):
    """What is done once the share `at` of all batches is acknowledged."""

    at: float
    what: What
    node: int = 0
    names: tuple[str, ...] = ()
    amount: int = 0


class Plan(msgspec.Struct, frozen=True):
    """A whole trial. Where it is `rough`, connections are cut at random bytes, too."""

    seed: int
    database: Database
    nodes: int
    sights: tuple[Sight, ...]
    disturbances: tuple[Disturbance, ...]
    rough: bool = True

    def __str__(self) -> str:
        lines = [f"seed {self.seed}: {self.database}, {self.nodes} node(s)"]
        for each in self.disturbances:
            names = " ".join(each.names)
            lines.append(f"  at {each.at:.2f} {each.what} {each.node} {names} {each.amount}")
        return "\n".join(lines)


def plan(seed: int, database: Database | None = None) -> Plan:
    """The plan of this seed; even ones run on SQLite, odd ones on PostgreSQL."""
    rng = random.Random(seed)
    database = database or ("postgres" if seed % 2 else "sqlite")
    nodes = rng.choice((1, 2, 2)) if database == "postgres" else 1
    sights = _sights(rng)
    disturbances = _disturbances(rng, database, nodes, sights)
    return Plan(seed, database, nodes, sights, tuple(sorted(disturbances, key=lambda one: one.at)))


def _sights(rng: random.Random) -> tuple[Sight, ...]:
    def one() -> tuple[str, ...]:
        return (rng.choice(PROJECTS),)

    return (
        Sight("header", "single", one(), by="header"),
        Sight("query", "single", one()),
        Sight("raw", "single", one(), by="header", compact=False),
        Sight("live", "single", one(), live=True),
        Sight("live raw", "single", one(), live=True, compact=False),
        Sight("slow", "single", one(), live=True, narrow=True),
        Sight("slow raw", "single", one(), by="header", compact=False, narrow=True),
        Sight("late", "single", one(), by="header", late=True),
        Sight("beyond", "single", one(), live=True, late=True, beyond=True),
        Sight("several", "several", PROJECTS),
        Sight("several raw", "several", PROJECTS, compact=False),
        Sight("several header", "several", PROJECTS, by="header"),
        Sight("poll", "poll", one(), compact=False),
        Sight("websocket", "websocket", one(), live=True),
        Sight("websocket raw", "websocket", one(), live=True, compact=False),
    )


def _disturbances(
    rng: random.Random, database: Database, nodes: int, sights: tuple[Sight, ...]
) -> list[Disturbance]:
    def at(least: float = 0.05, most: float = 0.95) -> float:
        return rng.uniform(least, most)

    names = [each.name for each in sights]
    made: list[Disturbance] = []
    made += [Disturbance(at(), "cut", 0, tuple(rng.sample(names, 5))) for _ in range(3)]
    made += [Disturbance(at(), "kill", rng.randrange(nodes)) for _ in range(rng.randint(1, 2))]
    made += [Disturbance(at(), "terminate", rng.randrange(nodes)) for _ in range(rng.randint(0, 1))]
    made += [
        Disturbance(at(), "clock", rng.randrange(nodes), (), rng.choice((-HOUR, 0, HOUR)))
        for _ in range(3)
    ]
    made += [
        Disturbance(at(), "say", rng.randrange(nodes), (rng.choice(PROJECTS),), number)
        for number in range(6)
    ]
    made += [Disturbance(at(0.2, 0.8), "wake", 0, (each.name,)) for each in sights if each.late]
    for name in ("slow", "slow raw", *rng.sample(names, 2)):
        begin = at(0.02, 0.2 if "slow" in name else 0.6)
        made.append(Disturbance(begin, "rest", 0, (name,)))
        made.append(Disturbance(begin + at(0.15, 0.39), "wake", 0, (name,)))
    if database == "postgres":
        made += [Disturbance(at(), "drop listening") for _ in range(2)]
        if rng.random() < 0.6:
            made.append(Disturbance(at(), "restart database", amount=rng.randrange(2)))
    if nodes > 1:
        made += [Disturbance(at(), "take", 0, (rng.choice(PROJECTS),)) for _ in range(2)]
    return made
