"""Who asks: told by a signed cookie beyond loopback, and always `local` on it."""

from collections.abc import AsyncGenerator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from smartforge.engine.base import LOCAL_USER
from smartforge.preview.headers import Rules, answered, asked
from smartforge.server.options import DoorOptions, ServerOptions
from smartforge.server.users import COOKIE, OWN_COOKIES, Users
from tests.unit.server.rig import Rig, serving

TOKEN = "secret-token"
BEYOND = DoorOptions(host="0.0.0.0", token=TOKEN)
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def introduced(users: Users) -> str:
    """What a new browser brings from then on."""
    cookie = users.introduce([], secure=False)
    assert cookie is not None
    return cookie.partition(";")[0]


def test_a_browser_that_was_introduced_is_known_and_not_introduced_again() -> None:
    users = Users(BEYOND)
    first, second = introduced(users), introduced(users)
    assert users.named([first]) != users.named([second])
    assert LOCAL_USER not in (users.named([first]), users.named([second]))
    assert users.introduce([f"a=1; {first}; b=2"], secure=False) is None


def test_servers_with_the_same_token_know_each_others_users() -> None:
    cookie = introduced(Users(BEYOND))
    name = Users(BEYOND).named([cookie])
    assert name in cookie
    other = Users(DoorOptions(host="10.0.0.7", token="another"))
    assert other.named([cookie]) == LOCAL_USER
    assert other.introduce([cookie], secure=False) is not None


def test_a_cookie_that_was_tampered_with_names_nobody() -> None:
    users = Users(BEYOND)
    good, other = introduced(users), introduced(users)
    user, _, signature = good.partition("=")[2].partition(".")
    for value in (
        *("", ".", user, f"{user}.", f".{signature}", f"{user}.{signature[:-1]}", "é\udcff.ü"),
        *(f"{user}.{signature}0", f"x{user}.{signature}", f"{user}.{other.partition('.')[2]}"),
        *(f"{user}.{signature}.{signature}", f"{LOCAL_USER}.{signature}", "x" * 10_000),
    ):
        assert users.named([f"{COOKIE}={value}"]) == LOCAL_USER, value
        assert users.introduce([f"{COOKIE}={value}"], secure=False) is not None, value
    assert users.named([f"{COOKIE}=forged; {good}"]) == user
    assert users.named(["a=1", good]) == user


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_loopback_everybody_is_local(host: str) -> None:
    cookie = introduced(Users(BEYOND))
    users = Users(DoorOptions(host=host, token=TOKEN))
    assert users.introduce([], secure=False) is None
    assert users.named([cookie]) == LOCAL_USER


def test_the_cookie_is_shut_away_and_holds_no_token() -> None:
    (morsel,) = SimpleCookie(Users(BEYOND).introduce([], secure=True)).values()
    assert morsel.key == COOKIE
    assert morsel["httponly"]
    assert morsel["secure"]
    assert (morsel["samesite"], morsel["path"], morsel["domain"]) == ("Strict", "/", "")
    assert int(morsel["max-age"]) > 30 * 24 * 3600
    assert TOKEN not in morsel.value
    plain = Users(BEYOND).introduce([], secure=False)
    assert plain is not None
    assert "secure" not in plain.lower()


def test_no_generated_api_sees_or_sets_it() -> None:
    rules = Rules(own_cookies=OWN_COOKIES)
    brought = (b"cookie", f"a=1; {introduced(Users(BEYOND))}; smartforge_door=x".encode())
    assert asked([(b"host", b"x"), brought], rules) == [(b"host", b"x"), (b"cookie", b"a=1")]
    stolen = (b"set-cookie", f"{COOKIE}=stolen".encode())
    assert answered([stolen, (b"set-cookie", b"b=2")], rules, "", b"x") == [(b"set-cookie", b"b=2")]


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncGenerator[Rig, None]:
    (tmp_path / "index.html").write_text("<title>Smart Forge</title>")
    async with serving(ServerOptions(door=BEYOND, static=tmp_path)) as rig:
        yield rig


async def start(rig: Rig, **headers: str) -> str:
    """Start a project, and send and retry in it; returns the user that the engine was told of."""
    asked = BEARER | headers
    made = await rig.client.post("/api/projects", json={"prompt": "A todo API"}, headers=asked)
    assert made.status_code == 201, made.text
    path = made.headers["location"]
    said = await rig.client.post(f"{path}/messages", json={"prompt": "More"}, headers=asked)
    assert said.status_code == 202, said.text
    await rig.client.post(f"{path}/retry", headers=asked)
    first, *rest = rig.engine.users[-3:]
    assert rest == [first, first]
    return first


async def test_a_visit_to_the_page_makes_a_user_whose_runs_are_theirs(guarded: Rig) -> None:
    assert await start(guarded) == LOCAL_USER
    visited = await guarded.client.get("/", params={"token": TOKEN}, follow_redirects=True)
    assert visited.headers["cache-control"] == "private, no-cache"
    user = visited.cookies[COOKIE].partition(".")[0]
    assert await start(guarded) == user
    again = await guarded.client.get("/projects/p1")
    assert "set-cookie" not in again.headers
    assert again.headers["cache-control"] == "no-cache"
    assert await start(guarded) == user


async def test_a_page_that_the_browser_still_has_makes_a_user_too(guarded: Rig) -> None:
    etag = (await guarded.client.get("/", headers=BEARER)).headers["etag"]
    guarded.client.cookies.clear()
    again = await guarded.client.get("/", headers=BEARER | {"If-None-Match": etag})
    assert again.status_code == 304
    assert COOKIE in again.cookies


async def test_a_forged_cookie_is_no_error(guarded: Rig) -> None:
    assert await start(guarded, Cookie=f"{COOKIE}=somebody.{'0' * 64}") == LOCAL_USER


async def test_on_loopback_nobody_gets_a_cookie(rig: Rig) -> None:
    assert "set-cookie" not in (await rig.client.get("/")).headers
    await rig.client.post("/api/projects", json={"prompt": "A todo API"})
    assert rig.engine.users == [LOCAL_USER]
