"""The target `fastapi`: a contract as a project on FastAPI, pydantic and SQLAlchemy."""

from collections.abc import Mapping, Sequence, Set
from pathlib import Path

from smartforge.contract import Contract
from smartforge.events import CheckName
from smartforge.parsing import ONE_AT_A_TIME
from smartforge.targets.base import TargetFile
from smartforge.targets.fastapi import packages, rendering
from smartforge.targets.fastapi.formatting import formatted
from smartforge.targets.fastapi.layout import planned
from smartforge.targets.fastapi.steps import migrations
from smartforge.targets.fastapi.views import resource_views


class FastAPITarget:
    """Renders projects that run on the pinned packages of `requirements.txt`, and prove it."""

    name = "fastapi"
    repeated: Set[CheckName] = frozenset({"syntax", "lint", "boot", "contract", "tests", "fuzz"})

    def files(self, contract: Contract, past: Sequence[Contract] = ()) -> Sequence[TargetFile]:
        with ONE_AT_A_TIME:
            made = migrations(contract, past, rendering.models)
            return [one.file for one in planned(contract, resource_views(contract), made)]

    def render(self, contract: Contract, past: Sequence[Contract] = ()) -> Mapping[str, str]:
        with ONE_AT_A_TIME:
            views = resource_views(contract)
            made = migrations(contract, past, rendering.models)
            context = rendering.context(contract, views, made)
            texts = {
                one.file.path: rendering.text(one, contract, context)
                for one in planned(contract, views, made)
            }
        return formatted(texts)

    def packages(self) -> Mapping[str, str]:
        return packages.pinned()

    def dependencies(self) -> Path:
        return packages.prepared()

    def rehearsal(self) -> str:
        return Path(__file__).with_name("rehearsal.py").read_text("utf-8")
