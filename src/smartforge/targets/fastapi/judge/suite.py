"""All tests of a project: what they share, and one module for each resource."""

from functools import cached_property

from smartforge.contract import (
    Access,
    Accounts,
    Aggregate,
    AtMost,
    Contract,
    Email,
    Field,
    Text,
    Upload,
)
from smartforge.contract.operations import operations
from smartforge.targets.fastapi import samples
from smartforge.targets.fastapi.judge import accounts as people
from smartforge.targets.fastapi.judge.access import path_of
from smartforge.targets.fastapi.judge.bodies import Body, Makeable, Source, made_fixture, source
from smartforge.targets.fastapi.judge.callers import Caller, callers, may, points_to
from smartforge.targets.fastapi.judge.module import Module
from smartforge.targets.fastapi.naming import resource_names

# Files by their first bytes, and as what they are sent.
_FILES = {
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "image/gif": b"GIF89a\x01\x00\x01\x00",
    "image/webp": b"RIFF\x1a\x00\x00\x00WEBPVP8L",
    "application/pdf": b"%PDF-1.7\n",
}


class Suite:
    """The tests of a contract; `modules` by the name of the resource."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.callers = callers(contract)
        self.makeable = Makeable(contract, self.callers)
        self.modules = {
            one.name: Module(contract, one, self.makeable) for one in contract.resources
        }
        for name in self._needed():
            self.modules[name].is_shared = True

    def _needed(self) -> set[str]:
        """The resources to whose rows those of others point."""
        found: set[str] = set()
        for module in self.modules.values():
            if module.makes:
                found.update(module.bodies.parents)
        return {name for name in found if self.modules[name].makes}

    @cached_property
    def shared(self) -> list[Module]:
        return [one for one in self.modules.values() if one.is_shared and not one.is_account]

    # ---- what helpers there are -----------------------------------------------------------------

    @cached_property
    def uploads(self) -> bool:
        return any(one.resource.upload and one.makes for one in self.modules.values())

    @cached_property
    def file(self) -> tuple[str, bytes]:
        """A type that every upload takes, or else the first one, and a small file of it."""
        wanted = [one.upload for one in self.contract.resources if isinstance(one.upload, Upload)]
        kinds = [kind for upload in wanted for kind in upload.types] or ["text/plain"]
        return kinds[0], _FILES.get(kinds[0], b"Hello.\n")

    @property
    def file_source(self) -> str:
        return repr(self.file[1])

    @cached_property
    def ranges(self) -> bool:
        return any("ranges" in one.parts for one in self.modules.values())

    @cached_property
    def listed(self) -> bool:
        return any(one.page == "listed" and one.by["list"] for one in self.modules.values())

    @cached_property
    def cursors(self) -> bool:
        return any(not one.counted and "list" in one.parts for one in self.modules.values())

    @cached_property
    def searches(self) -> bool:
        return any("search" in one.parts for one in self.modules.values())

    @cached_property
    def averages(self) -> bool:
        return self._computes("average") or self._reports("number")

    @cached_property
    def sums(self) -> bool:
        return self._computes("sum") or self._reports("number")

    @cached_property
    def reports(self) -> bool:
        return self._reports("groups")

    @cached_property
    def periods(self) -> bool:
        return self._reports("periods")

    @cached_property
    def reaches(self) -> bool:
        return self._reports("reaches")

    def _reports(self, what: str) -> bool:
        return any(one[what] for module in self.modules.values() for one in module.reports)

    def _computes(self, function: str) -> bool:
        return any(
            isinstance(one.formula, Aggregate) and one.formula.function == function
            for resource in self.contract.resources
            for one in resource.computed
        )

    def caller(self, access: Access) -> str:
        """The fixture of somebody who may do what is for these."""
        known = self.callers.candidates
        return next(one.fixture for one in known if may(access, one, own=False))

    # ---- accounts -------------------------------------------------------------------------------

    @property
    def accounts(self) -> Accounts | None:
        return self.contract.accounts

    @property
    def account(self) -> Module:
        return self.modules[self.makeable.accounts]

    @property
    def path(self) -> str:
        return self.account.path

    @property
    def roles(self) -> tuple[str, ...]:
        return self.accounts.roles if self.accounts else ()

    @property
    def login(self) -> str:
        return self.accounts.login[0] if self.accounts else ""

    @property
    def refresh(self) -> bool:
        return bool(self.accounts and self.accounts.refresh)

    @property
    def password_change(self) -> bool:
        return bool(self.accounts and self.accounts.password_change)

    @property
    def api_keys(self) -> bool:
        return bool(self.accounts and self.accounts.api_keys)

    @property
    def told(self) -> bool:
        """Whether tokens say more than whose they are."""
        return self.refresh or self.password_change

    @property
    def tenants(self) -> bool:
        return bool(self.accounts and self.accounts.tenant)

    @property
    def tenant_name(self) -> str:
        return f"{self.account.tenant_resource}_name" if self.tenants else ""

    @cached_property
    def fixtures(self) -> list[str]:
        """The fixtures of all who are logged in."""
        return [one.fixture for one in self.people]

    @cached_property
    def people(self) -> list[Caller]:
        others = (self.callers.other, self.callers.stranger)
        return [*self.callers.users, *(one for one in others if one)]

    @cached_property
    def registered(self) -> dict[str, dict[str, object]]:
        """What each of them registers with; who has the last role is there from the start."""
        first = self.top if self.roles and not self.tenants else ""
        names = [one.fixture for one in self.people if one.fixture != first]
        return {name: self.person(name.removeprefix("as_")) for name in names}

    def person(self, word: str) -> dict[str, object]:
        body: dict[str, object] = {}
        for field in self.account.resource.fields:
            if field.on_creation and field.required and not points_to(field):
                body[field.name] = _about(field, word)
        if self.tenant_name:
            body[self.tenant_name] = f"Company of {word}"
        return body | {"password": Source("WORDS")}

    @property
    def top(self) -> str:
        """Who has the last role."""
        return self.callers.users[-1].fixture

    founder = top

    @cached_property
    def admin(self) -> dict[str, object]:
        found = self.person("admin")
        return {self.login: found[self.login], "password": Source("WORDS")}

    @cached_property
    def environment(self) -> dict[str, str]:
        """What names the first account that has the last role, as expressions."""
        if not self.roles or self.tenants:
            return {}
        return {
            f"ADMIN_{self.login.upper()}": repr(self.admin[self.login]).replace("'", '"'),
            "ADMIN_PASSWORD": "WORDS",
        }

    @cached_property
    def promoted(self) -> dict[str, str]:
        """The roles between the first and the last, each with who gets it."""
        return {one.role: one.fixture for one in self.callers.users[1:-1]}

    @cached_property
    def hired(self) -> dict[str, str]:
        """Who is made by the founder of the tenant, with the role."""
        others = [*self.callers.users[:-1], *([self.callers.other] if self.callers.other else [])]
        return {one.fixture: one.role for one in others}

    @cached_property
    def members(self) -> list[str]:
        """Three of those who may stand in a reference to an account; the first is the maker."""
        found = [one.fixture for one in self.people if not one.stranger]
        return (found * 3)[:3]

    @property
    def members_args(self) -> str:
        return self.account.args(*self.members)

    @cached_property
    def uses_accounts(self) -> bool:
        name = self.makeable.accounts
        return any(one.makes and name in one.bodies.parents for one in self.modules.values())

    @property
    def made_accounts(self) -> str:
        return made_fixture(self.account.resource)

    @cached_property
    def secured(self) -> list[tuple[str, str]]:
        """Every operation that takes a token."""
        return [
            (one.method, path_of(one)) for one in operations(self.contract) if one.access.secured
        ]

    @property
    def first_role(self) -> str:
        """The role of whoever registers."""
        return self.roles[-1 if self.tenants else 0]

    @property
    def logins(self) -> list[str]:
        return list(self.accounts.login) if self.accounts else []

    @cached_property
    def refused(self) -> dict[str, list[object]]:
        return people.refused(self)

    @cached_property
    def promotions(self) -> list[tuple[str, object]]:
        return people.promotions(self)

    @cached_property
    def edge_people(self) -> list[Body]:
        return people.edge_people(self)

    @cached_property
    def unknown_login(self) -> Body:
        return people.unknown_login(self)

    @cached_property
    def newcomer(self) -> Body:
        return people.newcomer(self)

    @cached_property
    def quotas(self) -> list[str]:
        """The constants that say how many rows there may be, by their full names."""
        names = resource_names(self.contract)
        return [
            f"app.routers.{names[one.name].module}.MOST{place + 1 if len(rules) > 1 else ''}"
            for one in self.contract.resources
            for rules in [[rule for rule in one.rules if isinstance(rule, AtMost)]]
            for place in range(len(rules))
        ]

    # ---- problems -------------------------------------------------------------------------------

    @cached_property
    def fault(self) -> str:
        """A call for which the database is needed and no token; empty where there is none."""
        for module in self.modules.values():
            access = module.resource.access
            if module.by["list"] == "client":
                return f'get("{module.resource.collection_path}")'
            if module.by["read"] == "client" and not access.read.secured:
                return f'get("{module.path}/1")'
        if self.accounts:
            credentials = {name: self.admin[name] for name in (self.login, "password")}
            return f'post("/auth/login", json={source(credentials)})'
        for module in self.modules.values():
            if module.by["create"] and not module.parents:
                body = source(module.bodies.rows[0])
                return f'post("{module.resource.collection_path}", json={body})'
        for module in self.modules.values():
            if module.by_id:
                _, method, _, body = module.by_id[0]
                return f'{method}("{module.path}/1"{body})'
        return ""


def _about(field: Field, word: str) -> object:
    """A value of an account's field that tells whose it is."""
    match field.kind:
        case Email():
            return f"{word.replace('_', '-')}@example.com"
        case Text(min_length=least, max_length=most):
            return word.ljust(least, "x")[:most]
        case _:
            return samples.three(field)[0]
