"""The door: who may come in, as one table, and the same over a real server."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from smartforge.errors import SettingsInvalid
from smartforge.server import tokens
from smartforge.server.door import HEAD_LIMIT, URL_LIMIT, Door, Knock
from smartforge.server.options import DoorOptions, ServerOptions
from tests.unit.server.rig import Rig, connected, new_project, serving

TOKEN = "correct horse battery ☃"
PLAIN = "secret-token"

LOCAL = DoorOptions()
NAMED = DoorOptions(allowed_hosts=("forge.example",), allowed_origins=("https://page.example",))
PUBLIC = DoorOptions(host="0.0.0.0", token=PLAIN)


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """What the door guards: says yes to everything."""
    if scope["type"] == "http":
        await Response("inside")(scope, receive, send)
    else:
        await send({"type": "websocket.accept"})


def knock(method: str = "GET", target: str = "/api/projects", **headers: str) -> Knock:
    path, _, query = target.partition("?")
    given = {"host": "127.0.0.1:8000"} | headers
    named = tuple((name.replace("_", "-"), value) for name, value in given.items() if value)
    return Knock(method, path, query, named, local="127.0.0.1")


def status(options: DoorOptions, one: Knock) -> int:
    """What the door answers; 200 where it lets in."""
    answer = Door(inside, options).judge(one)
    return 200 if answer is None else answer.status_code


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


COOKIE = f"{tokens.COOKIE}={tokens.digest(PLAIN)}"

HOSTS: list[tuple[DoorOptions, str, int]] = [
    (LOCAL, "127.0.0.1:8000", 200),
    (LOCAL, "127.0.0.1", 200),
    (LOCAL, "127.8.9.1:1", 200),
    (LOCAL, "localhost:8000", 200),
    (LOCAL, "LOCALHOST.:8000", 200),
    (LOCAL, "[::1]:8000", 200),
    (LOCAL, "[0:0:0:0:0:0:0:1]", 200),
    (LOCAL, "evil.example", 421),
    (LOCAL, "localhost.evil.example", 421),
    (LOCAL, "127.0.0.1.evil.example", 421),
    (LOCAL, "evil.example:127", 421),
    (LOCAL, "192.168.1.5:8000", 421),
    (LOCAL, "forge.example", 421),
    (LOCAL, "", 400),
    (LOCAL, "evil.example/127.0.0.1", 400),
    (LOCAL, "user@127.0.0.1", 400),
    (LOCAL, "127.0.0.1:8000:9", 400),
    (LOCAL, "local host", 400),
    (LOCAL, "[::1", 400),
    (LOCAL, "lôcalhost", 400),
    (NAMED, "forge.example", 200),
    (NAMED, "FORGE.example:443", 200),
    (NAMED, "sub.forge.example", 421),
    (DoorOptions(host="10.0.0.7", token=PLAIN), "10.0.0.7:8000", 401),
    (DoorOptions(host="10.0.0.7", token=PLAIN), "10.0.0.8:8000", 421),
]

ORIGINS: list[tuple[DoorOptions, str, str, int]] = [
    (LOCAL, "127.0.0.1:8000", "http://127.0.0.1:8000", 200),
    (LOCAL, "127.0.0.1:8000", "HTTP://127.0.0.1:8000", 200),
    (LOCAL, "localhost:8000", "http://localhost:8000", 200),
    (LOCAL, "localhost:8000", "https://localhost:8000", 200),
    (LOCAL, "localhost:8000", "", 200),
    (LOCAL, "localhost:8000", "null", 403),
    (LOCAL, "localhost:8000", "http://localhost:3000", 403),
    (LOCAL, "localhost:8000", "http://localhost", 403),
    (LOCAL, "localhost:8000", "http://127.0.0.1:8000", 403),
    (LOCAL, "localhost:8000", "https://evil.example", 403),
    (LOCAL, "localhost:8000", "http://localhost:8000.evil.example", 403),
    (LOCAL, "localhost:8000", "http://evil@localhost:8000", 403),
    (LOCAL, "localhost:8000", "file://", 403),
    (LOCAL, "localhost:8000", "chrome-extension://localhost:8000", 403),
    (LOCAL, "localhost:8000", "localhost:8000", 403),
    (NAMED, "localhost:8000", "https://page.example", 200),
    (NAMED, "localhost:8000", "https://PAGE.example", 200),
    (NAMED, "localhost:8000", "http://page.example", 403),
    (NAMED, "localhost:8000", "https://page.example:444", 403),
    (NAMED, "localhost:8000", "https://page.example.evil.example", 403),
    (NAMED, "forge.example", "http://forge.example", 200),
]

TOKENS: list[tuple[DoorOptions, str, str, dict[str, str], int]] = [
    (LOCAL, "GET", "/api/projects", {}, 200),
    (LOCAL, "GET", "/?token=anything", {}, 200),
    (PUBLIC, "GET", "/api/projects", {}, 401),
    (PUBLIC, "POST", "/api/projects", {}, 401),
    (PUBLIC, "GET", "/", {}, 401),
    (PUBLIC, "GET", "/assets/index.js", {}, 200),
    (PUBLIC, "POST", "/assets/index.js", {}, 401),
    (PUBLIC, "GET", "/assets/a/b.js", {}, 401),
    (PUBLIC, "GET", "/openapi.json", {}, 401),
    (PUBLIC, "GET", "/nothing", {}, 401),
    (PUBLIC, "OPTIONS", "/api/projects", {}, 401),
    (PUBLIC, "GET", "/healthz", {}, 200),
    (PUBLIC, "GET", "/readyz", {}, 200),
    (PUBLIC, "GET", "/healthz/", {}, 401),
    (PUBLIC, "GET", "//healthz", {}, 401),
    (PUBLIC, "GET", "/HEALTHZ", {}, 401),
    (PUBLIC, "GET", "/api/projects", bearer(PLAIN), 200),
    (PUBLIC, "GET", "/api/projects", {"authorization": f"bearer  {PLAIN}"}, 200),
    (PUBLIC, "GET", "/api/projects", bearer(PLAIN + "x"), 401),
    (PUBLIC, "GET", "/api/projects", bearer(PLAIN[:-1]), 401),
    (PUBLIC, "GET", "/api/projects", bearer(""), 401),
    (PUBLIC, "GET", "/api/projects", bearer("é\udcff"), 401),
    (PUBLIC, "GET", "/api/projects", {"authorization": f"Basic {PLAIN}"}, 401),
    (PUBLIC, "GET", "/api/projects", {"authorization": PLAIN}, 401),
    (PUBLIC, "GET", "/api/projects", {"cookie": COOKIE}, 200),
    (PUBLIC, "GET", "/api/projects", {"cookie": f"a=1; {COOKIE}; b=2"}, 200),
    (PUBLIC, "GET", "/api/projects", {"cookie": f"{tokens.COOKIE}=old; {COOKIE}"}, 200),
    (PUBLIC, "GET", "/api/projects", {"cookie": f"{tokens.COOKIE}={PLAIN}"}, 401),
    (PUBLIC, "GET", "/api/projects", {"cookie": f"{tokens.COOKIE}="}, 401),
    (PUBLIC, "GET", "/api/projects", {"x_smart_forge_token": PLAIN}, 401),
    (PUBLIC, "GET", "/preview/p1/books", {"x_smart_forge_token": PLAIN}, 200),
    (PUBLIC, "GET", "/preview/p1/books", bearer(PLAIN), 401),
    (PUBLIC, "GET", "/preview/p1/books", {"cookie": COOKIE} | bearer("theirs"), 200),
    (PUBLIC, "GET", f"/?token={PLAIN}", {}, 303),
    (PUBLIC, "HEAD", f"/?token={PLAIN}", {}, 303),
    (PUBLIC, "GET", f"/cluster?token={PLAIN}", {}, 303),
    (PUBLIC, "GET", "/api/cluster", {}, 401),
    (PUBLIC, "GET", f"/projects/p1?token={PLAIN}", {}, 303),
    (PUBLIC, "GET", f"/replay/p1?token={PLAIN}", {}, 303),
    (PUBLIC, "GET", "/?token=wrong", {}, 401),
    (PUBLIC, "GET", "/?token=", {}, 401),
    (PUBLIC, "GET", "/?token=wrong", {"cookie": COOKIE}, 401),
    (PUBLIC, "POST", f"/?token={PLAIN}", {}, 401),
    (PUBLIC, "GET", f"/api/projects?token={PLAIN}", {}, 401),
    (PUBLIC, "GET", f"/api/stream/p1?token={PLAIN}", {}, 401),
    (DoorOptions(token=PLAIN), "GET", "/api/projects", {}, 401),
]


@pytest.mark.parametrize(("options", "host", "expected"), HOSTS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_hosts(options: DoorOptions, host: str, expected: int, method: str) -> None:
    assert status(options, knock(method, host=host)) == expected


@pytest.mark.parametrize(("options", "host", "origin", "expected"), ORIGINS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_origins(options: DoorOptions, host: str, origin: str, expected: int, method: str) -> None:
    assert status(options, knock(method, host=host, origin=origin)) == expected


@pytest.mark.parametrize(("options", "method", "target", "headers", "expected"), TOKENS)
def test_tokens(
    options: DoorOptions, method: str, target: str, headers: dict[str, str], expected: int
) -> None:
    assert status(options, knock(method, target, **headers)) == expected


@pytest.mark.parametrize(
    ("method", "site", "expected"),
    [
        ("POST", "cross-site", 403),
        ("DELETE", "cross-site", 403),
        ("POST", "same-origin", 200),
        ("POST", "none", 200),
        ("GET", "cross-site", 200),
        ("HEAD", "cross-site", 200),
    ],
)
def test_another_site_may_not_change_anything_even_without_an_origin(
    method: str, site: str, expected: int
) -> None:
    assert status(LOCAL, knock(method, sec_fetch_site=site)) == expected


def test_an_allowed_origin_may_come_from_another_site() -> None:
    one = knock("POST", origin="https://page.example", sec_fetch_site="cross-site")
    assert status(NAMED, one) == 200


@pytest.mark.parametrize("name", ["host", "origin"])
def test_a_header_given_twice_is_refused(name: str) -> None:
    one = knock(origin="http://127.0.0.1:8000")
    twice = one.headers + tuple(pair for pair in one.headers if pair[0] == name)
    doubled = Knock(one.method, one.path, one.query, twice, one.local)
    assert status(LOCAL, doubled) == {"host": 400, "origin": 403}[name]


def test_the_address_at_which_the_connection_arrived_is_ours() -> None:
    headers = (("host", "192.168.1.5:8000"), ("authorization", f"Bearer {PLAIN}"))
    for local, expected in (("192.168.1.5", 200), ("::ffff:192.168.1.5", 200), ("10.0.0.1", 421)):
        assert status(PUBLIC, Knock("GET", "/", "", headers, local)) == expected


def test_too_long_addresses_and_too_large_headers_are_refused() -> None:
    assert status(LOCAL, knock(target="/" + "a" * (URL_LIMIT - 1))) == 200
    assert status(LOCAL, knock(target="/" + "a" * URL_LIMIT)) == 414
    assert status(LOCAL, knock(target="/?" + "a" * URL_LIMIT)) == 414
    assert status(LOCAL, knock(x="a" * (HEAD_LIMIT - 100))) == 200
    assert status(LOCAL, knock(x="a" * HEAD_LIMIT)) == 431


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "forge.example", ""])
def test_beyond_loopback_there_is_no_door_without_a_token(host: str) -> None:
    with pytest.raises(SettingsInvalid, match="token"):
        DoorOptions(host=host)
    with pytest.raises(SettingsInvalid, match="token"):
        DoorOptions(host=host, token="")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.1.2.3"])
def test_on_loopback_no_token_is_needed(host: str) -> None:
    assert DoorOptions(host=host).token is None


@pytest.mark.parametrize(
    "origin", ["*", "null", "page.example", "https://page.example/", "ftp://a", "http://a:b", ""]
)
def test_an_allowed_origin_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(SettingsInvalid, match="ORIGINS"):
        DoorOptions(allowed_origins=(origin,))


def test_options_do_not_show_the_token() -> None:
    assert PLAIN not in repr(PUBLIC)
    assert PLAIN not in repr(ServerOptions(door=PUBLIC))
    assert PLAIN not in str(ServerOptions(door=PUBLIC))


def redirect(target: str, scheme: str = "http", token: str = PLAIN) -> Response:
    path, _, query = target.partition("?")
    headers = (("host", "127.0.0.1:8000"),)
    one = Knock("GET", path, query, headers, "127.0.0.1", scheme)
    answer = Door(inside, DoorOptions(token=token)).judge(one)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("target", "clean"),
    [
        (f"/?token={PLAIN}", "/"),
        (f"/projects/p1?token={PLAIN}", "/projects/p1"),
        (f"/projects/p1?a=1&token={PLAIN}&b=%2F", "/projects/p1?a=1&b=%2F"),
        (f"/?token={PLAIN}&token=other", "/"),
        (f"/projects/\r\nx?token={PLAIN}", "/projects/%0D%0Ax"),
    ],
)
def test_the_token_leaves_the_address(target: str, clean: str) -> None:
    assert redirect(target).headers["location"] == clean


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "/projects//evil", "/x"])
def test_the_token_redirects_to_pages_alone(path: str) -> None:
    assert redirect(f"{path}?token={PLAIN}").status_code == 401


def test_the_cookie_is_shut_away_and_holds_no_token() -> None:
    cookie = redirect(f"/?token={PLAIN}").headers["set-cookie"]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= attributes
    assert "secure" not in attributes
    assert not any(attribute.startswith("domain") for attribute in attributes)
    assert PLAIN not in cookie
    assert "secure" in redirect(f"/?token={PLAIN}", "https").headers["set-cookie"].lower()


def test_a_token_of_any_characters_works() -> None:
    quoted = str(httpx.QueryParams({"token": TOKEN}))
    answer = redirect(f"/?{quoted}", token=TOKEN)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert status(DoorOptions(token=TOKEN), knock(cookie=cookie)) == 200


def preflight(options: DoorOptions, origin: str) -> httpx.Headers:
    one = knock("OPTIONS", origin=origin, access_control_request_method="POST")
    answer = Door(inside, options).judge(one)
    assert answer is not None
    assert answer.status_code == 204
    return httpx.Headers(answer.raw_headers)


def test_a_preflight_of_an_allowed_origin_is_answered_without_a_token() -> None:
    options = DoorOptions(token=PLAIN, allowed_origins=("https://page.example",))
    headers = preflight(options, "https://page.example")
    assert "POST" in headers["access-control-allow-methods"]
    assert "authorization" in headers["access-control-allow-headers"].lower()
    assert "last-event-id" in headers["access-control-allow-headers"].lower()


async def knock_by_websocket(
    headers: Mapping[str, str], options: DoorOptions, extensions: Mapping[str, Any]
) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope: Scope = {
        "type": "websocket",
        "path": "/api/stream/p1/ws",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "server": ("127.0.0.1", 8000),
        "scheme": "ws",
        "extensions": extensions,
    }
    await Door(inside, options)(scope, receive, send)
    return sent


HOST = {"host": "localhost:8000"}
WEBSOCKETS: list[tuple[DoorOptions, dict[str, str], int]] = [
    (LOCAL, HOST, 200),
    (LOCAL, HOST | {"origin": "http://localhost:8000"}, 200),
    (LOCAL, HOST | {"origin": "null"}, 403),
    (LOCAL, HOST | {"origin": "https://evil.example"}, 403),
    (LOCAL, HOST | {"sec-fetch-site": "cross-site"}, 403),
    (LOCAL, {"host": "evil.example"}, 421),
    (PUBLIC, HOST, 401),
    (PUBLIC, HOST | {"cookie": COOKIE}, 200),
    (PUBLIC, HOST | bearer(PLAIN), 200),
]


@pytest.mark.parametrize(("options", "headers", "expected"), WEBSOCKETS)
async def test_websockets(options: DoorOptions, headers: dict[str, str], expected: int) -> None:
    sent = await knock_by_websocket(headers, options, {"websocket.http.response": {}})
    if expected == 200:
        assert sent == [{"type": "websocket.accept"}]
    else:
        assert sent[0]["type"] == "websocket.http.response.start"
        assert sent[0]["status"] == expected
    plain = await knock_by_websocket(headers, options, {})
    assert plain[0]["type"] == ("websocket.accept" if expected == 200 else "websocket.close")


@pytest.fixture
async def guarded() -> AsyncGenerator[Rig, None]:
    door = DoorOptions(token=PLAIN, allowed_origins=("https://page.example",))
    async with serving(ServerOptions(door=door)) as rig:
        yield rig


async def test_a_browser_comes_in_with_the_printed_address(guarded: Rig) -> None:
    client = guarded.client
    refused = await client.get("/api/projects")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.headers["content-type"] == "application/problem+json"
    first = await client.get("/", params={"token": PLAIN})
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert first.headers["referrer-policy"] == "no-referrer"
    assert first.headers["cache-control"] == "no-store"
    assert (await client.get("/api/projects")).status_code == 200


async def test_health_needs_no_token(guarded: Rig) -> None:
    assert (await guarded.client.get("/healthz")).json() == {"status": "ok"}
    assert (await guarded.client.get("/readyz")).json() == {"status": "ready"}


async def test_an_allowed_origin_may_read_the_answers(guarded: Rig) -> None:
    page = {"Origin": "https://page.example"}
    for headers, expected in ((page, 401), (page | bearer(PLAIN), 200)):
        response = await guarded.client.get("/api/projects", headers=headers)
        assert response.status_code == expected
        assert response.headers["access-control-allow-origin"] == "https://page.example"
        assert response.headers["vary"] == "Origin"
    own = await guarded.client.get("/healthz")
    assert "access-control-allow-origin" not in own.headers
    assert own.headers["vary"] == "Origin"


async def test_the_stream_is_guarded_too(guarded: Rig) -> None:
    project = await new_project(guarded.log)
    path = f"/api/stream/{project.id}"
    assert (await guarded.client.get(path)).status_code == 401
    async with guarded.frames(path, bearer(PLAIN)) as frames:
        await frames.events(1)
    evil = {"Origin": "https://evil.example"} | bearer(PLAIN)
    assert (await guarded.client.get(path, headers=evil)).status_code == 403


@pytest.mark.parametrize(
    "path", ["/healthz", "/", "/nothing", "/api/projects", "/openapi.json", "/assets/x.js"]
)
async def test_every_answer_has_the_security_headers(rig: Rig, path: str) -> None:
    headers = (await rig.client.get(path)).headers
    policy = headers["content-security-policy"]
    for part in (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "frame-ancestors 'none'",
    ):
        assert part in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


async def test_a_foreign_host_meets_the_door_first(rig: Rig) -> None:
    for path in ("/healthz", "/", "/api/projects"):
        response = await rig.client.get(path, headers={"Host": "evil.example"})
        assert response.status_code == 421
        assert response.json()["code"] == "host_foreign"


async def send_raw(rig: Rig, request: bytes) -> bytes:
    async with connected(rig) as (reader, writer):
        writer.write(request)
        return await reader.read()


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", b"400"),
        (b"GET http://evil.example/ HTTP/1.0\r\nHost: evil.example\r\n\r\n", b"421"),
        (b"not http at all\r\n\r\n", b"400"),
        (b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
    ],
)
async def test_what_no_client_sends_is_refused_as_a_problem(
    rig: Rig, request_: bytes, expected: bytes
) -> None:
    answer = await send_raw(rig, request_)
    assert answer.split()[1] == expected
    assert b"application/problem+json" in answer
