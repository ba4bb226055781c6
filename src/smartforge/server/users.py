"""Who asks: the user by whom runs are limited and take turns, told by a signed cookie.

There are no accounts. Where only this machine can reach the server, everybody is `LOCAL_USER`; so
is, everywhere, who brings no cookie of ours: the terminal and programs share one user, and nobody
gains a turn by leaving the cookie out. All who hold the door's token could have as many cookies
as they like: a user is a matter of fairness between them, and guards nothing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from smartforge.engine.base import LOCAL_USER
from smartforge.server import cookies, hosts, tokens
from smartforge.server.options import DoorOptions

COOKIE = "smartforge_user"
COOKIE_AGE = 400 * 24 * 3600
"""How long a browser keeps the cookie, in seconds: as long as browsers keep any."""

OWN_COOKIES = frozenset({tokens.COOKIE, COOKIE})
"""What browsers keep of ours; no generated API may see or set these."""

ID_BYTES = 12


class Users:
    """Knows the users of one server, without keeping any.

    Their cookies are signed with a key made from the door's token: nodes that have the same token
    know each other's users, and a server that starts again with it knows its own.
    """

    def __init__(self, door: DoorOptions) -> None:
        beyond = not hosts.is_loopback(hosts.plain(door.host))
        self._key = _sign(door.token.encode(), "smartforge user") if beyond and door.token else b""

    def named(self, headers: Iterable[str]) -> str:
        """The user that the `Cookie` headers of a request name, else `LOCAL_USER`."""
        return self._known(headers) or LOCAL_USER

    def introduce(self, headers: Iterable[str], *, secure: bool) -> str | None:
        """The `Set-Cookie` header that makes a browser a new user; None where it needs none."""
        if not self._key or self._known(headers):
            return None
        user = secrets.token_urlsafe(ID_BYTES)
        return cookies.setting(COOKIE, self._signed(user), COOKIE_AGE, secure=secure)

    def _known(self, headers: Iterable[str]) -> str | None:
        if not self._key:
            return None
        for value in cookies.values(headers, COOKIE):
            user = value.partition(".")[0]
            if tokens.equal(value, self._signed(user)):
                return user
        return None

    def _signed(self, user: str) -> str:
        return f"{user}.{_sign(self._key, user).hex()}"


def _sign(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(errors="surrogatepass"), hashlib.sha256)
