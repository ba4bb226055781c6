"""Headers on their way between a client and a generated API."""

import pytest

from smartforge.preview.headers import NO_RULES, Rules, answered, asked

DOOR = Rules(
    added={"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"},
    own_headers=["X-Smart-Forge-Token"],
    own_cookies=["smartforge_door"],
)


def request(*pairs: tuple[str, str], rules: Rules = NO_RULES) -> list[tuple[str, str]]:
    given = [(name.encode(), value.encode()) for name, value in (("host", "x"), *pairs)]
    return [(name.decode(), value.decode()) for name, value in asked(given, rules)][1:]


def response(
    *pairs: tuple[str, str], rules: Rules = NO_RULES, prefix: str = ""
) -> list[tuple[str, str]]:
    given = [(name.encode(), value.encode()) for name, value in pairs]
    passed = answered(given, rules, prefix, b"forge:8000")
    return [(name.decode(), value.decode()) for name, value in passed]


def test_what_belongs_to_one_connection_stays_there() -> None:
    assert (
        request(
            ("connection", "close, X-Own"), ("keep-alive", "5"), ("x-own", "1"), ("te", "trailers")
        )
        == []
    )
    assert response(("Connection", "x-own"), ("X-Own", "1"), ("Transfer-Encoding", "chunked")) == []


def test_the_framing_of_a_request_cannot_be_called_hop_by_hop() -> None:
    pairs = (("connection", "content-length"), ("content-length", "3"))
    assert request(*pairs) == [("content-length", "3")]


def test_a_body_of_unknown_length_is_passed_on_in_chunks() -> None:
    assert request(("transfer-encoding", "chunked")) == [("transfer-encoding", "chunked")]


def test_authorization_belongs_to_the_api() -> None:
    assert request(("authorization", "Bearer x"), rules=DOOR) == [("authorization", "Bearer x")]


def test_the_doors_own_names_never_reach_the_api() -> None:
    pairs = (("x-smart-forge-token", "secret"), ("cookie", "a=1; smartforge_door=secret; b=2"))
    assert request(*pairs, rules=DOOR) == [("cookie", "a=1; b=2")]
    assert request(("cookie", "smartforge_door=secret"), rules=DOOR) == []


def test_the_api_sets_no_cookie_of_the_door_and_none_for_other_hosts() -> None:
    pairs = (
        ("Set-Cookie", "smartforge_door=stolen; Path=/"),
        ("Set-Cookie", "mine=1; Domain=.example.com; HttpOnly"),
    )
    assert response(*pairs, rules=DOOR)[:-2] == [("set-cookie", "mine=1; HttpOnly")]


def test_what_the_door_adds_wins_over_what_the_api_says() -> None:
    assert response(("content-security-policy", "default-src *"), rules=DOOR) == [
        ("content-security-policy", "sandbox"),
        ("x-content-type-options", "nosniff"),
    ]


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("/books/1", "/preview/p1/books/1"),
        ("http://forge:8000/books/1?a=b", "/preview/p1/books/1?a=b"),
        ("https://FORGE:8000", "/preview/p1/"),
        ("books/1", "/preview/p1/books/1"),
        ("//elsewhere/x", "//elsewhere/x"),
        ("http://forge:8000.evil/x", "http://forge:8000.evil/x"),
        ("https://example.com/long", "https://example.com/long"),
    ],
)
def test_addresses_of_the_api_stay_below_the_prefix(location: str, told: str) -> None:
    assert response(("location", location), prefix="/preview/p1") == [("location", told)]
    assert response(("location", location)) == [("location", location)]


def test_the_api_is_told_where_it_is_served_and_by_nobody_else() -> None:
    forged = ["x-forwarded-prefix", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-for"]
    given = [(b"host", b"x"), *((name.encode(), b"evil") for name in [*forged, "forwarded"])]
    assert asked(given, Rules()) == [(b"host", b"x")]
    told = (b"x-forwarded-prefix", b"/preview/abc")
    assert asked(given, Rules(), "/preview/abc") == [(b"host", b"x"), told]
    secure = (b"x-forwarded-proto", b"https")
    assert asked(given, Rules(), "/preview/abc", "https") == [(b"host", b"x"), secure, told]
