"""Of several servers on one database, one executes the runs."""

from smartforge.log.postgres.lead import Lead


async def test_one_leads_until_it_lets_go(url: str) -> None:
    first, second = Lead(url), Lead(url)
    assert await first.take()
    assert not await second.take()
    await second.close()
    await first.close()
    assert await second.take()
    await second.close()
    await second.close()
