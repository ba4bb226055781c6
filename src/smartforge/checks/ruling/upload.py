"""Files are kept as they came; those too large or of another type are refused."""

from smartforge.checks.drafts import Row
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found
from smartforge.checks.values import File, file_of
from smartforge.contract import Upload

# A larger file takes too long to send here.
LARGEST = 20_000_000
OTHERS = ("text/plain", "application/pdf", "image/png", "application/zip")


async def trial(court: Court, found: Found) -> None:
    rule = found.read(Upload)
    kind = rule.types[0] if rule.types else "image/png"
    small = file_of(kind)
    draft = await court.draft(found.collection)
    row = await court.made(draft.with_body(file=File(small, kind)))
    await _kept(court, found, row, small, kind)
    if rule.max_bytes <= LARGEST:
        exact = File(small.ljust(rule.max_bytes, b"\0"), kind)
        draft = await court.draft(found.collection)
        await court.made(draft.with_body(file=exact), "with a file of the largest size")
        large = File(small.ljust(rule.max_bytes + 1, b"\0"), kind)
        draft = (await court.draft(found.collection)).with_body(file=large)
        await court.expect("with a file of one byte more", draft, {413})
    if not rule.types:
        return
    other = next((one for one in OTHERS if one not in rule.types), "x/y")
    draft = (await court.draft(found.collection)).with_body(file=File(file_of(other), other))
    await court.expect(f"with a file of {other}", draft, {415})
    if kind.startswith("image/") and kind != "image/svg+xml":
        lie = File(b"MZ is no picture", kind)
        draft = (await court.draft(found.collection)).with_body(file=lie)
        await court.expect(f"with a file that only says it is {kind}", draft, {415})


async def _kept(court: Court, found: Found, row: Row, content: bytes, kind: str) -> None:
    """The bytes are answered as they came."""
    for endpoint in court.promised.endpoints:
        if endpoint.collection == found.collection and endpoint.path.endswith("}/content"):
            maker, _ = await court.maker(found.collection)
            draft = court.at(endpoint, row, await court.able(endpoint, row, maker))
            answer = await court.expect("for what was uploaded", draft, {200})
            if answer and (answer.body != content or answer.content_type != kind):
                said = f"answered {len(answer.body)} bytes of {answer.content_type}"
                court.failed("for what was uploaded", draft, answer, said)
    if row.shown.get("size") != len(content):
        endpoint = court.creating(found.collection)
        said = f"answered size {row.shown.get('size')}, not {len(content)}"
        maker, _ = await court.maker(found.collection)
        draft = court.at(court.promised.reading(found.collection) or endpoint, row, maker)
        court.failed("for what was uploaded", draft, await court.send(draft), said)
