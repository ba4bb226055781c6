"""The contract itself: which resources there are and what can be done with each."""

from typing import Literal

import msgspec

from smartforge.contract.fields import Field

Action = Literal["list", "create", "read", "update", "delete"]

CRUD: tuple[Action, ...] = ("list", "create", "read", "update", "delete")


class Paging(msgspec.Struct, frozen=True):
    """How a list is cut into pages: `limit` from 1 to `max_limit`, `offset` from 0."""

    default_limit: int = 20
    max_limit: int = 100


class Resource(msgspec.Struct, frozen=True):
    """A kind of thing that the API keeps.

    Names are lower snake case. The collection's path is `/` and the plural in kebab case.
    Every resource also has `id` (integer, given by the server, from 1) and `created_at`
    (timestamp); `fields` never holds these names. `sortable` lists what `sort` takes, each
    also with a leading `-` for descending; lists are sorted by id where nothing else is said.
    """

    name: str
    plural: str
    fields: tuple[Field, ...]
    actions: tuple[Action, ...] = CRUD
    sortable: tuple[str, ...] = ("id", "created_at")
    paging: Paging = Paging()
    description: str = ""

    @property
    def path(self) -> str:
        return "/" + self.plural.replace("_", "-")


class Contract(msgspec.Struct, frozen=True):
    """All that an API promises. Two equal contracts give equal projects, byte for byte."""

    title: str
    resources: tuple[Resource, ...]
    description: str = ""
    version: str = "0.1.0"

    @property
    def operation_count(self) -> int:
        return sum(len(resource.actions) for resource in self.resources)
