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
    settings = read(Options(database_url=server.url(name)), {})
    async with product(settings, durable=True) as first:
        project_id = await first.engine.start(NewProject("A todo API"))
        async with product(settings, durable=True) as second:
            with pytest.raises(Conflict, match="only shows"):
                await second.engine.cancel(project_id)
            types: list[str] = []
            async for records in follow(second.log, project_id, 0):
                types += [record.type for record in records]
                if "complete" in types or "error" in types:
                    break
            assert types[-1] == "complete"
    server.drop(name)
