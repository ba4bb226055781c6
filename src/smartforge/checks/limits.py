"""Is somebody who asks too often turned away, when and as the document says?"""

from collections.abc import Callable, Iterator

import msgspec

from smartforge.checks.asking import Answer, Conversation, Request
from smartforge.checks.base import Subject, Verdict
from smartforge.checks.drafts import NOBODY, Draft
from smartforge.checks.endpoints import Endpoint, Promised
from smartforge.checks.judging import Judge
from smartforge.checks.trial import tried
from smartforge.contract import RateLimit
from smartforge.sandbox.base import Limits

Telling = Callable[[], Verdict]

# More requests than these are not sent only to see that one more is refused.
MOST = 300
# Long enough that no window ends while they are counted.
SECONDS = 3_600


async def limits_kept(subject: Subject, known: Promised, limits: Limits) -> Verdict | None:
    """Try each limit of the document on an application of its own; None where there is none.

    The first verdict that is not passed, else the last one.
    """
    verdict: Verdict | None = None
    for name, endpoint, limit in _promised(subject, known):
        count = min(limit.requests, MOST)
        environment = {f"{name}_LIMIT": str(count), f"{name}_SECONDS": str(SECONDS)}
        draft = Draft(endpoint, NOBODY)

        async def ask(judge: Judge, draft: Draft = draft, count: int = count) -> Telling:
            await _trial(judge.talk, judge, draft, count)
            return lambda: judge.verdict("Who asks too often is turned away")

        verdict = await tried(subject, limits, environment, ask)
        if verdict.outcome != "passed":
            return verdict
    return verdict


def _promised(subject: Subject, known: Promised) -> Iterator[tuple[str, Endpoint, RateLimit]]:
    anything = next((one for one in known.endpoints if one.answers(429) and not one.places), None)
    for name, key, endpoint in (
        ("RATE", "x-rate-limit", anything),
        ("LOGIN", "x-login-limit", known.login),
    ):
        if key in subject.promised and endpoint is not None:
            try:
                yield name, endpoint, msgspec.convert(subject.promised[key], RateLimit)
            except msgspec.ValidationError:
                continue


async def _trial(talk: Conversation, judge: Judge, draft: Draft, count: int) -> None:
    for _ in range(count):
        answer = await talk.send(draft.request())
        if answer.status == 429:
            judge.failed("as often as is allowed", draft, answer, "answered 429")
            return
    refused = await judge.expect("once too often", draft, {429})
    if refused is not None and not _says_when(refused):
        judge.failed("once too often", draft, refused, "had no Retry-After from 1 to 3600")
    up = await talk.send(Request("GET", "/health"))
    if up.status != 200:
        judge.failed("once too often", draft, up, f"made /health answer {up.status}")


def _says_when(answer: Answer) -> bool:
    told = answer.headers.get("retry-after", "")
    return told.isdecimal() and 1 <= int(told) <= SECONDS
