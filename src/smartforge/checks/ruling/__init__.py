"""How each rule is tried: one file a rule, one line here.

A file has a coroutine `trial(court, found)`. It reads the rule's hint (`found.read(Struct)`), makes
what it needs through the court, keeps the rule by a hair, and breaks it in every way there is: by
creation, update, transition, somebody else, many at once. It knows the promised document alone.
What is not as promised it tells the court and goes on; it raises Undecided where it cannot try.

To add one: the struct in `smartforge.contract`, which stands in the document as a hint
(`x-rules`, or another in `contract/openapi/hints.py`, named in `found.py`); the file here; the line
below under the hint's `type`; a wrong variant of the generated code in tests/mutants/mutants.py.
"""

from collections.abc import Awaitable, Callable, Mapping

from smartforge.checks.ruling import (
    adjusts,
    aggregate,
    at_most,
    cursors,
    different,
    history,
    idempotency,
    idempotent,
    lists,
    mark,
    no_overlap,
    on_delete,
    one_open,
    ordered,
    product,
    recipes,
    redirect,
    report,
    soft_delete,
    transition,
    unique,
    unique_together,
    upload,
    versioned,
)
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found

Trial = Callable[[Court, Found], Awaitable[None]]

TRIALS: Mapping[str, Trial] = {
    "unique": unique.trial,
    "unique_together": unique_together.trial,
    "ordered": ordered.trial,
    "no_overlap": no_overlap.trial,
    "one_open": one_open.trial,
    "adjusts": adjusts.trial,
    "at_most": at_most.trial,
    "different": different.trial,
    "transition": transition.trial,
    "aggregate": aggregate.trial,
    "product": product.trial,
    "marked": mark.counted,
    "mark": mark.trial,
    "on_delete": on_delete.trial,
    "idempotent": idempotent.trial,
    "upload": upload.trial,
    "redirect": redirect.trial,
    "report": report.trial,
    "list": lists.trial,
    "soft_delete": soft_delete.trial,
    "cursor": cursors.trial,
    "recipe": recipes.trial,
    "versioned": versioned.trial,
    "idempotency": idempotency.trial,
    "history": history.trial,
}
