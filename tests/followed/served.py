"""A running server, and what is said to it, over the terminal or the API."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any, Literal

import httpx

from tests.processes import SMARTFORGE, ServerProcess, smartforge

Json = dict[str, Any]
Way = Literal["terminal", "API"]

_ENDS = ("complete", "error", "run:cancelled", "questions")


class Talk:
    """One project on a server: what is said, and all that happened since."""

    def __init__(self, server: ServerProcess, prompt: str, command: Path = SMARTFORGE) -> None:
        self._server = server
        self._command = command
        self._client = httpx.Client(base_url=server.url, trust_env=False, timeout=300)
        self.project = str(self._answer("POST", "/api/projects", prompt=prompt)["id"])
        self._seen = 0

    def close(self) -> None:
        self._client.close()

    def say(self, way: Way, said: str) -> list[Json]:
        """The events of the run that it starts."""
        if way == "API":
            self._answer("POST", f"/api/projects/{self.project}/messages", prompt=said)
        else:
            self._run("say", said)
        return self.ended()

    def restore(self, way: Way, version: int) -> list[Json]:
        """The same of bringing a version back."""
        if way == "API":
            self._answer("POST", f"/api/projects/{self.project}/restore", version=version)
        else:
            self._run("restore", str(version))
        return self.ended()

    def _run(self, command: str, *arguments: str) -> None:
        done = smartforge(
            command, self.project, *arguments, "--server", self._server.url, command=self._command
        )
        assert (done.returncode, done.stdout) == (0, "Queued.\n"), done.stderr

    def ended(self) -> list[Json]:
        """What has happened since this was asked last, once the run has come to its end."""
        events: list[Json] = []
        while not events or events[-1]["type"] not in _ENDS:
            path = f"/api/projects/{self.project}/events?after={self._seen}&wait=20"
            events += (more := self._answer("GET", path)["events"])
            self._seen = more[-1]["seq"] if more else self._seen
        return events

    def snapshot(self) -> Json:
        return self._answer("GET", f"/api/projects/{self.project}")

    def diff(self, old: int, new: int) -> Json:
        return self._answer("GET", f"/api/projects/{self.project}/diff?from={old}&to={new}")

    def hashes(self, version: int | str) -> dict[str, str]:
        """What the server says of each file."""
        told = self._answer("GET", f"/api/projects/{self.project}/files?version={version}")
        return {one["path"]: one["sha256"] for one in told["files"]}

    def archive(self, version: int) -> bytes:
        path = f"/api/projects/{self.project}/export.zip?version={version}"
        return self._client.get(path).raise_for_status().content

    def exported(self, version: int, place: Path) -> bytes:
        """The same, written by the command."""
        done = smartforge(
            "export",
            self.project,
            "-o",
            str(place),
            "--version",
            str(version),
            "--server",
            self._server.url,
            command=self._command,
        )
        assert done.returncode == 0, done.stderr
        return place.read_bytes()

    def _answer(self, method: str, path: str, **body: object) -> Json:
        answer = self._client.request(method, path, json=body or None)
        answer.raise_for_status()
        return answer.json()


def unpacked(archive: bytes) -> dict[str, bytes]:
    """The files in it, by their paths."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {one: opened.read(one) for one in opened.namelist()}


def tree_hash(files: dict[str, bytes]) -> str:
    """One hash of all names and contents."""
    whole = hashlib.sha256()
    for path, content in sorted(files.items()):
        whole.update(f"{path}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return whole.hexdigest()
