"""What becomes of the rows that are there when their contract changes."""

from collections.abc import Iterator, Mapping

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
    Resource,
    Text,
    TextList,
    Time,
    Timestamp,
    UniqueTogether,
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
        for names in _alone(was, now, known):
            what = listing([spaced(one.removesuffix("_id")) for one in names])
            yield (
                f"Where two {spaced(now.plural)} have the same {what} already, the migration stops "
                "and names them."
            )
    for lost in losses(base, contract):
        yield f"Data goes with it: {lost}."


def _alone(was: Resource, now: Resource, known: Mapping[str, Field]) -> Iterator[tuple[str, ...]]:
    """The fields, and groups of them, that may hold the same no more."""
    for field in now.fields:
        if field.unique and field.name in known and not known[field.name].unique:
            yield (field.name,)
    kept = {before.name: name for name, before in known.items()}
    rules = {tuple(kept.get(one, one) for one in each.fields) for each in _together(was)}
    for rule in _together(now):
        if rule.fields not in rules and all(one in known for one in rule.fields):
            yield rule.fields


def _together(resource: Resource) -> Iterator[UniqueTogether]:
    for one in resource.rules:
        if isinstance(one, UniqueTogether):
            yield one


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
        case Time():
            return "midnight"
        case TextList():
            return "an empty list"
        case Json():
            return "an empty object"
        case _:
            return "a value that stands for none"
