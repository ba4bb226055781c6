"""The route of the cluster: its nodes, what they execute, and what waits."""

from collections import Counter
from typing import Any

from fastapi import APIRouter
from msgspec.structs import asdict
from starlette.responses import Response

from smartforge.engine.base import Cluster, Ticket
from smartforge.server import answers
from smartforge.server.site import Site


class ClusterRoutes:
    """For operators, and for who wonders why a run waits."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def router(self) -> APIRouter:
        router = APIRouter(tags=["server"], responses=answers.PROBLEMS)
        router.add_api_route("/api/cluster", self.get_cluster, methods=["GET"], response_model=None)
        return router

    async def get_cluster(self) -> Response:
        """The nodes, oldest first, with how many runs each has on; runs on; runs that wait.

        Times are Unix milliseconds by the clock of `now`, the database's. `here` is the node that
        answers. `limits` say how many runs may be on at once on a node, of a user, and in all.
        """
        return answers.json(_shown(await self._site.engine.cluster()))


def _shown(cluster: Cluster) -> dict[str, Any]:
    running = Counter(ticket.node for ticket in cluster.on)
    return {
        "here": cluster.here,
        "now": cluster.now,
        "limits": cluster.limits,
        "nodes": [asdict(node) | {"running": running[node.id]} for node in cluster.nodes],
        "on": [
            _asked(ticket) | {"taken": ticket.taken, "node": ticket.node} for ticket in cluster.on
        ],
        "waiting": [
            _asked(ticket) | {"position": place}
            for place, ticket in enumerate(cluster.waiting, start=1)
        ],
    }


def _asked(ticket: Ticket) -> dict[str, Any]:
    return {
        "projectId": ticket.project_id,
        "run": ticket.run,
        "user": ticket.user,
        "queued": ticket.queued,
    }
