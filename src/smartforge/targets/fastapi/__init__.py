"""The target `fastapi`: a contract as a project on FastAPI, pydantic and SQLAlchemy."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from smartforge.contract import Contract
from smartforge.targets.base import TargetFile
from smartforge.targets.fastapi import packages, rendering
from smartforge.targets.fastapi.formatting import formatted
from smartforge.targets.fastapi.layout import planned
from smartforge.targets.fastapi.views import resource_views


class FastAPITarget:
    """Renders projects that run on the pinned packages of `requirements.txt`, and prove it."""

    name = "fastapi"

    def files(self, contract: Contract) -> Sequence[TargetFile]:
        return [one.file for one in planned(contract, resource_views(contract))]

    def render(self, contract: Contract) -> Mapping[str, str]:
        views = resource_views(contract)
        context = rendering.context(contract, views)
        return formatted(
            {
                one.file.path: rendering.text(one, contract, context)
                for one in planned(contract, views)
            }
        )

    def dependencies(self) -> Path:
        return packages.prepared()
