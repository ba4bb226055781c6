"""A change is made to the version that it is meant for; of many meant for one, one is made."""

import msgspec

from smartforge.checks.asking import Answer
from smartforge.checks.drafts import Draft
from smartforge.checks.endpoints import Endpoint
from smartforge.checks.ruling.changing import back_and_forth
from smartforge.checks.ruling.court import CROWD, ROUNDS, Court
from smartforge.checks.ruling.found import Found, Undecided

_NOBODYS = '"no such version"'


async def trial(court: Court, found: Found) -> None:
    updating, reading = court.updating(found.collection), court.promised.reading(found.collection)
    if updating is None or reading is None:
        raise Undecided(f"no row of {found.collection} can be read and changed")
    await Versions(court, found, updating, reading).all()


class Versions:
    """One row that is changed by many."""

    def __init__(self, court: Court, found: Found, updating: Endpoint, reading: Endpoint) -> None:
        self._court = court
        self._found = found
        self._updating = updating
        self._reading = reading

    async def all(self) -> None:
        draft = await self._court.draft(self._found.collection)
        row = await self._court.made(draft)
        actor = await self._court.able(self._updating, row, draft.actor)
        reader = await self._court.able(self._reading, row, draft.actor)
        read = self._court.at(self._reading, row, reader)
        changes = await back_and_forth(self._court, self._updating, row)
        change = self._court.at(self._updating, row, actor, changes[0])
        wrong = msgspec.structs.replace(change, version=_NOBODYS)
        await self._court.expect("for another version", wrong, {412})
        for turn in range(ROUNDS):
            version = await self._version(read)
            told = changes[turn % 2]
            meant = msgspec.structs.replace(change, version=version, body=told)
            await self._crowd(meant, version, read)

    async def _version(self, read: Draft) -> str:
        answer = await self._court.expect("of a row that is there", read, {200})
        version = answer.headers.get("etag", "") if answer else ""
        if not version.startswith('"'):
            if answer:
                self._court.failed("of a row", read, answer, "answered no strong ETag")
            raise Undecided("a row has no version")
        return version

    async def _crowd(self, change: Draft, version: str, read: Draft) -> None:
        answers = await self._court.together([change] * CROWD)
        done = [one for one in answers if one.status == 200]
        odd = next((one for one in answers if one.status not in (200, 412)), None)
        if odd is not None and odd.status < 500:
            self._court.failed("many times at once", change, odd, f"answered {odd.status}")
        if len(done) != 1:
            said = f"was done {len(done)} times for one version"
            self._court.failed("many times at once", change, answers[-1], said)
            return
        await self._moved_on(done[0], change, version, read)

    async def _moved_on(self, done: Answer, change: Draft, version: str, read: Draft) -> None:
        now = await self._version(read)
        if now == version:
            self._court.failed("after a change", change, done, "has the same version")
        if done.headers.get("etag") != now:
            self._court.failed("for the right version", change, done, "answered another version")
