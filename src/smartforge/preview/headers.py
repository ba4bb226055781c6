"""Which headers pass between a client and a generated API, and how they change on the way."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urljoin, urlsplit

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

OF_AN_ORIGIN = (
    *("clear-site-data", "strict-transport-security", "public-key-pins", "expect-ct"),
    *("service-worker-allowed", "report-to", "reporting-endpoints", "nel", "alt-svc"),
    *("accept-ch", "critical-ch", "origin-agent-cluster", "refresh", "set-cookie2"),
    *("x-accel-redirect", "x-accel-expires", "x-accel-limit-rate", "x-sendfile"),
)
"""Headers by which an answer would speak for all of an origin, or to the proxy in front of us."""


class Rules:
    """What a door adds to every answer, which of its own headers and cookies no generated API may
    see or set, and which headers no answer may have because the origin is the door's."""

    def __init__(
        self,
        added: Mapping[str, str] | None = None,
        own_headers: Iterable[str] = (),
        own_cookies: Iterable[str] = (),
        not_answered: Iterable[str] = (),
    ) -> None:
        self.added: Headers = [
            (name.lower().encode(), value.encode()) for name, value in (added or {}).items()
        ]
        self.not_asked = NOT_ASKED | {name.lower().encode() for name in own_headers}
        self.not_answered = NOT_ANSWERED | {name for name, _ in self.added}
        self.not_answered |= {name.lower().encode() for name in not_answered}
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
    headers: Iterable[tuple[bytes, bytes]],
    rules: Rules,
    prefix: str,
    host: bytes,
    path: str = "/",
) -> Headers:
    """The headers of an answer to a request for `path` of the API, as the client gets them.

    Below a `prefix`, addresses of the API itself in `Location` stay below it, as cookies do. No
    cookie is set for another host, or under a name of the door.
    """
    given = [(name.lower(), value) for name, value in headers]
    left_out = rules.not_answered | _named_by_connection(given)
    passed: Headers = []
    for name, value in given:
        if name in left_out:
            continue
        if name == b"set-cookie":
            kept = _cookie(value, rules, prefix)
            if kept is None:
                continue
            value = kept
        elif name == b"location" and prefix:
            value = below(value, prefix, host, path)
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


def _cookie(value: bytes, rules: Rules, prefix: str) -> bytes | None:
    """The cookie as it may be set; None where it may not be."""
    cookie, *attributes = value.split(b";")
    # One without a name is sent back as its value alone, which may look like one of ours.
    if rules.own_cookies and (_name(cookie) in rules.own_cookies or not _named(cookie)):
        return None
    kept = [part for part in attributes if _name(part).lower() != b"domain"]
    paths = [part for part in kept if _name(part).lower() == b"path"]
    if prefix and paths:
        kept = [part for part in kept if part not in paths]
        path = paths[-1].partition(b"=")[2].strip()
        if path.startswith(b"/"):
            kept.append(b" Path=" + quote(prefix).encode() + _normal(path))
    return b";".join([cookie, *kept])


def _named(cookie: bytes) -> bool:
    return b"=" in cookie and bool(_name(cookie))


def below(location: bytes, prefix: str, host: bytes, path: str = "/") -> bytes:
    """The address with the prefix, where a browser at `path` of the API would take it for one of
    this host; any other as it is."""
    # WHATWG URL, section 4.4: browsers take `\\` for `/`, and leave out tabs and line breaks.
    text = re.sub(r"[\x00-\x20]", "", location.decode("latin-1")).replace("\\", "/")
    own = host.decode("latin-1").lower()
    base = f"http://{own}{quote(path)}"
    try:
        parts = urlsplit(urljoin(base, text))
        is_own = parts.scheme in ("http", "https") and _same_host(parts.netloc, own)
    except ValueError:
        return quote(prefix).encode() + b"/"
    if not is_own:
        return location
    target = _normal(parts.path.encode("latin-1") or b"/")
    written = quote(prefix).encode()
    if (target + b"/").startswith(written + b"/"):  # The API knows its prefix, and wrote it.
        target = target[len(written) :] or b"/"
    rest = (f"?{parts.query}" if parts.query else "") + (
        f"#{parts.fragment}" if parts.fragment else ""
    )
    return written + target + rest.encode("latin-1")


def _same_host(netloc: str, own: str) -> bool:
    """Whether it leads to this server: by its name here, or by another one of this machine."""
    host = netloc.rpartition("@")[2].lower()
    if host == own:
        return True
    (name, port), (_, own_port) = _split(host), _split(own)
    return port == own_port and (name == _split(own)[0] or _is_loopback(name))


def _split(host: str) -> tuple[str, str]:
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    return (name.strip("[]").removesuffix("."), port) if name else (host.removesuffix("."), "")


def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _normal(path: bytes) -> bytes:
    """The path without dot segments, written plainly or not: none of it can lead upwards."""
    kept: list[bytes] = []
    segments = path.split(b"/")[1:]
    for segment in segments:
        plain = segment.lower().replace(b"%2e", b".")
        if plain == b"..":
            kept = kept[:-1]
        elif plain != b".":
            kept.append(segment)
    if segments and segments[-1].lower().replace(b"%2e", b".") in (b".", b".."):
        kept.append(b"")
    return b"/" + b"/".join(kept)
