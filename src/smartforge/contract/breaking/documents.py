"""What breaks between two OpenAPI documents, judged by what clients of the old one rely on."""

import re
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from smartforge.contract.breaking.schemas import Gap, Side, left_out, refused, surprising

Json = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")
_PARAMETER = re.compile(r"\{[^}]*\}")


class Finding(msgspec.Struct, frozen=True):
    """One thing that breaks: in which operation (by its id in the old document), why, and where.

    `place` says in what it stands; `names` are the property, the parameter or the status, the
    innermost last. A missing operation has no names.
    """

    operation: str
    place: str
    reason: str
    names: tuple[str, ...] = ()


def findings(old: Json, new: Json) -> Iterator[Finding]:
    """Everything that breaks, operation by operation, in the order of the old document."""
    served = {
        (_plain(path), method): operation
        for path, item in new["paths"].items()
        for method, operation in item.items()
    }
    for path, item in old["paths"].items():
        for method in _METHODS:
            if method not in item:
                continue
            before = cast(Json, item[method])
            after = served.get((_plain(path), method))
            if after is None:
                reason = f"{method.upper()} {path} is not there any more"
                yield Finding(before["operationId"], "operation", reason)
            else:
                yield from _operation(old, new, before, after, f"{method.upper()} {path}")


def _plain(path: str) -> str:
    """The path without the names of its parameters, which clients never send."""
    return _PARAMETER.sub("{}", path)


def _operation(old: Json, new: Json, before: Json, after: Json, line: str) -> Iterator[Finding]:
    name = before["operationId"]
    for reason in _access(before, after):
        yield Finding(name, "access", f"{line} {reason}")
    yield from _parameters(old, new, before, after)
    yield from _body(old, new, before, after, line)
    yield from _answers(old, new, before, after, line)
    known = set(before["responses"]) | {"401", "403"}
    for status in after["responses"]:
        if status >= "400" and status not in known:
            reason = f"{line} may be refused with {status} now"
            yield Finding(name, "refusal", reason, (status,))


# ---- who may ----------------------------------------------------------------------------------


def _access(before: Json, after: Json) -> Iterator[str]:
    if not after.get("security"):
        return
    if not before.get("security"):
        yield "needs a login now"
        return
    if before["security"] != after["security"]:
        yield "needs other credentials now"
    was, now = before.get("x-access", {}), after.get("x-access", {})
    lost = set(was.get("roles", ())) - set(now.get("roles", ()))
    match was.get("who"), now.get("who"):
        case ("user", "owner"):
            yield "is for the owner's rows alone now"
        case ("user" | "owner", "role"):
            yield f"is for the role {' or '.join(now.get('roles', ()))} alone now"
        case _ if lost and now.get("who") != "user":
            yield f"is not for the role {' or '.join(sorted(lost))} any more"
        case _:
            pass
    if now.get("tenant") and not was.get("tenant"):
        yield "shows the rows of the caller's tenant alone now"


# ---- what is sent -----------------------------------------------------------------------------


def _parameters(old: Json, new: Json, before: Json, after: Json) -> Iterator[Finding]:
    name = before["operationId"]
    was, now = _listed(before), _listed(after)
    for key, one in was.items():
        if key not in now:
            reason = f"the parameter {key[1]} is not there any more"
            yield Finding(name, "parameter", reason, (key[1],))
            continue
        label = str(one["name"])
        sides = (Side(old, one["schema"]), Side(new, now[key]["schema"]))
        yield from _told(name, "parameter", refused(*sides, (label,)))
        yield from _told(name, "parameter", left_out(*sides, (label,)))
        if now[key].get("required") and not one.get("required"):
            yield Finding(name, "parameter", f"{label} must be sent now", (label,))
    for key, one in now.items():
        if key not in was and one.get("required"):
            yield Finding(name, "parameter", f"{key[1]} must be sent now", (key[1],))


def _listed(operation: Json) -> dict[tuple[str, str], Json]:
    """The parameters by where they stand and their name; those of the path by their place."""
    found: dict[tuple[str, str], Json] = {}
    place = 0
    for one in cast(list[Json], operation.get("parameters", [])):
        place += one["in"] == "path"
        label = str(place) if one["in"] == "path" else str(one["name"])
        found[one["in"], label] = one
    return found


def _body(old: Json, new: Json, before: Json, after: Json, line: str) -> Iterator[Finding]:
    name = before["operationId"]
    was: Json = before.get("requestBody", {})
    now: Json = after.get("requestBody", {})
    if now.get("required") and not was.get("required"):
        yield Finding(name, "body", f"{line} must be sent with a body now")
    if was and not now:
        yield Finding(name, "body", f"{line} takes no body any more")
        return
    for form, content in was.get("content", {}).items():
        if form not in now["content"]:
            yield Finding(name, "body", f"{line} does not take {form} any more")
        else:
            sides = (Side(old, content["schema"]), Side(new, now["content"][form]["schema"]))
            yield from _told(name, "body", refused(*sides))


# ---- what is answered -------------------------------------------------------------------------


def _answers(old: Json, new: Json, before: Json, after: Json, line: str) -> Iterator[Finding]:
    name = before["operationId"]
    was, now = _successes(before), _successes(after)
    for status in now.keys() - was.keys():
        yield Finding(name, "status", f"{line} may answer {status} now", (status,))
    for status, answer in was.items():
        if status not in now:
            yield Finding(name, "status", f"{line} never answers {status} any more", (status,))
            continue
        yield from _answer(old, new, (answer, now[status]), name, line)


def _successes(operation: Json) -> Json:
    return {status: one for status, one in operation["responses"].items() if status < "400"}


def _answer(
    old: Json, new: Json, answers: tuple[Json, Json], name: str, line: str
) -> Iterator[Finding]:
    was, now = answers
    for header in was.get("headers", {}):
        if header not in now.get("headers", {}):
            yield Finding(name, "answer", f"{line} answers without {header} now", (header,))
    for form in now.get("content", {}):
        if form not in was.get("content", {}) and "*/*" not in was.get("content", {}):
            yield Finding(name, "answer", f"{line} may answer {form} now")
    for form, content in was.get("content", {}).items():
        if form not in now.get("content", {}):
            if form != "*/*":
                yield Finding(name, "answer", f"{line} never answers {form} any more")
        elif "schema" in content:
            after = now["content"][form].get("schema", {})
            sides = (Side(old, content["schema"]), Side(new, after))
            yield from _told(name, "answer", surprising(*sides))


def _told(name: str, place: str, gaps: Iterator[Gap]) -> Iterator[Finding]:
    for gap in gaps:
        yield Finding(name, place, gap.reason, gap.path)
