"""No two rows hold the same value in a field."""

from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found
from smartforge.checks.ruling.unique_together import stand_alone


async def trial(court: Court, found: Found) -> None:
    for other in court.rules_of(found.collection, "idempotent"):
        if other.hint.get("name") == found.name:
            return  # Who sends it twice is answered what is there: that is the rule to try.
    await stand_alone(court, found, (found.name,))
