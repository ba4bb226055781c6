"""Links by which others may look at one project: made, found by their secret, ended.

A link holds a secret of 192 random bits. The log keeps its SHA-256 alone, so that nobody who reads
the database, a backup or our own log can use a link.
"""

import hashlib
import secrets
import time

from smartforge.errors import Conflict
from smartforge.log.base import Share, Shares
from smartforge.server.problems import ShareOver, UnknownShare

PREFIX = "/shared/"
SECRET_BYTES = 24
ID_LENGTH = 16
"""How much of the digest names a link to those who may end it; nobody can use it by that."""

MOST = 100
"""How many links of a project may be good at the same time."""


class Links:
    """The links of all projects."""

    def __init__(self, log: Shares) -> None:
        self._log = log

    async def new(self, project_id: str, seconds: int) -> tuple[str, Share]:
        """A new secret, told this once, and what is kept of it.

        Raises UnknownProject; Conflict where the project has as many as it may have.
        """
        good = [each for each in await self._log.shares(project_id) if not is_over(each)]
        if len(good) >= MOST:
            raise Conflict(
                f"The project has {MOST} links that are still good.",
                "End some of them: DELETE .../shares/{id}.",
            )
        secret = secrets.token_urlsafe(SECRET_BYTES)
        now = _now()
        share = Share(_digest(secret), project_id, now, now + seconds * 1000)
        await self._log.share(share)
        return secret, share

    async def of(self, project_id: str) -> list[Share]:
        """All that are good or have ended lately, newest first."""
        return await self._log.shares(project_id)

    async def end(self, project_id: str, share_id: str) -> None:
        """End a link; one that has ended stays so. Raises UnknownShare."""
        for each in await self._log.shares(project_id):
            if id_of(each) == share_id:
                await self._log.revoke(each.digest, _now())
                return
        raise UnknownShare("The project has no such link.", "GET .../shares lists them.")

    async def opened(self, secret: str) -> Share:
        """The link with this secret. Raises UnknownShare; ShareOver where it has ended."""
        share = await self._log.shared(_digest(secret))
        if share is None:
            raise UnknownShare(
                "There is no such link.", "Look whether it was copied whole, or ask for another."
            )
        if share.revoked is not None:
            raise ShareOver("This link was ended by who made it.", "Ask them for another one.")
        if is_over(share):
            raise ShareOver("This link has expired.", "Ask who gave it to you for another one.")
        return share

    async def is_good(self, share: Share) -> bool:
        """Whether it is still good, by what is stored now."""
        stored = await self._log.shared(share.digest)
        return stored is not None and not is_over(stored)


def is_over(share: Share) -> bool:
    """Whether it was ended or has expired."""
    return share.revoked is not None or share.expires <= _now()


def id_of(share: Share) -> str:
    """What the link is called where it is listed."""
    return share.digest[:ID_LENGTH]


def seconds_left(share: Share) -> float:
    """Until it expires."""
    return max(0.0, (share.expires - _now()) / 1000)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _now() -> int:
    return int(time.time() * 1000)
