"""When rows were made and changed: `created/updated timestamps`, `track when it was modified`."""

import re

import msgspec

from smartforge.planners.offline.features.finding import subject
from smartforge.planners.offline.features.heard import found, tell
from smartforge.planners.offline.sketch import Sketch

_STAMPS = re.compile(
    r"\b(?:created(?: at)?|creation|created_at) ?(?:/|and|,|&|\+) ?"
    r"(?:updated?|modified|modification|updated_at)(?: at)?(?: (?:timestamps?|dates?|times?))?\b"
    r"|\bcreate ?(?:/|and|,|&|\+) ?update(?: (?:timestamps?|dates?|times?))\b"
    r"|\b(?:last )?(?:updated|modified)(?: at| on)?(?: (?:timestamps?|dates?|times?))\b|\blast"
    r" (?:updated|modified)\b|\btimestamps\b"
)
_ALL = re.compile(r"\b(?:all|every|everything|each)\b")


def read_stamps(sketch: Sketch) -> None:
    """Rows that also say when they were changed last."""
    for heard, match in found(sketch, _STAMPS):
        resource = subject(sketch, heard, *match.span())
        if resource is None:
            continue
        wanted = sketch.contract.resources if _ALL.search(heard.line) else (resource,)
        for one in wanted:
            sketch.put(msgspec.structs.replace(one, stamped=True))
        tell(sketch, heard, match, "created_at and updated_at are kept by the server.")
