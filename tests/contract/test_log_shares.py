"""What every log promises of the links to projects: `smartforge.log.base.Shares`."""

from pathlib import Path

import pytest

from smartforge.errors import DatabaseUnusable, UnknownProject
from smartforge.log.base import SHARES_KEPT_MS, Share
from tests.contract.logs import CREATED, DURABLE, WatchedLog, make, seqs
from tests.contract.test_log_removing import CANCELLED


def link(digest: str, *, of: str = "p", created: int = 1_000, expires: int = 2_000) -> Share:
    return Share(digest, of, created, expires)


async def test_each_project_has_its_own_newest_first(log: WatchedLog) -> None:
    for project_id in ("p", "q"):
        await log.create(project_id, [CREATED])
    old, new, other = link("a"), link("b", created=1_500), link("c", of="q")
    for each in (old, other, new):
        await log.share(each)
    assert await log.shares("p") == [new, old]
    assert await log.shares("q") == [other]
    assert await log.shares("nobody") == []
    assert await log.shared("a") == old
    assert await log.shared("none") is None
    assert await log.shared("\x00") is None
    assert await seqs(log, "p") == [1]


async def test_what_is_revoked_stays_known_and_is_revoked_once(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    await log.share(link("a"))
    await log.revoke("a", 1_700)
    await log.revoke("a", 1_900)
    await log.revoke("none", 1_900)
    assert await log.shared("a") == Share("a", "p", 1_000, 2_000, revoked=1_700)


async def test_long_after_its_end_a_link_is_forgotten_when_another_is_made(
    log: WatchedLog,
) -> None:
    await log.create("p", [CREATED])
    ended, lasting = link("a"), link("b", expires=2_001)
    await log.share(ended)
    await log.share(lasting)
    new = link("c", created=2_001 + SHARES_KEPT_MS, expires=3_000 + SHARES_KEPT_MS)
    await log.share(new)
    assert await log.shares("p") == [new, lasting]


async def test_links_go_with_their_project(log: WatchedLog) -> None:
    with pytest.raises(UnknownProject):
        await log.share(link("a", of="nobody"))
    await log.create("p", [CREATED])
    await log.share(link("a"))
    await log.append("p", [CANCELLED], run="r")
    assert await log.remove("p", 2)
    assert await log.shared("a") is None


@pytest.mark.parametrize("name", DURABLE)
async def test_links_are_there_after_a_restart(name: str, tmp_path: Path) -> None:
    log = make(name, tmp_path)
    await log.open()
    await log.create("p", [CREATED])
    await log.share(link("a"))
    await log.close()
    with pytest.raises(DatabaseUnusable):
        await log.shared("a")
    again = make(name, tmp_path)
    await again.open()
    assert await again.shares("p") == [link("a")]
    await again.close()
