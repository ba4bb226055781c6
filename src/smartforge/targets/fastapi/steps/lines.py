"""The statements of one step: from the tables of one version to those of the next."""

from collections.abc import Iterator

from smartforge.targets.fastapi import migration
from smartforge.targets.fastapi.steps.changing import Changing, changing, steps_of
from smartforge.targets.fastapi.steps.pairs import Named
from smartforge.targets.fastapi.steps.shapes import Shape
from smartforge.targets.fastapi.steps.values import Fills, Value


class Step:
    """All that leads from the shapes in `old` to those in `new`. Raises nothing."""

    def __init__(
        self, old: dict[str, Shape], new: dict[str, Shape], named: Named, fills: Fills
    ) -> None:
        self.named = named
        kept = {name: named.tables.get(name, name) for name in old}
        self.kept = {was: now for was, now in kept.items() if now in new}
        self.created = tuple(new[one].table for one in new if one not in self.kept.values())
        self.removed = tuple(old[one].table for one in old if one not in self.kept)
        self.changing = tuple(
            changing(old[was], new[now], named.columns.get(now, {}), fills)
            for was, now in self.kept.items()
        )

    def lines(self) -> list[str]:
        """Python statements, in the order in which both databases take them."""
        found = [f'rename_table("{was}", "{now}")' for was, now in self.kept.items() if was != now]
        found += migration.made(self.created)
        for one in self.changing:
            found += _table(one)
        return found + migration.dropped(self.removed)

    def words(self) -> list[str]:
        """What happens, each in a few words."""
        # Tables of pairs have longer names than what they are about.
        moved = sorted(self.kept.items(), key=lambda pair: len(pair[0]))
        found = [f"rename {was} to {now}" for was, now in moved if was != now]
        found += [f"add {one.name}" for one in self.created]
        found += [f"remove {one.name}" for one in self.removed]
        renamed = {now for was, now in self.kept.items() if was != now}
        for one in self.changing:
            found += [
                words
                for words in steps_of(one)
                # New names of constraints follow from the table's own.
                if one.table not in renamed or not words.startswith("change the rules")
            ]
        return found

    def filled(self) -> list[str]:
        """What rows that are there hold now, each as a line."""
        return [
            f"{one.table}.{name}: {value.said}"
            for one in self.changing
            for name, value in (*one.filled.items(), *one.converted.items())
        ]


def _table(one: Changing) -> Iterator[str]:
    table = one.table
    for was, now in one.renamed.items():
        yield f'op.alter_column("{table}", "{was}", new_column_name="{now}")'
    for name in one.converted:
        yield f'op.alter_column("{table}", "{name}", new_column_name="{one.was(name)}")'
    for part in one.gone:
        if part.kind == "index":
            yield f'op.drop_index({_found(part.name)}, table_name="{table}")'
    first, last = list(_first(one)), list(_last(one))
    filling = [*_filling(one)]
    if filling:
        yield from _batch(one, first)
        yield from filling
        first = []
    yield from _batch(one, [*first, *last])
    for part in one.fresh:
        if part.kind == "index":
            yield part.made.replace("{table}", table)


def _batch(one: Changing, lines: list[str]) -> Iterator[str]:
    """The lines within `with changed(...)`; nothing where there are none."""
    if lines:
        options = "".join(f", {name}={value}" for name, value in one.new.table.options.items())
        body = "".join(f"\n        {line}" for line in lines)
        yield f'with changed("{one.table}"{options}) as batch:{body}'


def _first(one: Changing) -> Iterator[str]:
    """What comes before rows get their values."""
    for part in one.gone:
        if part.kind != "index":
            yield f'batch.drop_constraint({_found(part.name)}, type_="{part.kind}")'
    for name in one.dropped:
        yield f'batch.drop_column("{name}")'
    for name in (*one.added, *one.converted):
        nullable = one.new.columns[name].nullable or name in one.stricter
        yield f"batch.add_column({migration.column(one.new.columns[name], nullable)})"
    for name in one.wider:
        yield f'batch.alter_column("{name}", type_={one.new.types[name]})'
    for name in one.looser:
        yield f'batch.alter_column("{name}", nullable=True)'
    for name in one.defaults:
        given = migration.server_default(one.new.columns[name])
        yield f'batch.alter_column("{name}", server_default={given})'


def _filling(one: Changing) -> Iterator[str]:
    for name, value in one.converted.items():
        yield f'fill("{one.table}", "{name}", {_arguments(value)})'
    for name, value in one.filled.items():
        yield f'fill("{one.table}", "{name}", {_arguments(value)})'
    for columns in one.unheard:
        listed = ", ".join(f'"{name}"' for name in columns)
        yield f'check_unique("{one.table}", [{listed}])'


def _arguments(value: Value) -> str:
    if value.sqlite == value.postgresql:
        return repr(value.sqlite)
    return f"{value.postgresql!r}, sqlite={value.sqlite!r}"


def _last(one: Changing) -> Iterator[str]:
    """What needs rows that have their values."""
    for name in one.converted:
        yield f'batch.drop_column("{one.was(name)}")'
    for name in one.stricter:
        yield f'batch.alter_column("{name}", nullable=False)'
    yield from (part.made for part in one.fresh if part.kind != "index")


def _found(name: str) -> str:
    """The name of something that is there: PostgreSQL has cut those that are too long."""
    if len(name) <= migration.LONGEST:
        return f'op.f("{name}")'
    return f'cut("{name}")'
