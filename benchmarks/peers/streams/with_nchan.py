"""nginx with nchan: starts it, publishes to it over HTTP, ends it.

    python -m benchmarks.peers.streams.with_nchan NGINX MODULE FOLDER

One worker, one channel, a subscriber location for EventSource and a publisher location, as its
README shows them. What publishes is this program, on another core than nginx, whose process is
named first, so that it alone is weighed.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.fanout.pace import obey, publish, say
from benchmarks.peers.streams.shared import PROJECT, event

CONFIGURATION = """\
load_module {module};
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
worker_rlimit_nofile {files};
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 1000000;
    server {{
        listen 127.0.0.1:{port} backlog=2048;
        location = /stream {{
            nchan_subscriber eventsource;
            nchan_channel_id {project};
            nchan_subscriber_first_message newest;
        }}
        location = /publish {{
            nchan_publisher;
            nchan_channel_id {project};
            nchan_message_buffer_length 1000;
        }}
    }}
}}
"""


class Publisher:
    """One connection that is kept; the requests of a burst are sent without waiting."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._last = 0

    async def publish(self, command: Any) -> Mapping[str, object]:
        await publish(command["events"], command["rate"], self._put)
        return {"cursors": {PROJECT: self._last}}

    async def _put(self, dues: list[int]) -> None:
        for due in dues:
            self._last += 1
            body = event(self._last, due).encode()
            head = f"POST /publish HTTP/1.1\r\nHost: nchan\r\nContent-Length: {len(body)}\r\n\r\n"
            self._writer.write(head.encode() + body)
        for _ in dues:
            await self._answer()

    async def _answer(self) -> None:
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 20"):
            raise SystemExit(f"nchan answered {head.decode(errors='replace')}")
        lines = head.lower().split(b"\r\n")
        length = next((line for line in lines if line.startswith(b"content-length:")), b":0")
        await self._reader.readexactly(int(length.partition(b":")[2]))


def configuration(module: str, folder: Path, port: int) -> str:
    return CONFIGURATION.format(
        module=module, folder=folder, port=port, project=PROJECT, files=20_000, connections=8192
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


async def connected(port: int) -> Publisher:
    while True:
        try:
            return Publisher(*await asyncio.open_connection("127.0.0.1", port))
        except ConnectionRefusedError:
            await asyncio.sleep(0.02)


async def main(nginx: str, module: str, folder: Path) -> None:
    port = free_port()
    (folder / "nginx.conf").write_text(configuration(module, folder, port))
    command = (nginx, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf"))
    process = await asyncio.create_subprocess_exec(*command)
    if others := set(range(os.cpu_count() or 1)) - os.sched_getaffinity(0):
        os.sched_setaffinity(0, others)
    try:
        async with asyncio.timeout(10):
            publisher = await connected(port)
        say({"pid": process.pid, "port": port, "cursors": {PROJECT: 0}})
        await obey({"publish": publisher.publish})
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
