"""The phrases that tell where and how things are served; `features.reaching` acts on them."""

import re
from collections.abc import Iterator

from smartforge.planners.offline.features.entries import entries
from smartforge.planners.offline.features.heard import Heard

ROOT = "\N{HOUSE BUILDING}"  # stands for a slash that is a path of its own

_METHOD = (
    r"(?:an? |the )?(?:http )?(?:get|post|delete|options|head)(?: requests?)?(?: (?:to|on|at))?[ _]"
)
_SERVED = (
    r"(?:\b(?:(?:the |a )?(?:list|collection)|is|are|be|being|it|that|which|should|must|itself"
    r"|directly|right|available|served|lives?|living|exposed|resides?|sits|sitting|located"
    r"|mounted|found|reachable|accessible|hosted|rooted|kept) )*"
)
_OF_API = r"(?:(?:api|server|site|service|app)(?:'s)? )?"
ROOTED = re.compile(
    rf"\b{_METHOD}{ROOT}"
    rf"|\b(?:get|patch|put|delete)[ _]/ (?::|{{|<) ?(?:[a-z]+_)?id(?: ?(?:}}|>))?"
    rf"|{_SERVED}\b(?:at|on|under|from|off|to) (?:the |our |its )*{_OF_API}(?:very )?"
    rf"(?:{ROOT}|root(?! of (?!the (?:api|server|site|service|app))))"
    rf"(?:,? (?:path|url|endpoint|route|level|address|location)s?)?"
    rf"(?: of (?:the|our|my) (?:api|server|site|service|app))?(?: \( {ROOT} \)| {ROOT})?"
    r"|\b(?:getting|fetching|reading|posting to|deleting|clearing|get|delete) the (?:api )?root"
    r"(?: (?:url|path|endpoint))?"
    rf"|\b(?:the )?(?:api )?root (?:path |url |endpoint |route )?(?:\( )?(?:{ROOT} )?(?:\) )?"
    r"(?:list|collection|is|serves|returns|answers|lists|contains|holds|gives|shows|resource)\b"
)
ANSWERS = re.compile(
    r"(?: (?:returns?|gives?|answers?(?: with)?|lists?|responds? with|fetches|shows?|yields?"
    r"|gets?|retrieves?|delivers?|->|:|-|is|=))?"
    r"(?: (?:me|back|us|you|the|a|an|all|bare|plain|simple|json|raw|flat|array|list|collection"
    r"|full|entire|whole|complete|of|our|my|every))*"
)
BARE = re.compile(
    r"(?:\b(?:as|is|are|return(?:s|ed)?|answer(?:s|ed)?|gives?|responds? with|just|simply) )*"
    r"(?:\ban? )?\b(?:plain|bare|raw|flat|top - level|top-level|unwrapped|naked|simple)"
    r"(?: (?:json|plain))* (?:array|list)s?\b(?! of (?:strings|texts|numbers|words|tags))"
    r"|\b(?:as|returns?|answers?(?: with)?|responds? with|gives?(?: me)?|get) "
    r"(?:an? |the )?(?:json )?array\b|\b(?:as|returns?|answers? with) (?:an? )?json list\b"
    r"|(?:\b(?:with|has|and) )?\b(?:no|without|not)(?: an?| any)? ?"
    r"(?:envelopes?|wrappers?|wrapping|wrapped|wrapper objects?)(?: objects?)?\b"
)
PAGED = re.compile(r"\b(?:paginat\w+|paging|in pages|pages of|page sizes?|page through|cursors?)\b")
_LINK = (
    r"(?<!\broot )\b(?P<name>url|href|link|uri|self - link|self-link|self_url|self_link"
    r"|permalink)\b"
)
_TAIL = (
    r"(?:(?: ,)? (?:field|property|attribute|value|key|member|in|of|for|to|at|by|where|which"
    r"|that|with|each|every|the|its|it|an?|is|are|can|may|be|will|points?|leads?|links?|refers?"
    r"|pointing|linking|leading|referring|back|used|from|under|one|you|we|they|clients?"
    r"|absolute|full|http|url|own|get|read|fetch|fetched|found|retrieved|reached|accessed"
    r"|requested|loaded|located|lives?|available|addressed|address|location|changed|updated"
    r"|deleted|patched|edited|removed|single|individual|this|item|resource|row|record|entry"
    r"|itself|themselves|directly|patch|delete|and(?= (?:get|patch|delete|deleted|removed|patched"
    r"|changed|updated|edited)\b))\b)*"
)
_HAS = (
    r"(?:in (?:a|the|each|every|all|any) (?:responses?|answers?) )?(?:also )?"
    r"(?:(?:has|have|having|includes?|contains?|carr(?:y|ies)|exposes?|gets?|holds?|shows?"
    r"|comes? with|must have|should have|must include|should include|as well as) )?"
)
SELF = re.compile(
    rf"(?:, and |, |and |plus |with )?{_HAS}"
    r"(?:its |their |an? |the |full |own |absolute |complete |canonical |unique |self )*"
    rf"{_LINK}{_TAIL}(?: \( [^()]* \))?"
)
# Who carries it, where that is all that is said of them there.
_CARRIER = re.compile(r"(?<=, )(?:each|every) [a-z_]+ $")
# What makes it plain that such a URL is the row's own.
_CLEARLY = re.compile(
    r"\b(?:itself|themselves|absolute|canonical|its own|permalink)\b|\bself[ _-]"
    r"|\b(?:at|under|by|from|via) which\b|\bwhere (?:it|one|you|we|they|clients?)\b"
)
AT_URL = re.compile(
    r"(?:\bvia |\bby |\bwith |\busing )?(?:an? |http )*\b(?:get|patch|put|delete|patching"
    r"|deleting|getting)(?: requests?)?(?: (?P<fields>[a-z_]+(?: ?(?:/|,|and|or) ?[a-z_]+)*))??"
    r" (?:there\b|(?:work )?(?:on|to|at|against|of|from|using|via) "
    r"(?:that|its|the|this|each|their|an?|every|(?:the |a |an )?[a-z]+'s)(?: own| same| item's)? "
    r"(?:urls?|links?|hrefs?)\b)"
)
_ALL = (
    r"(?:all(?: of)?(?: (?:them|the|my|our|its|existing|of))*|every(?: single)?|everything"
    r"|them all|the (?:(?:whole|entire|complete|full) )?(?:list|collection|lot)(?: of)?)"
)
_WIPE = (
    r"(?:delet(?:e|es|ing)|clear(?:s|ing)?|remov(?:e|es|ing)|wip(?:e|es|ing)|empt(?:y|ies|ying)"
    r"|eras(?:e|es|ing)|drops?)"
)
_ONCE = (
    r"(?: (?:at once|in one (?:go|call|request|shot|step)|together|in bulk"
    r"|(?:with|by) (?:a single|one) (?:call|request)))"
)
CLEAR = re.compile(
    r"\b(?:a )?delet(?:e|ing)(?: requests?)?(?: (?:to|on|at|against|of))?(?: the)?"
    rf"[ _](?:{ROOT}|(?:api )?root|collection)(?: (?:url|path|endpoint))?"
    rf"(?: (?:should|must|will|to|can))?(?: (?:{_WIPE}|is|for|->|:|=)(?: out)?)?"
    rf"(?: {_ALL})?(?P<what>(?: [a-z_]+)?){_ONCE}*"
    rf"|\b(?:to )?{_WIPE}(?: out)? {_ALL}(?P<things>(?: [a-z_]+)?)(?P<once>{_ONCE}*)"
    r"(?: (?:(?:with|via|by|using) )?(?:: )?(?:\( )?(?:an? )?delete(?: requests?)?"
    r"(?: (?:on|to|at))?"
    rf"[ _]?(?:{ROOT}|the (?:root|collection)(?: (?:url|path))?)?(?: \))?)?"
)
NOT_DONE = re.compile(
    r"\b(?:(?:new|every new|a new|each new|newly created|fresh) [a-z]+ |they |it |which )?"
    r"(?:is|are|starts?|starts? out|begins?|should be|must be|will be)"
    r"(?: (?:always|initially|created|at first|as|off|out))* "
    r"(?:not (?:yet )?(?P<done>completed|done|finished)|un(?P<un>completed|finished)"
    r"|in(?P<in>complete))(?: (?:at first|initially|by default|yet|at the start))?\b"
)
CHANGES = re.compile(
    r"\b(?:chang(?:e|es|ing)|updat(?:e|es|ing)|edits?|modif(?:y|ies)|sets?)"
    r"(?: (?:its|their|the|a|an|any of|of))* "
)
# The second is a line of a table of routes: `Get one: GET /:id`.
_PATH = rf"(?:get|post|patch|put|delete)[ _](?:{ROOT}|/ (?::|{{) ?[a-z_]+(?: }})?)"
_ROUTE = re.compile(
    rf"^(?:[a-z]+ ){{1,4}}: {_PATH}$|^{_PATH}"
    r" (?:-|:|->|,|\() (?:[a-z]+ ?){1,5}(?:\))?$"
)
_MAKES = re.compile(r"\b(?:makes?|creates?|adds?|inserts?)(?: a)?(?: new)? (?:one|it|item|entry)\b")
_NUMBERED = re.compile(r"\border (?P<more>number|value|field)\b")
_METHODS = frozenset(("GET", "POST", "PATCH", "PUT", "DELETE"))
_FOR = re.compile(
    r" (?:to|for) (?:edit|chang|updat|modify|read|fetch|see|get|show|add|creat|remov|delet)\w*"
    r"(?: (?:it|one|them|that|an? \w+))?(?= ,| ;| and\b|$)"
)


def line_of(heard: Heard) -> str:
    """The line in which every slash that stands alone is told from those of longer paths."""
    line = heard.line
    for at, token in enumerate(heard.tokens):
        if not token.low.endswith("/") or not (token.low == "/" or token.literal):
            continue
        after = heard.tokens[at + 1] if at + 1 < len(heard.tokens) else None
        before = heard.tokens[at - 1] if at else None
        glued = after and after.start == token.end and (after.word or after.low in ":{<")
        glued = glued or (before and before.end == token.start and before.word)
        if not glued or token.literal:
            end = heard.starts[at] + len(token.low)
            line = f"{line[: end - 1]}{ROOT}{line[end:]}"
    return line


def hidden(heard: Heard, line: str, reached: bool) -> Iterator[tuple[int, int]]:
    """The stretches of a line that name nothing; `reached`: something is said to be at the root."""
    if _ROUTE.match(line):
        yield 0, len(line)
        return
    for match in ROOTED.finditer(line):
        get = re.match(r"(?:an? |the )?(?:http )?get", match.group())
        more = ANSWERS.match(line, match.end()) if get else None
        yield match.start(), more.end() if more else match.end()
    yield from _changed(line)
    patterns = (CLEAR, BARE, AT_URL, NOT_DONE, *((_MAKES,) if reached else ()))
    yield from (match.span() for pattern in patterns for match in pattern.finditer(line))
    for match in self_urls(line, reached):
        carrier = _CARRIER.search(line[: match.start()])
        alone = carrier and re.match(r" [,;]|$", line[match.end("name") :])
        yield carrier.start() if carrier and alone else match.start(), match.end()
    if reached:
        yield from (match.span("more") for match in _NUMBERED.finditer(line))
        for at, token in enumerate(heard.tokens):
            if token.text in _METHODS:
                end = heard.starts[at] + len(token.low)
                aim = _FOR.match(line, end)
                yield heard.starts[at], aim.end() if aim else end


def self_urls(line: str, reached: bool) -> Iterator[re.Match[str]]:
    """What tells of a URL of each row, where it is plain or may be taken for that."""
    for match in SELF.finditer(line):
        if reached or _CLEARLY.search(match.group()):
            yield match


def _changed(line: str) -> Iterator[tuple[int, int]]:
    """What a sentence about PATCH says can be changed: fields that were named before."""
    if re.search(r"\bpatch(?:ing|ed)?\b", line):
        for match in CHANGES.finditer(line):
            named = list(entries(line, match.end()))
            if len(named) > 1:
                yield match.start(), named[-1].end
