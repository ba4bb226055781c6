"""Who may do what: accounts, roles, ownership."""

from typing import Literal

import msgspec

Who = Literal["anyone", "user", "owner", "role"]


class Access(msgspec.Struct, frozen=True):
    """Who may use one operation.

    `anyone`: no token needed. `user`: everybody who is logged in. `owner`: whoever owns the row
    (see `Resource.owner`), and everybody with one of `roles`; lists hold only the rows that the
    caller owns, unless one of the `roles` is theirs. `role`: everybody with one of `roles`.
    """

    who: Who = "anyone"
    roles: tuple[str, ...] = ()

    @property
    def secured(self) -> bool:
        """Whether a token is needed."""
        return self.who != "anyone"


class Permissions(msgspec.Struct, frozen=True):
    """Who may use each of the standard actions on a resource."""

    list: Access = Access()
    create: Access = Access()
    read: Access = Access()
    update: Access = Access()
    delete: Access = Access()

    def of(self, action: Literal["list", "create", "clear", "read", "update", "delete"]) -> Access:
        """Deleting all of them is open to those to whom deleting one is."""
        match action:
            case "list":
                return self.list
            case "create":
                return self.create
            case "read":
                return self.read
            case "update":
                return self.update
            case "delete" | "clear":
                return self.delete


class RateLimit(msgspec.Struct, frozen=True):
    """At most `requests` in any window of `seconds`, for each account, else each address (429)."""

    requests: int
    seconds: int = 60


class Accounts(msgspec.Struct, frozen=True):
    """Registration, login by password, bearer tokens.

    `resource` names the resource whose rows are the accounts. `login` names its required unique
    fields by which somebody logs in, the first in the login request. A new account gets the
    first of `roles`; the last is the one that may give roles to others, and the first account
    that has it is made from the environment when the application starts. Without roles there
    are none. `tenant` names the reference field of `resource` that says to which tenant an
    account belongs: every registration makes a new tenant, whose first account has the last role.

    With `refresh` a login also gives a refresh token: it is good once, for the next pair of
    tokens, and one that is used again ends its login, as logging out does. With
    `password_change` people give themselves a new password, which ends all that they were
    logged in with. With `api_keys` people make keys that stand for their account as tokens do.
    `login_limit` is about attempts to log in alone, by address.
    """

    resource: str = "user"
    login: tuple[str, ...] = ("email",)
    roles: tuple[str, ...] = ()
    token_minutes: int = 60
    tenant: str = ""
    refresh: bool = False
    password_change: bool = False
    api_keys: bool = False
    login_limit: RateLimit | None = None
