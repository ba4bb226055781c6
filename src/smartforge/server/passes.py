"""How a browser that may use the page gets into previews at an origin of their own.

No cookie of the page is sent there. So the page's own host signs a pass, which is good for one
project and for a minute. Shown at the other origin in the address, it is swapped for a cookie
there; in the header of the token it stands for the token. Neither ever reaches a generated API.
"""

import hashlib
import hmac
import time

from smartforge.server import cookies, tokens
from smartforge.server.options import DoorOptions

NAME = "smartforge_pass"
SECONDS = 60
"""How long a pass is good; longer than a redirect takes, shorter than anybody keeps an address."""

COOKIE_AGE = 24 * 3600


class Passes:
    """Signs and knows passes and the cookies for which they are swapped, without keeping any.

    Both are signed with the door's token: all nodes that have it know them, and none is good any
    more once there is another token. Neither opens anything but that project's preview.
    """

    def __init__(self, token: str) -> None:
        self._key = token.encode(errors="surrogatepass")

    def new(self, project_id: str) -> str:
        """A pass for the preview of this project."""
        until = str(int(time.time()) + SECONDS)
        return f"{until}.{self._signed('pass', project_id, until)}"

    def is_good(self, given: str, project_id: str) -> bool:
        """Whether it is a pass for this project that has not ended."""
        until, _, signature = given.partition(".")
        if not tokens.equal(signature, self._signed("pass", project_id, until)):
            return False
        return time.time() < int(until)

    def knows(self, headers: list[str], project_id: str) -> bool:
        """Whether these `Cookie` headers of a request hold what a pass was swapped for."""
        expected = self._signed("cookie", project_id)
        held = cookies.values(headers, tokens.COOKIE)
        return any(tokens.equal(each, expected) for each in held)

    def set_cookie(self, project_id: str, path: str, *, secure: bool) -> str:
        """The `Set-Cookie` header for which a pass is swapped.

        Lax, since links on the page lead there from another site.
        """
        value = self._signed("cookie", project_id)
        name = tokens.COOKIE
        return cookies.setting(name, value, COOKIE_AGE, secure=secure, path=path, same_site="Lax")

    def _signed(self, *words: str) -> str:
        said = "\n".join(("smartforge preview", *words)).encode(errors="surrogatepass")
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()


def passes_of(door: DoorOptions) -> Passes | None:
    """None where none are needed: there is no token, or previews are at the page's own origin."""
    return Passes(door.token) if door.token and door.preview_origin else None


def taken_from(query: str) -> tuple[str | None, str]:
    """The first pass in a query string, and the query without any; the rest stays as it is."""
    parts = query.split("&")
    given = [part.partition("=")[2] for part in parts if part.partition("=")[0] == NAME]
    rest = [part for part in parts if part.partition("=")[0] != NAME]
    return (given[0] if given else None), "&".join(rest)


def added_to(url: str, given: str) -> str:
    """The address with the pass at the end of its query."""
    return f"{url}{'&' if '?' in url else '?'}{NAME}={given}"
