"""A list or a report as somebody asks for it: its pages, and what is wrong with them."""

from typing import Any, cast

from smartforge.checks.drafts import Actor, Draft
from smartforge.checks.endpoints import Endpoint
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Undecided
from smartforge.checks.surface import Json

_CASE = "for what is there"


class Pages:
    """What `endpoint` tells `actor`. Of a query only the parameters that it has are sent."""

    def __init__(self, court: Court, endpoint: Endpoint, actor: Actor) -> None:
        self.actor = actor
        self._court = court
        self._endpoint = endpoint

    async def page(self, *query: tuple[str, Any]) -> Json:
        """What is answered. Raises Undecided where that is no page, which the court notes."""
        answer = await self._court.expect(_CASE, self.asking(*query), {200})
        told = answer.json() if answer else None
        if not isinstance(told, dict):
            raise Undecided(f"{self._endpoint.key} was not answered")
        return cast(Json, told)

    def asking(self, *query: tuple[str, Any]) -> Draft:
        known = self._endpoint.parameters("query")
        asked = tuple((name, value) for name, value in query if name in known)
        return Draft(self._endpoint, self.actor, query=asked, before=self.actor.before)

    async def wrong(self, said: str, *query: tuple[str, Any]) -> None:
        """Tell the court that this query is not answered as promised, with an answer to it."""
        draft = self.asking(*query)
        self._court.failed(_CASE, draft, await self._court.send(draft), said)


def rows_of(page: Json) -> list[Json]:
    """The rows of a page; none where it holds none."""
    held: object = page.get("items")
    return cast(list[Json], held) if isinstance(held, list) else []


def ids_of(page: Json) -> list[Any]:
    return [one.get("id") for one in rows_of(page)]


def most_rows(endpoint: Endpoint) -> int:
    """How many rows a page may have."""
    limit = endpoint.parameters("query").get("limit")
    return limit.schema.get("maximum", 100) if limit else 100
