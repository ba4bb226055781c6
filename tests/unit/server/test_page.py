"""The page and what belongs to it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from smartforge.server.options import ServerOptions
from tests.unit.server.rig import Rig, serving

PAGES = ["/", "/cluster", "/settings", "/projects/p1", "/replay/p1"]


@pytest.fixture
async def built(tmp_path: Path) -> AsyncGenerator[Rig, None]:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<title>Smart Forge</title>")
    (static / "favicon.svg").write_text("<svg/>")
    (static / "assets" / "index-abc.js").write_text("export {}")
    (tmp_path / "secret.txt").write_text("secret")
    async with serving(ServerOptions(static=static)) as rig:
        yield rig


@pytest.fixture
async def unbuilt(tmp_path: Path) -> AsyncGenerator[Rig, None]:
    async with serving(ServerOptions(static=tmp_path / "missing")) as rig:
        yield rig


@pytest.mark.parametrize("path", PAGES)
async def test_the_page_is_asked_for_again_each_time(built: Rig, path: str) -> None:
    response = await built.client.get(path)
    assert response.text == "<title>Smart Forge</title>"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["content-type"].startswith("text/html")
    etag = response.headers["etag"]
    again = await built.client.get(path, headers={"If-None-Match": etag})
    assert again.status_code == 304
    head = await built.client.head(path)
    assert (head.status_code, head.content) == (200, b"")


async def test_assets_are_kept_for_ever(built: Rig) -> None:
    response = await built.client.get("/assets/index-abc.js")
    assert response.text == "export {}"
    assert "immutable" in response.headers["cache-control"]
    assert "javascript" in response.headers["content-type"]


async def test_files_beside_the_page_are_served(built: Rig) -> None:
    response = await built.client.get("/favicon.svg")
    assert response.headers["content-type"] == "image/svg+xml"
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/missing.js",
        "/assets/",
        "/assets/../index.html/x",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets//etc/passwd",
        "/assets/%00",
        "/assets/" + "a" * 5000,
        "/..%2fsecret.txt",
        "/secret.txt",
        "/assets",
        "/projects/",
        "/projects/a/b",
    ],
)
async def test_nothing_else_is_served(built: Rig, path: str) -> None:
    response = await built.client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", PAGES)
async def test_a_missing_page_is_said_aloud(unbuilt: Rig, path: str) -> None:
    response = await unbuilt.client.get(path)
    assert response.status_code == 503
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["cache-control"] == "no-store"
    assert "make setup" in response.text
    assert (await unbuilt.client.get("/assets/index.js")).status_code == 404
    assert (await unbuilt.client.get("/api/projects")).status_code == 200


async def test_the_interface_describes_itself(built: Rig) -> None:
    described = (await built.client.get("/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    assert {"/api/projects", "/api/stream/{project_id}", "/healthz"} <= described["paths"].keys()
    assert "/" not in described["paths"]
    waiting = described["paths"]["/api/projects/{project_id}/messages/{message_id}"]
    assert waiting.keys() == {"patch", "delete"}
    for path in described["paths"].values():
        for operation in path.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]


async def test_settings_are_what_was_handed_in(tmp_path: Path) -> None:
    settings = {"model": None, "pace": 20_000, "targets": ["fastapi"]}
    async with serving(ServerOptions(settings=settings)) as rig:
        told = (await rig.client.get("/api/settings")).json()
    today = {"tokens": 1_200, "usd": "0.25", "until": 86_400_000}
    assert told == {**settings, "today": today}
