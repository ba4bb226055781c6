"""A resource as its tests meet it: who does what, and how rows of it are made."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from types import SimpleNamespace

from smartforge.contract import Access, Contract, Field, Reference, Resource, Upload
from smartforge.contract.names import shorten, spaced
from smartforge.targets.fastapi.judge.bodies import (
    Bodies,
    Makeable,
    bodies,
    fixture,
    made_fixture,
    source,
)
from smartforge.targets.fastapi.judge.callers import Caller, Callers, may, points_to
from smartforge.targets.fastapi.literals import python

_ACTIONS = ("list", "create", "clear", "read", "update", "delete")
_LIST_OF_ROWS = "list[Row]"


class Subject:
    """Names of fixtures, and the lines that all templates of tests share."""

    def __init__(self, contract: Contract, resource: Resource, makeable: Makeable) -> None:
        self.contract = contract
        self.resource = resource
        self.makeable = makeable
        self.callers: Callers = makeable.callers
        self.one = spaced(resource.name)
        self.many = spaced(resource.plural)
        self.path = resource.path
        self.segment = resource.segment
        self.makes = resource.name in makeable
        self.is_account = resource.name == makeable.accounts

    @cached_property
    def by(self) -> dict[str, str]:
        """The fixture of who does each standard action; empty where nobody can in the tests."""
        found: dict[str, str] = dict.fromkeys(_ACTIONS, "")
        for action in self.resource.actions:
            caller = self.caller(self.resource.access.of(action))
            if action == "create":
                caller = self.callers.makers.get(self.resource.name)
            found[action] = caller.fixture if caller else ""
        return found

    @property
    def who(self) -> SimpleNamespace:
        """The same, for templates."""
        return SimpleNamespace(**self.by)

    def caller(self, access: Access) -> Caller | None:
        return self.callers.of(self.resource, access)

    @cached_property
    def maker(self) -> Caller:
        return self.callers.makers[self.resource.name]

    @cached_property
    def bodies(self) -> Bodies:
        """Empty ones where the tests cannot make any rows."""
        return bodies(self.makeable, self.resource) if self.makes else Bodies((), ({}, {}, {}))

    @cached_property
    def rows(self) -> str:
        return source(list(self.bodies.rows))

    @cached_property
    def made(self) -> str:
        """The fixture with three rows."""
        return made_fixture(self.resource)

    @cached_property
    def new(self) -> str:
        """The fixture with the bodies of three rows."""
        name = fixture(f"new_{shorten(self.resource.plural, 35)}")
        taken = {made_fixture(other) for other in self.contract.resources}
        return f"{name}_" if name in taken else name

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """The fixtures that the bodies of rows need."""
        return tuple(map(self.fixture_for, self.bodies.parents))

    def fixture_for(self, resource: str) -> str:
        return made_fixture(self.contract.resource(resource))

    @property
    def parameters(self) -> str:
        return ", ".join(f"{name}: {_LIST_OF_ROWS}" for name in self.parents)

    def args(self, *needs: str | Iterable[str]) -> str:
        """The parameters of a test; an action stands for who does it, `new` for the bodies."""
        flat = [one for need in needs for one in ([need] if isinstance(need, str) else need)]
        names = [self._fixture(need) for need in flat if need not in self.by or self.by[need]]
        return ", ".join(f"{name}: {self._type(name)}" for name in dict.fromkeys(names) if name)

    def _fixture(self, need: str) -> str:
        return self.by.get(need) or {"new": self.new, "made": self.made}.get(need, need)

    def _type(self, name: str) -> str:
        if name.startswith("movers"):
            return "dict[str, HttpClient]"
        known = {one.fixture for one in self.everybody}
        return "HttpClient" if name in known else _LIST_OF_ROWS

    @property
    def everybody(self) -> Iterator[Caller]:
        yield from self.callers.candidates
        if self.callers.other:
            yield self.callers.other
        if self.callers.stranger:
            yield self.callers.stranger

    def add(self, body: str, path: str = "", caller: str = "") -> str:
        """The call that creates a row; `path` is an expression, the resource's own by default."""
        verb = "upload" if isinstance(self.resource.upload, Upload) else "add"
        return f"{verb}({caller or self.by['create']}, {path or python(self.path)}, {body})"

    def field(self, name: str) -> Field | None:
        """The field of that name; None for those that every resource has."""
        return next((one for one in self.resource.fields if one.name == name), None)

    def subject(self, name: str) -> "Subject":
        return Subject(self.contract, self.contract.resource(name), self.makeable)

    def allows(self, access: Access, caller: Caller) -> bool:
        """Whether the caller may do this with the rows that the tests make."""
        return may(access, caller, own=caller == self.callers.makers.get(self.resource.name))

    @cached_property
    def tenant_resource(self) -> str:
        """The resource whose rows are the tenants, of the accounts; empty where there are none."""
        accounts = self.contract.accounts
        if accounts is None or not accounts.tenant:
            return ""
        return points_to(self.contract.resource(accounts.resource).field(accounts.tenant))

    @cached_property
    def references(self) -> tuple[tuple[Field, str], ...]:
        """The reference fields that clients write, each with the resource that it names."""
        return tuple(
            (field, points_to(field))
            for field in self.resource.fields
            if points_to(field) and (field.on_creation or field.on_update)
        )

    @cached_property
    def filled(self) -> tuple[tuple[Field, str], ...]:
        """Those single references that hold something in the rows of the tests."""
        return tuple(
            (field, parent)
            for field, parent in self.references
            if isinstance(field.kind, Reference) and parent in self.bodies.parents
        )
