"""Is nobody let in who must not be, and nobody told what is somebody else's?"""

import secrets
from collections.abc import Callable
from typing import Any, cast

import msgspec

from smartforge.checks.accounts import environment
from smartforge.checks.base import Method, Subject, Verdict
from smartforge.checks.clearing import clears, ids_of, others_left
from smartforge.checks.drafts import NOBODY, Actor, Draft, Way
from smartforge.checks.endpoints import Endpoint, Promised, promised
from smartforge.checks.exercise import UNKNOWN_ID
from smartforge.checks.judging import Judge
from smartforge.checks.keys import Keys
from smartforge.checks.logins import Logins
from smartforge.checks.operations import limits_for
from smartforge.checks.rows import Rows
from smartforge.checks.surface import TooComplex
from smartforge.checks.tokens import ended, forged, odd
from smartforge.checks.trial import tried
from smartforge.events import CheckName

BASIC = {"Authorization": "Basic YWRtaW46YWRtaW4="}


class Authorization:
    """Asks for every secured operation as somebody who may not.

    Without a token, with forged ones, as an ordinary account where a role is demanded, as another
    account where the row is somebody's own. Passes with these words where nothing is secured.
    """

    name: CheckName = "authorization"
    required = True
    method = Method(
        "Is nobody let in who must not be?",
        "Each secured operation is asked for without a token, with forged ones, without the role, "
        "and as somebody else.",
    )

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`. Each failure has a curl line, and the lines that lead to it."""
        try:
            known = promised(subject.promised)
        except (TooComplex, RecursionError) as error:
            return Verdict("failed", f"The promised document cannot be read: {error}.")
        if not known.secured:
            return Verdict("passed", "Nothing is secured: every operation is promised to anybody.")

        secret = secrets.token_hex(32)

        async def ask(judge: Judge) -> Callable[[], Verdict]:
            await Intruder(judge, Rows(judge.talk, known), known, secret).all()
            return lambda: judge.verdict("Nobody was let in who must not be")

        told = {**environment(known), "SECRET_KEY": secret}
        return await tried(subject, limits_for(known), told, ask)


class Intruder:
    """Goes through the secured operations. `secret` is what tokens are to be signed with."""

    def __init__(self, judge: Judge, rows: Rows, promised: Promised, secret: str) -> None:
        self._judge = judge
        self._rows = rows
        self._promised = promised
        self._secret = secret

    async def all(self) -> None:
        """Judge every secured operation. May raise NoAnswer."""
        await self._token()
        for endpoint in self._promised.secured:
            await self._one(endpoint)
        await Logins(self._judge, self._rows, self._promised).all()
        if self._promised.key_header:
            await Keys(self._judge, self._rows, self._promised).all()

    async def _token(self) -> None:
        """A token is signed with the key that is set, and ends."""
        login, user = self._promised.login, await self._rows.accounts.user()
        if login is None or user is None:
            return
        draft = Draft(login, NOBODY, body=dict(user.login), before=user.before[:1])
        answer = await self._judge.expect("for a token", draft, set(login.successes))
        told: object = answer.json() if answer else None
        if answer is None or not isinstance(told, dict):
            return
        guessed = draft.with_body(password="another horse altogether")
        await self._judge.expect("with a wrong password", guessed, {401})
        names = {name: f"not-{told}" for name, told in user.login.items() if name != "password"}
        unknown = draft.with_body(**names)
        await self._judge.expect("of somebody who is not known", unknown, {401, 422})
        wrong = odd(str(cast(dict[str, Any], told).get("access_token", "")), self._secret)
        if wrong:
            self._judge.failed("for a token", draft, answer, wrong)
        await self._ordinary()

    async def _ordinary(self) -> None:
        """Whoever registers is not made what only somebody else can make them."""
        register, roles = self._promised.register, self._promised.roles
        alone = not any(one.access.tenant for one in self._promised.endpoints)
        if register is None or len(roles) < 2 or not alone:
            return
        draft = await self._rows.draft(register, NOBODY, Way())
        answer = await self._judge.expect("as somebody new", draft, {201}) if draft else None
        shown: object = answer.json() if answer else None
        if draft is None or answer is None or not isinstance(shown, dict):
            return
        if cast(dict[str, Any], shown).get("role") == roles[-1]:
            said = f"made whoever registers {roles[-1]}"
            self._judge.failed("as somebody new", draft, answer, said)

    async def _one(self, endpoint: Endpoint) -> None:
        allowed = await self._somebody(endpoint)
        if allowed is None:
            self._judge.unclear(endpoint, "nobody could be found who may use it")
            return
        await self._without_token(endpoint, allowed)
        owner, other = (
            await self._rows.accounts.user(),
            await self._rows.accounts.user("another user"),
        )
        if owner is None or other is None:
            self._judge.unclear(endpoint, "no two accounts could be made")
        elif endpoint.access.who == "role":
            await self._without_role(endpoint)
            await self._of_oneself(endpoint)
        elif endpoint.not_owner:
            await self._of_oneself(endpoint)
        elif lists(endpoint):
            await self._listed(endpoint, owner, other)
        elif clears(endpoint) and _private(endpoint):
            await others_left(self._judge, self._rows, self._promised, endpoint, owner, other)
        elif endpoint.places:
            await self._of_somebody_else(endpoint, owner, other)
        elif endpoint.answers(403) and endpoint.access.who != "user":
            await self._without_role(endpoint)

    async def _somebody(self, endpoint: Endpoint) -> Draft | None:
        """A request by an account, to be sent by others. Nothing is sent for it here."""
        async for actor in self._rows.accounts.candidates(endpoint):
            draft = await self._rows.draft(endpoint, actor, Way())
            if draft is not None:
                return draft
        return None

    async def _without_token(self, endpoint: Endpoint, draft: Draft) -> None:
        await self._judge.expect("without a token", draft.by(NOBODY), {401})
        for case, token in (*forged(draft.actor.token), *ended(draft.actor.token, self._secret)):
            intruder = draft.by(Actor("intruder", token))
            await self._judge.expect(f"with a token {case}", intruder, {401})

    async def _without_role(self, endpoint: Endpoint) -> None:
        other = await self._rows.accounts.ordinary()
        if other is None or _role(other) in endpoint.access.roles:
            self._judge.unclear(endpoint, "no account without the role could be made")
            return
        draft = await self._rows.draft(endpoint, other, Way())
        if draft is None:
            self._judge.unclear(endpoint, "what it needs could not be made")
            return
        await self._turned_away("as an account without the role", draft)

    async def _of_oneself(self, endpoint: Endpoint) -> None:
        """What nobody may do with what is their own, whatever their role."""
        if not endpoint.not_owner:
            return
        async for actor in self._rows.accounts.candidates(endpoint):
            row = await self._rows.make(endpoint.collection, actor)
            if row is not None:
                draft = Draft(endpoint, actor, {endpoint.places[-1]: row.id}, before=row.before)
                await self._judge.expect("with one's own row", draft, {403})
                return
        self._judge.unclear(endpoint, "nobody who may use it could make a row")

    async def _of_somebody_else(self, endpoint: Endpoint, owner: Actor, other: Actor) -> None:
        draft = await self._rows.draft(endpoint, owner, Way(fresh=self._fresh(endpoint)))
        if draft is None:
            self._judge.unclear(endpoint, "what it needs could not be made")
            return
        private = _private(endpoint)
        if private or endpoint.answers(403) or await self._hidden(endpoint, draft, other):
            await self._turned_away("about a row of somebody else", draft.by(other))

    async def _turned_away(self, case: str, draft: Draft) -> None:
        """403, or 404 where the row need not be known.

        Where nothing says which role is demanded, it may be the one that new accounts have: then
        an account with another role must be turned away.
        """
        endpoint = draft.endpoint
        statuses = {403, 404} if endpoint.places else {403}
        answer = await self._rows.talk.send(draft.request())
        if answer.status in endpoint.successes and not endpoint.access.who:
            for role in self._promised.roles[1:] if endpoint.answers(403) else ():
                holder = await self._rows.accounts.holder(role)
                again = await self._rows.draft(endpoint, holder, Way()) if holder else None
                if again is None:
                    continue
                refusal = await self._rows.talk.send(again.request())
                if refusal.status == 403:
                    draft, answer = again, refusal
                    break
        known = self._judge.weigh(case, draft, answer, statuses)
        if not known and endpoint.on_item and endpoint.answers(404):
            # What refuses an unknown row is not what is wrong.
            nothing = draft.placed(**{endpoint.places[-1]: UNKNOWN_ID})
            await self._judge.expect("for an unknown id", nothing, statuses)
        if not known and endpoint.access.who == "role":
            await self._elsewhere(draft)

    async def _elsewhere(self, turned: Draft) -> None:
        """Where the same role is asked for elsewhere, what asks for it may work."""
        for other in self._promised.secured:
            alike = other.access == turned.endpoint.access and other.key != turned.endpoint.key
            draft = await self._rows.draft(other, turned.actor, Way()) if alike else None
            if draft is not None:
                case = "as an account without the role"
                await self._judge.expect(case, draft, {403, 404} if other.places else {403})
                return

    def _fresh(self, endpoint: Endpoint) -> bool:
        return endpoint.collection != self._promised.accounts

    async def _hidden(self, endpoint: Endpoint, draft: Draft, other: Actor) -> bool:
        """Whether the list of another account leaves the row out: then nothing may show it."""
        listing = self._promised.get("GET", endpoint.collection)
        if listing is None or not listing.secured or not lists(listing):
            return False
        answer = await self._rows.talk.send(Draft(listing, other, query=_most(listing)).request())
        return answer.status == 200 and draft.places[endpoint.places[-1]] not in ids_of(answer)

    async def _listed(self, endpoint: Endpoint, owner: Actor, other: Actor) -> None:
        """A list of one's own rows holds none of somebody else's."""
        private = _private(endpoint)
        if private and self._promised.creating(endpoint.path.rpartition("/")[0]):
            await self._summed_up(endpoint, owner, other)
            return
        collection = "/" + endpoint.path.rpartition("/")[2] if endpoint.places else endpoint.path
        row = await self._rows.make(collection, owner) if private else None
        draft = await self._rows.draft(endpoint, owner, Way()) if row else None
        if row is None or draft is None:
            return
        before = (*draft.before, *row.before)
        draft = msgspec.structs.replace(draft, query=_most(endpoint), before=before).by(other)
        statuses = {200, 403, 404} if endpoint.places else {200}
        case = "for one's own rows"
        answer = await self._judge.expect(case, draft, statuses)
        if answer and row.id in ids_of(answer):
            self._judge.failed(case, draft, answer, f"answered the row {row.id} of somebody else")

    async def _summed_up(self, endpoint: Endpoint, owner: Actor, other: Actor) -> None:
        """Figures of one's own rows are the same after somebody else made one."""
        draft = await self._rows.draft(endpoint, other, Way())
        before = await self._rows.talk.send(draft.request()) if draft else None
        row = await self._rows.make(endpoint.path.rpartition("/")[0], owner)
        if draft is None or before is None or before.status != 200 or row is None:
            return
        case = "for figures of one's own rows"
        draft = msgspec.structs.replace(draft, before=(*draft.before, *row.before)).by(other)
        answer = await self._judge.expect(case, draft, {200})
        if answer and answer.json() != before.json():
            self._judge.failed(case, draft, answer, "counted a row of somebody else")


def lists(endpoint: Endpoint) -> bool:
    """Whether it answers rows, many at a time."""
    answer = endpoint.answer(200)
    return endpoint.method == "GET" and (
        answer.get("type") == "array" or "items" in answer.get("properties", {})
    )


def _private(endpoint: Endpoint) -> bool:
    return endpoint.access.who == "owner" or endpoint.access.tenant


def _most(endpoint: Endpoint) -> tuple[tuple[str, Any], ...]:
    """The newest first and as many as there may be, where the list can be told."""
    found: list[tuple[str, Any]] = []
    for name, parameter in endpoint.parameters("query").items():
        if name == "limit" and "maximum" in parameter.schema:
            found.append((name, parameter.schema["maximum"]))
        elif name == "sort" and "-id" in parameter.schema.get("enum", ()):
            found.append((name, "-id"))
    return tuple(found)


def _role(actor: Actor) -> str:
    return str(actor.account.get("role", ""))
