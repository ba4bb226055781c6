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
    )
