"""How long and how often a lost server is sought."""

from email.utils import formatdate

import pytest

from smartforge.client.connection import retry_after
from smartforge.client.search import Search
from tests.unit.client.places import Naps


async def test_waits_double_up_to_an_end_and_begin_anew_with_what_is_new() -> None:
    naps = Naps()
    search = Search(60.0, naps)
    search.told(1000)
    for _ in range(5):
        await search.pause()
    search.found()
    await search.pause()
    for nap, least in zip(naps.taken, [1, 2, 4, 5, 5, 1], strict=True):
        assert least <= nap <= 1.5 * least


@pytest.mark.parametrize(("told", "least"), [(-5, 0), (0, 0), (10**12, 5)])
async def test_what_the_server_asks_for_is_bounded(told: int, least: float) -> None:
    naps = Naps()
    search = Search(60.0, naps)
    search.told(told)
    await search.pause()
    assert least <= naps.taken[0] <= 1.5 * least


def test_who_was_never_there_is_not_sought() -> None:
    assert not Search(60.0, Naps()).lost()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("0", 0), ("7", 7), ("9" * 5000, 999_999_999), ("-1", None), ("soon", None), ("²", None)],
)
def test_retry_after_is_read_with_care(said: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": said}) == seconds


def test_retry_after_may_be_a_date() -> None:
    assert retry_after({"retry-after": formatdate(0, usegmt=True)}) == 0
    later = retry_after({"retry-after": formatdate(4_000_000_000, usegmt=True)})
    assert later is not None
    assert later > 3600
