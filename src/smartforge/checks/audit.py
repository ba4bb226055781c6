"""Does an advisory service know of holes in the packages that the project has locked?"""

import asyncio

import httpx
import msgspec

from smartforge.checks.base import Method, Subject, Verdict
from smartforge.checks.causes import clean
from smartforge.checks.scripts import FOLDER, run_script, told
from smartforge.events import CheckName
from smartforge.sandbox.base import Limits

LIMITS = Limits(wall_seconds=10.0, cpu_seconds=10)
LOCKS = ("requirements.txt", "requirements-dev.txt")
SECONDS = 8.0
MOST_BYTES = 8 * 1024 * 1024
# What one question may hold.
BATCH = 500
SHOWN = 20
NOT_SET = (
    "No advisory service is set, so nothing is known of the packages. "
    "Set SMARTFORGE_ADVISORY_URL to one that answers POST /v1/querybatch as OSV does."
)


class Package(msgspec.Struct, frozen=True):
    """A package as it is locked, and where."""

    name: str
    version: str
    path: str
    line: int


class Locked(msgspec.Struct, frozen=True):
    """What `inside/read_lock.py` prints."""

    packages: list[Package]


class Advisory(msgspec.Struct, frozen=True):
    id: str


class Result(msgspec.Struct, frozen=True):
    vulns: list[Advisory] = []


class Results(msgspec.Struct, frozen=True):
    """What the service answers: one result for each package, in the same order."""

    results: list[Result]


class NotAnswered(Exception):
    """The service gave no answer that makes sense; the text says why."""


class Audit:
    """Asks a service that speaks as OSV does, about names and versions alone, for 8 s at most.

    Skipped, with the reason, where none is set or none answers. Not required: what is known of a
    package changes by the day, and says nothing of how the project was made.
    """

    name: CheckName = "audit"
    required = False
    method = Method(
        "Does an advisory service know of holes in the locked packages?",
        f"Names and versions of {' and '.join(LOCKS)} are looked up at SMARTFORGE_ADVISORY_URL.",
        varies=True,
    )

    def __init__(self, url: str | None = None) -> None:
        self._url = url

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`. A failure names package, advisory, file and line."""
        if self._url is None:
            return Verdict("skipped", NOT_SET)
        locked = told(await run_script(subject, "read_lock", FOLDER, *LOCKS, limits=LIMITS), Locked)
        if locked is None or not locked.packages:
            return Verdict("skipped", f"The project locks no packages in {' or '.join(LOCKS)}.")
        try:
            async with asyncio.timeout(SECONDS):
                results = await _asked(self._url, locked.packages)
        except TimeoutError:
            return Verdict("skipped", f"The advisory service took more than {SECONDS:g} s.")
        except NotAnswered as error:
            return Verdict("skipped", f"The advisory service is no help: {clean(str(error))}.")
        return _verdict(locked.packages, results)


async def _asked(url: str, packages: list[Package]) -> list[Result]:
    """One result for each package. Raises NotAnswered."""
    found: list[Result] = []
    try:
        async with httpx.AsyncClient(base_url=url, timeout=SECONDS, trust_env=False) as client:
            for at in range(0, len(packages), BATCH):
                found += await _batch(client, packages[at : at + BATCH])
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotAnswered(f"{type(error).__name__} {error}") from None
    return found


async def _batch(client: httpx.AsyncClient, packages: list[Package]) -> list[Result]:
    queries = [
        {"package": {"name": one.name, "ecosystem": "PyPI"}, "version": one.version}
        for one in packages
    ]
    body = bytearray()
    async with client.stream("POST", "/v1/querybatch", json={"queries": queries}) as response:
        if response.status_code != 200:
            raise NotAnswered(f"it answered {response.status_code}")
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise NotAnswered(f"it answered more than {MOST_BYTES} bytes")
    try:
        results = msgspec.json.decode(bytes(body), type=Results).results
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise NotAnswered(f"what it answered cannot be read: {error}") from None
    if len(results) != len(packages):
        raise NotAnswered(f"it answered {len(results)} results for {len(packages)} packages")
    return results


def _verdict(packages: list[Package], results: list[Result]) -> Verdict:
    known = [(one, two.vulns) for one, two in zip(packages, results, strict=True) if two.vulns]
    if not known:
        return Verdict("passed", f"Nothing is known against {len(packages)} locked packages.")
    first, advisories = known[0]
    more = f" and {len(known) - 1} more packages" if len(known) > 1 else ""
    said = f"{clean(first.name)} {clean(first.version)} has {clean(advisories[0].id)}"
    place = {"path": first.path, "line": first.line}
    findings = [
        {
            "package": clean(one.name),
            "version": clean(one.version),
            "advisories": [clean(advisory.id) for advisory in vulns[:SHOWN]],
            "path": one.path,
            "line": one.line,
        }
        for one, vulns in known[:SHOWN]
    ]
    evidence = {**place, "findings": findings, "total": len(known)}
    return Verdict("failed", f"{said} ({first.path}, line {first.line}){more}.", evidence)
