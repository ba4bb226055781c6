"""Two references of a row that never name the same row."""

from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.contract import Different


async def trial(court: Court, found: Found) -> None:
    rule = found.read(Different)
    draft = await court.draft(found.collection)
    sent = draft.body if isinstance(draft.body, dict) else {}
    for name, other in ((rule.second, rule.first), (rule.first, rule.second)):
        if sent.get(other) is None or name not in sent:
            raise Undecided(f"{name} and {other} are not both sent")
        same = draft.with_body(**{name: sent[other]})
        # Another account is nothing to take from, be it named once or twice.
        theirs = draft.endpoint.references.get(name) == court.promised.accounts
        statuses = {403, 422} if theirs and name in draft.endpoint.spent else {422}
        await court.expect(f"for the same row in {rule.first} and {rule.second}", same, statuses)
