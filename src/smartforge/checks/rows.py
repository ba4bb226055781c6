"""Makes what requests need on a running application: rows and their parents, and the requests."""

from typing import Any, cast

from smartforge.checks.accounts import Accounts
from smartforge.checks.asking import Answer, Conversation
from smartforge.checks.drafts import NOBODY, Actor, Draft, Row, Way, ascending, blamed, is_file
from smartforge.checks.endpoints import Endpoint, Promised
from smartforge.checks.surface import Json
from smartforge.checks.values import CannotTell, file_of, good

MOST_DEPTH = 8


class Rows:
    """Each row is made when it is first needed. Methods may raise NoAnswer; what cannot be made
    is None."""

    def __init__(self, talk: Conversation, promised: Promised) -> None:
        self.talk = talk
        self.promised = promised
        self.accounts = Accounts(talk, promised)
        self._hinted = any(one.references for one in promised.endpoints)
        self._number = 0
        self._rows: dict[tuple[str, str], Row] = {}
        self._making: list[str] = []
        self._tried: dict[tuple[str, str], int] = {}
        self._apart: set[str] = set()

    def next_number(self) -> int:
        self._number += 1
        return self._number

    async def need(self, collection: str, actor: Actor, *, fresh: bool = False) -> Row | None:
        """A row of the collection, the actor's own where that may be, else somebody's."""
        key = (collection, actor.name)
        if not fresh and key in self._rows:
            return self._rows[key]
        row = await self._made_by_any(collection, actor)
        if row is not None:
            self._rows.setdefault(key, row)
        return row

    async def _made_by_any(self, collection: str, actor: Actor) -> Row | None:
        if collection in self._making or len(self._making) > MOST_DEPTH:
            return None
        self._making.append(collection)
        try:
            row = await self.make(collection, actor)
            endpoint = self.promised.creating(collection)
            if row is None and endpoint is not None:
                async for other in self.accounts.candidates(endpoint):
                    if other.name != actor.name:
                        row = row or await self.make(collection, other)
            return row
        finally:
            self._making.pop()

    async def make(self, collection: str, actor: Actor) -> Row | None:
        """A new row of the collection, made by the actor."""
        endpoint = self.promised.creating(collection)
        if endpoint is None or (endpoint.secured and not actor.token):
            return await self._account(collection)
        for way in self.ways(endpoint):
            draft = await self.draft(endpoint, actor if endpoint.secured else NOBODY, way)
            if draft is None:
                return None
            answer = await self.talk.send(draft.request())
            shown = answer.json()
            if answer.status in endpoint.successes and isinstance(shown, dict):
                return Row(cast(Json, shown), draft.lines())
            if not self.learn(draft, answer):
                return None
        return None

    async def _account(self, collection: str) -> Row | None:
        """Rows of the accounts come from registering."""
        if collection != self.promised.accounts:
            return None
        actor = await self.accounts.registered("another")
        return Row(actor.account, actor.before[:1]) if actor else None

    def ways(self, endpoint: Endpoint) -> tuple[Way, ...]:
        """In which ways to try, one after the other."""
        usual = Way(apart=endpoint.collection in self._apart)
        return (usual, usual, usual, Way(apart=True, low=True), Way(apart=True, minimal=True))

    def learn(self, draft: Draft, answer: Answer) -> bool:
        """Take from a refusal what may help next time; whether there is sense in trying again."""
        if answer.status == 409:
            self._apart.add(draft.endpoint.collection)
            return True
        if answer.status != 422:
            return False
        for name in blamed(answer):
            if len(self.targets(draft.endpoint, name)) > 1:
                key = (draft.endpoint.key, name)
                self._tried[key] = self._tried.get(key, 0) + 1
        return True

    # ---- requests -----------------------------------------------------------------------------

    async def draft(self, endpoint: Endpoint, actor: Actor, way: Way) -> Draft | None:
        """A request that should be fine, None where what it needs cannot be made."""
        leaves = self.promised.ends_login(endpoint) or endpoint == self.promised.refresh
        if leaves or (way.fresh and self.is_of_oneself(endpoint)):
            # Nothing may be left of an account that the others still need.
            actor = await self.accounts.registered("passing") or actor
        places: dict[str, Any] = {}
        lines = list(actor.before)
        for place in endpoint.places:
            row = await self._row_for(endpoint, place, actor, way)
            if row is None:
                return None
            places[place] = row.shown.get(place, row.id)
            lines += row.before
        body: Json | None = None
        alone = self.promised.alone(endpoint)
        if alone is not None:
            first = await self._body(alone, actor, way, lines)
            second = await self._body(alone, actor, way, lines)
            body = {"items": [first, second]} if first and second else None
        elif endpoint.body is not None:
            body = await self._body(endpoint, actor, way, lines)
        if body is None and endpoint.body is not None:
            return None
        return Draft(endpoint, actor, places, body=body, before=tuple(dict.fromkeys(lines)))

    def is_of_oneself(self, endpoint: Endpoint) -> bool:
        """Whether it is about the account that asks."""
        accounts = endpoint.collection == self.promised.accounts
        return accounts and endpoint.on_item and endpoint.access.who == "owner"

    async def _row_for(self, endpoint: Endpoint, place: str, actor: Actor, way: Way) -> Row | None:
        collection = endpoint.before(place)
        own = collection == self.promised.accounts and actor.account.get("id") is not None
        if own and (self.is_of_oneself(endpoint) or not way.fresh):
            return Row(actor.account)
        if place in actor.account and self.promised.creating(collection) is None:
            # What an account belongs to is made with it.
            return Row({"id": actor.account[place]})
        maker = await self.other_than(actor, collection) if endpoint.not_owner else actor
        row = await self.need(collection, maker, fresh=way.fresh) if maker else None
        if row is None and self.promised.creating(collection) is None:
            # Not below a collection: `/r/{code}` takes what some row shows under that name.
            return next((one for one in self._rows.values() if place in one.shown), None)
        return row

    async def other_than(self, actor: Actor, collection: str) -> Actor | None:
        """Somebody else who may make such a row."""
        endpoint = self.promised.creating(collection)
        found = [await self.accounts.user(), await self.accounts.user("another user")]
        if endpoint is not None:
            found += [one async for one in self.accounts.candidates(endpoint)]
        others = [one for one in found if one and one.name != actor.name]
        named = endpoint.access.roles if endpoint and endpoint.access.who == "role" else ()
        able = [one for one in others if not named or one.account.get("role") in named]
        return next(iter(able or others), None)

    async def _body(
        self, endpoint: Endpoint, actor: Actor, way: Way, lines: list[str]
    ) -> Json | None:
        if endpoint == self.promised.login:
            somebody = await self.accounts.user()
            return dict(somebody.login) if somebody else None
        if endpoint == self.promised.refresh:
            return {"refresh_token": actor.refresh} if actor.refresh else None
        number = self.next_number()
        body: Json = {}
        for at, (name, schema) in enumerate(endpoint.properties.items()):
            required = name in endpoint.required
            if name in way.without or (way.minimal and not required):
                continue
            if name in endpoint.example:
                body[name] = endpoint.example[name]
                continue
            try:
                if self.targets(endpoint, name):
                    row = await self._parent(endpoint, name, actor, way)
                    lines += row.before
                    body[name] = [row.id] if schema.get("type") == "array" else row.id
                elif is_file(schema):
                    body[name] = file_of(endpoint.file_types.get(name, "image/png"))
                elif name == "current_password" and "password" in actor.login:
                    body[name] = actor.login["password"]
                else:
                    body[name] = good(schema, name, number, at, low=way.low)
            except CannotTell:
                if required:
                    return None
        return ascending(endpoint, body)

    async def _parent(self, endpoint: Endpoint, name: str, actor: Actor, way: Way) -> Row:
        """The row to which the property points. Raises CannotTell where none can be made."""
        targets = self.targets(endpoint, name)
        target = targets[self._tried.get((endpoint.key, name), 0) % len(targets)]
        if name in endpoint.spent and target == self.promised.accounts and actor.account:
            return Row(actor.account)
        row = await self.need(target, actor, fresh=way.apart and target not in self._making)
        if row is None:
            raise CannotTell(name)
        return row

    def targets(self, endpoint: Endpoint, name: str) -> list[str]:
        """The collections to which the property may point, the likeliest first, if it points."""
        if self._hinted:
            target = endpoint.references.get(name)
            return [target] if target else []
        stem = name.removesuffix("s").removesuffix("_id")
        if stem == name.removesuffix("s"):
            return []
        items = [one for one in self.promised.endpoints if one.on_item]
        exact = [one.collection for one in items if one.places[-1] == f"{stem}_id"]
        if exact:
            return exact[:1]
        alike = [one.collection for one in items if stem.endswith(_stem(one.places[-1]))]
        others = [self.promised.accounts, *self.promised.collections]
        return list(dict.fromkeys(one for one in (*alike, *others) if one))


def _stem(place: str) -> str:
    return place.removesuffix("_id")
