"""The contract itself: which resources there are and what can be done with each."""

from functools import cached_property
from typing import Literal, get_args

import msgspec

from smartforge.contract.access import Accounts, Permissions, RateLimit
from smartforge.contract.custom import Custom
from smartforge.contract.fields import Field, Reference, References
from smartforge.contract.recipes import Recipe
from smartforge.contract.rules import (
    Bulk,
    Computed,
    Idempotency,
    Mark,
    NotMade,
    Redirect,
    Report,
    Rule,
    Transition,
    Upload,
)

Action = Literal["list", "create", "clear", "read", "update", "delete"]

ACTIONS: tuple[Action, ...] = get_args(Action)
CRUD: tuple[Action, ...] = ("list", "create", "read", "update", "delete")


class Paging(msgspec.Struct, frozen=True):
    """How a list is cut into pages: `limit` from 1 to `max_limit`, `offset` from 0.

    A `bare` list is answered as a plain array; `X-Total-Count` then counts all that match.
    In the style `cursor` a page says by `next_cursor` where the next one begins, which rows that
    come and go meanwhile do not move; there is neither `offset` nor `total`.
    """

    default_limit: int = 20
    max_limit: int = 100
    bare: bool = False
    style: Literal["offset", "cursor"] = "offset"

    @property
    def by_cursor(self) -> bool:
        return self.style == "cursor"


class Resource(msgspec.Struct, frozen=True):
    """A kind of thing that the API keeps.

    Names are lower snake case. The collection's path is `/` and the plural in kebab case; of the
    one with `root`, it is `/` alone, and its rows are right below.
    Every resource also has `id` (integer, given by the server, from 1) and `created_at`
    (timestamp); `fields` never holds these names. `sortable` lists what `sort` takes, each
    also with a leading `-` for descending; lists are sorted by `sorted_by` where nothing is said,
    and by id where that leaves a tie.

    Lists are narrowed by the fields in `filters` (equal; a list of texts or of references: holds
    it), by those in `ranges` (`price_min` and `price_max`; `date_from` and `date_to` for dates and
    timestamps; both included) and by `q`, which finds text in the fields `searched`, case aside.

    `owner` names the reference to the accounts that says whose a row is: the server sets it to
    the caller on creation. For the accounts themselves it is `id`. `tenant` names the reference
    that says to which tenant a row belongs, set likewise; to other tenants the row is not there.
    With `stamped`, rows also have `updated_at`. `idempotent` names a unique field: creating a
    row with a value that is there already answers the row that is there (200). `was` is its name
    in the version before, where that was another.
    `self_url` names a value of every answer: the absolute URL at which that row is.

    `clear` among the actions deletes every row at once, or, where deleting is for owners, all
    of the caller's own; whoever has one of the roles of deleting deletes everybody's.

    With `soft_delete`, deleting hides a row from everybody, and what goes along with it by
    `cascade`, until it is restored; its unique values stay taken.

    With `versioned`, answers with one row have a strong `ETag`, which changes with what they show.
    A change with an `If-Match` that is not current is refused (412), with `version_required` also
    one without any (428).

    With `idempotency`, POSTs take an `Idempotency-Key`, by which they can be sent again.

    With `history`, each creation, change and deletion of a row leaves an entry, in the transaction
    in which it is done: what was done, when, by whom, and which fields it changed, from what to
    what, secrets never. Whoever may read the row may read its entries; when it is deleted, only
    holders of the last role may. Nobody changes or deletes entries.
    """

    name: str
    plural: str
    fields: tuple[Field, ...]
    actions: tuple[Action, ...] = CRUD
    sortable: tuple[str, ...] = ("id", "created_at")
    paging: Paging = Paging()
    description: str = ""
    sorted_by: str = "id"
    filters: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    access: Permissions = Permissions()
    owner: str = ""
    tenant: str = ""
    stamped: bool = False
    idempotent: str = ""
    computed: tuple[Computed, ...] = ()
    rules: tuple[Rule, ...] = ()
    transitions: tuple[Transition, ...] = ()
    marks: tuple[Mark, ...] = ()
    reports: tuple[Report, ...] = ()
    upload: Upload | None = None
    redirect: Redirect | None = None
    was: str = ""
    root: bool = False
    self_url: str = ""
    bulk: Bulk | None = None
    soft_delete: bool = False
    versioned: bool = False
    version_required: bool = False
    idempotency: Idempotency | None = None
    history: bool = False

    @property
    def segment(self) -> str:
        """What the rows are called in a path, with the slash before it."""
        return "/" + self.plural.replace("_", "-")

    @property
    def path(self) -> str:
        """What the path of a row begins with, as that of the collection does: empty at the root."""
        return "" if self.root else self.segment

    @property
    def collection_path(self) -> str:
        return self.path or "/"

    @property
    def item_path(self) -> str:
        return f"{self.path}/{{{self.name}_id}}"

    @property
    def overseers(self) -> tuple[str, ...]:
        """The roles whose holders may update every row, whosever it is."""
        return self.access.update.roles if "update" in self.actions else ()

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)


class Contract(msgspec.Struct, frozen=True, dict=True):
    """All that an API promises. Two equal contracts give equal projects, byte for byte.

    It has resources, recipes or custom operations.
    Web pages from the origins in `cors` may call the API; `*` stands for all of them.
    """

    title: str
    resources: tuple[Resource, ...]
    description: str = ""
    version: str = "0.1.0"
    accounts: Accounts | None = None
    not_made: tuple[NotMade, ...] = ()
    rate_limit: RateLimit | None = None
    cors: tuple[str, ...] = ()
    recipes: tuple[Recipe, ...] = ()
    customs: tuple[Custom, ...] = ()

    def resource(self, name: str) -> Resource:
        """The resource of that name. Raises KeyError."""
        return self._by_name[name]

    def pointing_at(self, name: str) -> tuple[tuple[Resource, Field], ...]:
        """Every field that refers to the resource of that name, with its own resource."""
        return tuple(self._pointing.get(name, ()))

    def recipe(self, name: str) -> Recipe:
        """The recipe of that name. Raises KeyError."""
        for one in self.recipes:
            if one.name == name:
                return one
        raise KeyError(name)

    def custom(self, name: str) -> Custom:
        """The custom operation of that name. Raises KeyError."""
        for one in self.customs:
            if one.name == name:
                return one
        raise KeyError(name)

    @cached_property
    def _by_name(self) -> dict[str, Resource]:
        # Of two with one name, which no sound contract has, the first.
        return {one.name: one for one in reversed(self.resources)}

    @cached_property
    def _pointing(self) -> dict[str, list[tuple[Resource, Field]]]:
        found: dict[str, list[tuple[Resource, Field]]] = {}
        for resource in self.resources:
            for field in resource.fields:
                if isinstance(field.kind, Reference | References):
                    found.setdefault(field.kind.resource, []).append((resource, field))
        return found
