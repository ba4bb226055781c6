"""What is done to a row is written down: what, by whom, what it changed, also of many at once."""

from typing import Any, cast

from smartforge.checks.asking import Answer
from smartforge.checks.drafts import Actor, Draft, Row
from smartforge.checks.endpoints import Endpoint
from smartforge.checks.ruling.changing import back_and_forth
from smartforge.checks.ruling.court import CROWD, Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.surface import Json

_MOST = 100
_CASE = "of a row with a history"


async def trial(court: Court, found: Found) -> None:
    if found.endpoint is None:
        raise Undecided(f"nothing tells the history of a row of {found.collection}")
    await History(court, found, found.endpoint).all()


class History:
    """One row to which all is done that can be, and what is told of it."""

    def __init__(self, court: Court, found: Found, asking: Endpoint) -> None:
        self._court = court
        self._collection = found.collection
        self._asking = asking
        self._answer: Answer | None = None

    async def all(self) -> None:
        row, maker = await self._court.row(self._collection)
        reader = await self._court.able(self._asking, row, maker)
        read = self._court.at(self._asking, row, reader).asking(("limit", _MOST))
        told = await self._told(read, 1)
        if told is None:
            return
        self._created(read, row, maker, told[-1])
        row = await self._moved(read, row, maker)
        await self._changed(read, row, maker)
        await self._deleted(read, row, maker)

    # ---- one thing after another --------------------------------------------------------------

    def _created(self, read: Draft, row: Row, maker: Actor, entry: Json) -> None:
        creating = self._court.creating(self._collection)
        sent = [name for name in creating.properties if row.shown.get(name) is not None]
        changes = {name: (None, row.shown[name]) for name in sent}
        self._is_told(read, entry, "created", self._id(creating, maker), changes)
        if (set(creating.properties) - set(row.shown)) & set(_changes(entry)):
            self._wrong(read, "told a secret")

    async def _moved(self, read: Draft, row: Row, maker: Actor) -> Row:
        """By the first transition that leads on from where a new row is, where there is one."""
        for move in self._moves():
            if move.endpoint is None:
                continue
            count = len(await self._entries(read) or ())
            actor = await self._court.able(move.endpoint, row, maker)
            field = str(move.hint.get("field"))
            answer = await self._court.send(self._court.at(move.endpoint, row, actor))
            now = answer.json()
            if answer.status != 200 or now.get(field) == row.shown.get(field):
                continue
            told = await self._told(read, count + 1)
            if told:
                changes = {field: (row.shown.get(field), now.get(field))}
                by = self._id(move.endpoint, actor)
                self._is_told(read, told[-1], str(move.hint.get("name")), by, changes)
            return Row(now, row.before)
        return row

    async def _changed(self, read: Draft, row: Row, maker: Actor) -> None:
        updating = self._court.updating(self._collection)
        if updating is None:
            return
        actor = await self._court.able(updating, row, maker)
        changes = await self._changes(updating, row)
        drafts = [self._court.at(updating, row, actor, change) for change in changes]
        count = len(await self._entries(read) or ())
        answer = await self._court.expect(_CASE, drafts[0], {200})
        told = await self._told(read, count + 1)
        if told is None or answer is None:
            return
        now = answer.json()
        changed = {name: (row.shown[name], now.get(name)) for name in changes[0]}
        self._is_told(read, told[-1], "changed", self._id(updating, actor), changed)
        if len(drafts) > 1:
            await self._court.together([*drafts] * (CROWD // 2))
            await self._unbroken(read, next(iter(changed)))

    async def _changes(self, updating: Endpoint, row: Row) -> tuple[Json, ...]:
        """One value back and forth, or else one that is another one each time, once."""
        try:
            return await back_and_forth(self._court, updating, row)
        except Undecided:
            other = await self._court.draft(self._collection)
            for name, value in (other.body or {}).items():
                moved = name in {move.hint.get("field") for move in self._moves()}
                if name in updating.properties and not moved and row.shown.get(name) != value:
                    return ({name: value},)
            raise

    def _moves(self) -> list[Found]:
        return self._court.rules_of(self._collection, "transition")

    async def _unbroken(self, read: Draft, name: str) -> None:
        """Each change begins where the one before it ended."""
        value: Any = None
        for entry in await self._entries(read) or ():
            change = _changes(entry).get(name)
            if change is None:
                continue
            if change.get("before") != value:
                self._wrong(read, "told changes that do not follow from each other")
                return
            value = change.get("after")

    async def _deleted(self, read: Draft, row: Row, maker: Actor) -> None:
        deleting = self._court.deleting(self._collection)
        if deleting is None or self._collection == self._court.promised.accounts:
            return
        actor = await self._court.able(deleting, row, maker)
        delete = self._court.at(deleting, row, actor)
        if await self._court.expect(_CASE, delete, {204}) is None:
            return
        chief = await self._chief()
        if chief is None or read.actor.account.get("id") != chief.account.get("id"):
            await self._court.expect("of a row that is deleted", read, {404})
        if chief is not None:
            read = read.by(chief)
            told = await self._entries(read)
            if told:
                self._is_told(read, told[-1], "deleted", self._id(deleting, actor), {})

    async def _chief(self) -> Actor | None:
        roles = self._court.promised.roles
        return await self._court.rows.accounts.holder(roles[-1]) if roles else None

    # ---- what is told -------------------------------------------------------------------------

    async def _entries(self, read: Draft) -> list[Json] | None:
        self._answer = await self._court.expect(_CASE, read, {200})
        return _items(self._answer) if self._answer else None

    async def _told(self, read: Draft, count: int) -> list[Json] | None:
        """The entries, where there are so many; else that is written down."""
        told = await self._entries(read)
        if told is not None and len(told) != count:
            self._wrong(read, f"told {len(told)} entries instead of {count}")
            return None
        return told

    def _is_told(
        self, read: Draft, entry: Json, action: str, by: Any, changes: dict[str, tuple[Any, Any]]
    ) -> None:
        if entry.get("action") != action:
            self._wrong(read, f"told {entry.get('action')!r} instead of {action!r}")
        if entry.get("by") != by:
            self._wrong(read, f"told that {entry.get('by')} did it instead of {by}")
        told = _changes(entry)
        for name, (before, after) in changes.items():
            if told.get(name) != {"before": before, "after": after}:
                self._wrong(read, f"did not tell how {name} was changed")
                return

    def _id(self, endpoint: Endpoint, actor: Actor) -> Any:
        return actor.account.get("id") if endpoint.secured else None

    def _wrong(self, read: Draft, said: str) -> None:
        if self._answer is not None:
            self._court.failed(_CASE, read, self._answer, said)


def _items(answer: Answer) -> list[Json]:
    page: object = answer.json()
    items: object = cast(Json, page).get("items") if isinstance(page, dict) else None
    listed = cast(list[Any], items) if isinstance(items, list) else []
    return [cast(Json, one) for one in listed if isinstance(one, dict)]


def _changes(entry: Json) -> dict[str, Json]:
    changes: object = entry.get("changes")
    found = cast(Json, changes) if isinstance(changes, dict) else {}
    return {name: cast(Json, one) for name, one in found.items() if isinstance(one, dict)}
