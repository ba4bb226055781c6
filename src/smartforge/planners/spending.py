"""What a planner's calls of a model have cost, as events tell it."""

from smartforge.events import Usage
from smartforge.llm.base import Spent


def usage_of(spent: Spent) -> Usage:
    """The usage of one call in the step of planning."""
    return Usage(
        step="planning",
        model=spent.model,
        input_tokens=spent.input_tokens,
        cached_input_tokens=spent.cached_input_tokens,
        output_tokens=spent.output_tokens,
        cost=spent.cost,
        duration_ms=spent.duration_ms,
        estimated=spent.estimated,
    )


def spent_of(usage: Usage) -> Spent:
    """What a call has cost, of the event that tells it."""
    return Spent(
        model=usage.model,
        input_tokens=usage.input_tokens,
        cached_input_tokens=usage.cached_input_tokens,
        output_tokens=usage.output_tokens,
        cost=usage.cost,
        duration_ms=usage.duration_ms,
        estimated=usage.estimated,
    )
