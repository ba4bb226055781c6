"""The end of logins on a running application: tokens that are used up, logged out, outdated."""

from smartforge.checks.drafts import NOBODY, Actor, Draft
from smartforge.checks.endpoints import Endpoint, Promised
from smartforge.checks.judging import Judge
from smartforge.checks.rows import Rows
from smartforge.checks.surface import Json

NEW_PASSWORD = "another correct horse battery"


class Logins:
    """Each time somebody new logs in, ends it in one of the promised ways, and tries to go on."""

    def __init__(self, judge: Judge, rows: Rows, promised: Promised) -> None:
        self._judge = judge
        self._rows = rows
        self._promised = promised
        self._me = promised.me

    async def all(self) -> None:
        """Judge all the ways that are promised. May raise NoAnswer."""
        for endpoint in self._promised.secured:
            if self._promised.ends_login(endpoint):
                await self._ends(endpoint)
        if self._promised.refresh is not None:
            await self._used_up(self._promised.refresh)

    async def _ends(self, endpoint: Endpoint) -> None:
        actor = await self._rows.accounts.registered("leaving")
        if actor is None:
            return
        draft = Draft(endpoint, actor, before=actor.before)
        if endpoint.body is not None:
            change = {"current_password": "not it at all", "new_password": NEW_PASSWORD}
            draft = draft.with_body(**change)
            await self._judge.expect("with a wrong current password", draft, {403})
            draft = draft.with_body(current_password=actor.login.get("password"))
        case = "as the end of a login"
        if await self._judge.expect(case, draft, set(endpoint.successes)):
            await self._over(actor, draft, "after the end of its login")

    async def _used_up(self, refresh: Endpoint) -> None:
        actor = await self._rows.accounts.registered("staying")
        if actor is None or not actor.refresh:
            return
        draft = self._renewing(refresh, actor, actor.refresh)
        answer = await self._judge.expect("for new tokens", draft, {200})
        told: object = answer.json() if answer else None
        if not isinstance(told, dict):
            return
        again = self._renewing(refresh, actor, actor.refresh)
        await self._judge.expect("with a refresh token that was used", again, {401})
        shown: Json = {str(name): one for name, one in told.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        following = str(shown.get("refresh_token", ""))
        renewed = Actor("renewed", str(shown.get("access_token", "")), refresh=following)
        await self._over(renewed, again, "after its refresh token was used twice")

    async def _over(self, actor: Actor, after: Draft, case: str) -> None:
        """Neither token of the actor is good for anything."""
        if self._me is not None:
            draft = Draft(self._me, actor, before=after.lines())
            await self._judge.expect(f"with a token {case}", draft, {401})
        refresh = self._promised.refresh
        if refresh is not None and actor.refresh:
            draft = self._renewing(refresh, actor, actor.refresh)
            await self._judge.expect(f"with a refresh token {case}", draft, {401})

    def _renewing(self, refresh: Endpoint, actor: Actor, token: str) -> Draft:
        return Draft(refresh, NOBODY, body={"refresh_token": token}, before=actor.before)
