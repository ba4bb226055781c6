"""Previews through the door: below the page's origin, or at one of their own."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from smartforge.errors import SettingsInvalid
from smartforge.log.memory import MemoryLog
from smartforge.server.options import DoorOptions, ServerOptions
from tests.unit.preview.projects import completed, planned, previewing
from tests.unit.preview.rig import FakeSandbox, echo
from tests.unit.server.rig import Rig, serving

PREVIEWS = "http://previews.localhost"


@asynccontextmanager
async def served(folder: Path, door: DoorOptions | None = None) -> AsyncGenerator[Rig]:
    """A server whose project `project1` has a version, and `project2` a plan."""
    log = MemoryLog()
    await completed(log)
    await planned(log, "project2")
    options = ServerOptions(door=door or DoorOptions())
    async with (
        previewing(log, FakeSandbox(echo), folder) as previews,
        serving(options, log=log, previews=previews) as rig,
    ):
        yield rig


async def test_a_preview_is_served_below_its_prefix(tmp_path: Path) -> None:
    async with served(tmp_path) as rig:
        large = b"x" * 3_000_000
        told = await rig.client.post("/preview/project1/books?a=%2F", content=large)
        assert told.content.startswith(b"POST /books?a=%2F HTTP/1.1\r\n")
        assert told.content.endswith(large)
        assert b"x-forwarded-prefix: /preview/project1" in told.content
        assert told.headers["content-security-policy"] == "sandbox"
        assert told.headers["x-content-type-options"] == "nosniff"
        assert (await rig.client.get("/preview/project1")).content.startswith(b"GET / HTTP")
        assert (await rig.client.get("/preview/nothing/books")).status_code == 404
        planned = await rig.client.get("/preview/project2/books")
        assert planned.headers["x-smart-forge-preview"] == "contract"


async def test_the_document_of_what_answers_is_told_without_waking_it(tmp_path: Path) -> None:
    async with served(tmp_path) as rig:
        for project in ("project1", "project2"):
            told = await rig.client.get(f"/api/projects/{project}/preview/openapi.json")
            assert "/books/{book_id}" in told.json()["paths"]
        state = (await rig.client.get("/api/projects/project1/preview")).json()["state"]
        assert state == "asleep"
        assert (
            await rig.client.get("/api/projects/nothing/preview/openapi.json")
        ).status_code == 404


async def test_the_token_opens_the_door_and_goes_no_further(tmp_path: Path) -> None:
    async with served(tmp_path, DoorOptions(token="secret")) as rig:
        path = "/preview/project1/books"
        theirs = {"authorization": "Bearer secret"}
        assert (await rig.client.get(path, headers=theirs)).status_code == 401
        headers = {"x-smart-forge-token": "secret", "authorization": "Bearer theirs"}
        told = await rig.client.get(path, headers=headers)
        assert told.status_code == 200
        assert b"authorization: Bearer theirs" in told.content
        assert b"secret" not in told.content


async def test_previews_can_have_an_origin_of_their_own(tmp_path: Path) -> None:
    async with served(tmp_path, DoorOptions(preview_origin=PREVIEWS)) as rig:
        there = {"host": "previews.localhost"}
        led = await rig.client.get("/preview/project1/a%20b?c=%26")
        assert led.status_code == 307
        assert led.headers["location"] == f"{PREVIEWS}/preview/project1/a%20b?c=%26"
        assert (await rig.client.get("/preview/project1/a", headers=there)).status_code == 200
        for path in ("/", "/api/projects", "/healthz", "/docs", "/preview"):
            assert (await rig.client.get(path, headers=there)).status_code == 404, path
        own = (await rig.client.get("/")).headers["content-security-policy"]
        assert f"connect-src 'self' {PREVIEWS};" in own
        page = there | {"origin": "http://localhost"}
        told = await rig.client.get("/preview/project1/a", headers=page)
        assert told.headers["access-control-allow-origin"] == "http://localhost"
        asked = page | {
            "access-control-request-method": "PATCH",
            "access-control-request-headers": "if-match",
        }
        preflight = await rig.client.options("/preview/project1/a", headers=asked)
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-headers"] == "if-match"
        for origin in ("http://evil.example", "http://localhost:9999", "null"):
            foreign = there | {"origin": origin}
            refused = await rig.client.post("/preview/project1/a", headers=foreign)
            assert refused.status_code == 403, origin


async def test_a_browser_at_the_page_gets_into_previews_at_their_own_origin(tmp_path: Path) -> None:
    door = DoorOptions(token="secret", preview_origin=PREVIEWS)
    there = {"host": "previews.localhost"}
    async with served(tmp_path, door) as rig:
        introduced = await rig.client.get("/?token=secret")
        page = {"cookie": introduced.headers["set-cookie"].partition(";")[0]}
        led = await rig.client.get("/preview/project1/a%2Fb?c=%26&d", headers=page)
        assert led.status_code == 307
        url = httpx.URL(led.headers["location"])
        assert str(url).startswith(f"{PREVIEWS}/preview/project1/a%2Fb?c=%26&d&smartforge_pass=")

        asked = url.raw_path.decode()
        swapped = await rig.client.get(asked, headers=there)
        assert swapped.status_code == 303
        assert swapped.headers["location"] == "/preview/project1/a%2Fb?c=%26&d"
        cookie, _, attributes = swapped.headers["set-cookie"].partition(";")
        assert "HttpOnly" in attributes
        assert "Path=/preview/project1;" in attributes
        assert page["cookie"] != cookie

        told = await rig.client.get("/preview/project1/a", headers=there | {"cookie": cookie})
        assert told.status_code == 200
        assert b"smartforge" not in told.content.lower().replace(b"/preview/", b"")
        for path in ("/preview/project2/books", asked.replace("project1", "project2")):
            other = await rig.client.get(path, headers=there | {"cookie": cookie})
            assert other.status_code == 401, path
        assert (
            await rig.client.get("/api/projects", headers={"cookie": cookie})
        ).status_code == 401


async def test_a_pass_stands_for_the_token_in_its_header_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = DoorOptions(token="secret", preview_origin=PREVIEWS)
    own = {"authorization": "Bearer secret"}
    async with served(tmp_path, door) as rig:
        made = (await rig.client.post("/api/projects/project1/preview/pass", headers=own)).json()
        there = {"host": "previews.localhost", "x-smart-forge-token": made["pass"]}
        told = await rig.client.post("/preview/project1/a?smartforge_pass=x&b=1", headers=there)
        assert told.content.startswith(b"POST /a?b=1 HTTP/1.1")
        assert made["pass"].encode() not in told.content
        assert made["url"].startswith(f"{PREVIEWS}/preview/project1/?smartforge_pass=")
        elsewhere = await rig.client.get("/preview/project2/books", headers=there)
        assert elsewhere.status_code == 401
        later = time.time() + made["seconds"]
        monkeypatch.setattr(time, "time", lambda: later)
        for given in (there, there | {"x-smart-forge-token": "9999999999.forged"}):
            refused = await rig.client.get("/preview/project1/a", headers=given)
            assert (refused.status_code, "page's own host" in refused.text) == (401, True)
        assert (
            await rig.client.post("/api/projects/x/preview/pass", headers=own)
        ).status_code == 404


async def test_without_a_token_nobody_needs_a_pass(tmp_path: Path) -> None:
    async with served(tmp_path, DoorOptions(preview_origin=PREVIEWS)) as rig:
        made = (await rig.client.post("/api/projects/project1/preview/pass")).json()
        nothing = {"pass": None, "seconds": None, "guarded": False}
        assert made == {"url": f"{PREVIEWS}/preview/project1/"} | nothing
        led = await rig.client.get("/preview/project1/a")
        assert led.headers["location"] == f"{PREVIEWS}/preview/project1/a"


async def test_what_is_no_origin_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="SMARTFORGE_PREVIEW_ORIGIN"):
        DoorOptions(preview_origin="http://a.example/path")


async def test_its_state_is_asked_and_told_on_the_stream(tmp_path: Path) -> None:
    async with served(tmp_path) as rig, rig.frames("/api/stream/project1?live=1") as frames:
        shown = (await rig.client.get("/api/projects/project1/preview")).json()
        assert (shown["state"], shown["version"]) == ("asleep", 1)
        assert shown["admin"]["email"] == "admin@example.com"
        first = await frames.event()
        await rig.client.get("/preview/project1/books")
        seen = [first.json]
        while seen[-1].get("state") != "live":
            seen.append((await frames.event()).json)
        last = {"type": "preview", "projectId": "project1", "state": "live", "version": 1}
        assert seen[-1] == last
        assert (await rig.client.get("/api/projects/nothing/preview")).status_code == 404


async def test_variables_are_set_without_being_told_again(tmp_path: Path) -> None:
    async with served(tmp_path) as rig:
        path = "/api/projects/project1/preview/environment"
        told = await rig.client.put(path, json={"variables": {"MAIL_KEY": "of the user"}})
        assert (told.status_code, told.json()) == (200, {"names": ["MAIL_KEY"]})
        wrong: list[object] = [{"SECRET_KEY": "of the user"}, {"A": 1}, {"A": "of the user\0"}, []]
        for variables in wrong:
            refused = await rig.client.put(path, json={"variables": variables})
            assert refused.status_code == 422
            assert "of the user" not in refused.text
        assert (await rig.client.get(path)).json() == {"names": ["MAIL_KEY"]}
        reset = await rig.client.post("/api/projects/project1/preview/reset")
        assert (reset.status_code, reset.json()["dataKept"]) == (200, False)


async def test_other_sites_may_not_use_it(tmp_path: Path) -> None:
    async with served(tmp_path) as rig:
        for headers in ({"origin": "http://evil.example"}, {"host": "evil.example"}):
            refused: httpx.Response = await rig.client.get("/preview/project1/a", headers=headers)
            assert refused.status_code in (403, 421)
            assert refused.headers["content-security-policy"] == "sandbox"
