"""What calls of a model have cost, to and from what events tell of it."""

from smartforge.events import Step, Usage
from smartforge.llm.base import Spent


def usage_of(spent: Spent, step: Step, path: str | None = None, round_: int = 0) -> Usage:
    """The event that tells what a call in this step has cost, asked for this file if for one."""
    return Usage(
        step=step,
        path=path,
        round=round_,
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
