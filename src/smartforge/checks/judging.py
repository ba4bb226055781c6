"""What a judge writes down: how many requests were answered as promised, and which were not."""

from collections.abc import Collection
from typing import Any

import msgspec

from smartforge.checks.asking import Answer, Conversation
from smartforge.checks.base import Verdict
from smartforge.checks.causes import clean, tail
from smartforge.checks.endpoints import Endpoint
from smartforge.checks.rows import Draft

SHOWN = 20
MOST_BODY = 600


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer that was not as promised. `before` are the lines that lead there, `curl` asks."""

    operation: str
    case: str
    said: str
    curl: str
    answer: str = ""
    before: tuple[str, ...] = ()


class Judge:
    """Sends requests and keeps the score. An answer of 500 or above is always a failure."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self.judged = 0
        self.operations: set[str] = set()
        self.failures: list[Failure] = []
        self.undecided: list[str] = []

    async def expect(self, case: str, draft: Draft, statuses: Collection[int]) -> Answer | None:
        """Send it; the answer where its status is one of these, else a failure.

        May raise NoAnswer.
        """
        answer = await self._talk.send(draft.request())
        return answer if self.weigh(case, draft, answer, statuses) else None

    def weigh(self, case: str, draft: Draft, answer: Answer, statuses: Collection[int]) -> bool:
        """Whether the answer has one of the statuses and a type that the document names for it."""
        self.judged += 1
        self.operations.add(draft.endpoint.key)
        if answer.status not in statuses:
            wanted = " or ".join(map(str, sorted(statuses)))
            self.failed(case, draft, answer, f"answered {answer.status}, not {wanted}")
            return False
        types = _types(draft.endpoint, answer.status)
        if types and answer.content_type not in types and "*/*" not in types:
            said = f"answered {answer.content_type or 'no type'}, not {' or '.join(sorted(types))}"
            self.failed(case, draft, answer, said)
            return False
        return True

    def failed(self, case: str, draft: Draft, answer: Answer, said: str) -> None:
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
        first = self.failures[0]
        more = f" ({len(self.failures)} failed of {self.judged})" if len(self.failures) > 1 else ""
        evidence["failed"] = len(self.failures)
        evidence["failures"] = msgspec.to_builtins(_spread(self.failures))
        evidence["curl"] = first.curl
        said = f"{first.operation} {first.said}, when asked {first.case}{more}."
        return Verdict("failed", said, evidence)


def _spread(failures: list[Failure]) -> list[Failure]:
    """The first of each operation before the second of any."""
    seen: dict[str, int] = {}
    ranked: list[tuple[int, int]] = []
    for at, failure in enumerate(failures):
        seen[failure.operation] = seen.get(failure.operation, 0) + 1
        ranked.append((seen[failure.operation], at))
    return [failures[at] for _, at in sorted(ranked)[:SHOWN]]


def _types(endpoint: Endpoint, status: int) -> Collection[str]:
    response = endpoint.operation.responses.get(str(status))
    return response.content.keys() if response else ()
