"""What was changed is kept, and nothing else is; and times are told in UTC."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

from smartforge.checks.asking import Answer
from smartforge.checks.drafts import Draft
from smartforge.checks.endpoints import Endpoint, Promised
from smartforge.checks.judging import Judge
from smartforge.checks.rows import Rows
from smartforge.checks.surface import Json

# How far the moment at which a row was made may be from ours.
APART = timedelta(minutes=10)
ELSEWHERE = timezone(timedelta(hours=5, minutes=30))
MADE_AT = "created_at"


async def changed(judge: Judge, rows: Rows, promised: Promised, draft: Draft, shown: Json) -> None:
    """After a change: it is read back, and a change of one field leaves the others as they are.

    May raise NoAnswer.
    """
    endpoint = draft.endpoint
    reading = promised.reading(endpoint.collection)
    body = draft.body or {}
    if reading is not None and endpoint.on_item:
        reader = draft.at(reading)
        told = await _read(judge, rows, reader)
        lost = next((name for name in body if _differs(shown, told, name)), None) if told else None
        if lost is not None:
            said = f"answered another {lost} than the change did"
            judge.failed("for what was changed", reader, rows.talk.exchanges[-1].answer, said)
            return
    name = next((one for one in body if one not in endpoint.references), None)
    if name is None or len(body) < 2:
        return
    # The value that it has already: no rule can be against it.
    alone = draft.with_only(name)
    case = f"with {name} alone"
    answer = await rows.talk.send(alone.request())
    if answer.status in (409, 422) and endpoint.answers(answer.status):
        return
    if not judge.weigh(case, alone, answer, endpoint.successes):
        return
    after = answer.json()
    if not isinstance(after, dict):
        return
    others = (one for one in endpoint.properties if one != name)
    reset = next((one for one in others if _differs(shown, cast(Json, after), one)), None)
    if reset is not None:
        said = f"changed {reset}, which was not sent"
        judge.failed(case, alone, answer, said)


async def _read(judge: Judge, rows: Rows, reader: Draft) -> Json:
    answer = await rows.talk.send(reader.request())
    told = answer.json() if answer.status == 200 else None
    return cast(Json, told) if isinstance(told, dict) else {}


def _differs(one: Json, other: Json, name: str) -> bool:
    return name in one and name in other and one[name] != other[name]


def of_its_maker(judge: Judge, promised: Promised, draft: Draft, answer: Answer) -> None:
    """A row that names an account, which nobody wrote, names the one that made it."""
    shown, maker = answer.json(), draft.actor.account.get("id")
    if not isinstance(shown, dict) or maker is None or not draft.endpoint.secured:
        return
    for name, target in draft.endpoint.pointing.items():
        told: Any = cast(Json, shown).get(name)
        if target == promised.accounts and told not in (None, maker):
            said = f"answered {name} {told}, not {maker}, which made it"
            judge.failed("for what is valid", draft, answer, said)


async def in_utc(judge: Judge, rows: Rows, draft: Draft, answer: Answer) -> None:
    """When a row was made is told as it is, and moments with another offset in UTC.

    May raise NoAnswer.
    """
    shown = answer.json()
    if not isinstance(shown, dict):
        return
    odd = _untimely(draft.endpoint, cast(Json, shown))
    if odd:
        judge.failed("for what is valid", draft, answer, odd)
    sent = {
        name: moment.astimezone(ELSEWHERE).isoformat()
        for name, value in (draft.body or {}).items()
        if draft.endpoint.properties.get(name, {}).get("format") == "date-time"
        and (moment := moment_of(value)) is not None
    }
    if not sent:
        return
    base = await rows.draft(draft.endpoint, draft.actor, rows.ways(draft.endpoint)[0])
    if base is None:
        return
    for name, value in (base.body or {}).items():
        moment = moment_of(value) if name in sent else None
        if moment is not None:
            sent[name] = moment.astimezone(ELSEWHERE).isoformat()
    elsewhere = base.with_body(**sent)
    answer = await rows.talk.send(elsewhere.request())
    told = answer.json()
    if answer.status not in draft.endpoint.successes or not isinstance(told, dict):
        return
    for name, value in sent.items():
        kept = cast(Json, told).get(name)
        moment = moment_of(kept)
        if kept is not None and (moment is None or moment != moment_of(value) or not _utc(moment)):
            said = f"answered {name} {kept}, which is not the moment {value} in UTC"
            judge.failed(f"with {name} of another offset", elsewhere, answer, said)
            return


def _untimely(endpoint: Endpoint, shown: Json) -> str:
    """What is wrong with the moment at which a row was made; empty where nothing is."""
    told: Any = shown.get(MADE_AT)
    if MADE_AT in endpoint.properties or not isinstance(told, str):
        return ""
    moment = moment_of(told)
    if moment is None or not _utc(moment):
        return f"answered {MADE_AT} {told}, which is no time in UTC"
    if abs(datetime.now(UTC) - moment) > APART:
        return f"answered {MADE_AT} {told}, which is not now in UTC"
    return ""


def _utc(moment: datetime) -> bool:
    return moment.utcoffset() == timedelta(0)


def moment_of(value: object) -> datetime | None:
    """A time with an offset, None for what is none."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
