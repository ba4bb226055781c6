"""The route that says of a line where it comes from: rule, part of the contract, words."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol

import anyio.to_thread
import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from smartforge.contract import reading
from smartforge.contract.parts import part_of, parts
from smartforge.log import large
from smartforge.server import answers
from smartforge.server.problems import RequestInvalid, UnknownFile
from smartforge.server.routes.content import VersionName
from smartforge.server.site import Site
from smartforge.snapshot import FileState, Snapshot

Json = Any
FRAME = "frame"
"""The rule behind lines that every project has."""


class LineParts(Protocol):
    """Knows the targets, as the server does not."""

    def __call__(
        self, target: str, contract: Json, path: str, text: str
    ) -> Sequence[Sequence[str]]:
        """For each line of a file the paths of the parts that it is there for, closest first."""
        ...


class Part(msgspec.Struct, frozen=True):
    """One part of the contract, with the words that asked for it.

    `rule` is the kind of part: `fields`, `access`, or the tag of a rule, such as `no_overlap`.
    `words` are `{text, start, end, messageId}`; where nobody spoke of the part itself they are
    those of the part `through`, which it came with.
    """

    part: str
    rule: str
    value: Json
    words: Sequence[Json]
    through: str | None


class ProvenanceRoutes:
    """Reads alone."""

    def __init__(self, site: Site, line_parts: LineParts) -> None:
        self._site = site
        self._line_parts = line_parts

    def router(self) -> APIRouter:
        router = APIRouter(
            prefix="/api/projects/{project_id}", tags=["content"], responses=answers.PROBLEMS
        )
        router.add_api_route("/provenance", self.explain, methods=["GET"], response_model=None)
        return router

    async def explain(
        self,
        project_id: str,
        path: Annotated[str, Query(description="a file of the version")],
        line: Annotated[int | None, Query(ge=1, description="from 1; all without it")] = None,
        version: VersionName = None,
    ) -> Response:
        """Where a line of a file comes from, or each line of it."""
        state = await self._site.asked(project_id, version)
        file = next((one for one in state.files if one.path == path and one.sha256), None)
        if file is None or file.sha256 is None or state.contract is None:
            raise UnknownFile("There is no file of that name.", "GET .../files lists the names.")
        text = (await self._site.log.get(file.sha256)).decode(errors="replace")
        contract = await large.whole(state.contract, self._site.log)
        found = await anyio.to_thread.run_sync(self._line_parts, state.target, contract, path, text)
        told = _told(contract, await self._origins(state))
        about = _about(state, file)
        if line is None:
            lines = [list(one) for one in found]
            used = {part: told[part] for part in told if any(part in one for one in lines)}
            return answers.json(about | {"lines": lines, "parts": used})
        if line > len(found):
            raise RequestInvalid(
                f"{path} has {len(found)} lines, so there is no line {line}.",
                f"Ask for one from 1 to {len(found)}.",
            )
        named = [told[part] for part in found[line - 1]]
        said = {
            "line": line,
            "text": text.splitlines()[line - 1],
            "rule": named[0].rule if named else FRAME,
            "parts": named,
        }
        return answers.json(about | said)

    async def _origins(self, state: Snapshot) -> Mapping[str, Sequence[Json]]:
        if state.origins is None:
            return {}
        return msgspec.json.decode(await self._site.log.get(state.origins.ref))


def _about(state: Snapshot, file: FileState) -> dict[str, Json]:
    return {
        "version": state.version,
        "path": file.path,
        "purpose": file.purpose,
        "author": file.author,
    }


def _told(contract: Json, origins: Mapping[str, Sequence[Json]]) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for part, value in parts(reading.from_json(contract)).items():
        source = _source(part, origins)
        words = origins.get(source, ()) if source else ()
        through = source if source != part else None
        found[part] = Part(part, _rule(part), value, words, through)
    return found


def _source(part: str, origins: Mapping[str, Sequence[Json]]) -> str | None:
    """The part itself, or the closest around it that words are known for."""
    while part and not origins.get(part):
        part = part.rpartition("/")[0]
    return part or None


def _rule(part: str) -> str:
    resource, section, name = part_of(part)
    if section == "rules":
        return name.partition(":")[0]
    return section or ("resource" if resource else part)
