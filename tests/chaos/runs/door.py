"""What a user asks of the servers by HTTP, again and again until there is an answer."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import httpx
import msgspec

from smartforge.events import Message, RunQueued, decode
from tests.chaos.runs.fleet import Fleet
from tests.chaos.runs.plan import Asked, Made, Wanted

REQUEST_SECONDS = 30.0
AGAIN_SECONDS = 0.05
QUEUED_SECONDS = 10.0
"""How long a run may take to be queued whose project is there: others see that its node died."""

PAGE = 10_000
BODIES: dict[Made, dict[str, str]] = {
    # What is said next would else be read by rules, which cost no call of the model.
    "model": {"planner": "model", "author": "model"},
    "planned": {"planner": "model", "author": "auto"},
    "offline": {"model": "offline"},
}


class TrialFailed(Exception):
    """Something is so wrong that the rest of a trial would not tell more."""


class Door:
    """The servers' API: a request that is cut off, or refused for now, is made again anywhere.

    `asking` is called when a command is about to be sent.
    """

    def __init__(self, fleet: Fleet, asking: Callable[[], None]) -> None:
        self._fleet = fleet
        self._asking = asking
        self._client = httpx.AsyncClient(trust_env=False, timeout=REQUEST_SECONDS)

    async def close(self) -> None:
        await self._client.aclose()

    async def create(self, wanted: Wanted) -> str:
        """Ask for the project and its first run; exactly one project comes of it."""
        prompt = wanted.runs[0].prompt
        body = {"prompt": prompt, **BODIES[wanted.made]}
        while (answer := await self._once("POST", "/api/projects", body)) is None:
            if (found := await self._project(prompt)) is not None:
                return found
        return str(answer.json()["id"])

    async def say(self, project_id: str, asked: Asked) -> None:
        """Send the follow-up; exactly one message and one run come of it."""
        path = f"/api/projects/{project_id}/messages"
        while await self._once("POST", path, {"prompt": asked.prompt}) is None:
            if await self._said(project_id, asked.prompt):
                return

    async def events(self, project_id: str) -> list[bytes]:
        """All events, as JSON in the order of the wire."""
        found: list[bytes] = []
        while True:
            path = f"/api/projects/{project_id}/events?after={len(found)}&limit={PAGE}"
            page: list[Any] = (await self.get(path)).json()["events"]
            if not page:
                return found
            found += [msgspec.json.encode(each) for each in page]

    async def snapshot(self, project_id: str) -> dict[str, Any]:
        return (await self.get(f"/api/projects/{project_id}")).json()

    async def blob(self, project_id: str, sha256: str) -> bytes:
        return (await self.get(f"/api/projects/{project_id}/blobs/{sha256}")).content

    async def get(self, path: str) -> httpx.Response:
        """The answer, however often it has to be asked for."""
        while (answer := await self._once("GET", path, None)) is None:
            pass
        return answer

    async def _once(self, method: str, path: str, body: object) -> httpx.Response | None:
        """The answer; None where there was none, or where the server could not do it now.

        Raises TrialFailed where the request itself is refused.
        """
        port = await self._fleet.port(asking=method == "POST")
        if method == "POST":
            self._asking()
        try:
            answer = await self._client.request(method, f"http://127.0.0.1:{port}{path}", json=body)
        except httpx.TransportError:
            answer = None
        if answer is None or answer.status_code >= 500:
            await asyncio.sleep(AGAIN_SECONDS)
            return None
        if answer.status_code >= 400:
            raise TrialFailed(f"{method} {path} was refused: {answer.text}")
        return answer

    async def _project(self, prompt: str) -> str | None:
        """The project with this prompt. Raises TrialFailed where it is there without a run."""
        listed: list[Any] = (await self.get("/api/projects?limit=100")).json()["projects"]
        for each in listed:
            project_id = str(each["id"])
            if (await self.snapshot(project_id))["prompt"] == prompt:
                await self._queued(project_id, None)
                return project_id
        return None

    async def _said(self, project_id: str, prompt: str) -> bool:
        """Whether this message is there. Raises TrialFailed where it is, without a run."""
        for data in await self.events(project_id):
            match decode(data)[1]:
                case Message(role="user", text=text, id=message_id) if text == prompt:
                    await self._queued(project_id, message_id)
                    return True
                case _:
                    pass
        return False

    async def _queued(self, project_id: str, message_id: str | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(QUEUED_SECONDS):
                while True:
                    if await self._is_queued(project_id, message_id):
                        return
                    await asyncio.sleep(AGAIN_SECONDS)
        raise TrialFailed(f"asked for but never queued: {message_id} in {project_id}")

    async def _is_queued(self, project_id: str, message_id: str | None) -> bool:
        facts = [decode(data)[1] for data in await self.events(project_id)]
        return any(isinstance(one, RunQueued) and one.message_id == message_id for one in facts)
