"""Files that rows hold: `upload a picture`, `attach documents to tickets`, `max 2 MB`."""

import re

import msgspec

from smartforge.contract import Field, Reference, Resource, Text, Upload
from smartforge.contract.fields import Url
from smartforge.contract.names import plural, singular, snake, spaced
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.features.changes import belonging, having, without
from smartforge.planners.offline.features.filewords import AGAIN, KEPT, LIKE, types_of, types_said
from smartforge.planners.offline.features.finding import find_resource, mentions, subject
from smartforge.planners.offline.features.heard import Heard, found, hear_all, hide, take, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_FILES = (
    r"picture|pictures|photo|photos|image|images|file|files|document|documents|attachment"
    r"|attachments|avatar|avatars"
    r"|video|videos|audio|recording|recordings|pdf|pdfs|csv|receipt|receipts|resume|resumes|cv"
    r"|cvs|scan|scans|screenshot|screenshots|logo|logos|cover|song|songs"
)
_UPLOAD = re.compile(
    rf"\b(?:upload(?:s|ed|ing)?|attach(?:es|ed|ing)?|attaching|(?:send|hand)(?:s|ing)? in)"
    rf"(?: (?:a|an|the|their|his|my|one|or|several|multiple|more|own|new|profile|any"
    rf"|some|pdf|png|jpe?g|and|,))*"
    rf" (?P<what>{_FILES})(?: (?:to|for|of|with|on) (?:a |an |the |each |every |their |its |any"
    rf" )?(?P<to>[a-z_]+))?"
    rf"|\b(?P<noun>image|file|photo|picture|document|video|receipt|avatar|attachment|pdf)"
    rf" uploads?\b(?: (?:for|on|to) (?:a |an |the |each |every )?(?P<on>[a-z_]+))?"
    rf"|\b(?P<has>[a-z_]+) (?:have|has|with|can have|may have) (?:file )?(?P<many>attachments)\b"
    rf"|\bfile attachments?(?: (?:on|to|for) (?:a |an |the |each |every )?(?P<of>[a-z_]+))?"
)
_LIMIT = re.compile(
    r"\b(?:max(?:imum)?|up to|at most|no (?:larger|bigger|more) than|limit(?:ed)?(?: to| of)?"
    r"|under|below|less than|not (?:larger|bigger) than)"
    r"(?: (?:of|size|file|is|:|size of|file size))* ?(?P<size>\d+(?: \. \d+|\.\d+)?) ?(?P<unit>kb"
    r"|mb|gb|kib|mib|megabytes?|kilobytes?|bytes)\b"
    r"|\b(?:max(?:imum)?|up to|at most|no (?:larger|bigger|more) than)(?: (?:of|size|file|is|size"
    r" of|file size))* ?(?P<joined>\d+(?:\.\d+)?(?:kb|mb|gb))\b"
)
_OTHER = re.compile(
    r"\b(?:upload(?:s|ed|ing)?)(?: (?:a|an|the|their|his|my|our|one|several|multiple|more|own"
    r"|new|any"
    r"|some|scanned|signed|original))* (?P<what>[a-z_-]+(?: (?!with\b|and\b|or\b|as\b|to\b"
    r"|for\b|of\b"
    r"|in\b|on\b|by\b|only\b|up\b)[a-z_-]+)?)"
)
_UNITS = {
    "kb": 1_000,
    "kib": 1_024,
    "mb": 1_000_000,
    "mib": 1_048_576,
    "gb": 1_000_000_000,
    "byte": 1,
    "kilobyte": 1_000,
    "megabyte": 1_000_000,
}
_GIVEN = (
    "url",
    "file_url",
    "image_url",
    "filename",
    "file_name",
    "content_type",
    "mime_type",
    "size",
    "file_size",
    "size_bytes",
    "file",
    "path",
)
MAX_BYTES = 100_000_000
_METADATA = re.compile(
    r"\b(?:list (?:them|it|all|files) )?(?:with|and|by)(?: (?:its|their|the|a))? (?:size"
    r"|name and size|file name|filename|content type|mime"
    r" type)(?:(?: ,)?(?: and)? (?:size|content type|type|file name|filename|mime type|upload"
    r" date))*\b"
)


def claim_files(claims: Claims) -> None:
    """Keep what the server tells of every file from becoming fields that clients write."""
    lines = hear_all(claims.sentences)
    if not any(_uploads(heard.line) for heard in lines):
        return
    hide(claims, _METADATA, _LIMIT, AGAIN)
    for heard in lines:
        for begin, end, _ in types_said(heard.line):
            claims.hide(heard.place, *heard.span(begin, end))
        other = _OTHER.search(heard.line)
        if other and not _UPLOAD.search(heard.line):
            _name(claims, heard, other)


def _name(claims: Claims, heard: Heard, match: re.Match[str]) -> None:
    """`upload scores`: what is uploaded is a thing, and what follows is about it."""
    phrase, _ = nounphrases.leading(heard.tokens[slice(*heard.span(*match.span("what")))])
    if nounphrases.is_thing(phrase) and nounphrases.is_plural(phrase):
        begin = heard.span(*match.span())[0]
        noun = singular(snake(" ".join(one.text for one in phrase)))
        claims.name(heard.place, begin, noun)


def _uploads(line: str) -> bool:
    return bool(_UPLOAD.search(line) or _OTHER.search(line) or KEPT.search(line))


def read_files(sketch: Sketch) -> None:
    """Resources whose rows hold a file, with its types and its largest size."""
    for heard, match in found(sketch, _UPLOAD):
        groups = match.groupdict()
        what = singular(groups["what"] or groups["noun"] or groups["many"] or "attachment")
        to = groups["to"] or groups["on"] or groups["has"] or groups["of"] or ""
        resource = _holder(sketch, heard, match, what, to)
        if resource is None or resource.upload is not None:
            if resource is not None:
                take(sketch, heard, *match.span())
            continue
        _upload(sketch, heard, match, resource, types_of(what))
    for heard, match in found(sketch, _OTHER, KEPT):
        named = find_resource(sketch, match.groupdict().get("what") or "")
        resource = named or subject(sketch, heard, *match.span())
        if resource is not None and not any(one.upload for one in sketch.contract.resources):
            _upload(sketch, heard, match, resource, ())
    lines = hear_all(sketch.sentences)
    for heard in lines:
        for begin, end, types in types_said(heard.line):
            _changed(sketch, heard, (begin, end), types=types)
    for heard, match in found(sketch, _LIMIT):
        text = (match["joined"] or f"{match['size']}{match['unit']}").replace(" ", "")
        number, unit = re.match(r"([\d.]+)([a-z]+)", text).groups()  # type: ignore[union-attr]
        size = int(float(number[:9]) * _UNITS.get(singular(unit), 1_000_000))
        if 1 <= size <= MAX_BYTES:
            _changed(sketch, heard, match.span(), size=size)
        elif any(one.upload for one in sketch.contract.resources):
            sketch.note(
                f"{heard.quote(*match.span())} was not used: a file has at most {MAX_BYTES} bytes."
            )
    if any(one.upload for one in sketch.contract.resources):
        for heard, match in found(sketch, _METADATA, AGAIN):
            take(sketch, heard, *match.span())


def _upload(
    sketch: Sketch, heard: Heard, match: re.Match[str], resource: Resource, types: tuple[str, ...]
) -> None:
    thing = sketch.draft.things.get(resource.name)
    listed = thing is None or thing.listed or bool(thing.attributes)
    sketch.put(_uploading(resource, types, listed))
    tell(sketch, heard, match, f"{spaced(resource.plural)} are uploaded and hold a file each.")


def _changed(
    sketch: Sketch, heard: Heard, span: tuple[int, int], types: tuple[str, ...] = (), size: int = 0
) -> None:
    for resource in sketch.contract.resources:
        upload = resource.upload
        if upload is None:
            continue
        upload = msgspec.structs.replace(
            upload, types=types or upload.types, max_bytes=size or upload.max_bytes
        )
        sketch.put(msgspec.structs.replace(resource, upload=upload))
        told = (
            f"other types than {', '.join(types)} are refused (415)"
            if types
            else f"larger files than {size} bytes are refused (413)"
        )
        sketch.note(f"{heard.quote(*span)}: {told}.")
        take(sketch, heard, *span)


def _holder(
    sketch: Sketch, heard: Heard, match: re.Match[str], what: str, to: str
) -> Resource | None:
    """The resource that files are kept in: one of their name, else a new one, of what is"
    " named."""
    files = find_resource(sketch, what)
    if (files is None and what in LIKE) or what == "image":
        alike = [one for one in ("image", "photo", "picture") if find_resource(sketch, one)]
        files = files or (find_resource(sketch, alike[0]) if alike else None)
    if files is not None:
        return files
    only = sketch.contract.resources[0] if len(sketch.contract.resources) == 1 else None
    if what in ("file", "document") and only is not None and only.name.startswith(what):
        return only
    parent = find_resource(sketch, to) if to else None
    parent = parent or next((one for _, one in mentions(sketch, heard)), None)
    parent = parent or subject(sketch, heard, *match.span())
    name = "attachment" if what in ("file", "document", "pdf") and parent else what
    if find_resource(sketch, name) is not None:
        return find_resource(sketch, name)
    fields = (Field("description", Text(0, 500), required=False),)
    if parent is not None:
        fields = (belonging(parent), *fields)
    resource = Resource(name, plural(name), fields, actions=("list", "create", "read", "delete"))
    if parent is not None:
        access = parent.access
        resource = msgspec.structs.replace(
            resource, access=access if not parent.owner else resource.access
        )
        if parent.owner and access.create.who != "anyone":
            from smartforge.contract import Access, Permissions

            user = Access("user")
            resource = msgspec.structs.replace(
                resource, access=Permissions(user, user, user, user, user)
            )
    sketch.put(resource)
    return resource


def _uploading(resource: Resource, types: tuple[str, ...], listed: bool) -> Resource:
    """With what every file has anyway left out of the fields, and nothing but the file required
    of usual fields and texts.
    """
    for name in _GIVEN:
        if any(one.name == name for one in resource.fields):
            if len(resource.fields) == 1:
                resource = having(resource, Field("description", Text(0, 500), required=False))
            resource = without(resource, name)
    for field in resource.fields:
        eased = msgspec.structs.replace(field, required=False)
        if isinstance(field.kind, Text) and field.required:
            kind = msgspec.structs.replace(field.kind, min_length=0)
            resource = having(resource, msgspec.structs.replace(eased, kind=kind))
        elif isinstance(field.kind, Url) or not (listed or isinstance(field.kind, Reference)):
            resource = having(resource, eased)
    return msgspec.structs.replace(resource, upload=Upload(types))
