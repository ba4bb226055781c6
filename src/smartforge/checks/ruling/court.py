"""Where rules are tried: makes and sends what a trial needs, and writes down what is wrong."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any, cast

import msgspec

from smartforge.checks.asking import Answer, Conversation
from smartforge.checks.drafts import NOBODY, Actor, Draft, Row, Way, ascending
from smartforge.checks.endpoints import Endpoint, Promised
from smartforge.checks.judging import Judge
from smartforge.checks.rows import Rows
from smartforge.checks.ruling.found import Found, Undecided, answer_schema, creating_in
from smartforge.checks.surface import Json

# How many ask at once, and how often, where they must not get in each other's way.
CROWD = 16
ROUNDS = 3
MOST_LINES = 40
NEVER_IN_CONFLICT = frozenset(
    {
        *(
            "ordered",
            "soft_delete",
            "versioned",
            "idempotency",
            "history",
            "different",
            "aggregate",
            "product",
            "marked",
            "mark",
            "report",
            "list",
            "cursor",
            "upload",
        ),
        *("transition", "on_delete", "redirect", "idempotent"),
    }
)


class Court:
    """One application under trial. Methods may raise NoAnswer, and Undecided where what they need
    cannot be made; whatever is not as promised they write down and go on."""

    def __init__(
        self, judge: Judge, talk: Conversation, document: Json, promised: Promised, rules: Any
    ) -> None:
        self.talk = talk
        self.promised = promised
        self.rows = Rows(talk, promised)
        self._judge = judge
        self._document = document
        self._rules: Sequence[Found] = rules
        self._makers: dict[str, tuple[Actor, Way]] = {}
        self._able: dict[str, Actor] = {}
        self._lines: list[str] = []
        self._trial: Found | None = None

    def begin(self, found: Found) -> None:
        """A new trial: what was asked before does not lead to it, and uses up no quota of it."""
        self._lines = []
        self._trial = found
        table = found.collection.rpartition("/")[2].replace("-", "_")
        self._judge.reference = f"{table}.{found.name}" if found.kind == "on_delete" else ""
        for collection in [one for one in self._makers if self.rules_of(one, "at_most")]:
            del self._makers[collection]

    # ---- what there is ------------------------------------------------------------------------

    def rules_of(self, collection: str, *kinds: str) -> list[Found]:
        """The rules of these kinds about these rows, of any kind where none is named."""
        return [
            one
            for one in self._rules
            if one.collection == collection and (not kinds or one.kind in kinds)
        ]

    def moves(self, collection: str, field: str) -> list[Found]:
        """The transitions of that field."""
        moves = self.rules_of(collection, "transition")
        return [one for one in moves if one.hint.get("field") == field]

    def creating(self, collection: str) -> Endpoint:
        endpoint = creating_in(self.promised, collection)
        if endpoint is None:
            raise Undecided(f"nothing makes a row of {collection}")
        return endpoint

    def updating(self, collection: str) -> Endpoint | None:
        """What changes a row of it, if anything does."""
        return self._on_item("PATCH", collection)

    def deleting(self, collection: str) -> Endpoint | None:
        return self._on_item("DELETE", collection)

    def _on_item(self, method: str, collection: str) -> Endpoint | None:
        for one in self.promised.endpoints:
            if one.method == method and one.on_item and one.collection == collection:
                return one
        return None

    def property(self, collection: str, name: str) -> Json:
        """The schema of a property of the answer, null left out; empty where there is none."""
        schema = answer_schema(self._document, self.promised, collection)
        raw = cast(Json, cast(Json, schema.get("properties", {})).get(name, {}))
        ways = [one for one in raw.get("anyOf", ()) if one.get("type") != "null"]
        return ways[0] if ways else raw

    # ---- requests -----------------------------------------------------------------------------

    async def draft(self, collection: str, **values: Any) -> Draft:
        """A creation that should be fine, unlike all before, but for these values.

        What clients do not write is left out of them. Parents are new ones.
        """
        actor, way = await self.maker(collection)
        return await self.draft_by(actor, collection, way, **values)

    async def draft_by(
        self, actor: Actor, collection: str, way: Way | None = None, **values: Any
    ) -> Draft:
        """As `draft`, by that account."""
        endpoint = self.creating(collection)
        way = way or (await self.maker(collection))[1]
        written = {name: one for name, one in values.items() if name in endpoint.properties}
        way = msgspec.structs.replace(way, without=way.without | written.keys())
        draft = await self.rows.draft(endpoint, actor, way)
        if draft is None:
            raise Undecided(f"what {endpoint.key} needs cannot be made")
        body = ascending(endpoint, {**(draft.body or {}), **written}, written)
        return draft.with_body(**body)

    async def maker(self, collection: str) -> tuple[Actor, Way]:
        """Who makes rows of the collection, and in which way that is answered with a success."""
        if collection not in self._makers:
            self._makers[collection] = await self._found_maker(collection)
        return self._makers[collection]

    async def _found_maker(self, collection: str) -> tuple[Actor, Way]:
        endpoint = self.creating(collection)
        async for actor in self._candidates(collection, endpoint):
            for way in (Way(apart=True), Way(apart=True, low=True), Way(apart=True, minimal=True)):
                draft = await self.rows.draft(endpoint, actor, way)
                if draft is None:
                    break
                answer = await self.talk.send(draft.request())
                if answer.status in endpoint.successes:
                    return actor, way
                if answer.status in (401, 403):
                    break
                self.rows.learn(draft, answer)
        raise Undecided(f"no row of {endpoint.path} could be made")

    async def _candidates(self, collection: str, endpoint: Endpoint) -> AsyncIterator[Actor]:
        """Who may make rows; where there is a quota, an account that has made none comes first."""
        if endpoint.secured and self.rules_of(collection, "at_most"):
            new = await self.rows.accounts.registered("somebody new")
            if new is not None:
                yield new
        async for actor in self.rows.accounts.candidates(endpoint):
            yield actor

    async def act(self, endpoint: Endpoint, row: Row, actor: Actor) -> Answer:
        """The answer to what is done to the row, by whoever may."""
        return await self.send(self.at(endpoint, row, await self.able(endpoint, row, actor)))

    async def many(self, collection: str, values: Sequence[Json]) -> list[Row]:
        """Rows with these values, by others where one account may not make so many of them; as
        many as there can be."""
        first, way = await self.maker(collection)
        actors = [first, *(await self.others() if first.token else ())]
        found: list[Row] = []
        for one in values:
            for actor in actors:
                draft = await self.draft_by(actor, collection, way, **one)
                answer = await self.send(draft)
                shown = answer.json()
                if answer.status in draft.endpoint.successes and isinstance(shown, dict):
                    found.append(Row(cast(Json, shown), draft.lines()))
                    break
        return found

    async def others(self) -> list[Actor]:
        """Two ordinary accounts besides the usual one, as far as there are any."""
        names = ("another user", "a third user")
        found = [await self.rows.accounts.user(name) for name in names]
        return [one for one in found if one is not None]

    async def send(self, draft: Draft) -> Answer:
        """The answer, whatever it is; 500 and above is written down."""
        answer = await self.talk.send(draft.request())
        self._noted(draft)
        if answer.status >= 500:
            self.failed("in a trial of its rules", draft, answer, f"answered {answer.status}")
        return answer

    async def expect(self, case: str, draft: Draft, statuses: Collection[int]) -> Answer | None:
        """The answer where its status is one of these; else that is written down."""
        before = tuple(self._lines)
        self._noted(draft)
        led = msgspec.structs.replace(draft, before=tuple(dict.fromkeys((*draft.before, *before))))
        return await self._judge.expect(case, led, statuses)

    async def made(self, draft: Draft, case: str = "for what no rule forbids") -> Row:
        """The row that this creation makes. A refusal is written down, and ends the trial."""
        answer = await self.send(draft)
        if answer.status == 409 and self.contested(draft.endpoint.collection):
            raise Undecided("another rule may be in the way")
        fine = self._weighed(case, draft, answer)
        shown = answer.json() if fine else None
        if not isinstance(shown, dict):
            raise Undecided("a creation that no rule forbids was refused")
        return Row(cast(Json, shown), draft.lines())

    async def row(self, collection: str) -> tuple[Row, Actor]:
        """A new row and whose it is: an account is its own."""
        if collection == self.promised.accounts:
            actor = await self.rows.accounts.registered("somebody new")
            if actor is None:
                raise Undecided("no account could be made")
            return Row(actor.account, actor.before), actor
        draft = await self.draft(collection)
        return await self.made(draft), draft.actor

    async def allowed(self, found: Found, case: str, draft: Draft) -> Row | None:
        """The row that a request makes or changes which this rule allows by a hair.

        Where another rule of the rows may be why it is a conflict, nothing is said: None.
        """
        answer = await self.send(draft)
        shown = answer.json()
        conflict = answer.status == 409 and self.contested(found.collection)
        if not conflict and self._weighed(case, draft, answer):
            return Row(cast(Json, shown), draft.lines()) if isinstance(shown, dict) else None
        return None

    def guarded(self, collection: str) -> bool:
        """Whether some rule of which rows may stand side by side can make a change a conflict."""
        return bool(self.rules_of(collection, "no_overlap", "one_open", "unique_together"))

    def contested(self, collection: str) -> bool:
        """Whether another rule than the one on trial may be why a creation is a conflict; those
        not known here may."""
        trial = self._trial
        # That a field is unique is why the same request is answered with the same row.
        own = trial.hint.get("name") if trial and trial.kind == "idempotent" else None
        return any(
            one.kind not in NEVER_IN_CONFLICT
            for one in self.rules_of(collection)
            if one != trial and not (one.kind == "unique" and one.name == own)
        )

    def _weighed(self, case: str, draft: Draft, answer: Answer) -> bool:
        """Whether it is a success; that it is none is written down with what led there."""
        before = tuple(dict.fromkeys((*draft.before, *self._lines)))[-MOST_LINES:]
        led = msgspec.structs.replace(draft, before=before)
        return self._judge.weigh(case, led, answer, draft.endpoint.successes)

    async def together(self, drafts: Sequence[Draft]) -> list[Answer]:
        """The answers to all of them, sent at once; 500 and above is written down."""
        answers = await self.talk.together([draft.request() for draft in drafts])
        self._judge.judged += len(answers)
        for draft, answer in zip(drafts, answers, strict=True):
            if answer.status >= 500:
                said = f"answered {answer.status}"
                self.failed(f"{len(drafts)} times at once", draft, answer, said)
        crowd = " & ".join(dict.fromkeys(draft.request().curl() for draft in drafts))
        same = len({draft.request().curl() for draft in drafts}) == 1
        self._lines.append(
            f"for n in $(seq {len(drafts)}); do {crowd} & done; wait" if same else f"{crowd} & wait"
        )
        return answers

    # ---- rows that are there ------------------------------------------------------------------

    def at(self, endpoint: Endpoint, row: Row, actor: Actor, body: Json | None = None) -> Draft:
        """A request about that row."""
        place = endpoint.places[-1]
        value = row.shown.get(place, row.id)
        return Draft(endpoint, actor, {place: value}, body=body, before=row.before)

    async def able(self, endpoint: Endpoint, row: Row, actor: Actor) -> Actor:
        """Who may use the endpoint on that row, the actor where that is possible."""
        if not endpoint.secured:
            return NOBODY
        if endpoint.not_owner:
            async for one in self.rows.accounts.candidates(endpoint):
                if one.name != actor.name:
                    return one
            raise Undecided(f"nobody else could be found who may use {endpoint.key}")
        access = endpoint.access
        able = access.who != "role" or actor.account.get("role") in access.roles
        if able and actor.token:
            return actor
        if endpoint.key not in self._able:
            one = await self._permitted(endpoint)
            if one is not None:
                self._able[endpoint.key] = one
        if endpoint.key in self._able:
            return self._able[endpoint.key]
        raise Undecided(f"nobody could be found who may use {endpoint.key}")

    async def _permitted(self, endpoint: Endpoint) -> Actor | None:
        """Who may, whosever the row is."""
        if endpoint.access.who == "owner":
            for role in endpoint.access.roles:
                holder = await self.rows.accounts.holder(role)
                if holder is not None:
                    return holder
            return None
        async for one in self.rows.accounts.candidates(endpoint):
            return one
        return None

    async def shown(self, collection: str, row: Row, actor: Actor) -> Json:
        """The row as it is answered now."""
        endpoint = self.promised.reading(collection)
        if endpoint is None:
            raise Undecided(f"no row of {collection} can be read")
        reader = await self.able(endpoint, row, actor)
        answer = await self.send(self.at(endpoint, row, reader))
        told = answer.json()
        if answer.status != 200 or not isinstance(told, dict):
            raise Undecided(f"a row of {collection} could not be read: {answer.status}")
        return cast(Json, told)

    # ---- what is wrong ------------------------------------------------------------------------

    def failed(self, case: str, draft: Draft, answer: Answer, said: str) -> None:
        """Write down what is wrong, with the lines that led there."""
        before = tuple(dict.fromkeys((*draft.before, *self._lines)))[-MOST_LINES:]
        self._judge.failed(case, msgspec.structs.replace(draft, before=before), answer, said)

    def _noted(self, draft: Draft) -> None:
        self._lines.append(draft.request().curl())
