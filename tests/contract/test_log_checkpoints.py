"""What every log promises of the folded states that it keeps: `smartforge.log.base.Checkpoints`."""

import asyncio
from pathlib import Path

import pytest

from smartforge.errors import DatabaseUnusable, UnknownProject
from smartforge.log.base import Checkpoint
from tests.contract.logs import CREATED, DURABLE, WatchedLog, make, seqs


def state(seq: int, *, of: str = "p", shape: str = "one", data: bytes = b"{}") -> Checkpoint:
    return Checkpoint(project_id=of, seq=seq, shape=shape, data=data)


async def test_there_is_none_before_one_was_kept(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    assert await log.checkpoint("p") is None
    assert await log.checkpoint("nobody") is None


async def test_what_was_kept_comes_back_byte_by_byte(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    kept = state(1, data=bytes(range(256)) * 8192)  # 2 MiB, far more than an event may have
    await log.keep(kept)
    assert await log.checkpoint("p") == kept


async def test_a_newer_one_takes_the_place_of_an_older_one(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    await log.keep(state(1))
    newer = state(7, shape="two", data=b"newer")
    await log.keep(newer)
    assert await log.checkpoint("p") == newer


@pytest.mark.parametrize(
    "late",
    [state(6), state(6, shape="two"), state(7, data=b"late")],
    ids=["older", "older and of another shape", "of the same seq"],
)
async def test_one_that_is_not_newer_changes_nothing(log: WatchedLog, late: Checkpoint) -> None:
    await log.create("p", [CREATED])
    await log.keep(state(7))
    await log.keep(late)
    assert await log.checkpoint("p") == state(7)


async def test_one_of_another_shape_takes_the_place_of_one_of_the_same_seq(
    log: WatchedLog,
) -> None:
    await log.create("p", [CREATED])
    await log.keep(state(7))
    await log.keep(state(7, shape="two"))
    assert await log.checkpoint("p") == state(7, shape="two")


async def test_each_project_has_its_own(log: WatchedLog) -> None:
    for project_id in ("p", "q"):
        await log.create(project_id, [CREATED])
    await log.keep(state(3))
    assert await log.checkpoint("q") is None
    await log.keep(state(2, of="q"))
    assert await log.checkpoint("p") == state(3)
    assert await log.checkpoint("q") == state(2, of="q")


async def test_none_is_kept_of_an_unknown_project_and_others_of_its_commit_are(
    log: WatchedLog,
) -> None:
    await log.create("p", [CREATED])
    unknown, kept, last = await asyncio.gather(
        log.keep(state(1, of="nobody")),
        log.keep(state(1)),
        log.append("p", [CREATED], run=None),
        return_exceptions=True,
    )
    assert isinstance(unknown, UnknownProject)
    assert (kept, last) == (None, 2)
    assert await log.checkpoint("p") == state(1)
    assert await log.checkpoint("nobody") is None


async def test_of_many_kept_at_the_same_time_the_newest_stays(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    await asyncio.gather(*(log.keep(state(seq)) for seq in (3, 9, 1, 27, 8)))
    assert await log.checkpoint("p") == state(27)


async def test_keeping_is_no_event(log: WatchedLog) -> None:
    head = await log.create("p", [CREATED])
    await log.keep(state(1))
    assert await log.head("p") == head
    assert await seqs(log, "p") == [1]
    assert not await log.wait({"p": 1}, timeout=0)


@pytest.mark.parametrize("name", DURABLE)
async def test_what_was_kept_is_there_after_a_restart(name: str, tmp_path: Path) -> None:
    log = make(name, tmp_path)
    await log.open()
    await log.create("p", [CREATED])
    await log.keep(state(1, data=b"\x00kept"))
    await log.close()
    again = make(name, tmp_path)
    await again.open()
    assert await again.checkpoint("p") == state(1, data=b"\x00kept")
    await again.close()


async def test_a_closed_log_refuses_both(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    await log.close()
    with pytest.raises(DatabaseUnusable):
        await log.checkpoint("p")
    with pytest.raises(DatabaseUnusable):
        await log.keep(state(1))
