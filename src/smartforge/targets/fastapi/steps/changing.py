"""What a kept table has to go through: which columns and parts are new, gone or another."""

from collections.abc import Iterator

import msgspec

from smartforge.targets.fastapi.steps.shapes import Part, Shape
from smartforge.targets.fastapi.steps.values import Fills, Value, by_type, converted, widened

_ROOM = 50  # of a column's name, so that another one can be made of it


class Changing(msgspec.Struct, frozen=True):
    """One table, by its new name. Everything is by the new names of columns.

    `filled` are the columns that get a value where they have none, `converted` those that are
    made anew from what they were, `wider` those whose type takes more.
    """

    old: Shape
    new: Shape
    renamed: dict[str, str]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    wider: tuple[str, ...]
    converted: dict[str, Value]
    filled: dict[str, Value]
    looser: tuple[str, ...]
    stricter: tuple[str, ...]
    defaults: tuple[str, ...]
    gone: tuple[Part, ...]
    fresh: tuple[Part, ...]

    @property
    def table(self) -> str:
        return self.new.table.name

    def was(self, column: str) -> str:
        """What a column is called while it is made anew."""
        return f"{column[:_ROOM]}_before"

    @property
    def unheard(self) -> tuple[tuple[str, ...], ...]:
        """Columns that must be unique together now and need not before."""
        before = {
            tuple(self.renamed.get(name, name) for name in one.columns)
            for one in self.old.parts
            if _unique(one)
        }
        return tuple(
            one.columns
            for one in self.fresh
            if _unique(one) and one.columns not in before and "_where" not in one.made
        )


def _unique(part: Part) -> bool:
    return part.kind == "unique" or "unique=True" in part.made


def changing(old: Shape, new: Shape, renamed: dict[str, str], fills: Fills) -> Changing:
    """`renamed` are the new names of the columns by their old ones."""
    kept = {renamed.get(name, name): name for name in old.columns}
    both = [name for name in new.columns if name in kept]
    changes = {
        name: value
        for name in both
        if (value := converted(renamed_before(name), old.types[kept[name]], new.types[name]))
        and not widened(old.types[kept[name]], new.types[name])
    }
    other = [name for name in both if old.types[kept[name]] != new.types[name]]
    wider = tuple(name for name in other if widened(old.types[kept[name]], new.types[name]))
    replaced = {name for name in other if name not in changes and name not in wider}
    added = tuple(one for one in new.columns if one not in kept or one in replaced)
    anew = {*changes, *replaced}
    before, after = _by_name(old, anew, kept), _by_name(new, anew, {})
    nullable = {name: old.columns[kept[name]].nullable for name in both}
    strict = [name for name in new.columns if not new.columns[name].nullable]
    filling = [one for one in strict if one in added or nullable.get(one)]
    return Changing(
        old=old,
        new=new,
        renamed={a: b for a, b in renamed.items() if a in old.columns and b in new.columns},
        added=added,
        dropped=tuple(one for one in kept if one not in new.columns or one in replaced),
        wider=wider,
        converted=changes,
        filled={
            name: fills.get((new.table.name, name)) or by_type(new.columns[name], new.types[name])
            for name in filling
        },
        looser=tuple(
            one
            for one in both
            if new.columns[one].nullable and not nullable[one] and one not in anew
        ),
        stricter=tuple(one for one in strict if one in filling or one in changes),
        defaults=tuple(
            one
            for one in both
            if one not in anew and _default(old, kept[one]) != _default(new, one)
        ),
        gone=tuple(part for key, part in before.items() if key not in after),
        fresh=tuple(part for key, part in after.items() if key not in before),
    )


def renamed_before(column: str) -> str:
    return f'"{column[:_ROOM]}_before"'


def _default(shape: Shape, column: str) -> str:
    return shape.columns[column].options.get("server_default", "")


def _by_name(shape: Shape, anew: set[str], kept: dict[str, str]) -> dict[tuple[str, ...], Part]:
    """Parts by what makes them equal; those of columns that are made anew never are."""
    side = "old" if kept else "new"
    names = {was: now for now, was in kept.items()}
    found: dict[tuple[str, ...], Part] = {}
    for part in shape.parts:
        touched = any(names.get(one, one) in anew for one in part.columns)
        found[part.kind, part.name, part.made, side if touched else ""] = part
    return found


def steps_of(one: Changing) -> Iterator[str]:
    """In a few words, each thing that happens to the table."""
    table = one.table
    yield from (f"add {name} to {table}" for name in one.added)
    yield from (f"remove {name} from {table}" for name in one.dropped if name not in one.added)
    yield from (f"rename {was} of {table} to {now}" for was, now in one.renamed.items())
    yield from (f"change {name} of {table}" for name in (*one.converted, *one.wider))
    yield from (
        f"require {name} of {table}"
        for name in one.stricter
        if name not in one.added and name not in one.converted
    )
    yield from (f"let {name} of {table} be empty" for name in one.looser)
    if one.gone or one.fresh or one.defaults:
        yield f"change the rules of {table}"
