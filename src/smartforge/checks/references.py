"""Which line left a reference alone that the database, or who asks it, should have looked after."""

from collections.abc import Collection

from smartforge.checks.witness import Line, Seen, Trace


def unkept(seen: Seen, reference: str, deletion: Trace, *, refused: bool) -> Line | None:
    """Where it is said what becomes of `reference`, as `comments.ticket_id`, by this deletion.

    That is its foreign key, where the database refused for its sake or was left to care for it;
    or where the database should be told to look after any. None where neither had to do with it.
    `refused` tells that it was first; asked again, another connection may have answered.
    """
    made = _made(seen, reference)
    if seen.loose is not None and not refused:
        return seen.loose
    if any("foreign key" in text.lower() for _, text in deletion.raised):
        return made
    if deletion.status >= 400:
        return None
    deleted = any(".delete(" in seen.text(line) for line in seen.ways[deletion.way])
    return made if deleted else None


def _made(seen: Seen, reference: str) -> Line | None:
    column = reference.partition(".")[2]
    named: Collection[str] = [one for one in seen.tables if one.endswith(f".{column}>")]
    # The table may have another name than the collection, if only one has such a column.
    alone = next(iter(named)) if len(named) == 1 else ""
    return seen.tables.get(f"{reference}>", seen.tables.get(alone))
