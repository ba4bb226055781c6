"""Whether web pages of the origins that the document names may call."""

from typing import Any, cast

import msgspec

from smartforge.checks.asking import Answer, Request
from smartforge.checks.drafts import NOBODY, Draft
from smartforge.checks.endpoints import Promised
from smartforge.checks.judging import Judge
from smartforge.checks.rows import Rows
from smartforge.checks.surface import Json

FOREIGN = "https://page.example"


def origins(document: Json) -> tuple[str, ...]:
    """What the hint `x-cors` names; empty where there is none."""
    told: object = document.get("x-cors")
    return tuple(map(str, cast(list[Any], told))) if isinstance(told, list) else ()


async def preflights(
    judge: Judge, rows: Rows, promised: Promised, allowed: tuple[str, ...]
) -> None:
    """A browser's question before each method, and the header it then looks for. May raise
    NoAnswer."""
    origin = FOREIGN if "*" in allowed else next(iter(allowed), "")
    seen = set[str]()
    for endpoint in promised.endpoints if origin else ():
        if endpoint.method in seen or endpoint.places:
            continue
        seen.add(endpoint.method)
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": endpoint.method,
            "Access-Control-Request-Headers": "content-type",
        }
        draft = Draft(endpoint, NOBODY)
        request = draft.request()
        asked = msgspec.structs.replace(request, method="OPTIONS", headers=headers)
        answer = await rows.talk.send(asked)
        judge.judged += 1
        case = f"when a page of {origin} asks whether it may"
        if answer.status >= 300 or not _open_to(answer, origin) or not _takes(answer, asked):
            judge.failed(case, draft, answer, f"did not allow {endpoint.method} from there")


def _open_to(answer: Answer, origin: str) -> bool:
    return answer.headers.get("access-control-allow-origin") in ("*", origin)


def _takes(answer: Answer, asked: Request) -> bool:
    methods = answer.headers.get("access-control-allow-methods", "").upper()
    headers = answer.headers.get("access-control-allow-headers", "").lower()
    wanted = asked.headers["Access-Control-Request-Method"]
    return (wanted in methods or methods == "*") and ("content-type" in headers or headers == "*")
