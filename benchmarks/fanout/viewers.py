"""Many viewers in one process: reads their streams, counts and checks every event.

    python -m benchmarks.fanout.viewers

A program of its own, so that its cost is not the server's, and without an event loop, so that
its cost is small. It obeys lines of JSON on standard input:

    {"do": "connect", "port", "count", "request", "cursors", "numbered"}  -> {"viewers"}
    {"do": "watch", "events", "seconds"}  -> {"watching"}, and later a `Seen`
    {"do": "leave"}  -> {"viewers": 0}

What is checked: for each viewer and each project the seqs rise by one from its cursor on; where
`numbered`, the `id:` of every frame is its seq. Anything else is a fault. Viewers come from many
addresses of the loopback network, as they would come from many machines.
"""

import os
import re
import select
import socket
import statistics
import sys
import time
from array import array
from typing import Any

import msgspec

READ = 32 * 1024
TOGETHER = 100
"""How many connect before the first of them has to be answered."""

CONNECT_SECONDS = 20.0
ADDRESSES = 250
BLOCKS = 512
FAULTS = 3

FRAME = re.compile(
    rb"(?:id: (?:(?P<project>\w+):)?(?P<id>\d+)\r?\n)?"
    rb'data: \{"type":"code:chunk","projectId":"(?P<of>\w+)","seq":(?P<seq>\d+),'
    rb'[^\n]*"text":"(?P<due>\d+)"\}\r?\n'
    rb"(?:id: (?P<id_below>\d+)\r?\n)?\r?\n"
)
"""One event as our server or a peer writes it. The lines between frames (comments, the sizes of
HTTP's chunks) are passed over: what is lost in them shows in the seqs."""


class Block(msgspec.Struct, frozen=True):
    """What a piece of a stream holds: where it moves cursors, its events' moments, what is left.

    Every viewer gets the same bytes, so that each piece is parsed once and then looked up.
    """

    moves: tuple[tuple[bytes, int, int], ...]
    dues: tuple[int, ...]
    rest: bytes


class Seen(msgspec.Struct, frozen=True):
    """What all viewers saw. Latencies in milliseconds, `took` and `cpu` in seconds.

    `took` goes from the first event's moment to the last delivery.
    """

    deliveries: int
    expected: int
    took: float
    p50: float
    p99: float
    cpu: float
    faults: list[str]


class Viewer:
    """One connection and what it has seen of each project."""

    __slots__ = ("connection", "cursors", "open", "rest")

    def __init__(self, connection: socket.socket, cursors: dict[bytes, int]) -> None:
        self.connection = connection
        self.cursors = cursors
        self.rest = b""
        self.open = False


class Watch:
    """One count of deliveries, from the command until all have come or the time is over."""

    def __init__(self, expected: int, seconds: float) -> None:
        self.expected = expected
        self.until = time.monotonic() + seconds
        self.deliveries = 0
        self.first = 0
        self.last = 0
        self.waits = array("q")
        self.cpu = time.process_time()

    def seen(self, faults: list[str]) -> Seen:
        waits = [wait / 1e6 for wait in self.waits] or [0.0]
        cuts = statistics.quantiles(waits, n=100) if len(waits) > 1 else waits * 99
        return Seen(
            deliveries=self.deliveries,
            expected=self.expected,
            took=(self.last - self.first) / 1e9,
            p50=cuts[49],
            p99=cuts[98],
            cpu=time.process_time() - self.cpu,
            faults=faults[:FAULTS],
        )


class Crowd:
    """All viewers, and the one loop that reads for them."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._viewers: dict[int, Viewer] = {}
        self._blocks: dict[bytes, Block] = {}
        self._numbered = False
        self._open = 0
        self._faults: list[str] = []
        self._watch = Watch(0, 0.0)
        self._watching = False
        self._ended = False
        self._asked = b""

    def run(self) -> None:
        """Until standard input is closed."""
        self._poll.register(0, select.EPOLLIN)
        say({"pid": os.getpid()})
        while not self._ended:
            self._turn(0.1)
            if self._watching and self._is_over():
                self._watching = False
                say(self._watch.seen(self._faults))

    def _is_over(self) -> bool:
        watch = self._watch
        return watch.deliveries >= watch.expected or time.monotonic() > watch.until

    def _turn(self, timeout: float) -> None:
        for number, _ in self._poll.poll(timeout):
            viewer = self._viewers.get(number)
            if viewer is None:
                self._obey()
            elif viewer.open:
                self._read(viewer)
            else:
                self._read_head(viewer)

    # ---- commands -----------------------------------------------------------------------------

    def _obey(self) -> None:
        said = os.read(0, READ)
        self._ended = not said
        *lines, self._asked = (self._asked + said).split(b"\n")
        for line in lines:
            command = msgspec.json.decode(line)
            if command["do"] == "connect":
                say(self._connect(command))
            elif command["do"] == "watch":
                expected = command["events"] * len(self._viewers)
                self._watch, self._watching = Watch(expected, command["seconds"]), True
                say({"watching": expected})
            else:
                say(self._leave())

    def _connect(self, command: dict[str, Any]) -> dict[str, Any]:
        self._numbered = command["numbered"]
        self._faults.clear()
        cursors = {name.encode(): seq for name, seq in command["cursors"].items()}
        until = time.monotonic() + CONNECT_SECONDS
        for number in range(command["count"]):
            connection = socket.socket()
            connection.bind((f"127.0.0.{2 + number % ADDRESSES}", 0))
            connection.connect(("127.0.0.1", command["port"]))
            connection.sendall(command["request"].encode())
            connection.setblocking(False)
            self._viewers[connection.fileno()] = Viewer(connection, dict(cursors))
            self._poll.register(connection.fileno(), select.EPOLLIN)
            last = number + 1 == command["count"]
            while (number + 1) % TOGETHER == 0 or last:
                if self._open == number + 1 or self._faults or time.monotonic() > until:
                    break
                self._turn(0.1)
        return {"viewers": self._open, "faults": self._faults[:FAULTS]}

    def _leave(self) -> dict[str, Any]:
        for number in list(self._viewers):
            self._drop(number)
        self._open = 0
        self._blocks.clear()
        return {"viewers": 0}

    def _drop(self, number: int) -> None:
        self._poll.unregister(number)
        self._viewers.pop(number).connection.close()

    # ---- streams ------------------------------------------------------------------------------

    def _read_head(self, viewer: Viewer) -> None:
        viewer.rest += self._received(viewer)
        head, separator, body = viewer.rest.partition(b"\r\n\r\n")
        if not separator:
            return
        if not head.startswith(b"HTTP/1.1 200 "):
            answer = head.split(b"\r\n", 1)[0]
            self._faults.append(f"a viewer was answered {answer.decode(errors='replace')}")
        viewer.open, viewer.rest = True, b""
        self._open += 1
        if body:
            self._take(viewer, body, time.monotonic_ns())

    def _read(self, viewer: Viewer) -> None:
        if data := self._received(viewer):
            now = time.monotonic_ns()
            self._take(viewer, viewer.rest + data if viewer.rest else data, now)

    def _received(self, viewer: Viewer) -> bytes:
        try:
            data = viewer.connection.recv(READ)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._faults.append("the server ended a stream")
            self._drop(viewer.connection.fileno())
        return data

    def _take(self, viewer: Viewer, data: bytes, now: int) -> None:
        block = self._blocks.get(data) or self._parsed(data)
        cursors = viewer.cursors
        for project, first, last in block.moves:
            if cursors.get(project, 0) + 1 != first:
                self._faults.append(f"seq {first} after {cursors.get(project, 0)}")
            cursors[project] = last
        viewer.rest = block.rest
        watch = self._watch
        if block.dues and self._watching:
            watch.deliveries += len(block.dues)
            watch.first = min(watch.first, block.dues[0]) or block.dues[0]
            watch.last = now
            watch.waits.extend([now - due for due in block.dues])

    def _parsed(self, data: bytes) -> Block:
        moves: dict[bytes, tuple[int, int]] = {}
        dues: list[int] = []
        end = 0
        for frame in FRAME.finditer(data):
            project, seq, end = frame["of"], int(frame["seq"]), frame.end()
            first, last = moves.get(project, (seq, seq - 1))
            if last + 1 != seq:
                self._faults.append(f"seq {seq} after {last}")
            if self._numbered:
                self._check_id(frame)
            moves[project] = (first, seq)
            dues.append(int(frame["due"]))
        rest = data[end:]
        block = Block(
            moves=tuple((project, *places) for project, places in moves.items()),
            dues=tuple(dues),
            rest=rest if rest.strip(b"\r\n") else b"",
        )
        if len(self._blocks) >= BLOCKS:
            self._blocks.clear()
        self._blocks[data] = block
        return block

    def _check_id(self, frame: re.Match[bytes]) -> None:
        said = frame["id"] or frame["id_below"]
        if said != frame["seq"] or frame["project"] not in (None, frame["of"]):
            self._faults.append(f"seq {frame['seq'].decode()} has another id")


def say(answer: object) -> None:
    sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Crowd().run()
