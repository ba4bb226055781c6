"""All tabs of a browser share one stream; whatever the network does, the page heals by itself."""

import asyncio
import re
from collections.abc import AsyncGenerator, Generator
from typing import Any

import httpx
import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.e2e.network import Network, Weather, network
from tests.e2e.test_page import rows, snapshot
from tests.processes import QUICK, ServerProcess, serving

LOST = re.compile("Connection lost, the run continues")
MINUTE = 60_000

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.refused]


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerProcess, None, None]:
    """It writes slowly: a run lasts longer than what is done to it."""
    with serving(tmp_path_factory.mktemp("slow"), ["--pace", "1000"], command=QUICK) as running:
        yield running


@pytest.fixture
async def net(slow: ServerProcess) -> AsyncGenerator[Network, None]:
    async with network(slow.url) as made:
        yield made


def ask(server: ServerProcess, method: str, path: str, body: Any = None) -> Any:
    """A request that goes past the network under test."""
    url = f"{server.url}/api/projects{path}"
    # Reading the system's certificates costs more than the request.
    answer = httpx.request(method, url, json=body, trust_env=False, verify=False, timeout=60)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def project(server: ServerProcess) -> str:
    """A project that is being made."""
    return ask(server, "POST", "", {"prompt": "A todo API"})["id"]


def quiet_project(server: ServerProcess) -> str:
    """A project whose run has ended: nobody could make anything of its prompt."""
    made = ask(server, "POST", "", {"prompt": "asdf qwer zxcv"})
    page = {"last": made["seq"], "done": False}
    while not page["done"]:
        page = ask(server, "GET", f"/{made['id']}/events?after={page['last']}&wait=20")
    return made["id"]


def rename(server: ServerProcess, project_id: str, title: str) -> None:
    ask(server, "PATCH", f"/{project_id}", {"title": title})


async def shows(page: Page, title: str) -> None:
    await expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


async def writing(page: Page) -> None:
    """A run is seen that writes files."""
    await expect(page.get_by_text(re.compile("Created ")).first).to_be_visible()


async def ends_like_the_server(page: Page, server: ServerProcess, project_id: str) -> None:
    """Stop the run, and compare what this page has put together with what a new one is given."""
    ask(server, "POST", f"/{project_id}/cancel", {})
    await expect(page.locator("[data-status=cancelled]")).to_be_visible()
    state = snapshot(server, project_id)
    await expect(page.locator(f"[data-seq='{state['seq']}']")).to_be_visible()
    fresh = await page.context.new_page()
    await fresh.goto(f"{server.url}/projects/{project_id}")
    await expect(fresh.locator(f"[data-seq='{state['seq']}']")).to_be_visible()
    assert await rows(page) == await rows(fresh)
    files = [await each.get_by_role("tree", name="Files").inner_text() for each in (page, fresh)]
    assert files[0] == files[1]
    await fresh.close()


async def crash(tab: Page) -> None:
    """End what draws the tab, at once: nothing of the page is told, nor can tell."""
    session: Any = await tab.context.new_cdp_session(tab)
    async with tab.expect_event("crash"):
        command = asyncio.create_task(session.send("Page.crash"))  # Nobody is left to answer it.
    command.cancel()
    await asyncio.gather(command, return_exceptions=True)


async def end_worker(context: BrowserContext) -> None:
    """End the shared worker, as a browser without memory does."""
    assert context.browser is not None
    session: Any = await context.browser.new_browser_cdp_session()
    targets = (await session.send("Target.getTargets"))["targetInfos"]
    (worker,) = [each["targetId"] for each in targets if each["type"] == "shared_worker"]
    await session.send("Target.closeTarget", {"targetId": worker})
    await session.detach()


async def test_eight_tabs_on_eight_projects_are_one_stream(
    context: BrowserContext, slow: ServerProcess, net: Network
) -> None:
    projects = [quiet_project(slow) for _ in range(8)]
    tabs = {each: await context.new_page() for each in projects}
    for each, tab in tabs.items():
        await tab.goto(f"{net.url}/projects/{each}")

    async def all_are_live(name: str) -> None:
        for number, each in enumerate(tabs):
            rename(slow, each, f"{name} {number}")
        for number, tab in enumerate(tabs.values()):
            await shows(tab, f"{name} {number}")

    await all_are_live("Opened")
    for tab in tabs.values():
        answered = await tab.evaluate("fetch('/healthz').then(answer => answer.status)")
        assert answered == 200
    await net.until(streams=1)

    await end_worker(context)
    await all_are_live("Without their worker")
    # The first, which started the stream, does not leave as a page does; the others are closed.
    for place, leave in ((0, crash), (7, Page.close), (3, Page.close)):
        await leave(tabs.pop(projects[place]))
        await all_are_live(f"Without {place}")
    assert net.most <= 2  # One is opened while the one before it is closed.

    for tab in tabs.values():
        await tab.close()
    await net.until(streams=0)


async def test_unmounting_closes_the_stream_and_going_back_opens_it(
    page: Page, slow: ServerProcess, net: Network
) -> None:
    made = quiet_project(slow)
    await page.goto(f"{net.url}/projects/{made}")
    await net.until(streams=1)
    await page.get_by_role("link", name=re.compile("Smart Forge|home", re.IGNORECASE)).first.click()
    await net.until(streams=0)
    rename(slow, made, "While nobody looked")
    await page.go_back()
    await shows(page, "While nobody looked")
    await net.until(streams=1)


async def test_cuts_an_outage_and_a_slow_network_lose_nothing(
    page: Page, slow: ServerProcess, net: Network
) -> None:
    made = project(slow)
    await page.goto(f"{net.url}/projects/{made}")
    await writing(page)
    for _ in range(3):
        before = net.opened
        net.cut()
        await net.until(streams=1, opened=before + 1)

    await net.turn(Weather.OFFLINE)
    await expect(page.get_by_text(LOST)).to_be_visible()
    rename(slow, made, "Named while away")
    await net.turn(Weather.SLOW)
    await expect(page.get_by_text(LOST)).to_have_count(0)
    await shows(page, "Named while away")
    await net.turn(Weather.FINE)
    await ends_like_the_server(page, slow, made)


async def test_minutes_of_bad_weather_are_said_and_heal_by_themselves(
    page: Page, slow: ServerProcess, net: Network
) -> None:
    """On a clock of the page's own, which is put forward; a worker's cannot be."""
    made = project(slow)
    await page.clock.install()
    await page.goto(f"{net.url}/projects/{made}?worker=0")
    await writing(page)
    for weather in (Weather.OFFLINE, Weather.BAD_GATEWAY, Weather.STALLED):
        await net.turn(weather)
        rename(slow, made, f"Named in {weather.name}")
        for _ in range(12):
            await page.clock.fast_forward(MINUTE // 12)
        await expect(page.get_by_text(LOST)).to_be_visible()
        await net.turn(Weather.FINE)
        await page.clock.fast_forward(5_000)
        await expect(page.get_by_text(LOST)).to_have_count(0)
        await shows(page, f"Named in {weather.name}")
    await ends_like_the_server(page, slow, made)


async def test_where_streams_are_held_back_the_page_asks(
    page: Page, slow: ServerProcess, net: Network
) -> None:
    await net.turn(Weather.HELD_BACK)
    made = project(slow)
    await page.clock.install()
    await page.goto(f"{net.url}/projects/{made}?worker=0")
    await net.until(streams=1)
    await page.clock.fast_forward(5_000)
    await writing(page)
    rename(slow, made, "Held back")
    await shows(page, "Held back")
    await page.clock.fast_forward(3_000)
    await expect(page.get_by_text("the live stream does not get through")).to_be_visible()
    await expect(page.get_by_text(LOST)).to_have_count(0)
    await ends_like_the_server(page, slow, made)
