"""What every API made here does anyway: pages, JSON, problem documents, documentation."""

import re
from collections.abc import Iterator

from smartforge.contract.names import quoted
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.features.heard import MAX_QUOTED, Heard, hear_all, hide, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_WORDS = word_set(
    """
    json everywhere only just rest restful crud full simple api apis http https error errors code
    codes status proper correct right clear with limit offset and or & / | ( ) paginate paginated
    paginates pagination paging page pages through them it lists list all backend no without
    frontend front-end ui gui website for my our company team office business please pls docs
    documentation openapi swagger docker dockerfile tests test use uses using follow follows
    conventions best practices support supports return returns answer answers the a clean must
    should can be validate validation input in of standard responses response bodies by via as
    parameters parameter query typical usual operations endpoints thanks thx is are everything
    not found unknown ids id invalid on if when bad - 's results give me get big long large . ,
    """
)
_TELLING = {
    "lists come in pages (limit, offset, total)": re.compile(
        r"\bpaginat\w+|\bpaging\b|\bpages? through\b|\bin pages\b|\blimit (?:and|/|&|,) offset\b"
    ),
    "requests and answers are JSON": re.compile(
        r"\bjson (?:everywhere|only|responses?|bodies|api)\b|\b(?:use|uses|only|just|in|as"
        r"|return|via|with)"
        r" json\b"
    ),
    "errors are problem documents (404, 409, 422)": re.compile(
        r"\b(?:errors?|status|codes?|proper|return"
        r"|answer)\b[^a-z]*(?: [a-z]+){0,4}? ?\(? ?[45]\d\d\b"
        r"|\b(?:status|error|http) codes\b|\b4\d\d (?:for|on|if|when)\b"
    ),
    "it is a REST API and nothing else": re.compile(
        r"\brestful\b|\b(?:follow\w*|pure|just|only|proper|clean|full|typical) (?:rest"
        r"|crud)\b|^rest$|^crud$"
        r"|\b(?:backend|api) only\b|\b(?:only|just) (?:a |the )?(?:backend|api)\b"
        r"|\brest conventions\b"
        r"|\bno (?:front-?end|ui|gui|website)\b|\bcrud (?:please|operations|for all|everything)\b"
    ),
    "an OpenAPI document, tests and a Dockerfile are made": re.compile(
        r"\bopenapi\b|\bswagger\b|\bdocker\w*\b|\b(?:with|and) (?:docs|documentation|tests)\b"
    ),
    "": re.compile(
        r"^for (?:my|our) (?:company|team|office|business)$|^(?:thanks|thx|please|pls)$"
    ),
}
# What does not fit is refused: urls that are none, dates that are none.
_INVALID = re.compile(
    r"\b(?:invalid|malformed|broken|wrong|incorrect|bad) [a-z_-]+(?: [a-z]+)?"
    r" (?:must be|should be|are|is|get|gets|will be|have to be|has to be)(?: always)?"
    r" (?:rejected|refused|denied|declined|not accepted|not allowed|answered with [45]\d\d)\b"
)
_NUMBER = re.compile(r"(?:20[014]|400|404|405|409|415|413|422)")


def _stretches(heard: Heard) -> Iterator[tuple[int, int, str]]:
    """The stretches between commas that say nothing else, and what is so already."""
    begin = 0
    level = 0
    for at in range(len(heard.tokens) + 1):
        low = heard.tokens[at].low if at < len(heard.tokens) else ","
        level += (low == "(") - (low == ")")
        if low not in (",", ";", ":") or (level > 0 and at < len(heard.tokens)):
            continue
        tokens = heard.tokens[begin:at]
        line = " ".join(one.low for one in tokens)
        plain = all(one.low in _WORDS or _NUMBER.fullmatch(one.low) for one in tokens)
        if plain and not any(one.literal for one in tokens):
            told = next((about for about, say in _TELLING.items() if say.search(line)), None)
            if told is not None:
                yield begin, at, told
        begin = at + 1


def claim_already(claims: Claims) -> None:
    """Keep from the base reading what is so in any case."""
    for heard in hear_all(claims.sentences):
        for begin, end, _ in _stretches(heard):
            claims.hide(heard.place, begin, end)
    hide(claims, _INVALID)


def read_already(sketch: Sketch) -> None:
    """One note for all of it."""
    told: dict[str, None] = {}
    words: list[str] = []
    for heard in hear_all(sketch.sentences):
        for begin, end, about in _stretches(heard):
            if any(sketch.is_taken(heard.place, at) for at in range(begin, end)):
                continue
            sketch.take(heard.place, begin, end)
            if about:
                told[about] = None
                words.append(" ".join(one.text for one in heard.tokens[begin:end]))
        for match in _INVALID.finditer(heard.line):
            first, last = heard.span(*match.span())
            if not all(sketch.is_taken(heard.place, at) for at in range(first, last)):
                tell(sketch, heard, match, "what does not fit its field is refused (422).")
    if told:
        said = ", ".join(quoted(one, MAX_QUOTED // 2) for one in words[:3])
        sketch.note(f"{said}: so it is anyway: {'; '.join(told)}.")
