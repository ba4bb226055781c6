"""Whether what breaks is marked as such where people read it."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

Json = dict[str, Any]
_PARAMETER = re.compile(r"\{[^}]*\}")


def unmarked(found: Sequence[tuple[str, str]], marked: Sequence[Json]) -> Iterator[tuple[str, str]]:
    """Those lines (as in `documents.facts`) of which none of the marked differences tells.

    A difference tells of a line where it names the operation, or the property, parameter or
    status in a part of the resource that the path is of.
    """
    texts = [_plain(f"{one['part']} {one['sentence']} {one['reason']}") for one in marked]
    for line, why in found:
        operation = " ".join(line.split(" ")[:2])
        name = re.split(r"[<>?.@]", line)[-1].strip()
        wanted = [operation.lower()]
        if " " in line[len(operation) :] and not name[:1].isdigit() and "@" not in line:
            wanted.append(name.lower().replace("_", " "))
        more = any("more" in text and _home(line) in text for text in texts)
        if not more and not any(each in text for each in wanted for text in texts):
            yield line, why


def _plain(text: str) -> str:
    return _PARAMETER.sub("{}", text).lower().replace("_", " ")


def _home(line: str) -> str:
    """The list that the operation belongs to: `/books` of `GET /books/{}/reviews`."""
    return "/" + line.split(" ")[1].split("/")[1]
