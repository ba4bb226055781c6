"""One module of tests: all that its template asks of a resource."""

from functools import cached_property
from typing import Any

from smartforge.targets.fastapi import kinds
from smartforge.targets.fastapi.judge import access, accounts, fields, relations, reports, rules
from smartforge.targets.fastapi.judge.bodies import RANKS, Body, Source
from smartforge.targets.fastapi.judge.flows import Flow, barred_owners, flows, guarded
from smartforge.targets.fastapi.judge.subject import Subject


class Module(Subject):
    """See the functions that the attributes are named for. `parts` are the templates it takes.

    `is_shared` says that the rows are made in `conftest.py`, since other modules need them too.
    """

    is_shared = False

    @cached_property
    def parts(self) -> tuple[str, ...]:
        uploads = self.resource.upload is not None
        wanted = {
            "create": self.makes and not uploads,
            "upload": self.makes and uploads,
            "server_made": self.makes and bool(self.slugs or self.codes),
            "unique": self.makes and bool(self.unique or self.resource.idempotent),
            "references": self.makes and bool(self.pointers) and not uploads,
            "item": bool(self.by["read"] or self.by["update"] or self.by["delete"]),
            "update": bool(self.by["update"]),
            "delete": self.makes and bool(self.by["delete"]),
            "bulk": self.makes and bool(self.resource.bulk and self.by["create"]),
            "clear": self.makes and bool(self.by["clear"]),
            "self_url": self.makes and bool(self.resource.self_url and self.by["read"]),
            "versions": self.makes and self.resource.versioned and bool(self.by["read"]),
            "retries": self.makes and self.resource.idempotency is not None,
            "history": self.makes and self.resource.history and bool(self.by["read"]),
            "restoring": self.makes and self.resource.soft_delete and not self.is_account,
            "list": bool(self.by["list"]),
            "ranges": self.makes and bool(self.by["list"] and self.ranges),
            "search": self.makes and bool(self.by["list"] and self.searched),
            "nested": self.makes and bool(self.nested),
            "transitions": self.makes and bool(self.flows),
            "rules": self.makes and self.ruled,
            "computed": self.makes and bool(self.aggregates or self.products),
            "deleting": self.makes and bool(self.falls),
            "marks": self.makes and bool(self.marks),
            "reports": self.makes and bool(self.reports),
            "redirect": self.makes and self.resource.redirect is not None,
            "account": self.is_account,
            "access": True,
            "methods": True,
        }
        return tuple(name for name, there in wanted.items() if there)

    # ---- fields -------------------------------------------------------------------------------

    @cached_property
    def given(self) -> dict[str, object]:
        return fields.given(self)

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.resource.fields if f.required and f.on_creation)

    @cached_property
    def defaults(self) -> dict[str, object]:
        return {
            field.name: kinds.answered_default(field)
            for field in self.resource.fields
            if field.on_creation and not field.required
        }

    @cached_property
    def edges(self) -> list[Body]:
        return fields.edges(self) if self.makes else []

    @cached_property
    def edge_names(self) -> list[str]:
        return list(dict.fromkeys(name for body in self.edges for name in body))

    @cached_property
    def accepted_on_update(self) -> list[str]:
        known = {field.name for field in self.resource.fields if field.on_update}
        return [name for name in self.edge_names if name in known and self.by["update"]]

    @cached_property
    def refused_on_creation(self) -> list[str]:
        if not self.makes or self.resource.upload:
            return []
        return [field.name for field in self.resource.fields if field.on_creation]

    @cached_property
    def refused_on_update(self) -> list[str]:
        if not self.by["update"]:
            return []
        return [field.name for field in self.resource.fields if field.on_update]

    @cached_property
    def refused(self) -> dict[str, list[object]]:
        names = dict.fromkeys([*self.refused_on_creation, *self.refused_on_update])
        return fields.refused(self, list(names))

    @cached_property
    def changes(self) -> list[Body]:
        return fields.changes(self) if self.makes and self.by["update"] else []

    @cached_property
    def change_parents(self) -> tuple[str, ...]:
        return fields.parents_of(self, self.changes)

    @cached_property
    def follows(self) -> list[str]:
        return fields.follows(self)

    @cached_property
    def updated(self) -> tuple[str, ...]:
        """The fields that updates may hold."""
        return tuple(f.name for f in self.resource.fields if f.on_update and self.by["update"])

    @cached_property
    def nullable(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.resource.fields if field.nullable)

    @cached_property
    def unique(self) -> tuple[str, ...]:
        return tuple(
            field.name
            for field in self.resource.fields
            if field.unique and field.on_creation and field.name != self.resource.idempotent
        )

    @cached_property
    def unwritten_on_creation(self) -> list[str]:
        return fields.unwritten(self, on_creation=True)

    @cached_property
    def unwritten_on_update(self) -> list[str]:
        return fields.unwritten(self, on_creation=False)

    @cached_property
    def surrogate(self) -> dict[str, str]:
        return fields.surrogate(self)

    @cached_property
    def time(self) -> str:
        return fields.time(self)

    @cached_property
    def by_id(self) -> list[tuple[str, str, str, str]]:
        return list(fields.by_id(self))

    @cached_property
    def allowed(self) -> list[tuple[str, str, str]]:
        return list(fields.allowed(self))

    @cached_property
    def products(self) -> list[dict[str, str]]:
        return list(fields.products(self)) if self.makes else []

    @cached_property
    def slugs(self) -> dict[str, str]:
        return fields.slugs(self)

    @cached_property
    def codes(self) -> dict[str, int]:
        return fields.codes(self)

    # ---- lists --------------------------------------------------------------------------------

    @property
    def page(self) -> str:
        """The function that answers a list with its items and their total."""
        return "listed" if self.resource.paging.bare else "get"

    @property
    def counted(self) -> bool:
        """Whether a list tells how many rows there are in all."""
        return not self.resource.paging.by_cursor

    @property
    def empty_page(self) -> str:
        paging = self.resource.paging
        if paging.by_cursor:
            return f'{{"items": [], "next_cursor": None, "limit": {paging.default_limit}}}'
        rest = "" if paging.bare else f', "limit": {paging.default_limit}, "offset": 0'
        return f'{{"items": [], "total": 0{rest}}}'

    @property
    def page_size(self) -> int:
        return min(2, self.resource.paging.max_limit)

    @property
    def first_page(self) -> str:
        """What cuts three rows to those of the first page; mostly nothing."""
        limit = self.resource.paging.default_limit
        return f"[:{limit}]" if limit < len(RANKS) else ""

    @property
    def sort_limit(self) -> int:
        return min(3, self.resource.paging.max_limit)

    @cached_property
    def starts_empty(self) -> bool:
        """Whether there are no rows before a test makes some."""
        return not self.is_account and self.resource.name != self.tenant_resource

    @cached_property
    def filters(self) -> list[dict[str, object]]:
        return list(fields.filters(self)) if self.makes else []

    @cached_property
    def wrong_filters(self) -> list[tuple[str, str]]:
        return fields.wrong_filters(self)

    @cached_property
    def ranges(self) -> list[tuple[str, str, str]]:
        return fields.ranges(self) if self.makes else []

    @cached_property
    def searched(self) -> list[str]:
        return fields.searched(self) if self.makes else []

    # ---- other rows ---------------------------------------------------------------------------

    @cached_property
    def nested(self) -> list[dict[str, str]]:
        return list(relations.nested(self)) if self.makes else []

    @cached_property
    def pointers(self) -> list[tuple[str, Source]]:
        return relations.pointers(self, on_update=False)

    @cached_property
    def pointers_updated(self) -> list[tuple[str, Source]]:
        return relations.pointers(self, on_update=True) if self.by["update"] else []

    @cached_property
    def hidden_parents(self) -> list[dict[str, str]]:
        return list(relations.hidden_parents(self))

    @cached_property
    def links(self) -> list[dict[str, str]]:
        return list(relations.links(self))

    @cached_property
    def own_links(self) -> list[dict[str, object]]:
        return list(relations.own_links(self))

    @cached_property
    def aggregates(self) -> list[dict[str, object]]:
        return list(relations.aggregates(self)) if self.makes else []

    @cached_property
    def falls(self) -> list[dict[str, Any]]:
        return list(relations.falls(self)) if self.makes else []

    @cached_property
    def marks(self) -> list[dict[str, object]]:
        return list(relations.marks(self)) if self.makes else []

    @cached_property
    def reports(self) -> list[dict[str, object]]:
        return list(reports.reports(self)) if self.makes else []

    # ---- rules --------------------------------------------------------------------------------

    @cached_property
    def flows(self) -> list[Flow]:
        return flows(self) if self.makes else []

    @cached_property
    def guarded(self) -> list[dict[str, object]]:
        return list(guarded(self))

    @cached_property
    def barred_owners(self) -> list[dict[str, object]]:
        return list(barred_owners(self))

    @cached_property
    def together(self) -> list[dict[str, object]]:
        return list(rules.together(self))

    @cached_property
    def ordered(self) -> list[dict[str, object]]:
        return list(rules.ordered(self))

    @cached_property
    def different(self) -> list[dict[str, object]]:
        return list(rules.different(self))

    @cached_property
    def overlaps(self) -> list[rules.Overlap]:
        return list(rules.overlaps(self))

    @cached_property
    def opens(self) -> list[dict[str, object]]:
        return list(rules.opens(self))

    @cached_property
    def adjusts(self) -> list[dict[str, object]]:
        return list(rules.adjusts(self))

    @cached_property
    def guarded_sources(self) -> list[dict[str, object]]:
        return list(rules.owned(self))

    @cached_property
    def quotas(self) -> list[dict[str, object]]:
        return list(rules.quotas(self))

    @property
    def ruled(self) -> bool:
        compared = (self.together, self.ordered, self.different, self.overlaps)
        return any(
            (*compared, self.opens, self.adjusts, self.quotas, self.guarded, self.barred_owners)
        )

    @cached_property
    def recorded(self) -> list[str]:
        """What the history of a row tells of it."""
        uploaded = ("filename", "content_type", "size") if self.resource.upload else ()
        return [*(field.name for field in self.resource.fields), *uploaded]

    @property
    def sees_deleted(self) -> bool:
        """Whether who reads rows also reads the history of those that are deleted."""
        accounts = self.contract.accounts
        reader = self.caller(self.resource.access.read)
        roles = accounts.roles if accounts else ()
        return bool(reader and roles and reader.role == roles[-1])

    # ---- access -------------------------------------------------------------------------------

    @cached_property
    def forbidden(self) -> dict[str, list[tuple[str, str]]]:
        return access.forbidden(self)

    @cached_property
    def admitted(self) -> dict[str, list[tuple[str, str]]]:
        return access.admitted(self)

    @cached_property
    def owned(self) -> list[tuple[str, str, str, int]]:
        return list(access.owned(self))

    @cached_property
    def scoped(self) -> bool:
        return access.scoped(self)

    @property
    def clears_own(self) -> bool:
        return access.clears_own(self)

    @cached_property
    def list_overseers(self) -> list[str]:
        return access.list_overseers(self)

    @cached_property
    def overseen(self) -> dict[str, list[tuple[str, str, int]]]:
        return access.overseen(self)

    @cached_property
    def onlooking(self) -> dict[str, list[tuple[str, str, str]]]:
        return access.onlooking(self)

    @cached_property
    def estranged(self) -> list[tuple[str, str]]:
        return access.estranged(self)

    # ---- accounts -----------------------------------------------------------------------------

    @cached_property
    def known(self) -> set[str]:
        """The fixtures of all callers."""
        return {one.fixture for one in self.everybody}

    @cached_property
    def account_intrusions(self) -> list[tuple[str, str, int]]:
        return accounts.intrusions(self)

    @cached_property
    def account_changes(self) -> list[Body]:
        return accounts.own_changes(self)

    @cached_property
    def account_unique(self) -> list[str]:
        return [f.name for f in self.resource.fields if f.unique and f.on_update]

    @property
    def own_update(self) -> bool:
        return accounts.may_own(self, "update")

    @property
    def own_delete(self) -> bool:
        return accounts.may_own(self, "delete")
