"""What breaks and no document shows: rules, effects, limits that OpenAPI has no words for."""

from collections.abc import Callable
from typing import Any

from smartforge.contract.parts import Change, as_named_in, is_object, part_of, words
from smartforge.contract.resources import Contract

Json = dict[str, Any]

_ONLY_REFUSE = frozenset({"unique_together", "ordered", "no_overlap", "one_open", "at_most"})
"""Rules that do nothing but turn requests away: nobody misses one that is gone."""

_DELETED = {
    "cascade": "it is deleted along with the row that it belongs to now",
    "restrict": "the row that it belongs to cannot be deleted before it now",
    "clear": "it stays without the row that it belonged to when that is deleted now",
}


def broken_promise(change: Change, old: Contract, new: Contract) -> str:
    """Why clients of `old` are let down by this change, beyond what documents show; else empty."""
    _, section, _ = part_of(change.part)
    judge = _JUDGES.get(section)
    if section == "" and change.kind in ("changed", "renamed"):
        judge = _whole
    return judge(change, old, new) if judge else _unknown(change)


def _unknown(change: Change) -> str:
    """Of a kind of part that is not known here: what was there and is another may be missed."""
    if change.kind != "changed":
        return ""
    if not is_object(change.new) or not is_object(change.old):
        return "it is another for clients now"
    names = _other(change.old, change.new, {"description", "access"})
    return names and f"what it does for clients is another now: {names}"


def _silent(_: Change, __: Contract, ___: Contract) -> str:
    return ""


# ---- fields -----------------------------------------------------------------------------------


def _field(change: Change, _: Contract, __: Contract) -> str:
    if change.old is None or change.new is None:
        return ""
    was, now = change.old["kind"], change.new["kind"]
    if was["type"] != now["type"]:
        return f"it is of the kind {now['type']} now, no longer {was['type']}"
    if was.get("on_delete") != now.get("on_delete"):
        return _DELETED[now["on_delete"]]
    if was.get("resource") != now.get("resource"):
        return f"it points to another resource now, {now['resource']}"
    for limit in ("places", "max_bytes"):
        if limit in now and now[limit] < was[limit]:
            return f"at most {now[limit]} {limit.removeprefix('max_')} are taken, not {was[limit]}"
    if change.new["unique"] and not change.old["unique"]:
        return "it must be unique now"
    if change.new["default"] != change.old["default"] and change.new["written"] != "always":
        return "new rows begin with another value"
    if was != now and was["type"] not in _SHOWN:
        return "its value is another now"
    return ""


_SHOWN = words(
    """
    text integer decimal choice text_list reference references code json slug
    """
)
"""Kinds all of whose limits are shown by documents, or are judged here."""


# ---- rules, effects ---------------------------------------------------------------------------


def _rule(change: Change, _: Contract, __: Contract) -> str:
    told: Json = change.new or change.old
    if change.kind == "removed":
        return (
            "" if told["type"] in _ONLY_REFUSE else "what it did for clients is not done any more"
        )
    if change.kind == "added" and told["type"] == "adjusts":
        return "creating a row changes another one now, or is refused"
    return "requests that break the rule are refused now"


def _transition(change: Change, old: Contract, new: Contract) -> str:
    resource, _, _ = part_of(change.part)
    if change.kind == "added":
        if not any(one.name == resource for one in as_named_in(old, new).resources):
            return ""
        moved = change.new["field"]
        found = new.resource(resource).field(moved)
        before = as_named_in(old, new).resource(resource)
        there = any(one.name == moved and one.on_update for one in before.fields)
        if there and found.on_update and not any(one.field == moved for one in before.transitions):
            return f"{moved} changes along its transitions alone now"
        return ""
    if change.kind == "removed":
        return ""
    was, now = change.old, change.new
    if was["target"] != now["target"] or was["field"] != now["field"]:
        return "it leads to another state now"
    sources = set(now["sources"])
    if sources and (not was["sources"] or set(was["sources"]) - sources):
        return f"it is possible from {', '.join(map(str, now['sources']))} alone now"
    known = {"name", "field", "target", "sources", "stamp", "access"}
    return _other(was, now, known)


def _other(was: Json, now: Json, known: set[str]) -> str:
    """A change of what is not judged by name."""
    names = [name for name in now if name not in known and was.get(name) != now[name]]
    return f"its {' and '.join(names)} is another now" if names else ""


def _upload(change: Change, _: Contract, __: Contract) -> str:
    if change.kind != "changed":
        return ""
    was, now = change.old, change.new
    if now["max_bytes"] < was["max_bytes"]:
        return f"files over {now['max_bytes']} bytes are refused, no longer over {was['max_bytes']}"
    if now["types"] and (not was["types"] or set(was["types"]) - set(now["types"])):
        return f"only files of {', '.join(now['types'])} are taken"
    return _other(was, now, {"types", "max_bytes"})


def _searched(change: Change, _: Contract, __: Contract) -> str:
    return "q does not look there any more" if change.kind == "removed" else ""


# ---- a resource, the accounts -----------------------------------------------------------------


def _whole(change: Change, _: Contract, __: Contract) -> str:
    was, now = change.old, change.new
    if was["owner"] != now["owner"] and now["owner"]:
        return "rows have an owner now"
    if was["tenant"] != now["tenant"] and now["tenant"]:
        return "rows are seen within a tenant alone now"
    if was["sorted_by"] != now["sorted_by"]:
        return f"lists are sorted by {now['sorted_by']} now"
    return ""


def _accounts(change: Change, _: Contract, __: Contract) -> str:
    if change.kind != "changed":
        return ""
    was, now = change.old, change.new
    gone = [name for name in was["login"] if name not in now["login"]]
    if gone:
        return f"nobody logs in by {', '.join(gone)} any more"
    lost = [role for role in was["roles"] if role not in now["roles"]]
    if lost:
        return f"the role {', '.join(lost)} is not there any more"
    if was["roles"] and was["roles"][:1] != now["roles"][:1]:
        return f"new accounts get the role {now['roles'][0]} now"
    return ""


def _custom(change: Change, _: Contract, __: Contract) -> str:
    """Its path, its body and its answer are shown by documents; what it does is not."""
    if change.kind != "changed" or change.old["examples"] == change.new["examples"]:
        return ""
    return "what it answers in the worked examples is another now"


_JUDGES: dict[str, Callable[[Change, Contract, Contract], str]] = {
    "fields": _field,
    "rules": _rule,
    "transitions": _transition,
    "upload": _upload,
    "customs": _custom,
    "searched": _searched,
    "accounts": _accounts,
    # What documents show of these is all there is.
    "access": _silent,
    "filters": _silent,
    "ranges": _silent,
    "sortable": _silent,
    "marks": _silent,
    "title": _silent,
    "description": _silent,
    "version": _silent,
    # Nothing was promised.
    "not_made": _silent,
}
