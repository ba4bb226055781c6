"""The environment of a previewed API: secrets of its own, and its first account."""

import re
import secrets
from collections.abc import Mapping
from typing import Any, cast

import msgspec

DATABASE_URL = "sqlite:////tmp/app.db"
"""In the sandbox's own memory: kept while the preview runs, gone with it."""

KEPT_DATABASE_URL = "sqlite:////tmp/kept/app.db"
"""Where `inside/entry.py` finds it, to give it out."""

LOGIN_FIELD = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Admin(msgspec.Struct, frozen=True):
    """The account that may do everything; `field` names what its `login` is."""

    field: str
    login: str
    password: str


def environment_of(
    promised: Mapping[str, Any],
    key: str | None = None,
    password: str | None = None,
    database_url: str = DATABASE_URL,
) -> tuple[dict[str, str], Admin | None]:
    """All that is set for a project which promises this OpenAPI document, untrusted as it is.

    The key and the admin's password are random where none are given, and nothing comes of this
    process's own environment. There is an admin where the document knows roles.
    """
    environment = {"DATABASE_URL": database_url, "SECRET_KEY": key or secrets.token_urlsafe(48)}
    # The proxy in front alone says where the API is served.
    environment["TRUST_PROXY"] = "true"
    field = _login_field(promised) if _knows_roles(promised) else None
    if field is None:
        return environment, None
    login = "admin@example.com" if field == "email" or field.endswith("_email") else "admin"
    admin = Admin(field, login, password or secrets.token_urlsafe(12))
    environment |= {f"ADMIN_{field.upper()}": admin.login, "ADMIN_PASSWORD": admin.password}
    return environment, admin


def _knows_roles(promised: Mapping[str, Any]) -> bool:
    """Whether there is `PUT /users/{user_id}/role`, by which somebody gets another one."""
    return any(
        path.endswith("/role") and "put" in _object(item)
        for path, item in _object(promised.get("paths")).items()
    )


def _login_field(promised: Mapping[str, Any]) -> str | None:
    """What somebody logs in with besides a password: the other field of the schema `Login`."""
    schemas = _object(_object(promised.get("components")).get("schemas"))
    fields = _object(_object(schemas.get("Login")).get("properties"))
    found = next((name for name in fields if name != "password"), "")
    return found if LOGIN_FIELD.fullmatch(found) else None


def _object(value: object) -> dict[str, Any]:
    """The value, or an empty object for what is none."""
    return {
        name: each
        for name, each in (
            cast("dict[object, Any]", value) if isinstance(value, dict) else {}
        ).items()
        if isinstance(name, str)
    }
