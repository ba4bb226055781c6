"""HTTP/1.1 as uvicorn speaks it, with an end to the head of a request.

The parser takes heads of any length, and keeps them in memory. So a connection is refused once
its head goes on for longer than `HEAD_LIMIT`. Smaller limits for what arrives whole stand in
`door`.
"""

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from smartforge.server.problems import MEDIA_TYPE, Problem, problem

HEAD_LIMIT = 128 * 1024
"""Bytes of request line and headers that are read before the request is refused."""

MALFORMED = problem(400, "http_malformed", "This is not HTTP/1.1 as it should be.")
TOO_LARGE = problem(431, "headers_too_large", "The head of the request does not end.")


class BoundedProtocol(HttpToolsProtocol):
    """Refuses endless heads, and says what is malformed as a problem like everything else."""

    _head_bytes = 0
    _in_head = False
    _has_begun = False

    def data_received(self, data: bytes) -> None:
        self._has_begun = False
        super().data_received(data)
        # A head that began within these bytes is counted from the next ones on: those before it
        # may belong to another request.
        if self._in_head and not self._has_begun:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_LIMIT and not self.transport.is_closing():
                self._refuse(TOO_LARGE)

    def on_message_begin(self) -> None:
        self._has_begun = self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(MALFORMED)

    def _refuse(self, told: Problem) -> None:
        body = msgspec.json.encode({"type": "about:blank"} | msgspec.to_builtins(told))
        head = (
            f"HTTP/1.1 {told.status} {told.title}\r\nContent-Type: {MEDIA_TYPE}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
