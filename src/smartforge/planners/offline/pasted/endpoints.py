"""A list of endpoints as the things that they are about and what can be done with each."""

import re

from smartforge.contract.names import singular, snake

_ENDPOINT = re.compile(
    r"(?P<verb>\bGET|\bPOST|\bPUT|\bPATCH|\bDELETE)\s+(?P<path>(?:/[\w{}:<>.-]+)+)/?"
    r"(?P<more>(?:[ \t]+[-–—:(][^\n]*)?[,;.]?)"
)
_PLACE = re.compile(r"[{:<]")
_ROOTS = frozenset({"api", "v1", "v2", "rest"})
MIN_ENDPOINTS = 3
_WORDS = {"GET": "read", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}


def told(text: str) -> str:
    """`text` with its endpoints as one line for each thing, where there are several."""
    found = list(_ENDPOINT.finditer(text))
    plain = [one for one in found if _thing(one["path"])]
    if len(plain) < MIN_ENDPOINTS or len(plain) < len(found):
        return text
    actions: dict[str, list[str]] = {}
    for one in plain:
        known = actions.setdefault(_thing(one["path"]), [])
        last = one["path"].rstrip("/").rpartition("/")[2]
        verb = "list" if one["verb"] == "GET" and not _PLACE.match(last) else _WORDS[one["verb"]]
        known += [verb] if verb not in known else []
    lines = [f"{name.replace('_', ' ')}: {', '.join(verbs)}." for name, verbs in actions.items()]
    kept = _ENDPOINT.sub(" ", text).strip()
    return "\n".join([*lines, "", kept])


def _thing(path: str) -> str:
    """The plural in `/api/kites/{id}`; empty for paths that hold more than one thing."""
    parts = [one for one in path.split("/") if one and one.lower() not in _ROOTS]
    if not parts or _PLACE.match(parts[0]) or len(parts) > 2:
        return ""
    name = snake(parts[0])
    nested = len(parts) > 1 and not _PLACE.match(parts[1])
    return "" if nested or singular(name) == name else name
