"""Receiving the same thing twice: `ignores duplicates of the same event id`, `idempotent`."""

import re

import msgspec

from smartforge.contract import Field, Resource
from smartforge.contract.names import spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.draft import a
from smartforge.planners.offline.features import retries
from smartforge.planners.offline.features.changes import having
from smartforge.planners.offline.features.finding import is_text, subject
from smartforge.planners.offline.features.heard import found, hear_all, take, tell
from smartforge.planners.offline.sketch import Claims, Sketch

# What is said of something that comes a second time, and what then happens.
_REPEATED = re.compile(
    r"\bduplicat\w*|\bde ?- ?duplicat\w*|\bdedup\w*|\brepeat\w*|\bretr(?:y|ies|ied|ying)\b"
    r"|\bredeliver\w*|\bre ?-? ?sen[dt]\w*|\btwice\b|\bagain\b|\bmore than once\b"
    r"|\bsecond (?:time|delivery|request|call)\b|\bidempoten\w+"
    r"|\b(?:seen|came|known|received|arrived|sent|delivered|processed|stored"
    r"|handled) (?:before|already"
    r"|earlier)\b"
    r"|\balready (?:seen|known|there|received|stored|processed|handled|sent|exists?|present)\b"
    r"|\b(?:at most|exactly|only|just) once\b"
)
_HARMLESS = re.compile(
    r"\bignor\w+|\bskip\w*|\bdrop(?:s|ped)?\b|\bdiscard\w*|\bno effect\b|\bdoes nothing\b"
    r"|\b(?:process|stor|handl|count|keep|kept|record|sav|insert|apply|appli"
    r"|creat)\w* (?:only |at most "
    r"|exactly |just )?once\b|\b(?:not|never|n't)(?: be)? (?:stor|creat|process|insert|add"
    r"|count|sav"
    r"|handl)\w*"
    r"|\b(?:no|any) (?:second|new|duplicate|further)\b|\bsafe\b|\bidempoten\w+|\bde ?- ?duplicat\w*"
    r"|\bdedup\w*"
    r"|\b(?:return|answer|giv)\w* (?:the )?(?:same|existing|first|stored|one|original)\b"
    r"|\bone (?:row|entry|record)\b|\bsame (?:row|answer|result|response|entry|record)\b"
)
_REFUSED = re.compile(
    r"\b(?:reject\w*|refus\w*|409|conflict|error|forbid\w*|allow\w*|can|can't|cannot|may|users?)\b"
)
_PARTED = re.compile(r" [,:(] ")


_RECEIVES = re.compile(
    r"\b(?:receiv\w+|accept\w*|ingest\w*|take|takes|handle|handles|consume|consumes|store|stores)"
    r"(?: (?:incoming|inbound|the|all))* webhooks?(?: (?:calls|events|notifications))?"
    r"(?: (?:from|of|by|sent by)(?: [a-z]+){1,4})?|\bwebhook receiver\b"
)


def _repeats(line: str) -> tuple[int, int] | None:
    """Where a sentence says that something may come twice and counts once; None elsewhere."""
    if not (_REPEATED.search(line) and _HARMLESS.search(line)) or _REFUSED.search(line):
        return None
    cuts = [match.span() for match in _PARTED.finditer(line)]
    parts = zip([0, *(end for _, end in cuts)], [*(at for at, _ in cuts), len(line)], strict=True)
    said = [
        (begin, end)
        for begin, end in parts
        if _REPEATED.search(line, begin, end) or _HARMLESS.search(line, begin, end)
    ]
    return said[0][0], said[-1][1]


def claim_receivers(claims: Claims) -> None:
    """Keep what is said of repetitions from the base reading."""
    for heard in hear_all(claims.sentences):
        span = _repeats(heard.line)
        if span is not None:
            claims.hide(heard.place, *heard.span(*span))


def read_receivers(sketch: Sketch) -> None:
    """Creation that may be repeated: the row that is there is answered again."""
    for heard in hear_all(sketch.sentences):
        span = _repeats(heard.line)
        if span is None:
            continue
        resource = subject(sketch, heard, *span)
        # Words for any request that comes twice are about keys, unless they name a field.
        keyed = any(retries.cues(heard))
        for one in [resource, *sketch.contract.resources]:
            said = heard.line[slice(*span)]
            field = _key(one, said, usual=not keyed) if one is not None else None
            if one is None or field is None:
                continue
            field = msgspec.structs.replace(field, unique=True, required=True, default=None)
            sketch.put(msgspec.structs.replace(having(one, field), idempotent=field.name))
            sketch.note(
                f"{heard.quote(*span)}: {a(spaced(one.name))} with {a(spaced(field.name))} that "
                "is there already is answered again (200), nothing is stored twice."
            )
            take(sketch, heard, *span)
            break


def read_webhooks(sketch: Sketch) -> None:
    """`receive webhooks from ...`: whoever sends them creates a row."""
    for heard, match in found(sketch, _RECEIVES):
        resource = subject(sketch, heard, *match.span())
        if resource is not None:
            tell(sketch, heard, match, f"they are sent to POST {resource.path}.")


def _key(resource: Resource, line: str, usual: bool) -> Field | None:
    """The text by which rows are known again: one that the sentence names, else a `usual` one.

    Where none is usual, it must be named as what is the same, or be an id of the rows' own.
    """
    texts = [one for one in resource.fields if is_text(one)]
    keys = [one for one in texts if one.name.rpartition("_")[2] in _KEYS]
    said = f" {line} "
    same = "" if usual else " same"
    for one in [*keys, *texts]:
        if f"{same} {one.name} " in said or f"{same} {spaced(one.name)} " in said:
            return one
    named = [one for one in keys if one.name.startswith(f"{resource.name}_")]
    if not usual:
        return next((one for one in named if one.name == f"{resource.name}_id"), None)
    ids = [one for one in keys if one.name.endswith(("id", "key", "uuid"))]
    return next(iter([*named, *ids]), None)


_KEYS = word_set("id key uuid number code reference ref hash guid nonce sequence")
