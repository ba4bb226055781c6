"""Listening on an address, and stopping."""

import asyncio
import socket

import httpx
import pytest

from smartforge.errors import SettingsInvalid
from smartforge.log.memory import MemoryLog
from smartforge.server.build import build
from smartforge.server.options import ServerOptions
from smartforge.server.serve import listen, serve, url_of
from tests.unit.server.rig import FakeEngine


def test_a_taken_port_is_told_with_the_cure() -> None:
    (first,) = listen("127.0.0.1", 0)
    first.listen()
    port = first.getsockname()[1]
    with pytest.raises(SettingsInvalid, match=f"Port {port}") as caught:
        listen("127.0.0.1", port)
    assert "--port" in caught.value.hint
    first.close()


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_is_told_with_the_cure(host: str) -> None:
    with pytest.raises(SettingsInvalid, match=host) as caught:
        listen(host, 0)
    assert "--host" in caught.value.hint


def test_all_addresses_of_a_name_get_the_same_port() -> None:
    sockets = listen("localhost", 0)
    assert len({each.getsockname()[1] for each in sockets}) == 1
    for each in sockets:
        each.close()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("localhost", "http://localhost:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://[::1]:8000/"),
        ("::1", "http://[::1]:8000/"),
        ("10.0.0.7", "http://10.0.0.7:8000/"),
    ],
)
def test_the_url_works_in_a_browser_on_this_machine(host: str, url: str) -> None:
    assert url_of(host, 8000) == url


async def test_ready_is_told_once_connections_are_accepted() -> None:
    log = MemoryLog()
    app = build(log, FakeEngine(log), ServerOptions())
    stop = asyncio.Event()
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(
        serve(app, host="127.0.0.1", port=0, ready=url.set_result, stop=stop)
    )
    address = httpx.URL(await url)
    socket.create_connection((address.host, address.port or 0)).close()
    stop.set()
    await running
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.host, address.port or 0))


async def test_a_taken_port_is_told_by_serve() -> None:
    (first,) = listen("127.0.0.1", 0)
    first.listen()
    log = MemoryLog()
    app = build(log, FakeEngine(log), ServerOptions())
    with pytest.raises(SettingsInvalid):
        await serve(app, host="127.0.0.1", port=first.getsockname()[1], ready=print)
    first.close()
