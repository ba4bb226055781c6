"""Links by which others look at a project: all that they read, and all that they cannot do."""

import logging
import time
from collections.abc import AsyncGenerator
from hashlib import sha256

import pytest
import websockets

from smartforge.log.base import Share
from smartforge.server import links, visitors
from smartforge.server.options import DoorOptions, ServerOptions
from tests.unit.server.rig import Project, Rig, ids, new_project, serving, types

TEXT = "print('hello')\n"
TOKEN = {"Authorization": "Bearer sesame"}


@pytest.fixture
async def guarded() -> AsyncGenerator[Rig, None]:
    async with serving(ServerOptions(door=DoorOptions(token="sesame"))) as running:
        yield running


@pytest.fixture
async def shown(guarded: Rig) -> Project:
    made = await new_project(guarded.log)
    await made.make({"app/main.py": TEXT})
    return made


async def share(rig: Rig, project: Project, **wish: object) -> dict[str, str]:
    path = f"/api/projects/{project.id}/shares"
    response = await rig.client.post(path, json=wish, headers=TOKEN)
    assert response.status_code == 201, response.text
    return response.json()


async def test_whoever_has_the_link_reads_the_project_as_it_is(
    guarded: Rig, shown: Project
) -> None:
    made = await share(guarded, shown)
    assert made["url"] == f"http://127.0.0.1:{guarded.port}{made['path']}"
    base, client = made["path"], guarded.client
    about = (await client.get(f"{base}/api/share")).json()
    assert about == {"projectId": shown.id, "expiresAt": made["expiresAt"]}
    project = f"/api/projects/{shown.id}"
    blob = f"{project}/blobs/{sha256(TEXT.encode()).hexdigest()}"
    for path in (
        project,
        f"{project}/events?after=2",
        f"{project}/files",
        f"{project}/files/app/main.py",
        f"{project}/export.zip",
        blob,
    ):
        known = await client.get(path, headers=TOKEN)
        read = await client.get(base + path)
        assert (read.status_code, read.content) == (200, known.content), path
        assert (await client.get(path)).status_code == 401
        assert read.headers["x-robots-tag"] == "noindex, nofollow"
    last = len(await shown.datas())
    async with guarded.frames(f"{base}/api/stream?at={shown.id}:0&compact=0") as frames:
        assert len(await frames.events(last)) == last
    async with guarded.frames(f"{base}/api/stream/{shown.id}?compact=0") as frames:
        told = await frames.rest()
    assert ids(told) == list(range(1, last + 1))
    assert types(told)[-1] == "end"


async def test_it_leads_to_nothing_else_and_changes_nothing(guarded: Rig, shown: Project) -> None:
    other = await new_project(guarded.log, "project2")
    base = (await share(guarded, shown))["path"]
    before = await guarded.log.head(shown.id)
    for path in (
        "/api/projects",
        "/api/settings",
        "/api/cluster",
        "/api/stream",
        f"/api/projects/{other.id}",
        f"/api/projects/{other.id}/events",
        f"/api/projects/{shown.id}/shares",
        f"/api/projects/{shown.id}/preview",
        f"/api/stream?at={shown.id}:0,{other.id}:0",
        f"/api/stream/{other.id}",
        f"/preview/{shown.id}/",
        "/metrics",
        "/openapi.json",
        f"/api/projects/{shown.id}/../{other.id}",
        f"/api/projects/{shown.id}%2F..%2F{other.id}",
    ):
        response = await guarded.client.get(base + path, headers=TOKEN)
        assert response.status_code in (400, 404), path
        assert response.headers["content-type"] == "application/problem+json"
    for method, path in (
        ("POST", f"/api/projects/{shown.id}/messages"),
        ("POST", f"/api/projects/{shown.id}/cancel"),
        ("POST", f"/api/projects/{shown.id}/shares"),
        ("PATCH", f"/api/projects/{shown.id}"),
        ("PUT", f"/api/projects/{shown.id}/files/app/main.py"),
        ("DELETE", f"/api/projects/{shown.id}"),
        ("POST", ""),
    ):
        response = await guarded.client.request(method, base + path, headers=TOKEN, json={})
        assert (response.status_code, response.json()["code"]) == (405, "read_only"), path
    assert guarded.engine.asked == []
    assert await guarded.log.head(shown.id) == before
    assert await guarded.log.shares(other.id) == []


async def test_a_link_that_has_ended_says_so_and_a_forged_one_is_none(
    guarded: Rig, shown: Project
) -> None:
    expired, now = "expired-secret", int(time.time() * 1000)
    digest = sha256(expired.encode()).hexdigest()
    await guarded.log.share(Share(digest, shown.id, now - 9_000, now - 1))
    made = await share(guarded, shown)
    ended = f"/api/projects/{shown.id}/shares/{made['id']}"
    for _ in range(2):
        assert (await guarded.client.delete(ended, headers=TOKEN)).status_code == 204
    for path, status, words in (
        (f"/shared/{expired}", 410, "has expired"),
        (made["path"], 410, "was ended"),
        (f"{made['path']}x", 404, "no such link"),
        (f"/shared/{made['id']}", 404, "no such link"),
        ("/shared/", 404, "no such link"),
    ):
        for below in ("", "/replay", f"/api/projects/{shown.id}"):
            response = await guarded.client.get(path + below)
            assert response.status_code == status, path + below
            assert words in response.text
            html = not below.startswith("/api")
            assert response.headers["content-type"].startswith("text/html") == html
    gone = await guarded.client.delete(f"{ended}x", headers=TOKEN)
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_share")


async def test_a_deleted_project_cannot_be_looked_at(guarded: Rig, shown: Project) -> None:
    base = (await share(guarded, shown))["path"]
    await guarded.engine.delete(shown.id)
    assert (await guarded.client.get(f"{base}/api/share")).status_code == 404
    assert (await guarded.client.get(base)).status_code == 404


async def drain(socket: websockets.ClientConnection) -> None:
    async for _ in socket:
        pass


async def test_a_stream_ends_with_its_link(
    guarded: Rig, shown: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "LOOK_SECONDS", 0.02)
    made = await share(guarded, shown)
    live = f"{made['path']}/api/stream/{shown.id}"
    url = f"ws://127.0.0.1:{guarded.port}{live}/ws"
    async with (
        guarded.frames(f"{live}?live=1") as frames,
        websockets.connect(url, proxy=None) as socket,
    ):
        await frames.event()
        ended = f"/api/projects/{shown.id}/shares/{made['id']}"
        await guarded.client.delete(ended, headers=TOKEN)
        await frames.rest()
        with pytest.raises(websockets.ConnectionClosedError):
            await drain(socket)
    assert (await guarded.client.get(live)).status_code == 410
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(url, proxy=None)


async def test_the_secret_is_told_once_and_written_nowhere(
    guarded: Rig, shown: Project, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = await share(guarded, shown, expiresIn=60)
    secret = made["path"].removeprefix(links.PREFIX)
    await guarded.client.get(made["path"])
    await guarded.client.get(f"{made['path']}/api/stream/{shown.id}")
    listed = await guarded.client.get(f"/api/projects/{shown.id}/shares", headers=TOKEN)
    (one,) = listed.json()["shares"]
    assert one == {key: made[key] for key in ("id", "createdAt", "expiresAt", "revokedAt")}
    assert int(one["expiresAt"]) - int(one["createdAt"]) == 60_000
    assert secret not in listed.text
    assert secret not in repr(await guarded.log.shares(shown.id))
    assert not any(secret.encode() in each for each in await shown.datas())
    ours = [each for each in caplog.records if not each.name.startswith(("httpx", "httpcore"))]
    assert ours
    assert not any(secret in each.getMessage() for each in ours)


@pytest.mark.parametrize(
    "body", [{"expiresIn": 0}, {"expiresIn": 31_536_001}, {"expiresIn": "60"}, {"forever": True}]
)
async def test_a_lifetime_that_makes_no_sense_is_refused(
    rig: Rig, project: Project, body: dict[str, object]
) -> None:
    response = await rig.client.post(f"/api/projects/{project.id}/shares", json=body)
    assert response.status_code == 422
    assert (await rig.client.post("/api/projects/nobody/shares")).status_code == 404


async def test_a_project_has_a_hundred_good_links_and_no_more(
    rig: Rig, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST", 2)
    path = f"/api/projects/{project.id}/shares"
    first = (await rig.client.post(path)).json()
    assert (await rig.client.post(path)).status_code == 201
    assert (await rig.client.post(path)).status_code == 409
    await rig.client.delete(f"{path}/{first['id']}")
    assert (await rig.client.post(path)).status_code == 201


async def test_a_repeated_request_makes_one_link(rig: Rig, project: Project) -> None:
    path = f"/api/projects/{project.id}/shares"
    headers = {"Idempotency-Key": "once"}
    made = [(await rig.client.post(path, headers=headers)).json() for _ in range(2)]
    assert made[0] == made[1]
    assert len(await rig.log.shares(project.id)) == 1


async def test_the_address_has_the_scheme_that_the_browser_sees(rig: Rig, project: Project) -> None:
    headers = {"Origin": f"https://127.0.0.1:{rig.port}"}
    made = await rig.client.post(f"/api/projects/{project.id}/shares", headers=headers)
    assert made.json()["url"].startswith(f"https://127.0.0.1:{rig.port}/shared/")
