"""What a judge writes down: how many requests were answered as promised, and which were not."""

from collections.abc import Collection
from typing import Any, cast

import msgspec

from smartforge.checks.asking import Answer, Conversation
from smartforge.checks.base import Verdict
from smartforge.checks.causes import clean, tail
from smartforge.checks.endpoints import Endpoint
from smartforge.checks.rows import Draft
from smartforge.checks.surface import Json

SHOWN = 20
MOST_BODY = 600
LOST = ("for what was created", "for what was made before")


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer that was not as promised. `before` are the lines that lead there, `curl` asks.

    `path` and `line` say where in the project the answer was made, where that is known.
    """

    operation: str
    case: str
    said: str
    curl: str
    answer: str = ""
    before: tuple[str, ...] = ()
    path: str = ""
    line: int = 0


class Judged(msgspec.Struct, frozen=True):
    """An exchange that was weighed: which statuses were wanted, and what was wrong, if anything.

    `at` is its place among the exchanges of the conversation; `wanted` is empty where something
    else than the status was wrong. `roles` may do what was asked, where it needs a role;
    `reference` is what was on trial, if one was: `comments.ticket_id`.
    """

    at: int
    operation: str
    case: str
    wanted: frozenset[int]
    said: str = ""
    roles: tuple[str, ...] = ()
    reference: str = ""


class Judge:
    """Sends requests and keeps the score. An answer of 500 or above is always a failure."""

    def __init__(self, talk: Conversation) -> None:
        self.talk = talk
        self.judged = 0
        self.operations: set[str] = set()
        self.failures: list[Failure] = []
        # All that was weighed, and for each failure which of it failed.
        self.weighed: list[Judged] = []
        self.failing: list[Judged] = []
        self.undecided: list[str] = []
        # The reference on trial.
        self.reference = ""

    async def expect(self, case: str, draft: Draft, statuses: Collection[int]) -> Answer | None:
        """Send it; the answer where its status is one of these, else a failure.

        May raise NoAnswer.
        """
        answer = await self.talk.send(draft.request())
        return answer if self.weigh(case, draft, answer, statuses) else None

    def weigh(self, case: str, draft: Draft, answer: Answer, statuses: Collection[int]) -> bool:
        """Whether the answer has one of the statuses and a type that the document names for it."""
        self.judged += 1
        self.operations.add(draft.endpoint.key)
        if answer.status not in statuses:
            wanted = " or ".join(map(str, sorted(statuses)))
            said = f"answered {answer.status}, not {wanted}"
            self.failed(case, draft, answer, said, statuses)
            return False
        types = _types(draft.endpoint, answer.status)
        if types and answer.content_type not in types and "*/*" not in types:
            said = f"answered {answer.content_type or 'no type'}, not {' or '.join(sorted(types))}"
            self.failed(case, draft, answer, said, statuses)
            return False
        odd = _misshapen(draft.endpoint, answer)
        if odd:
            self.failed(case, draft, answer, odd)
            return False
        self.weighed.append(self._noted(case, draft, answer, statuses))
        return True

    def _noted(
        self, case: str, draft: Draft, answer: Answer, wanted: Collection[int], said: str = ""
    ) -> Judged:
        exchanges = self.talk.exchanges
        places = range(len(exchanges) - 1, -1, -1)
        at = next((at for at in places if exchanges[at].answer is answer), -1)
        key, roles = draft.endpoint.key, draft.endpoint.access.roles
        return Judged(at, key, case, frozenset(wanted), said, roles, self.reference)

    def failed(
        self, case: str, draft: Draft, answer: Answer, said: str, wanted: Collection[int] = ()
    ) -> None:
        """Write down what is wrong, with the lines that lead there and the one that asks.

        `wanted` are the statuses of which it should have one, where it is the status."""
        self.failing.append(self._noted(case, draft, answer, wanted, said))
        self.failures.append(
            Failure(
                operation=clean(draft.endpoint.key),
                case=case,
                said=clean(said),
                curl=tail(draft.request().curl(), 3000),
                answer=tail(answer.body[:MOST_BODY].decode(errors="replace")),
                before=tuple(tail(line) for line in draft.before),
            )
        )

    def unclear(self, endpoint: Endpoint, why: str) -> None:
        self.undecided.append(f"{clean(endpoint.key)}: {why}")

    def verdict(self, whole: str) -> Verdict:
        """Failed where anything was; `whole` says what was asked about, as `every operation`."""
        evidence: dict[str, Any] = {"judged": self.judged, "operations": len(self.operations)}
        if self.undecided:
            evidence["undecided"] = self.undecided[:SHOWN]
        if not self.failures:
            count = f"{self.judged} requests to {len(self.operations)} operations"
            return Verdict("passed", f"{whole}: {count}, all answered as promised.", evidence)
        # What is not kept explains what cannot be done with it.
        lost = (one for one in self.failures if one.case in LOST)
        first = next(lost, self.failures[0])
        more = f" ({len(self.failures)} failed of {self.judged})" if len(self.failures) > 1 else ""
        evidence["failed"] = len(self.failures)
        evidence["failures"] = msgspec.to_builtins(_spread(self.failures))
        evidence["curl"] = first.curl
        said = f"{first.operation} {first.said}, when asked {first.case}{more}"
        if first.path:
            evidence |= {"operation": first.operation, "path": first.path, "line": first.line}
            said += f" ({first.path}, line {first.line})"
        return Verdict("failed", f"{said}.", evidence)


def _spread(failures: list[Failure]) -> list[Failure]:
    """The first of each operation before the second of any."""
    seen: dict[str, int] = {}
    ranked: list[tuple[int, int]] = []
    for at, failure in enumerate(failures):
        seen[failure.operation] = seen.get(failure.operation, 0) + 1
        ranked.append((seen[failure.operation], at))
    return [failures[at] for _, at in sorted(ranked)[:SHOWN]]


def _misshapen(endpoint: Endpoint, answer: Answer) -> str:
    """What an answer lacks of the promised properties, or has beyond them; empty where nothing."""
    response = endpoint.operation.responses.get(str(answer.status))
    schema = response.content.get(answer.content_type) if response else None
    if not schema or not answer.content_type.endswith("json"):
        return ""
    told = answer.json()
    odd = differing(schema, told)
    return clean(odd) if odd else ""


def differing(schema: Json, value: object, deep: int = 4) -> str:
    """The first property that is missing in a value, or that a closed schema does not know."""
    if isinstance(value, list) and deep:
        items: Json = schema.get("items", {})
        rows = cast(list[object], value)[:5]
        return next((odd for one in rows if (odd := differing(items, one, deep - 1))), "")
    if not isinstance(value, dict) or schema.get("type", "object") != "object":
        return ""
    shown = cast(Json, value)
    absent = next((name for name in schema.get("required", []) if name not in shown), None)
    if absent is not None:
        return f"answered without {absent}"
    known: Json = schema.get("properties", {})
    if schema.get("additionalProperties") in (False, {"not": {}}):
        extra = next((name for name in shown if name not in known), None)
        if extra is not None:
            return f"answered {extra}, which is not promised"
    inner = (differing(known[name], one, deep - 1) for name, one in shown.items() if name in known)
    return next((odd for odd in inner if odd), "") if deep else ""


def _types(endpoint: Endpoint, status: int) -> Collection[str]:
    response = endpoint.operation.responses.get(str(status))
    return response.content.keys() if response else ()
