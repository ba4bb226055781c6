"""What a previewed project finds in its environment."""

from typing import Any

import pytest

from smartforge.preview.environment import environment_of


def document(login: str | None, roles: bool) -> dict[str, Any]:
    schemas: dict[str, Any] = (
        {"Login": {"properties": {login: {}, "password": {}}}} if login else {}
    )
    paths: dict[str, Any] = {"/health": {"get": {}}}
    paths |= {"/users/{user_id}/role": {"put": {}}} if roles else {}
    return {"paths": paths, "components": {"schemas": schemas}}


def test_secrets_are_new_each_time_and_nothing_of_ours_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_KEY", "ours")
    first, _ = environment_of(document("email", roles=False))
    second, _ = environment_of(document("email", roles=False))
    assert first.keys() == {"DATABASE_URL", "SECRET_KEY", "TRUST_PROXY"}
    assert len(first["SECRET_KEY"]) >= 32
    assert len({first["SECRET_KEY"], second["SECRET_KEY"], "ours"}) == 3


@pytest.mark.parametrize(
    ("field", "name", "login"),
    [
        ("email", "ADMIN_EMAIL", "admin@example.com"),
        ("username", "ADMIN_USERNAME", "admin"),
    ],
)
def test_where_there_are_roles_there_is_an_admin(field: str, name: str, login: str) -> None:
    environment, admin = environment_of(document(field, roles=True))
    assert admin is not None
    assert (environment[name], environment["ADMIN_PASSWORD"]) == (login, admin.password)
    assert 8 <= len(admin.password) <= 128


@pytest.mark.parametrize(
    "promised",
    [
        {},
        {"paths": [], "components": 3},
        {"paths": {"/users/{user_id}/role": None, 3: {}}},
        document("e=mail\n", roles=True),
        document(None, roles=True),
    ],
)
def test_a_document_of_any_shape_is_read(promised: dict[str, Any]) -> None:
    _, admin = environment_of(promised)
    assert admin is None
