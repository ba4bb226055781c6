"""API keys on a running application: what they open, what they do not, and when they end."""

from typing import Any, cast

from smartforge.checks.drafts import Actor, Draft, Way
from smartforge.checks.endpoints import Endpoint, Promised
from smartforge.checks.judging import Judge
from smartforge.checks.rows import Rows
from smartforge.checks.surface import Json


class Keys:
    """Makes a key as an ordinary account, and asks with it instead of a token."""

    def __init__(self, judge: Judge, rows: Rows, promised: Promised) -> None:
        self._judge = judge
        self._rows = rows
        self._promised = promised

    async def all(self) -> None:
        """Judge what keys are good for. May raise NoAnswer."""
        making, user = self._promised.new_key, await self._rows.accounts.user()
        if making is None or user is None:
            return
        draft = await self._rows.draft(making, user, Way())
        made = await self._judge.expect("for an API key", draft, {201}) if draft else None
        told = made.json() if made else None
        if draft is None or not isinstance(told, dict):
            return
        shown = cast(Json, told)
        key = str(shown.get("key", ""))
        await self._opens(user, key)
        await self._is_not_enough(user, key)
        await self._is_refused("with an API key that is none", key[:-1])
        await self._is_refused("with the beginning of an API key", str(shown.get("prefix", "")))
        await self._ends(user, shown.get("id"), key)

    def _by(self, user: Actor, key: str) -> Actor:
        header = {self._promised.key_header: key}
        return Actor("an API key", account=user.account, login=user.login, headers=header)

    async def _opens(self, user: Actor, key: str) -> None:
        """Whatever is read without further things is the same with the key as with the token."""
        for endpoint in self._promised.secured:
            if endpoint.method != "GET" or endpoint.places or not endpoint.by_key:
                continue
            with_token = await self._rows.talk.send(Draft(endpoint, user).request())
            if with_token.status not in endpoint.successes:
                continue
            draft = Draft(endpoint, self._by(user, key))
            answer = await self._judge.expect("with an API key", draft, set(endpoint.successes))
            if answer and answer.json() != with_token.json():
                said = "answered something else than to the account's token"
                self._judge.failed("with an API key", draft, answer, said)

    async def _is_not_enough(self, user: Actor, key: str) -> None:
        for endpoint in self._promised.secured:
            if endpoint.by_key:
                continue
            draft = await self._rows.draft(endpoint, user, Way())
            if draft is not None:
                case = "with an API key where a login is needed"
                await self._judge.expect(case, draft.by(self._by(user, key)), {401, 403})

    async def _is_refused(self, case: str, wrong: str) -> None:
        for endpoint in self._promised.secured:
            places = dict.fromkeys(endpoint.places, 1)
            draft = Draft(endpoint, Actor("nobody", headers={self._promised.key_header: wrong}))
            await self._judge.expect(case, draft.placed(**places), {401})

    async def _ends(self, user: Actor, number: Any, key: str) -> None:
        me = self._promised.me
        removing = self._removing()
        if me is None or removing is None:
            return
        gone = Draft(removing, user, {removing.places[-1]: number})
        if await self._judge.expect("for an API key", gone, set(removing.successes)):
            draft = Draft(me, self._by(user, key))
            await self._judge.expect("with an API key that was deleted", draft, {401})

    def _removing(self) -> Endpoint | None:
        making = self._promised.new_key
        return next(
            (
                one
                for one in self._promised.endpoints
                if one.method == "DELETE" and one.on_item and making
                if one.collection == making.path
            ),
            None,
        )
