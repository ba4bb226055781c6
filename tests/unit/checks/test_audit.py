"""The audit of locked packages, against a small service of our own that speaks as OSV does."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from smartforge.checks.audit import Audit
from smartforge.checks.base import Subject
from tests.sandboxes import lay_out

LOCK = "alpha==1.2.0 \\\n    --hash=sha256:00\n# beta==9\nBeta[extra]==2.0 ; python_version > '3'\n"


@asynccontextmanager
async def service(answer: Callable[[Any], bytes], status: int = 200) -> AsyncGenerator[str]:
    """Its address. It answers each POST with what `answer` makes of the JSON that was sent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        assert head.startswith("post /v1/querybatch ")
        length = int(head.partition("content-length:")[2].split()[0])
        body = answer(json.loads(await reader.readexactly(length)))
        lines = (
            f"HTTP/1.1 {status} Told\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        writer.write(lines.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def known(*names: str) -> Callable[[Any], bytes]:
    """A service that knows something against these packages."""

    def answer(asked: Any) -> bytes:
        results: list[dict[str, Any]] = [
            {"vulns": [{"id": "HOLE-1"}]} if one["package"]["name"] in names else {}
            for one in asked["queries"]
        ]
        return json.dumps({"results": results}).encode()

    return answer


async def test_without_a_service_it_is_skipped_and_says_how_to_set_one(subject: Subject) -> None:
    verdict = await Audit().check(subject)
    assert verdict.outcome == "skipped"
    assert "No advisory service is set" in verdict.summary
    assert "SMARTFORGE_ADVISORY_URL" in verdict.summary


async def test_a_package_with_a_known_hole_is_named_with_its_line(subject: Subject) -> None:
    lay_out(subject.folder)
    (subject.folder / "requirements.txt").write_text(LOCK)
    async with service(known("beta")) as url:
        verdict = await Audit(url).check(subject)
    assert verdict.outcome == "failed"
    assert verdict.summary == "beta 2.0 has HOLE-1 (requirements.txt, line 4)."
    assert (verdict.evidence["path"], verdict.evidence["line"]) == ("requirements.txt", 4)


async def test_packages_of_which_nothing_is_known_pass(subject: Subject) -> None:
    (subject.folder / "requirements.txt").write_text(LOCK)
    async with service(known()) as url:
        verdict = await Audit(url).check(subject)
    assert verdict.outcome == "passed"
    assert "2 locked packages" in verdict.summary


async def test_a_project_that_locks_nothing_is_skipped(subject: Subject) -> None:
    verdict = await Audit("http://127.0.0.1:9").check(subject)
    assert verdict.outcome == "skipped"
    assert "locks no packages" in verdict.summary


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (b"nothing", 503, "it answered 503"),
        (b"{}", 200, "cannot be read"),
        (b'{"results": []}', 200, "0 results for 2 packages"),
    ],
)
async def test_a_service_that_makes_no_sense_leaves_it_skipped(
    subject: Subject, answer: bytes, status: int, said: str
) -> None:
    (subject.folder / "requirements.txt").write_text(LOCK)
    async with service(lambda _: answer, status) as url:
        verdict = await Audit(url).check(subject)
    assert verdict.outcome == "skipped"
    assert said in verdict.summary


async def test_a_service_that_is_not_there_leaves_it_skipped(subject: Subject) -> None:
    (subject.folder / "requirements.txt").write_text(LOCK)
    async with service(known()) as url:
        pass
    verdict = await Audit(url).check(subject)
    assert verdict.outcome == "skipped"
    assert "ConnectError" in verdict.summary
