"""Many rows in one request: `bulk create books`, `import many books at once`, `batch insert`."""

import re

import msgspec

from smartforge.contract import Bulk
from smartforge.contract.names import spaced
from smartforge.contract.soundness.serving import MAX_BULK
from smartforge.planners.offline.features.finding import subject
from smartforge.planners.offline.features.heard import found, hide, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_MAKE = (
    r"(?:creat(?:e|es|ed|ing|ion)|add(?:s|ed|ing)?|insert(?:s|ed|ing|ion)?|import(?:s|ed|ing)?"
    r"|upload(?:s|ed|ing)?|post(?:s|ed|ing)?|load(?:s|ed|ing)?|sav(?:e|es|ed|ing)"
    r"|register(?:s|ed|ing)?|enter(?:s|ed|ing)?|ingest(?:s|ed|ing)?)"
)
_LIMIT = (
    r"(?: ,?\(? ?(?:with )?(?:up to|at most|max(?:imum)?(?: of)?|limit(?:ed)?(?: to)?|no more than)"
    r" (?P<most{n}>\d+)(?: (?!per\b|at\b|each\b)[a-z]+)?"
    r"(?: (?:at once|at a time|per (?:request|call|batch)|each))?"
    r"(?: \))?)?"
)
_MANY = r"(?:many|several|multiple|a lot of|lots of|a list of|a batch of|dozens of|hundreds of)"
_ONCE = (
    r"(?:at once|at a time|in one (?:go|call|request|step|shot)|together|in bulk|in batches"
    r"|as a batch|in a (?:single|batch)(?: (?:call|request))?"
    r"|with (?:one|a single) (?:call|request))"
)
_BULK = re.compile(
    rf"(?:\b(?:support|allow|offer|provide|have|need|want|with|and|a|an|the|for) )*"
    rf"\b(?:bulk|batch|mass)(?: - |-| )?{_MAKE}\b(?: (?:endpoint|operation|route|support))?"
    rf"(?: (?:of|for|many|several|multiple))*(?: (?P<bulk>[a-z_]+s))?(?: {_ONCE})?"
    + _LIMIT.replace("{n}", "1")
    + rf"|\b{_MAKE} (?:up to (?P<most3>\d+)|{_MANY}) (?:(?P<many>[a-z_]+) )??{_ONCE}(?: {_ONCE})*"
    + _LIMIT.replace("{n}", "2")
    + rf"|\b{_MAKE} (?P<plain>[a-z_]+s) (?:in bulk|in batches|as a batch"
    rf"|in one (?:go|request|call))" + _LIMIT.replace("{n}", "4")
)
_NEVER = re.compile(r"\b(?:no|not|without|never|cannot|can't)(?: [a-z]+){0,2} $")


def claim_many(claims: Claims) -> None:
    """Keep from the base reading what only says that many are made at once."""
    hide(claims, _BULK)


def read_many(sketch: Sketch) -> None:
    """A route that creates up to as many rows as was said, all or none."""
    for heard, match in found(sketch, _BULK):
        resource = subject(sketch, heard, *match.span())
        if resource is None or "create" not in resource.actions:
            continue
        if _NEVER.search(heard.line[: match.start()]):
            continue
        said = next((one for one in (match[f"most{n}"] for n in "1234") if one), "")
        most = min(max(int(said), 1), MAX_BULK) if said.isdecimal() else Bulk().max_items
        bulk = Bulk(most)
        sketch.put(msgspec.structs.replace(resource, bulk=bulk))
        rows = spaced(resource.plural)
        told = f"POST {resource.path}/bulk creates up to {most} {rows}, all or none."
        tell(sketch, heard, match, told)
