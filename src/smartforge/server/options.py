"""What the composition root tells the server; the server reads no settings of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from smartforge.errors import SettingsInvalid
from smartforge.server import hosts

STATIC = Path(__file__).parent / "static"
"""Where the build of `web/` puts the page."""


class DoorOptions(msgspec.Struct, frozen=True):
    """Who may come in.

    `host` is the address the server is bound to. With a `token` every request needs it; without
    one the address has to be a loopback address. `allowed_hosts` are further names for `Host`,
    `allowed_origins` are `scheme://host[:port]` for which CORS is open, `preview_origin` is one
    that previews have for themselves.

    Raises SettingsInvalid where these contradict each other.
    """

    host: str = "127.0.0.1"
    token: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    preview_origin: str | None = None

    def __post_init__(self) -> None:
        if not self.token and not hosts.is_loopback(hosts.plain(self.host)):
            raise SettingsInvalid(
                f"Other machines can reach {self.host}, but there is no token to keep them out.",
                "Give one with --token or SMARTFORGE_TOKEN, or bind to 127.0.0.1.",
            )
        for origin in self.allowed_origins:
            if not _is_origin(origin):
                raise SettingsInvalid(
                    f"SMARTFORGE_ALLOWED_ORIGINS names {origin!r}, which is no origin.",
                    "Write each as scheme://host or scheme://host:port, without a path.",
                )

        if self.preview_origin is not None and not _is_origin(self.preview_origin):
            raise SettingsInvalid(
                f"SMARTFORGE_PREVIEW_ORIGIN is {self.preview_origin!r}, which is no origin.",
                "Write it as scheme://host or scheme://host:port, without a path.",
            )

    def __repr__(self) -> str:
        return f"DoorOptions(host={self.host!r}, token={'set' if self.token else 'none'})"


class ServerOptions(msgspec.Struct, frozen=True):
    """How the server behaves. Times are seconds, sizes bytes.

    There may be `viewers` in all, `viewers_per_project` of one project, and `viewers_per_address`
    from one address. `stream.Rules` says what the times of the stream are. `settings` is what
    `GET /api/settings` answers: what is set, as JSON, with no secret in it.
    """

    door: DoorOptions = DoorOptions()
    settings: Mapping[str, Any] = {}
    static: Path = STATIC
    tick: float = 0.025
    heartbeat: float = 15.0
    patience: float = 30.0
    unheard: float = 3600.0
    linger: float = 5.0
    body_limit: int = 1024 * 1024
    folded_projects: int = 64
    viewers: int = 5000
    viewers_per_project: int = 2000
    viewers_per_address: int = 2000


def _is_origin(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        _ = parts.port
    except ValueError:
        return False
    whole = f"{parts.scheme}://{parts.netloc}"
    return parts.scheme in ("http", "https") and bool(parts.hostname) and whole == origin.lower()
