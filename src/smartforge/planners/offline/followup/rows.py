"""What becomes of the rows that are there when their contract changes."""

from collections.abc import Iterator

from smartforge.contract import (
    Boolean,
    Choice,
    Contract,
    Date,
    Decimal,
    Field,
    Integer,
    Json,
    References,
    Text,
    TextList,
    Timestamp,
)
from smartforge.contract.carrying import field_pairs, losses, pairs, problems
from smartforge.contract.names import quoted, spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.followup.state import refusal

MAX_PROBLEMS = 3


def check_rows(prompt: str, base: Contract, contract: Contract) -> None:
    """Raises PromptUnclear where rows under `base` could be none under `contract`."""
    found = problems(base, contract)[:MAX_PROBLEMS]
    if found:
        parted = [one.rpartition("; ") for one in found]
        whats = [what or cure for what, _, cure in parted]
        cures = dict.fromkeys(cure for what, _, cure in parted if what)
        cure = "; ".join(cures)
        raise refusal(
            prompt,
            f"rows that are there may not fit: {'; '.join(whats)}.",
            f"{cure[:1].upper()}{cure[1:]}.{_ANOTHER if cure.startswith('keep') else ''}"
            if cure
            else "",
        )


_ANOTHER = (
    " Or add another field that takes just what it should, copy the values over, and then remove "
    "this one."
)


def about_rows(base: Contract, contract: Contract) -> Iterator[str]:
    """What rows that are there get and lose, a sentence each."""
    for was, now in pairs(base, contract):
        known = {after.name: before for before, after in field_pairs(was, now, base, contract)}
        filled = [
            f"{_filling(field)} as {spaced(field.name)}"
            for field in now.fields
            if not field.nullable
            and not isinstance(field.kind, References)
            and (field.name not in known or known[field.name].nullable)
        ]
        if filled:
            yield f"{spaced(now.plural).capitalize()} that have none yet get {listing(filled)}."
    for lost in losses(base, contract):
        yield f"Data goes with it: {lost}."


def _filling(field: Field) -> str:
    """The value that a migration gives, in words; one near to nothing where it has no default."""
    kind = field.kind
    if field.default not in (None, []):
        shown = field.default
        return str(shown).lower() if isinstance(shown, bool) else quoted(str(shown))
    match kind:
        case Boolean():
            return "false"
        case Choice():
            return quoted(kind.values[0])
        case Integer() | Decimal():
            low, high = float(kind.minimum), float(kind.maximum)
            return f"{max(low, min(0.0, high)):g}"
        case Text():
            return quoted("-" * kind.min_length) if kind.min_length else "an empty text"
        case Date():
            return "the day of the migration"
        case Timestamp():
            return "the moment of the migration"
        case TextList():
            return "an empty list"
        case Json():
            return "an empty object"
        case _:
            return "a value that stands for none"
