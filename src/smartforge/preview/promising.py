"""Serves the answers of a promised API over ASGI."""

import asyncio

from starlette.types import Receive, Scope, Send

from smartforge.preview.headers import Rules, answered, asked
from smartforge.preview.promised import Asked, Promised
from smartforge.preview.proxy import target_of
from smartforge.preview.refusals import Refused, refuse, too_large

MOST_BODY_BYTES = 8 * 1024 * 1024
BODY_SECONDS = 60.0


async def answer_promised(
    promised: Promised, rules: Rules, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer as the API would below its prefix. Its contract knows no WebSockets."""
    if scope["type"] != "http":
        await refuse(scope, send, Refused(403, "not_found", "The contract has no WebSockets."))
        return
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _body(receive)
    except TimeoutError:
        raise Refused(408, "body_too_late", "The body did not arrive in time.") from None
    if body is None:
        return
    prefix: str = scope.get("root_path", "")
    given = asked(scope["headers"], rules, prefix, scope.get("scheme", "http"))
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in given}
    path, _, query = target_of(scope).decode("latin-1").partition("?")
    url = f"{scope.get('scheme', 'http')}://{headers['host']}{prefix}"
    head = scope["method"] == "HEAD"
    told = promised.answer(Asked(scope["method"], path, query, headers, body, url))
    written = [(name.encode(), value.encode("latin-1", "replace")) for name, value in told.headers]
    passed = answered(written, rules, prefix, headers["host"].encode("latin-1"), path)
    if told.status not in (204, 304):
        passed.append((b"content-length", str(len(told.body)).encode()))
    await send({"type": "http.response.start", "status": told.status, "headers": passed})
    await send({"type": "http.response.body", "body": b"" if head else told.body})


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where the client has left. Raises Refused (413)."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > MOST_BODY_BYTES:
            raise too_large(MOST_BODY_BYTES)
        if not message.get("more_body", False):
            return bytes(body)
