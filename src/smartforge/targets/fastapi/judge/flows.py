"""Transitions in the tests: which states there are, how to get to each, what is barred there."""

from collections.abc import Iterator
from typing import Any

from smartforge.contract import Boolean, Choice, Transition
from smartforge.contract.names import kebab, spaced
from smartforge.targets.fastapi.judge.bodies import Source
from smartforge.targets.fastapi.judge.callers import Caller, may
from smartforge.targets.fastapi.judge.subject import Subject

State = str | bool


class Flow:
    """The transitions of one field; names end in the field's where there are several."""

    def __init__(self, subject: Subject, field: str, tail: str) -> None:
        self.subject = subject
        self.field = field
        self.words = spaced(field)
        self.ways = f"WAYS{tail.upper()}"
        self.movers = f"movers{tail}"
        self.bring = f"bring{tail}"
        self.state = f"old_{field}"
        kind = subject.resource.field(field).kind
        self.values: list[State] = list(kind.values) if isinstance(kind, Choice) else [False, True]
        self.type = "str" if isinstance(kind, Choice) else "bool"
        self.moves = [
            move
            for move in subject.resource.transitions
            if move.field == field and mover_of(subject, move) and not move.guarded
        ]
        self.stamped = any(move.stamp for move in self.moves)
        self.reached = self._reached()

    @property
    def initial(self) -> State | None:
        """What a new row of the tests holds in the field."""
        sent = self.subject.bodies.rows[0].get(self.field)
        found = sent if sent is not None else self.subject.resource.field(self.field).default
        return found if isinstance(found, str | bool) else None

    def _reached(self) -> dict[State, list[str]]:
        """The moves from a new row to each state that can be reached."""
        if self.initial is None:
            return {}
        found: dict[State, list[str]] = {self.initial: []}
        rest = [self.initial]
        while rest:
            state = rest.pop(0)
            for move in self.moves:
                if self.leads(move, state) and move.target not in found:
                    found[move.target] = [*found[state], kebab(move.name)]
                    rest.append(move.target)
        return found

    def leads(self, move: Transition, state: State) -> bool:
        return not move.sources or state in move.sources

    @property
    def steps(self) -> list[tuple[State, str, State, str]]:
        """Every state with every move that is possible there, its target and its stamp."""
        return [
            (state, kebab(move.name), move.target, move.stamp)
            for state in self.reached
            for move in self.moves
            if self.leads(move, state)
        ]

    @property
    def barred(self) -> list[tuple[State, list[str]]]:
        """Every state with the moves that are refused there."""
        found: list[tuple[State, list[str]]] = []
        for state in self.reached:
            moves = [kebab(move.name) for move in self.moves if not self.leads(move, state)]
            if moves:
                found.append((state, moves))
        return found

    @property
    def patched(self) -> list[tuple[State, list[State]]]:
        """Every state with those that an update may set there; empty where none may."""
        field = self.subject.resource.field(self.field)
        updater = self.subject.caller(self.subject.resource.access.update)
        guarded = isinstance(field.kind, Choice) and field.on_update
        if not guarded or not updater or not self.subject.by["update"]:
            return []
        own = [m for m in self.moves if self.subject.allows(m.access, updater)]
        return [
            (state, sorted({m.target for m in own if self.leads(m, state)} - {state}, key=str))
            for state in self.reached
        ]

    @property
    def moved_by(self) -> dict[str, object]:
        return {kebab(move.name): Source(self._mover(move)) for move in self.moves}

    @property
    def mover_args(self) -> str:
        return self.subject.args(*dict.fromkeys(map(self._mover, self.moves)))

    @property
    def names(self) -> Iterator[dict[str, Any]]:
        for move in self.moves:
            yield {"name": move.name, "path": kebab(move.name), "caller": self._mover(move)}

    def _mover(self, move: Transition) -> str:
        caller = mover_of(self.subject, move)
        return caller.fixture if caller else ""


def mover_of(subject: Subject, move: Transition) -> Caller | None:
    """Who makes a move in the tests; not who made the row where owners may not."""
    if not move.not_owner:
        return subject.caller(move.access)
    maker = subject.callers.makers.get(subject.resource.name)
    known = (*subject.callers.users, *([subject.callers.other] if subject.callers.other else []))
    able = (one for one in known if one != maker and may(move.access, one, own=False))
    return next(able, None)


def barred_owners(subject: Subject) -> Iterator[dict[str, Any]]:
    """Transitions that whoever made the row may not use, though their role may."""
    maker = subject.callers.makers.get(subject.resource.name)
    for move in subject.resource.transitions:
        if move.not_owner and maker and subject.makes and may(move.access, maker, own=True):
            yield {"name": move.name, "path": kebab(move.name)}


def flows(subject: Subject) -> list[Flow]:
    """One for each field that transitions move and the tests can follow."""
    fields = list(dict.fromkeys(move.field for move in subject.resource.transitions))
    found = [Flow(subject, name, f"_of_{name}" if len(fields) > 1 else "") for name in fields]
    return [flow for flow in found if flow.reached and flow.moves]


def guarded(subject: Subject) -> Iterator[dict[str, Any]]:
    """Transitions that a new row cannot make yet: what they need is left out of it."""
    for move in subject.resource.transitions:
        caller = mover_of(subject, move)
        empty: dict[str, object] = {}
        for name in move.requires:
            field = subject.resource.field(name)
            if field.on_creation:
                empty[name] = False if isinstance(field.kind, Boolean) else None
        if move.guarded and caller and subject.makes:
            yield {
                "name": move.name,
                "path": kebab(move.name),
                "args": subject.args("create", caller.fixture, "new"),
                "caller": caller.fixture,
                "empty": empty,
            }
