"""Ways of saying things that come to the same, brought into the one form that is read.

Each of the files holds the changes of one subject, in their order; a change is about how
something is said and never about what. The lines of a prompt stay apart.
"""

from smartforge.planners.offline.wording import (
    acted,
    clauses,
    everyday,
    flows,
    heads,
    idioms,
    kept,
    lending,
    lists,
    owning,
    permissions,
    rules,
    scores,
    sentences,
    shapes,
    sloppy,
    stories,
    trails,
)

_CHANGES = (
    *sloppy.CHANGES,
    *lists.CHANGES,
    *stories.CHANGES,
    *heads.CHANGES,
    *shapes.CHANGES,
    *everyday.CHANGES,
    *kept.CHANGES,
    *stories.ENDED,
    *idioms.CHANGES,
    *owning.CHANGES,
    *lending.CHANGES,
    *scores.CHANGES,
    *trails.CHANGES,
    *flows.CHANGES,
    *clauses.CHANGES,
    *sentences.CHANGES,
    *permissions.CHANGES,
    *acted.CHANGES,
    *rules.CHANGES,
)


def plainly(text: str) -> str:
    """`text` in the forms that the readers know."""
    for pattern, form in _CHANGES:
        text = pattern.sub(form, text)
    return text
