"""Accounts on a running application: registered, logged in, given a role."""

from collections.abc import AsyncIterator
from typing import cast

from smartforge.checks.asking import Answer, Conversation, Request
from smartforge.checks.drafts import NOBODY, Actor, Draft
from smartforge.checks.endpoints import Endpoint, Promised
from smartforge.checks.surface import Json
from smartforge.checks.values import PASSWORD, CannotTell, good

ADMIN = "admin"
_PICK = "python3 -c 'import json, sys; print(json.load(sys.stdin)[\"access_token\"])'"


class Accounts:
    """Each account is made when it is first needed. Methods may raise NoAnswer."""

    def __init__(self, talk: Conversation, promised: Promised) -> None:
        self._talk = talk
        self._promised = promised
        self._number = 0
        self._known: dict[str, Actor | None] = {}
        # The last login of a new account that gave no token, and its answer.
        self.turned_away: tuple[Draft, Answer] | None = None

    async def user(self, name: str = "user") -> Actor | None:
        """An ordinary account of that name."""
        if name not in self._known:
            self._known[name] = await self.registered(name)
        return self._known[name]

    async def ordinary(self) -> Actor | None:
        """An account with the first of the roles, another than the user.

        Who registers may be the head of a new tenant; then the user makes one in theirs.
        """
        other = await self.user("another user")
        roles = self._promised.roles
        if other is None or not roles or other.account.get("role", roles[0]) == roles[0]:
            return other
        if "member" not in self._known:
            self._known["member"] = await self._invited("member", roles[0])
        return self._known["member"]

    async def _invited(self, name: str, role: str) -> Actor | None:
        """An account with that role that the user makes within their tenant."""
        head, collection = await self.user(), self._promised.accounts
        endpoint = self._promised.creating(collection) if collection else None
        if head is None or endpoint is None:
            return None
        body = self._registration(endpoint)
        if body is None:
            return None
        if "role" in endpoint.properties:
            body["role"] = role
        request = Draft(endpoint, head, body=body).request()
        return await self._entered(name, request, body, head.before)

    async def admin(self) -> Actor | None:
        """The account that the application makes at its start, if it does."""
        if ADMIN not in self._known:
            login = administrator(self._promised)
            self._known[ADMIN] = await self._logged_in(ADMIN, login, {}, ()) if login else None
        return self._known[ADMIN]

    async def holder(self, role: str) -> Actor | None:
        """An account that has that role: by the administrator, or in the tenant of the user."""
        name = f"role {role}"
        if name not in self._known:
            tenants = any(one.access.tenant for one in self._promised.endpoints)
            giving = self._invited if tenants else self._promoted
            self._known[name] = await giving(name, role)
        return self._known[name]

    async def candidates(self, endpoint: Endpoint) -> AsyncIterator[Actor]:
        """Who may be allowed to use the endpoint, the likeliest first."""
        if not endpoint.secured:
            yield NOBODY
            return
        named = endpoint.access.roles if endpoint.access.who == "role" else ()
        for role in named:
            holder = await self.holder(role)
            if holder:
                yield holder
        for actor in (await self.user(), await self.admin()):
            if actor:
                yield actor
        for role in () if endpoint.access.who else self._promised.roles:
            holder = await self.holder(role)
            if holder:
                yield holder

    async def registered(self, name: str) -> Actor | None:
        """A new account."""
        register = self._promised.register
        body = self._registration(register) if register else None
        if register is None or body is None:
            return None
        return await self._entered(name, Draft(register, NOBODY, body=body).request(), body, ())

    def _registration(self, endpoint: Endpoint) -> Json | None:
        self._number += 1
        body: Json = {}
        for at, field in enumerate(endpoint.required):
            try:
                # Apart from the numbers of rows.
                body[field] = good(endpoint.properties[field], field, 9000 + self._number, at)
            except CannotTell:
                return None
        return body

    async def _entered(
        self, name: str, request: Request, body: Json, before: tuple[str, ...]
    ) -> Actor | None:
        """Make the account, and log in."""
        answer = await self._talk.send(request)
        shown = answer.json()
        if answer.status != 201 or not isinstance(shown, dict):
            return None
        names = self._promised.login.properties if self._promised.login else {}
        login = {field: body[field] for field in names if field in body}
        lines = (*before, request.curl())
        return await self._logged_in(name, login, cast(Json, shown), lines)

    async def _logged_in(
        self, name: str, login: Json, account: Json, before: tuple[str, ...]
    ) -> Actor | None:
        endpoint = self._promised.login
        if endpoint is None:
            return None
        draft = Draft(endpoint, NOBODY, body=login, before=before)
        request = draft.request()
        answer = await self._talk.send(request)
        told = answer.json()
        tokens = cast(Json, told) if isinstance(told, dict) else {}
        token, refresh = tokens.get("access_token"), tokens.get("refresh_token")
        if answer.status != 200 or not isinstance(token, str) or not _sendable(token):
            if account:
                self.turned_away = draft, answer
            return None
        line = f"TOKEN=$({request.curl().replace('curl -i', 'curl -s')} | {_PICK})"
        again = refresh if isinstance(refresh, str) else ""
        return Actor(name, token, account, login, (*before, line), again)

    async def _promoted(self, name: str, role: str) -> Actor | None:
        endpoint, admin = giving_roles(self._promised), await self.admin()
        actor = await self.registered(name)
        if endpoint is None or admin is None or actor is None:
            return None
        places = {endpoint.places[-1]: actor.account.get("id")}
        request = Draft(endpoint, admin, places, body={"role": role}).request()
        answer = await self._talk.send(request)
        if answer.status != 200:
            return None
        before = (*admin.before, *actor.before[:1], request.curl())
        return await self._logged_in(name, actor.login, actor.account, before)


def administrator(promised: Promised) -> Json:
    """How the account made at the start logs in, empty where there are no accounts."""
    login = promised.login
    names = [name for name in login.properties if name != "password"] if login else []
    if login is None or not names:
        return {}
    email = login.properties[names[0]].get("format") == "email" or names[0] == "email"
    name = "admin@example.com" if email else ADMIN
    return {names[0]: name, "password": PASSWORD.format(number=0)}


def environment(promised: Promised) -> dict[str, str]:
    """The settings from which the application makes that account, and hashes passwords quickly."""
    told = {f"ADMIN_{name.upper()}": value for name, value in administrator(promised).items()}
    return told | {"PASSWORD_MEMORY": "8"} if told else {}


def giving_roles(promised: Promised) -> Endpoint | None:
    return next((one for one in promised.endpoints if one.gives_role), None)


def _sendable(token: str) -> bool:
    return token.isascii() and token.isprintable() and " " not in token
