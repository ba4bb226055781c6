"""How logins go on and end, as the offline planner reads it."""

import pytest

from smartforge.contract import Accounts
from smartforge.planners.offline import plan


def accounts(prompt: str) -> Accounts:
    found = plan((prompt,)).contract.accounts
    assert found is not None
    return found


@pytest.mark.parametrize(
    "words",
    [
        "JWT login, refresh tokens and logout",
        "Users log in and log out.",
        "with token refresh",
        "login / logout",
        "Access tokens can be renewed with a refresh token.",
        "Users log in; tokens can be refreshed.",
        "Logging out invalidates the token.",
        "Users sign up and stay logged in with refresh token rotation.",
        "Users can sign out.",
    ],
)
def test_logins_are_renewed_and_ended(words: str) -> None:
    found = accounts(f"Kites with a name. {words}")
    assert (found.refresh, found.password_change) == (True, False)


@pytest.mark.parametrize(
    "words",
    [
        "Users can change their password.",
        "login and password change",
        "Members sign up; passwords can be changed.",
        "Users log in and may update their own password",
        "register, login, change password",
    ],
)
def test_people_give_themselves_a_new_password(words: str) -> None:
    found = accounts(f"Kites with a name. {words}")
    assert (found.refresh, found.password_change) == (False, True)


@pytest.mark.parametrize(
    "prompt",
    [
        "Kites with login. Users have a name.",
        "Visitors with a name, a company and a sign out time. Users log in.",
        "Passwords are kept as hashes. Kites with login.",
    ],
)
def test_nothing_else_is_read_as_the_end_of_a_login(prompt: str) -> None:
    found = accounts(prompt)
    assert (found.refresh, found.password_change) == (False, False)


def test_what_was_read_is_said_and_nothing_is_left_over() -> None:
    planned = plan(("Kites with a name. Users log in, log out and change their password.",))
    assert not planned.operations_not_made
    assert any("/auth/logout" in note for note in planned.notes)
    assert any("/auth/password" in note for note in planned.notes)
    assert not any("Not understood" in note for note in planned.notes)
