"""The route of the metrics; behind the door's token like everything else."""

from fastapi import APIRouter
from starlette.responses import Response

from smartforge.server import answers
from smartforge.server.metrics import MEDIA_TYPE, Metrics

DOCS = {
    200: {
        "description": "Every metric now, as Prometheus reads it",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}


class MetricsRoutes:
    """One scrape, whenever it is asked for."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def router(self) -> APIRouter:
        router = APIRouter(tags=["server"], responses=answers.PROBLEMS)
        router.add_api_route(
            "/metrics", self.get_metrics, methods=["GET"], response_model=None, responses={**DOCS}
        )
        return router

    async def get_metrics(self) -> Response:
        """What the server counts, for Prometheus and its like."""
        return Response(await self._metrics.scrape(), headers={"Content-Type": MEDIA_TYPE})
