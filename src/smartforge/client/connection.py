"""One server over HTTP: requests, what they answer, and what the server refuses."""

import contextlib
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import httpx_sse
import msgspec

from smartforge.errors import ServerRefused, ServerUnreachable, SettingsInvalid, UnknownProject

DEFAULT_SERVER = "http://127.0.0.1:8000"
LONGEST_ID = 200
CONNECT_SECONDS = 30.0

Json = dict[str, Any]
T = TypeVar("T")


class Connection:
    """Raises ServerUnreachable, ServerRefused and UnknownProject, and nothing of HTTP's own.

    `silence` is how many seconds may pass without a byte. Raises SettingsInvalid for an address
    or a token that makes no sense.
    """

    def __init__(self, server: str, token: str | None, silence: float) -> None:
        self.server = server.rstrip("/")
        _check(self.server, token)
        self._http = httpx.AsyncClient(
            base_url=self.server,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=httpx.Timeout(CONNECT_SECONDS, read=silence),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=8),
            trust_env=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def json(self, method: str, path: str, **more: Any) -> Json:
        """The object that the server answers."""
        return self.read((await self.request(method, path, **more)).content, Json)

    async def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A whole answer; its status is one of success."""
        try:
            response = await self._http.request(method, path, **more)
        except httpx.TransportError as error:
            raise self.unreachable() from error
        except httpx.RequestError as error:
            raise self.stranger(200) from error
        await refuse(response)
        return response

    def stream(
        self, path: str, params: Mapping[str, str], headers: dict[str, str]
    ) -> contextlib.AbstractAsyncContextManager[httpx_sse.EventSource]:
        """An answer that goes on. Here alone HTTP's errors pass: who follows tells them apart."""
        return httpx_sse.aconnect_sse(self._http, "GET", path, params=params, headers=headers)

    def read(self, data: bytes, shape: type[T]) -> T:
        try:
            return msgspec.json.decode(data, type=shape)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise self.stranger(200) from error

    def stranger(self, status: int) -> ServerRefused:
        return ServerRefused(
            status,
            f"What answers at {self.server} does not speak as Smart Forge does.",
            "Name the address that `smartforge serve` has printed, with --server.",
        )

    def unreachable(self) -> ServerUnreachable:
        return ServerUnreachable(
            f"No server answers at {self.server}.",
            "Start one with `smartforge serve`, or name another with --server.",
        )


async def refuse(response: httpx.Response) -> None:
    """Raise what the server has refused, in its own words; nothing for an answer of success."""
    if response.is_success:
        return
    await response.aread()
    try:
        problem = msgspec.json.decode(response.content, type=Json)
    except msgspec.DecodeError:
        problem = {}
    title = str(problem.get("title") or response.reason_phrase)
    detail, hint = str(problem.get("detail") or ""), str(problem.get("hint", ""))
    if problem.get("code") == UnknownProject.code:
        raise UnknownProject(detail, hint)
    raise ServerRefused(
        response.status_code, f"{title}. {detail}".strip(), hint, retry_after(response.headers)
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` in seconds (RFC 9110, section 10.2.3); None where it is missing or no sense."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    with contextlib.suppress(ValueError, OverflowError):
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    return None


def place(project_id: str) -> str:
    """Where the project's own routes are."""
    return f"/api/projects/{quoted(project_id)}"


def quoted(id_: str, of: str = "project") -> str:
    """The id as one segment of a path, whatever it holds. Raises SettingsInvalid."""
    if not 0 < len(id_) <= LONGEST_ID:
        where = "`smartforge list`" if of == "project" else "The project's snapshot"
        raise SettingsInvalid(f"That is no {of}'s id.", f"{where} shows them.")
    return segment(id_)


def segment(name: str) -> str:
    """One segment of a path; dots would lead out of it."""
    return quote(name, safe="", errors="replace").replace(".", "%2E")


def _check(server: str, token: str | None) -> None:
    try:
        url = httpx.URL(server)
        sound = url.scheme in ("http", "https") and url.host and (url.port or 1) in range(65_536)
    except (httpx.InvalidURL, UnicodeError):
        sound = False
    if not sound:
        raise SettingsInvalid(
            f"{server!r} is no address of a server.",
            f"Give one such as {DEFAULT_SERVER} with --server.",
        )
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise SettingsInvalid(
            "The token holds characters that no header can carry.",
            "Copy it again as `smartforge serve` has printed it.",
        )
