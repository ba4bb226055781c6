"""Which headers pass between a client and a generated API, and how they change on the way."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

Headers = list[tuple[bytes, bytes]]

# RFC 9110, section 7.6.1, and what was always treated likewise. `Expect` has been answered by the
# server in front, which also gives every answer its `Date`.
HOP_BY_HOP = frozenset(
    {
        *(b"connection", b"proxy-connection", b"keep-alive", b"te", b"trailer"),
        *(b"transfer-encoding", b"upgrade", b"proxy-authenticate", b"proxy-authorization"),
    }
)
NOT_ASKED = HOP_BY_HOP | {b"expect", b"forwarded"}
FORWARDED = b"x-forwarded-"
NOT_ANSWERED = HOP_BY_HOP | {b"date", b"server"}


class Rules:
    """What a door adds to every answer, and which of its own headers and cookies no generated
    API may see or set."""

    def __init__(
        self,
        added: Mapping[str, str] | None = None,
        own_headers: Iterable[str] = (),
        own_cookies: Iterable[str] = (),
    ) -> None:
        self.added: Headers = [
            (name.lower().encode(), value.encode()) for name, value in (added or {}).items()
        ]
        self.not_asked = NOT_ASKED | {name.lower().encode() for name in own_headers}
        self.not_answered = NOT_ANSWERED | {name for name, _ in self.added}
        self.own_cookies = frozenset(name.encode() for name in own_cookies)


NO_RULES = Rules()


def asked(
    headers: Iterable[tuple[bytes, bytes]], rules: Rules, prefix: str = "", scheme: str = "http"
) -> Headers:
    """The headers of a request as the API gets them; those given have lower case names.

    `X-Forwarded-Proto` and `-Prefix` tell it how and below what it is served. What the client says
    of that kind never passes, since the API believes it. A body of unknown length stays announced
    by `transfer-encoding: chunked`.
    """
    given = list(headers)
    left_out = rules.not_asked | _named_by_connection(given)
    passed: Headers = []
    has_host = False
    for name, value in given:
        if name == b"transfer-encoding":
            passed.append((name, b"chunked"))
        elif name in left_out or name.startswith(FORWARDED):
            continue
        elif name == b"cookie" and rules.own_cookies:
            if kept := _cookies(value, rules):
                passed.append((name, kept))
        else:
            has_host = has_host or name == b"host"
            passed.append((name, value))
    if scheme == "https":
        passed.append((b"x-forwarded-proto", b"https"))
    if prefix:
        passed.append((b"x-forwarded-prefix", quote(prefix).encode()))
    return passed if has_host else [(b"host", b"localhost"), *passed]


def answered(
    headers: Iterable[tuple[bytes, bytes]], rules: Rules, prefix: str, host: bytes
) -> Headers:
    """The headers of an answer as the client gets them.

    Below a `prefix`, addresses of the API itself in `Location` stay below it. No cookie is set
    for another host, or under a name of the door.
    """
    given = [(name.lower(), value) for name, value in headers]
    left_out = rules.not_answered | _named_by_connection(given)
    passed: Headers = []
    for name, value in given:
        if name in left_out:
            continue
        if name == b"set-cookie":
            cookie, *attributes = value.split(b";")
            if _name(cookie) in rules.own_cookies:
                continue
            kept = [part for part in attributes if _name(part).lower() != b"domain"]
            value = b";".join([cookie, *kept])
        elif name == b"location" and prefix:
            value = _below(value, prefix, host)
        passed.append((name, value))
    return passed + rules.added


def _named_by_connection(headers: Headers) -> set[bytes]:
    """What the other side calls hop-by-hop; never what frames the body."""
    return {
        token.strip().lower()
        for name, value in headers
        if name == b"connection"
        for token in value.split(b",")
    } - {b"content-length", b"host"}


def _cookies(value: bytes, rules: Rules) -> bytes:
    kept = [part for part in value.split(b";") if _name(part) not in rules.own_cookies]
    return b";".join(kept).strip()


def _name(part: bytes) -> bytes:
    return part.partition(b"=")[0].strip()


def _below(location: bytes, prefix: str, host: bytes) -> bytes:
    """The address with the prefix, where it leads to the API itself; any other as it is."""
    for own in (b"http://" + host, b"https://" + host):
        rest = location[len(own) :]
        if location.lower().startswith(own.lower()) and rest[:1] in (b"", b"/", b"?", b"#"):
            location = rest if rest.startswith(b"/") else b"/" + rest
            break
    if location.startswith(b"/") and not location.startswith(b"//"):
        return quote(prefix).encode() + location
    return location
