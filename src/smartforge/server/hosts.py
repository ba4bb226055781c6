"""Names in `Host` and `Origin`: what they mean, and whether they are ours."""

import ipaddress
import re

HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]{2,45})\]|(?P<name>[a-z0-9_.-]{1,253}))(?::\d{1,5})?")


def plain(name: str) -> str:
    """A host name or address in one spelling: lower case, addresses compressed, no last dot."""
    bare = name.strip().lower().strip("[]").removesuffix(".")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return bare
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).compressed


def name_in(host: str) -> str | None:
    """The name in a `Host` header, in the spelling of `plain`; None where it is malformed."""
    match = HOST.fullmatch(host.strip().lower())
    return plain(match["v6"] or match["name"]) if match else None


def is_loopback(name: str) -> bool:
    """Whether only this machine can reach this name; `name` in the spelling of `plain`."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def same_origin(origin: str, host: str) -> bool:
    """Whether a page of `origin` talks to the server that it came from.

    The scheme is not compared: behind a proxy that ends TLS the two differ, and a page cannot
    choose the `Host` that the browser sends.
    """
    scheme, separator, authority = origin.strip().lower().partition("://")
    return bool(separator) and scheme in ("http", "https") and authority == host.strip().lower()
