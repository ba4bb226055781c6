"""Rows as columns: one array for each parameter, so that any number of rows is one query."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from smartforge.log.postgres.batch import Batch
from smartforge.log.standing import Standing


def turned(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """One list for each place in the rows, all of which are equally long."""
    return [list(column) for column in zip(*rows, strict=True)]


def of_standings(standings: Iterable[Standing]) -> list[list[Any]]:
    """id, created, ts, last, epoch, headline as JSON, deleted."""
    return turned(
        (
            each.project_id,
            each.created,
            each.ts,
            each.last,
            each.epoch,
            msgspec.json.encode(each.headline).decode(),
            each.headline.deleted,
        )
        for each in standings
    )


def of_events(batch: Batch) -> list[list[Any]]:
    """project, seq, type, data."""
    return turned(
        (project_id, one.seq, one.type, one.data)
        for project_id, stored in batch.stored.items()
        for one in stored
    )
