"""Our own cookies: read from a request, and set out of reach of scripts and other sites."""

from collections.abc import Iterable
from typing import Literal


def values(headers: Iterable[str], name: str) -> list[str]:
    """Every value that the `Cookie` headers of a request give for this name."""
    pairs = (part.strip().partition("=") for header in headers for part in header.split(";"))
    return [value for found, _, value in pairs if found == name]


def setting(
    name: str,
    value: str,
    age: int,
    *,
    secure: bool,
    path: str = "/",
    same_site: Literal["Strict", "Lax"] = "Strict",
) -> str:
    """The `Set-Cookie` header that has a browser keep the value for `age` seconds."""
    attributes = f"Path={path}; Max-Age={age}; HttpOnly; SameSite={same_site}"
    return f"{name}={value}; {attributes}" + ("; Secure" if secure else "")
