"""What the page weighs before anything is opened in it."""

import gzip
from pathlib import Path

import pytest
from playwright.async_api import Page, Response, expect

import smartforge.server
from tests.processes import ServerProcess

ASSETS = Path(smartforge.server.__file__).parent / "static" / "assets"
LIMIT = 110_000
"""Bytes of gzipped JavaScript before the editor's chunk, the worker's included."""

pytestmark = pytest.mark.xdist_group("browser")


async def test_the_first_load_is_light_and_asks_no_other_host(
    page: Page, server: ServerProcess
) -> None:
    scripts: list[Response] = []
    hosts: set[str] = set()

    def heard(response: Response) -> None:
        hosts.add("/".join(response.url.split("/")[:3]))
        if response.request.resource_type == "script":
            scripts.append(response)

    page.on("response", heard)
    await page.goto(server.url)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.wait_for_load_state("networkidle")
    loaded = {Path(each.url).name: await each.body() for each in scripts}
    loaded |= {path.name: path.read_bytes() for path in ASSETS.glob("worker-*.js")}
    assert any(name.startswith("index-") for name in loaded)
    assert sum(len(gzip.compress(body, 9)) for body in loaded.values()) < LIMIT
    assert hosts == {server.url}
