"""The requests by which operations are judged, and what each must be answered."""

from collections.abc import Iterator
from typing import Any, cast

import msgspec

from smartforge.checks.asking import Answer
from smartforge.checks.bulk import all_or_none, same_rows
from smartforge.checks.clearing import all_gone, clears
from smartforge.checks.drafts import NOBODY, Actor, Draft, Way, ascending, blamed, is_file
from smartforge.checks.endpoints import Endpoint, Promised
from smartforge.checks.judging import Judge
from smartforge.checks.keeping import changed, in_utc, moment_of, of_its_maker
from smartforge.checks.nesting import of_its_row
from smartforge.checks.rows import Rows
from smartforge.checks.surface import Json
from smartforge.checks.values import CannotTell, edges, good, refused

UNKNOWN_ID = 2_147_483_647
# Taken or refused, but never a fault.
ODD_TEXTS = {
    "a NUL character": "a\0b",
    "letters of other alphabets": "\u03b1\u6f22\u0436\U0001f600",
}
GARBAGE = Actor("a token that is none", "garbage.garbage.garbage")


class Exercise:
    """Goes through all operations, deletions last, those of whole collections at the very end."""

    def __init__(self, judge: Judge, rows: Rows, promised: Promised) -> None:
        self._judge = judge
        self._rows = rows
        self._promised = promised

    async def all(self) -> None:
        """Judge every operation. May raise NoAnswer."""
        endpoints = self._promised.endpoints
        for endpoint in sorted(endpoints, key=_late):
            await self._one(endpoint)

    async def _one(self, endpoint: Endpoint) -> None:
        done = await self._valid(endpoint)
        if done is None:
            return
        draft, answer = done
        await self._kept(draft, answer)
        await of_its_row(self._judge, self._rows, self._promised, draft)
        if clears(endpoint):
            await all_gone(self._judge, self._rows, self._promised, draft)
        alone = endpoint.method == "DELETE" and self._rows.is_of_oneself(endpoint)
        if alone or self._promised.ends_login(endpoint):
            # Whoever asked is gone.
            draft = draft.by(await self._rows.accounts.user() or draft.actor)
        await self._refused(draft)
        await self._at_the_bounds(draft)
        await self._left_out(draft)
        await self._in_the_query(draft)
        await self._unknown(draft)
        await self._again(draft, answer)
        if endpoint.secured:
            await self._without_account(draft)

    # ---- what must be done --------------------------------------------------------------------

    async def _valid(self, endpoint: Endpoint) -> tuple[Draft, Answer] | None:
        """The first request that is answered with a success. All others are weighed at the end."""
        last: tuple[Draft, Answer] | None = None
        async for actor in self._rows.accounts.candidates(endpoint):
            for way in self._ways(endpoint):
                draft = await self._rows.draft(endpoint, actor, way)
                if draft is None:
                    break
                answer = await self._sent(draft)
                if answer.status in endpoint.successes:
                    self._judge.weigh("for what is valid", draft, answer, endpoint.successes)
                    return draft, answer
                # Whoever may and is in conflict says more than whoever may not.
                if last is None or answer.status != 403:
                    last = draft, answer
                if answer.status >= 500 or not self._rows.learn(draft, answer):
                    break
        self._not_done(endpoint, last)
        return None

    async def _sent(self, draft: Draft) -> Answer:
        """For an action that needs another state of the row, the other actions come first; what
        is to be restored is deleted."""
        talk = self._rows.talk
        answer = await talk.send(draft.request())
        if answer.status == 404 and draft.endpoint.restores:
            for other in self._promised.endpoints:
                alike = other.collection == draft.endpoint.collection
                if alike and other.method == "DELETE" and other.on_item:
                    await talk.send(draft.at(other).request())
                    return await talk.send(draft.request())
        if answer.status != 409 or not is_action(draft.endpoint):
            return answer
        for other in self._promised.endpoints:
            alike = is_action(other) and other.collection == draft.endpoint.collection
            if alike and other is not draft.endpoint:
                await self._first(draft.at(other))
                answer = await talk.send(draft.request())
                if answer.status != 409:
                    return answer
        return answer

    async def _first(self, draft: Draft) -> None:
        """An action by whoever made the row, else by somebody who may: roles move it on in turn."""
        talk = self._rows.talk
        answer = await talk.send(draft.request())
        if answer.status not in (403, 404):
            return
        async for actor in self._rows.accounts.candidates(draft.endpoint):
            answer = await talk.send(draft.by(actor).request())
            if answer.status not in (403, 404):
                return

    def _ways(self, endpoint: Endpoint) -> Iterator[Way]:
        """Requests that change a row get one of their own."""
        own = endpoint.collection == self._promised.accounts
        fresh = (endpoint.method == "DELETE" and endpoint.on_item) or is_action(endpoint)
        fresh = fresh or endpoint.method == "PUT"
        for way in self._rows.ways(endpoint):
            yield msgspec.structs.replace(way, fresh=fresh)
            if own and fresh:
                yield way
        choices = frozenset(
            name for name, schema in endpoint.properties.items() if "enum" in schema
        ) - frozenset(endpoint.required)
        if choices:
            yield Way(fresh=fresh, without=choices)

    def _not_done(self, endpoint: Endpoint, last: tuple[Draft, Answer] | None) -> None:
        if last is None and endpoint == self._promised.login:
            last = self._rows.accounts.turned_away
        if last is None:
            self._judge.unclear(endpoint, "what it needs could not be made")
            return
        draft, answer = last
        if answer.status == 409 and endpoint.answers(409):
            self._judge.unclear(endpoint, "every valid request was in conflict (409)")
            return
        if endpoint.custom and answer.status in (404, 422) and endpoint.answers(answer.status):
            self._judge.unclear(endpoint, f"every valid request was refused ({answer.status})")
            return
        self._judge.weigh("for what is valid", draft, answer, endpoint.successes)

    async def _kept(self, draft: Draft, answer: Answer) -> None:
        """What was written is answered, and read back."""
        endpoint = draft.endpoint
        if self._promised.alone(endpoint) is not None:
            pairs = same_rows(draft, answer)
            lost = ["number"] if pairs is None else [n for a, b in pairs for n in _lost(a, b)]
            if lost:
                self._judge.failed(
                    "for what is valid", draft, answer, f"answered another {lost[0]}"
                )
            await all_or_none(self._judge, self._rows, self._promised, draft)
            return
        shown = answer.json()
        if endpoint.custom:
            return
        writes = endpoint.method in ("POST", "PATCH", "PUT") and draft.body is not None
        given = self._promised.takes_credentials(endpoint) and endpoint != self._promised.register
        if writes and isinstance(shown, dict) and not given:
            lost = next(_lost(draft.body or {}, cast(Json, shown)), None)
            if lost:
                self._judge.failed("for what is valid", draft, answer, f"answered another {lost}")
        if endpoint is self._promised.creating(endpoint.path) and isinstance(shown, dict):
            await self._read_back(draft, cast(Json, shown), answer)
            of_its_maker(self._judge, self._promised, draft, answer)
            await in_utc(self._judge, self._rows, draft, answer)
        if endpoint.method == "PATCH" and isinstance(shown, dict) and not endpoint.form:
            await changed(self._judge, self._rows, self._promised, draft, cast(Json, shown))
        if endpoint.method == "DELETE" and endpoint.on_item:
            reading = self._promised.reading(endpoint.collection)
            if reading is not None and reading.answers(404):
                gone = draft.at(reading)
                await self._judge.expect(
                    "for what was deleted",
                    gone,
                    {404, 401, 403} - {code for code in (401, 403) if not reading.answers(code)},
                )

    async def _read_back(self, draft: Draft, shown: Json, answer: Answer) -> None:
        reading = self._promised.reading(draft.endpoint.path)
        if reading is None:
            return
        place = reading.places[-1]
        reader = draft.at(reading).placed(**{place: shown.get("id")})
        if not reading.secured:
            reader = reader.by(NOBODY)
        found = await self._rows.talk.send(reader.request())
        if found.status == 403 and reading.answers(403):
            return
        if not self._judge.weigh("for what was created", reader, found, {200}):
            return
        told = found.json()
        lost = next(_lost(shown, cast(Json, told)), None) if isinstance(told, dict) else "answer"
        if lost:
            self._judge.failed("for what was created", reader, found, f"answered another {lost}")
        self_url = draft.endpoint.self_url
        if self_url and shown.get(self_url) != f"http://app{reader.request().path}":
            said = f"had no URL of its own in {self_url}, but {shown.get(self_url)!r}"
            self._judge.failed("for what is valid", draft, answer, said)
        response = draft.endpoint.operation.responses.get(str(answer.status))
        if response and "location" in response.headers:
            place = answer.headers.get("location", "")
            if place.removeprefix("http://app") != reader.request().path:
                said = f"had the Location {place or 'none'}, not {reader.request().path}"
                self._judge.failed("for what is valid", draft, answer, said)

    # ---- what must be refused -----------------------------------------------------------------

    async def _refused(self, draft: Draft) -> None:
        """Data that the document forbids."""
        endpoint = draft.endpoint
        if draft.body is None or not endpoint.refusals:
            return
        for name in endpoint.required:
            await self._judge.expect(f"without {name}", draft.without(name), endpoint.refusals)
        for name, schema in endpoint.properties.items():
            if is_file(schema):
                continue
            try:
                for what, value in refused(schema, form=endpoint.form):
                    if endpoint.form and value == "":
                        continue  # In a form an empty text is often the same as none.
                    changed = draft.with_body(**{name: value})
                    case = f"with {name} {what}"
                    await self._judge.expect(case, changed, endpoint.refusals)
            except CannotTell:
                continue
        await self._references(draft)
        if (endpoint.body or {}).get("minProperties") and not endpoint.form:
            nothing = msgspec.structs.replace(draft, body={})
            await self._judge.expect("without at least one field", nothing, endpoint.refusals)
        if (endpoint.body or {}).get("additionalProperties") == {"not": {}} and not endpoint.form:
            unknown = draft.with_body(no_such_field="x")
            await self._judge.expect("with an unknown field", unknown, endpoint.refusals)

    async def _references(self, draft: Draft) -> None:
        """References to nothing, and texts that no database holds: never a fault."""
        endpoint = draft.endpoint
        for name, schema in endpoint.properties.items():
            if name in endpoint.references and schema.get("type") == "integer":
                nowhere = draft.with_body(**{name: UNKNOWN_ID})
                case = f"for a reference to nothing in {name}"
                await self._judge.expect(case, nowhere, endpoint.refusals)
            elif _free_text(schema) and not endpoint.form and name in (draft.body or {}):
                every = endpoint.refusals | endpoint.successes | {401, 403, 404, 409}
                for what, text in ODD_TEXTS.items():
                    odd = draft.with_body(**{name: text})
                    await self._judge.expect(f"with {what} in {name}", odd, every)

    async def _at_the_bounds(self, draft: Draft) -> None:
        """The smallest and the largest values that the document allows."""
        if draft.body is None or draft.endpoint.form:
            return
        if self._promised.takes_credentials(draft.endpoint):
            return
        for at, what in ((0, "smallest"), (1, "largest")):
            # New values for what may be unique, then the outermost for what has bounds.
            way = Way(apart=bool(self._rows.ways(draft.endpoint)[0].apart))
            base = await self._rows.draft(draft.endpoint, draft.actor, way)
            if base is None or base.body is None:
                return
            outermost = {
                name: found[at]
                for name, schema in draft.endpoint.properties.items()
                if name in base.body
                and name not in draft.endpoint.written
                and not self._rows.targets(draft.endpoint, name)
                and (found := edges(schema, name, self._rows.next_number())) is not None
            }
            if outermost:
                whole = ascending(draft.endpoint, {**base.body, **outermost})
                outermost = {name: whole[name] for name in outermost}
                await self._outermost(msgspec.structs.replace(base, body=whole), outermost, what)

    async def _left_out(self, draft: Draft) -> None:
        """As little as there may be, and null wherever it may be: never a fault."""
        endpoint = draft.endpoint
        may = {name for name, schema in endpoint.properties.items() if schema.get("nullable")}
        if endpoint.method != "POST" or endpoint.places or endpoint.form or not may:
            return
        base = await self._rows.draft(endpoint, draft.actor, Way(minimal=True))
        if base is None:
            return
        every = endpoint.successes | endpoint.refusals | {401, 403, 404, 409}
        await self._judge.expect("with as little as there may be", base, every)
        nulls = base.with_body(**dict.fromkeys(may))
        await self._judge.expect("with null wherever it may be", nulls, every)

    async def _outermost(self, base: Draft, outermost: Json, what: str) -> None:
        changed = base.with_body(**outermost)
        answer = await self._rows.talk.send(changed.request())
        case = f"with the {what} values"
        if answer.status == 409 and base.endpoint.answers(409):
            return
        if answer.status == 422 and _speaks_of_others(answer, outermost):
            return
        allowed = base.endpoint.successes
        if base.endpoint.custom:
            self._judge.weigh(case, changed, answer, allowed | {404, 409, 422})
        elif self._judge.weigh(case, changed, answer, allowed):
            shown = answer.json()
            lost = (
                next(_lost(outermost, cast(Json, shown)), None) if isinstance(shown, dict) else None
            )
            if lost:
                self._judge.failed(case, changed, answer, f"answered another {lost}")

    async def _in_the_query(self, draft: Draft) -> None:
        endpoint = draft.endpoint
        for name, parameter in endpoint.parameters("query").items():
            schema = parameter.schema
            for what, value in _refused_in_query(schema):
                changed = draft.asking((name, value))
                if endpoint.refusals:
                    await self._judge.expect(f"with {name} {what}", changed, endpoint.refusals)
            for value in _good_in_query(schema, name):
                changed = draft.asking((name, value))
                case = f"with {name} {value}"
                refused = {404, 409, 422} if endpoint.custom else set[int]()
                await self._judge.expect(case, changed, endpoint.successes | refused)

    async def _unknown(self, draft: Draft) -> None:
        """An id that no row has, and one that is none."""
        endpoint = draft.endpoint
        for place, parameter in endpoint.parameters("path").items():
            if place not in draft.places:
                continue
            whole = parameter.schema.get("type") == "integer"
            if endpoint.answers(404):
                value = UNKNOWN_ID if whole else "no-such-thing"
                await self._expect_at(draft, place, value, "for an unknown id", {404})
            if whole and endpoint.answers(422):
                # At the root, what is no id may just as well be no path.
                none = {404, 422} if endpoint.path.startswith("/{") else {422}
                await self._expect_at(draft, place, "x", "for an id that is none", none)

    async def _expect_at(
        self, draft: Draft, place: str, value: object, case: str, statuses: set[int]
    ) -> None:
        await self._judge.expect(case, draft.placed(**{place: value}), statuses)

    async def _again(self, draft: Draft, answer: Answer) -> None:
        """What must be unique, a second time: all else differs."""
        endpoint = draft.endpoint
        if endpoint.method != "POST" or not endpoint.answers(409) or draft.body is None:
            return
        for name in endpoint.unique & draft.body.keys():
            way = Way(apart=bool(self._rows.ways(endpoint)[0].apart))
            other = await self._rows.draft(endpoint, draft.actor, way)
            if other is None:
                return
            same = other.with_body(**{name: draft.body[name]})
            same = msgspec.structs.replace(same, before=(*draft.lines(), *same.before))
            statuses = {200, 409} if 200 in endpoint.successes else {409}
            second = await self._rows.talk.send(same.request())
            first, told = _id(answer), _id(second)
            if second.status == 201 and first is not None and first == told:
                said = f"answered the id {told} twice: the first row was not kept"
                self._judge.failed("for what was made before", same, second, said)
                return
            self._judge.weigh(f"with the same {name} twice", same, second, statuses)

    async def _without_account(self, draft: Draft) -> None:
        for actor, case in ((NOBODY, "without a token"), (GARBAGE, "with a token that is none")):
            changed = draft.by(actor)
            answer = await self._judge.expect(case, changed, {401})
            challenge = answer.headers.get("www-authenticate", "") if answer else "Bearer"
            if answer and not challenge.lower().startswith("bearer"):
                said = "answered no WWW-Authenticate: Bearer"
                self._judge.failed(case, changed, answer, said)


def _id(answer: Answer) -> Any:
    told = answer.json()
    return cast(Json, told).get("id") if isinstance(told, dict) else None


def _free_text(schema: Json) -> bool:
    """Whether it takes any text of some length."""
    narrow = {"enum", "format", "pattern", "const"} & schema.keys()
    return schema.get("type") == "string" and not narrow and schema.get("maxLength", 99) > 3


def _late(endpoint: Endpoint) -> int:
    """Other operations need the rows that deletions remove."""
    if clears(endpoint):
        return 2
    return int(endpoint.method == "DELETE" and endpoint.on_item)


def is_action(endpoint: Endpoint) -> bool:
    """A POST on one row that takes no body."""
    return endpoint.method == "POST" and bool(endpoint.places) and endpoint.body is None


def _good_in_query(schema: Json, name: str) -> Iterator[Any]:
    if "enum" in schema:
        yield from cast(list[Any], schema["enum"])
        return
    if schema.get("type") in ("integer", "number"):
        yield from (schema[bound] for bound in ("minimum", "maximum") if bound in schema)
        return
    try:
        yield good(schema, name, 1)
    except CannotTell:
        return


def _refused_in_query(schema: Json) -> Iterator[tuple[str, Any]]:
    try:
        for what, value in refused(schema, form=True):
            # In a query an empty text is often the same as none.
            if value != "":
                yield what, value
    except CannotTell:
        return


def _lost(written: Json, shown: Json) -> Iterator[str]:
    """The properties that are shown otherwise than they were written."""
    for name, value in written.items():
        if name in shown and not _same(value, shown[name]):
            yield name


def _same(one: Any, other: Any) -> bool:
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str):
        return moment_of(one) is not None and moment_of(one) == moment_of(other)
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, cast(list[Any], one))) == sorted(map(str, cast(list[Any], other)))
    return False


def _speaks_of_others(answer: Answer, outermost: Json) -> bool:
    """Whether a refusal is about how properties stand to each other, not about one alone."""
    text = answer.body.decode(errors="replace")
    named = {name for name in outermost if name in text}
    return len(named) > 1 or not set(blamed(answer)) & outermost.keys()
