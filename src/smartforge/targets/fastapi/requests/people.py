"""Who sends the requests: accounts with the roles that are needed, each logged in."""

from collections.abc import Iterator

from smartforge.contract.names import spaced
from smartforge.targets.fastapi.judge.callers import Caller
from smartforge.targets.fastapi.judge.suite import Suite
from smartforge.targets.fastapi.requests.request import Known, Request, answered, with_json

PASSWORD = Known('"{{password}}"')
NEW_PASSWORD = Known('"{{password}} again"')


class People:
    """The accounts, of which those are made that `token` was asked for.

    `first` is whoever registers and logs in by the operations of these names: somebody with the
    first role, or who founds a tenant, with the last.
    """

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._used: dict[str, Caller] = {}
        users = suite.callers.users
        self.first = (users[-1] if suite.tenants else users[0]) if users else None
        # The first account that may give roles is made from the environment.
        self._given = users[-1] if len(users) > 1 and not suite.tenants else None

    def token(self, caller: Caller | None) -> str:
        """The login whose token is sent; empty for somebody who is not logged in."""
        if caller is None or not caller.account:
            return ""
        if caller == self.first:
            return "login"
        self._used[caller.fixture] = caller
        if caller != self._given and self._given:
            self._used[self._given.fixture] = self._given
        return _login(caller)

    def variables(self) -> Iterator[tuple[str, str]]:
        """What stands at the top of the file."""
        if self.first is None:
            return
        yield "password", "correct horse battery"
        if self._given and self._given.fixture in self._used:
            yield f"admin_{self._suite.login}", str(self._suite.admin[self._suite.login])
            yield "admin_password", "{{password}}"

    def requests(self) -> Iterator[Request]:
        """Registrations and logins, those before others that these need."""
        if self.first is None:
            return
        yield self._registered(self.first, "register", "Register an account")
        yield self.login("login", "Log in for a token")
        for caller in sorted(self._used.values(), key=lambda one: one != self._given):
            yield from self._other(caller)

    def login(self, name: str, title: str, password: Known = PASSWORD) -> Request:
        """Logs in whom `first` is."""
        assert self.first is not None
        return self._logged_in(name, title, self._person(self.first)[self._suite.login], password)

    def _other(self, caller: Caller) -> Iterator[Request]:
        suite, words = self._suite, f"Log in with the role {caller.role}"
        if caller == self._given:
            login = suite.login
            names = [f"ADMIN_{login.upper()}", "ADMIN_PASSWORD"]
            yield self._logged_in(
                _login(caller),
                f"{words}, as {' and '.join(names)} say in the settings",
                Known(f'"{{{{admin_{login}}}}}"'),
                Known('"{{admin_password}}"'),
            )
            return
        if suite.tenants:
            yield self._hired(caller)
        else:
            name = f"register_{_word(caller)}"
            yield self._registered(caller, name, f"Register an account for the role {caller.role}")
            if caller.role and self._given:
                yield self._promoted(caller, name)
        person = self._person(caller)
        yield self._logged_in(_login(caller), words, person[suite.login], PASSWORD)

    def _hired(self, caller: Caller) -> Request:
        suite = self._suite
        body = self._person(caller)
        body.pop(suite.tenant_name)
        body |= {"role": caller.role} if caller.role else {}
        title = f"Make an account{f' with the role {caller.role}' if caller.role else ''}"
        return with_json(Request(title, "POST", suite.path, token="login"), body)

    def _promoted(self, caller: Caller, name: str) -> Request:
        assert self._given is not None
        title = f"Give it the role {caller.role}"
        path = f"{self._suite.path}/{answered(name)}/role"
        request = Request(title, "PUT", path, token=_login(self._given))
        return with_json(request, {"role": caller.role})

    def _registered(self, caller: Caller, name: str, title: str) -> Request:
        request = Request(title, "POST", "/auth/register", name)
        return with_json(request, self._person(caller))

    def _logged_in(self, name: str, title: str, login: object, password: Known) -> Request:
        request = Request(title, "POST", "/auth/login", name)
        return with_json(request, {self._suite.login: login, "password": password})

    def _person(self, caller: Caller) -> dict[str, object]:
        return self._suite.person(_word(caller)) | {"password": PASSWORD}


def _login(caller: Caller) -> str:
    return f"login_{_word(caller)}"


def _word(caller: Caller) -> str:
    return spaced(caller.fixture.removeprefix("as_")).replace(" ", "_")
