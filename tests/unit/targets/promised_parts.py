"""What the contracts of promises.py have in common: who may do what, and accounts."""

from typing import Any

from smartforge.contract import (
    Access,
    Email,
    Field,
    Permissions,
    Reference,
    Resource,
    Text,
)

ANYONE = Access()
USER = Access("user")
OWNER = Access("owner")
ADMIN = Access("role", ("admin",))
STAFF = Access("role", ("agent", "admin"))
OWNER_OR_ADMIN = Access("owner", ("admin",))
OWNER_OR_STAFF = Access("owner", ("agent", "admin"))

OPEN_TO_READ = Permissions(create=USER, update=USER, delete=USER)
FOR_USERS = Permissions(USER, USER, USER, USER, USER)

NAME = Field("name", Text(1, 100))


def user(*more: Field, **others: Any) -> Resource:
    fields = (Field("email", Email(), unique=True), NAME, *more)
    shape: dict[str, Any] = {"actions": (), "owner": "id"} | others
    return Resource("user", "users", fields, **shape)


def by(name: str, resource: str = "user", *, nested: bool = False) -> Field:
    """A reference that the server sets."""
    return Field(name, Reference(resource, "cascade", nested), written="never")
