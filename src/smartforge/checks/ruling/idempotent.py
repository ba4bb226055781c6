"""Who creates what is there already is answered what is there."""

from typing import cast

from smartforge.checks.ruling.court import CROWD, ROUNDS, Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.surface import Json


async def trial(court: Court, found: Found) -> None:
    field = str(found.hint.get("name"))
    first = await court.draft(found.collection)
    if field not in (first.body or {}):
        raise Undecided(f"clients do not write {field}")
    row = await court.made(first)
    again = await court.draft(found.collection, **{field: row.shown[field]})
    answer = await court.expect(f"with the same {field} twice", again, {200})
    if answer and answer.json() != row.shown:
        court.failed(f"with the same {field} twice", again, answer, "answered another row")
    for _ in range(ROUNDS):
        base = await court.draft(found.collection)
        same: Json = {field: (base.body or {})[field]}
        crowd = [await court.draft(found.collection, **same) for _ in range(CROWD - 1)]
        answers = await court.together([base, *crowd])
        new = sum(one.status == 201 for one in answers)
        told = [one.json() for one in answers]
        ids = {cast(Json, one).get("id") for one in told if isinstance(one, dict)}
        odd = next((one for one in answers if one.status not in (200, 201)), None)
        if odd is not None and odd.status == 409 and court.contested(found.collection):
            return
        if odd is not None or new != 1 or len(ids) != 1:
            said = f"made {new} rows and answered {len(ids)}, not one"
            court.failed(f"with the same {field} at once", base, odd or answers[0], said)
            return
