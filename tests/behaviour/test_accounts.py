"""Registration, login, tokens and their end, roles."""

import time
from typing import Any

import pytest

from smartforge.contract import (
    Access,
    Accounts,
    Contract,
    Email,
    Field,
    Permissions,
    Resource,
    Text,
)
from tests.behaviour.apis import ADMIN, PASSWORD, Api, address, claims, errors, signed, statuses

pytestmark = pytest.mark.xdist_group("behaviour_accounts")

ADMINS = Access("role", ("admin",))
CONTRACT = Contract(
    "Members",
    (
        Resource(
            "user",
            "users",
            (Field("email", Email(), unique=True), Field("bio", Text(0, 100), False)),
            actions=("list", "read", "create", "delete"),
            access=Permissions(list=ADMINS, read=ADMINS, create=ADMINS, delete=ADMINS),
        ),
        Resource(
            "post",
            "posts",
            (Field("title", Text()),),
            access=Permissions(
                create=Access("user"),
                update=Access("role", ("editor", "admin")),
                delete=ADMINS,
            ),
        ),
    ),
    accounts=Accounts(
        roles=("viewer", "editor", "admin"),
        token_minutes=30,
        refresh=True,
        password_change=True,
        api_keys=True,
    ),
)


def test_somebody_registers_logs_in_and_is_known(api: Api) -> None:
    email = address()
    body = {"email": email, "password": PASSWORD, "bio": "Hi"}
    account = api.post("/auth/register", body)
    assert (account["email"], account["bio"], account["role"]) == (email, "Hi", "viewer")
    assert "password" not in str(account).lower()
    assert api.login(email).get("/auth/me") == account


def test_an_address_is_taken_once(api: Api) -> None:
    body = {"email": address(), "password": PASSWORD}
    api.post("/auth/register", body)
    api.post("/auth/register", body, 409)


def test_of_many_who_want_an_address_at_once_one_gets_it(api: Api) -> None:
    body = {"email": address(), "password": PASSWORD}
    assert statuses(api.at_once(4, "POST", "/auth/register", json=body)) == [201] + [409] * 3


@pytest.mark.parametrize(
    ("changes", "location"),
    [
        ({"password": "short12"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": None}, "password"),
        ({"email": "nobody"}, "email"),
        ({"role": "admin"}, "role"),
        ({"id": 1}, "id"),
    ],
)
def test_a_registration_holds_what_is_asked_for_and_no_more(
    api: Api, changes: dict[str, Any], location: str
) -> None:
    body = {"email": address(), "password": PASSWORD, **changes}
    assert errors(api.post("/auth/register", body, 422)) == [["body", location]]


def test_wrong_credentials_are_told_alike(api: Api) -> None:
    email = address()
    api.post("/auth/register", {"email": email, "password": PASSWORD})
    wrong = api.post("/auth/login", {"email": email, "password": "x"}, 401)
    unknown = api.post("/auth/login", {"email": address(), "password": PASSWORD}, 401)
    assert wrong == unknown


def test_no_token_is_told_before_the_body_is_looked_at(api: Api) -> None:
    answer = api.send("POST", "/posts", json={"nonsense": 1})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    api.newcomer().post("/posts", {"nonsense": 1}, 422)
    assert api.get("/posts")["total"] == 0


def test_who_may_not_is_told_before_anything_else_is_looked_at(api: Api) -> None:
    api.patch("/posts/999999", {"nonsense": 1}, 401)
    api.patch("/posts/x", {"nonsense": 1}, 401)
    viewer = api.newcomer()
    viewer.patch("/posts/999999", {"nonsense": 1}, 403)
    viewer.patch("/posts/x", {"nonsense": 1}, 403)
    api.admin().patch("/posts/999999", {"title": "A"}, 404)


def test_only_genuine_tokens_count(api: Api) -> None:
    good = api.newcomer().token
    said = claims(good)
    assert 0 < said["exp"] - time.time() <= 30 * 60
    api.as_caller(signed(said)).get("/auth/me")
    past = {**said, "iat": said["exp"] - 7200, "exp": said["exp"] - 3600}
    header, payload, signature = good.split(".")
    forged = [
        signed(past),
        signed(said, key="another key that is long enough to be one"),
        signed(said, algorithm="none"),
        signed({name: value for name, value in said.items() if name != "exp"}),
        signed({name: value for name, value in said.items() if name != "sub"}),
        signed({**said, "sub": "999999"}),
        signed({**said, "sub": "x"}),
        signed([]),
        f"{header}.{payload}.{signature[:-4]}AAAA",
        f"{header}.{payload}.",
        "nonsense",
    ]
    for token in forged:
        api.as_caller(token).get("/auth/me", 401)
        api.as_caller(token).post("/posts", {"title": "A"}, 401)


def test_a_token_ends_with_its_account(api: Api) -> None:
    somebody = api.newcomer()
    api.admin().delete(f"/users/{somebody.get('/auth/me')['id']}")
    somebody.get("/auth/me", 401)


def test_roles_open_doors(api: Api) -> None:
    viewer, admin = api.newcomer(), api.admin()
    post = viewer.post("/posts", {"title": "A"})["id"]
    viewer.patch(f"/posts/{post}", {"title": "B"}, 403)
    viewer.get("/users", 403)
    api.get("/users", 401)
    assert admin.get("/users")["total"] >= 2
    admin.patch(f"/posts/{post}", {"title": "C"})
    viewer.delete(f"/posts/{post}", 403)
    assert api.get(f"/posts/{post}")["title"] == "C"


def test_nobody_promotes_themselves_and_admins_promote_others(api: Api) -> None:
    somebody, admin = api.newcomer(), api.admin()
    me = somebody.get("/auth/me")["id"]
    post = somebody.post("/posts", {"title": "A"})["id"]
    somebody.put(f"/users/{me}/role", {"role": "admin"}, 403)
    api.put(f"/users/{me}/role", {"role": "admin"}, 401)
    admin.put(f"/users/{me}/role", {"role": "king"}, 422)
    admin.put("/users/999999/role", {"role": "editor"}, 404)
    assert admin.put(f"/users/{me}/role", {"role": "editor"})["role"] == "editor"
    assert somebody.patch(f"/posts/{post}", {"title": "B"})["title"] == "B"
    somebody.get("/users", 403)


def test_the_first_admin_comes_from_the_environment_once(api: Api) -> None:
    me = api.admin().get("/auth/me")
    assert (me["email"], me["role"]) == (ADMIN["email"], "admin")
    api.post("/auth/register", {"email": ADMIN["email"], "password": PASSWORD}, 409)


def test_whoever_may_makes_accounts_for_others(api: Api) -> None:
    email = address()
    body = {"email": email, "password": PASSWORD, "role": "editor"}
    api.newcomer().post("/users", body, 403)
    made = api.admin().post("/users", body)
    assert made["role"] == "editor"
    assert api.login(email).get("/auth/me") == made
    plain = api.admin().post("/users", {"email": address(), "password": PASSWORD})
    assert plain["role"] == "viewer"


# ---- the end of a login -----------------------------------------------------------------------


def entered(api: Api) -> tuple[str, dict[str, Any]]:
    """The address of somebody who has just registered, and the tokens of a login."""
    email = address()
    api.post("/auth/register", {"email": email, "password": PASSWORD})
    return email, tokens(api, email)


def tokens(api: Api, email: str, password: str = PASSWORD) -> dict[str, Any]:
    return api.post("/auth/login", {"email": email, "password": password}, 200)


def renewed(api: Api, pair: dict[str, Any], status: int = 200) -> dict[str, Any]:
    return api.post("/auth/refresh", {"refresh_token": pair["refresh_token"]}, status)


def ended(api: Api, *pairs: dict[str, Any]) -> None:
    """Neither token of these is good for anything."""
    for pair in pairs:
        api.as_caller(pair["access_token"]).get("/auth/me", 401)
        renewed(api, pair, 401)


def test_a_refresh_token_gives_the_next_pair_and_is_used_up(api: Api) -> None:
    _, first = entered(api)
    second = renewed(api, first)
    third = renewed(api, second)
    assert len({one["refresh_token"] for one in (first, second, third)}) == 3
    me = api.as_caller(first["access_token"]).get("/auth/me")
    assert api.as_caller(third["access_token"]).get("/auth/me") == me


def test_whoever_steals_a_used_token_ends_the_whole_login(api: Api) -> None:
    email, first = entered(api)
    elsewhere = tokens(api, email)
    second = renewed(api, first)
    renewed(api, first, 401)
    ended(api, first, second)
    api.as_caller(elsewhere["access_token"]).get("/auth/me")
    renewed(api, elsewhere)


def test_of_many_who_send_a_refresh_token_at_once_one_wins(api: Api) -> None:
    _, pair = entered(api)
    body = {"refresh_token": pair["refresh_token"]}
    answers = api.at_once(8, "POST", "/auth/refresh", json=body)
    assert statuses(answers) == [200] + [401] * 7


def test_a_made_up_refresh_token_harms_nobody(api: Api) -> None:
    _, pair = entered(api)
    for made_up in ("x", "x.y", f".{pair['refresh_token']}", pair["access_token"]):
        api.post("/auth/refresh", {"refresh_token": made_up}, 401)
    renewed(api, pair)


def test_logging_out_counts_at_once_and_for_this_login_alone(api: Api) -> None:
    email, pair = entered(api)
    elsewhere = tokens(api, email)
    api.as_caller(pair["access_token"]).post("/auth/logout", status=204)
    ended(api, pair)
    api.as_caller(pair["access_token"]).post("/posts", {"title": "A"}, 401)
    api.post("/auth/logout", status=401)
    renewed(api, elsewhere)


def test_a_new_password_ends_all_that_was_before(api: Api) -> None:
    email, pair = entered(api)
    elsewhere = tokens(api, email)
    somebody = api.as_caller(pair["access_token"])
    change = {"current_password": PASSWORD, "new_password": "quite another one"}
    wrong = {**change, "current_password": "something else"}
    assert "password" in somebody.post("/auth/password", wrong, 403)["detail"]
    somebody.get("/auth/me")
    assert errors(somebody.post("/auth/password", {**change, "new_password": "short"}, 422))
    somebody.post("/auth/password", change, 204)
    ended(api, pair, elsewhere)
    api.post("/auth/login", {"email": email, "password": PASSWORD}, 401)
    renewed(api, tokens(api, email, "quite another one"))


# ---- API keys ---------------------------------------------------------------------------------


def by_key(api: Api, status: int, key: str, method: str, path: str, **options: Any) -> Any:
    return api.expect(status, method, path, headers={"X-API-Key": key}, **options)


def test_a_key_stands_for_its_account_with_the_role_that_it_has_now(api: Api) -> None:
    somebody = api.newcomer()
    me = somebody.get("/auth/me")
    made = somebody.post("/auth/api-keys", {"name": "a script"})
    assert made.keys() == {"id", "name", "prefix", "key", "created_at"}
    assert made["key"].startswith(made["prefix"])
    assert len(made["key"]) > len(made["prefix"]) + 30
    assert by_key(api, 200, made["key"], "GET", "/auth/me") == me
    post = by_key(api, 201, made["key"], "POST", "/posts", json={"title": "A"})["id"]
    by_key(api, 403, made["key"], "PATCH", f"/posts/{post}", json={"title": "B"})
    api.admin().put(f"/users/{me['id']}/role", {"role": "editor"})
    by_key(api, 200, made["key"], "PATCH", f"/posts/{post}", json={"title": "B"})


def test_a_key_is_told_once_and_only_its_beginning_later(api: Api) -> None:
    somebody = api.newcomer()
    made = somebody.post("/auth/api-keys", {"name": "a script"})
    listed = somebody.get("/auth/api-keys")
    assert listed == {"items": [{name: made[name] for name in made if name != "key"}]}
    assert api.newcomer().get("/auth/api-keys") == {"items": []}


def test_a_key_makes_no_keys_and_ends_no_login(api: Api) -> None:
    somebody = api.newcomer()
    made = somebody.post("/auth/api-keys", {"name": "a script"})
    by_key(api, 403, made["key"], "POST", "/auth/api-keys", json={"name": "another"})
    by_key(api, 403, made["key"], "DELETE", f"/auth/api-keys/{made['id']}")
    change = {"current_password": PASSWORD, "new_password": "quite another one"}
    by_key(api, 403, made["key"], "POST", "/auth/password", json=change)
    by_key(api, 403, made["key"], "POST", "/auth/logout")
    somebody.get("/auth/me")


def test_a_key_ends_when_it_is_deleted_by_its_owner(api: Api) -> None:
    somebody = api.newcomer()
    made = somebody.post("/auth/api-keys", {"name": "a script"})
    api.newcomer().delete(f"/auth/api-keys/{made['id']}", 404)
    api.admin().delete(f"/auth/api-keys/{made['id']}", 404)
    somebody.delete(f"/auth/api-keys/{made['id']}")
    by_key(api, 401, made["key"], "GET", "/auth/me")
    by_key(api, 401, made["key"], "POST", "/posts", json={"nonsense": 1})
    by_key(api, 401, "", "GET", "/auth/me")
    somebody.post("/auth/api-keys", {"name": ""}, 422)


def test_no_secret_is_in_the_log(api: Api) -> None:
    _, pair = entered(api)
    second = renewed(api, pair)
    key = api.as_caller(second["access_token"]).post("/auth/api-keys", {"name": "x"})["key"]
    by_key(api, 200, key, "GET", "/auth/me")
    said = api.said()
    for secret in (key, pair["refresh_token"], second["refresh_token"], pair["access_token"]):
        assert secret not in said
