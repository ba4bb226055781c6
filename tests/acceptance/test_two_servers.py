"""Two servers on one PostgreSQL: the first executes the runs, both show them."""

import pytest

from smartforge.app import product
from smartforge.engine.base import NewProject
from smartforge.errors import Conflict
from smartforge.log.base import follow
from smartforge.settings import Options, read
from tests import postgres


async def test_the_second_shows_what_the_first_executes_and_harms_nothing() -> None:
    server = postgres.shared()
    name = server.new_database()
    # Slow enough that the run still writes when the second has opened.
    settings = read(Options(database_url=server.url(name), pace=2_000), {})
    async with product(settings, durable=True) as first:
        project_id = await first.engine.start(NewProject("A todo API"))
        async with product(settings, durable=True) as second:
            with pytest.raises(Conflict, match="only shows"):
                await second.engine.cancel(project_id)
            shown = 0
            async for records in follow(second.log, project_id, 0):
                assert not any(record.type == "error" for record in records)
                if shown == 0:
                    # What the run says from here on is said after the second has opened.
                    shown = (await first.log.head(project_id)).last
                if records[-1].seq > shown:
                    break
            await first.engine.cancel(project_id)
            last = (await second.log.head(project_id)).last
            assert (await second.log.read(project_id, last - 1, 1))[0].type == "run:cancelled"
    server.drop(name)
