"""Web pages of other origins that may call: `CORS enabled`, `allow calls from any origin`."""

import re
from collections.abc import Iterator

import msgspec

from smartforge.contract.names import quoted
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.features.heard import Heard, clause, hear_all, take
from smartforge.planners.offline.sketch import Claims, Sketch

_CORS = re.compile(
    r"(?:\b(?:no|not|without|disable|disabled|with|and|plus|have|has|support|supports|supporting|enable|enables|enabling|allow"
    r"|allows|needs?|add|set up|turn on|full|open|proper|permissive|correct|include|send|the) )*"
    r"\bcors\b(?: (?:headers?|support|policy|requests?|access|preflights?|calls?|including|and"
    r"|options))*(?: (?:must|should|has|have|needs?|is|are|to|be|being))*"
    r"(?: (?:enabled|allowed|on|open|turned|set|up|needed|required|configured|supported|active"
    r"|permissive|wide))*"
    r"(?: (?:for|from|to|on) (?:any|all|every|everyone|everybody|anyone|\*)"
    r"(?: (?:web )?(?:origins?|domains?|sites?|hosts?|websites?))?)?"
)
_ORIGINS = re.compile(
    r"\b(?:any|all|every|other|different|foreign|another|whatever) (?:web ?|browser )?"
    r"(?:origins?|domains?|websites?|hosts?|sites?)\b|\bcross(?: - |-| )?(?:origin|domain|site)\b"
)
_CALLING = re.compile(
    r"\b(?:allow(?:s|ed|ing)?|calls?|called|calling|callable|requests?|access(?:ed|ible)?|browsers?"
    r"|open|reach(?:able)?|use[ds]?|cors|permit(?:s|ted)?|consume[ds]?|fetch(?:es)?|headers?"
    r"|frontends?|pages?)\b"
)
_HEADER = re.compile(r"\baccess - control - [a-z -]*|\baccess-control-[a-z-]*")
_REFUSED = re.compile(r"\b(?:no|not|without|n't|never|disable[ds]?|skip|ignore|don't)\b")
_NAMED = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")


def claim_origins(claims: Claims) -> None:
    """Keep from the base reading who may call."""
    for heard in hear_all(claims.sentences):
        for begin, end in _spans(heard):
            claims.hide(heard.place, *heard.span(begin, end))


def _spans(heard: Heard) -> Iterator[tuple[int, int]]:
    """The stretches of characters that tell of origins."""
    for match in _ORIGINS.finditer(heard.line):
        begin, end = clause(heard, match.start(), match.end())
        if _CALLING.search(heard.line, begin, end):
            yield begin, end
    for match in _HEADER.finditer(heard.line):
        yield clause(heard, match.start(), match.end())
    for match in _CORS.finditer(heard.line):
        begin, end = clause(heard, match.start(), match.end())
        named = _NAMED.search(heard.said(0, len(heard.line)))
        reason = re.search(r"\b(?:so|because|since|browser|front-?end|spa)\b", heard.line)
        # What else the clause says is only why, or from where.
        yield (begin, end) if named or reason else match.span()


def read_origins(sketch: Sketch) -> None:
    """The origins that were named, else all of them."""
    allowed: list[str] = []
    said: list[str] = []
    for heard in hear_all(sketch.sentences):
        for begin, end in _spans(heard):
            take(sketch, heard, begin, end)
            words = heard.line[begin:end]
            if _REFUSED.search(words):
                sketch.note(f"{heard.quote(begin, end)}: no other origin may call.")
                continue
            said.append(heard.said(begin, end))
            allowed += _NAMED.findall(sketch.sentences[heard.place].text)
    if said:
        cors = tuple(dict.fromkeys(allowed)) or ("*",)
        sketch.contract = msgspec.structs.replace(sketch.contract, cors=cors)
        who = "any origin" if cors == ("*",) else listing(list(cors))
        sketch.note(f"{quoted(said[0], 120)}: web pages of {who} may call (CORS_ORIGINS).")
