"""Types of files as prompts name them, and the words that say that a file is got back."""

import re
from collections.abc import Iterator

from smartforge.contract.names import singular

_NAMES = (
    r"(?:pdfs?|pngs?|jpe?gs?|gifs?|webp|svgs?|csvs?|images?|pictures?|photos?|videos?|audio"
    r"|docx?|word"
    r"|excel|xlsx|txt|plain text|text files?|zips?|xml|mp3s?|mp4s?|markdown)"
)
_LIST = rf"{_NAMES}(?: ?(?:,|/|\||or|and|, or|, and) ?{_NAMES})*"
_TAIL = (
    r"(?: (?:files?|images?|documents?|formats?|pictures?|photos?|only|are allowed|is allowed"
    r"|allowed))*"
)
_SAID = re.compile(
    rf"\b(?:only|just|as|must be|should be|accepts?|allow(?:s|ed)?|reject anything but"
    rf"|nothing but)(?:"
    rf" (?:only|be|a|an|the|accept|allow|are|is|files?|types?|:|either))* (?P<list>{_LIST}){_TAIL}"
    rf"|\((?: only)? (?P<inner>{_LIST}){_TAIL} (?=\)|,)"
    rf"|\b(?:file )?(?:types?|formats?)(?: (?:are|is|:|allowed))* (?P<typed>{_LIST}){_TAIL}"
    rf"|\b(?P<before>(?:pdf|png|jpe?g|gif|csv|mp3|mp4|excel|word|docx|zip|xml)(?: ?(?:,|/|or|and)"
    rf" ?{_NAMES})*) (?:files?|documents?|images?)\b(?P<of> of\b)?"
    rf"|, (?P<lone>{_LIST})(?: files?)? only\b"
)
AGAIN = re.compile(
    r"\b(?:and |then |later )?(?:download|downloads|downloaded|downloading|get back"
    r"|fetch)\b(?: (?:them|it|the files?"
    r"|files?|each|the original|the documents?|the contents?|one))?(?: (?:again|later|back|too))*"
)
KEPT = re.compile(
    rf"\b(?:store|save|keep|archive|submit)\w*(?: [a-z_,-]+){{1,4}} as (?:a |an )?(?:{_LIST})\b"
)
TYPES = {
    "image": ("image/png", "image/jpeg", "image/gif", "image/webp"),
    "pdf": ("application/pdf",),
    "png": ("image/png",),
    "jpg": ("image/jpeg",),
    "jpeg": ("image/jpeg",),
    "gif": ("image/gif",),
    "webp": ("image/webp",),
    "svg": ("image/svg+xml",),
    "csv": ("text/csv",),
    "txt": ("text/plain",),
    "plain text": ("text/plain",),
    "text file": ("text/plain",),
    "zip": ("application/zip",),
    "xml": ("application/xml",),
    "markdown": ("text/markdown",),
    "mp3": ("audio/mpeg",),
    "mp4": ("video/mp4",),
    "video": ("video/mp4", "video/webm", "video/quicktime"),
    "audio": ("audio/mpeg", "audio/ogg", "audio/wav"),
    "doc": ("application/msword",),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    "word": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    "excel": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
}
LIKE = {
    "picture": "image",
    "photo": "image",
    "avatar": "image",
    "screenshot": "image",
    "logo": "image",
    "cover": "image",
    "recording": "audio",
    "song": "audio",
}
_ONE = re.compile(rf"\b{_NAMES}")


def types_of(name: str) -> tuple[str, ...]:
    """The media types that a word such as `photos` means; empty: any."""
    one = singular(name)
    return TYPES.get(LIKE.get(one, one), ())


def types_said(line: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Where a line says which types files have, and which."""
    for match in _SAID.finditer(line):
        text = next(one for name, one in match.groupdict().items() if one and name != "of")
        found = [one for name in _ONE.findall(text) for one in types_of(name)]
        if found:
            yield match.start(), match.end(), tuple(dict.fromkeys(found))
