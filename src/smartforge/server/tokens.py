"""The token that guards the door: where it may stand in a request, and how it is compared.

All comparisons take the same time whatever is given. The cookie holds a digest of the token,
so that the token cannot be read from a browser's store.
"""

import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from smartforge.server import cookies

COOKIE = "smartforge_door"
PREVIEW_HEADER = "x-smart-forge-token"
"""Carries the token on `/preview`, where `Authorization` belongs to the generated API."""

COOKIE_AGE = 30 * 24 * 3600
"""How long a browser keeps the cookie, in seconds."""


def digest(token: str) -> str:
    """What the cookie holds for this token."""
    return hmac.new(token.encode(), b"smartforge door cookie", hashlib.sha256).hexdigest()


def equal(given: str, expected: str) -> bool:
    """Compare in constant time; any text may be given."""
    return hmac.compare_digest(
        given.encode(errors="surrogatepass"), expected.encode(errors="surrogatepass")
    )


def bearer(authorization: str) -> str | None:
    """The token in an `Authorization` header of the scheme Bearer (RFC 6750, section 2.1)."""
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def is_known(headers: Iterable[str], token: str) -> bool:
    """Whether the `Cookie` headers of a request hold what `set_cookie` has set for this token."""
    held = cookies.values(headers, COOKIE)
    expected = digest(token)
    return any(equal(each, expected) for each in held)


def set_cookie(token: str, *, secure: bool) -> str:
    """The `Set-Cookie` header that lets this browser in."""
    return cookies.setting(COOKIE, digest(token), COOKIE_AGE, secure=secure)


def in_query(query: str) -> tuple[str | None, str]:
    """The first `token` of a query string, and the query without any token."""
    pairs = parse_qsl(query, keep_blank_values=True)
    tokens = [value for name, value in pairs if name == "token"]
    rest = [(name, value) for name, value in pairs if name != "token"]
    return (tokens[0] if tokens else None), urlencode(rest)
