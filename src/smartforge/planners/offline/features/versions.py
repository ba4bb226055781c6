"""Changes that know of each other: `ETag`, `optimistic locking`, `prevent lost updates`."""

import re

import msgspec

from smartforge.contract.names import spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.features.heard import found, hear_all, tell
from smartforge.planners.offline.features.keeping import meant
from smartforge.planners.offline.sketch import Claims, Sketch

_BEFORE = (
    r"(?:(?:use|uses|using|with|want|we|i|need|needs|supports?|have|has|do|please"
    r"|add|are|is|be|gets?"
    r"|should|must|can|a|an|the|via|by|through|implement|api|it|handle) )*"
)
_FOR = (
    r"(?: (?:for|of|on|when (?:updating|changing|editing)) "
    r"(?:(?:all|the|every|each|any|our|and|,) ?)*"
    r"[a-z_-]+(?:(?: ,| and|, and) [a-z_-]+)*)?"
)
_OVER = r"(?:overwrit\w*|overwrote|clobber\w*|trampl\w*|los[et]\w*|overrid\w*)"
_TWO = r"(?:concurrent|simultaneous|parallel|two|several|multiple|both|different|conflicting|other)"
_WAYS = (
    # optimistic locking for pages
    rf"{_BEFORE}optimistic(?: concurrency)?(?: ?-? ?)(?:lock(?:s|ing)?|concurrency"
    rf"|control|updates?)"
    rf"(?: control| checks?)*(?: (?:with|via|by|using|through) e-?tags?)?{_FOR}",
    # ETag, If-Match
    rf"{_BEFORE}(?:strong )?e-?tags?\b{_FOR}"
    r"(?:(?: ,| and| with| /| plus| or| via| in| as| header| headers| support| checks?| required"
    r"| must be sent| is required| conditional| updates?| requests?| on)*"
    r" (?:if-match|if-none-match))*"
    r"(?: headers?| support| checks?| requests?)*",
    rf"(?:(?:clients?|callers?|users?|updates?|changes?|everybody|whoever changes"
    rf" [a-z]+) )?{_BEFORE}"
    r"(?:send |carry |name |require |requires |required |include |contain )*(?:an? |the )?"
    rf"if-(?:none-)?match\b(?: headers?)?(?: (?:is |are )?(?:required|mandatory))?{_FOR}",
    # no lost updates
    rf"{_BEFORE}(?:prevent\w*|avoid\w*|no|never|without|against|protect\w* (?:from|against)|stop) "
    rf"(?:any )?(?:lost (?:updates?|edits?|changes?|writes?)){_FOR}",
    r"(?:updates?|edits?|changes?) (?:must |may |can |should |are |is )?(?:never "
    r"|not )(?:be |get )?lost"
    r"(?: when [a-z ,]{3,60})?",
    # concurrent edits must not overwrite each other
    rf"{_TWO} (?:[a-z]+ ){{0,3}}?(?:edits?|updates?|changes?|writes?|editing|editors?|users?|people"
    rf"|clients?|admins?|members?|requests?)\b(?: (?:of|to|on) (?:the |a )?(?:same )?[a-z_]+)?"
    rf"(?: [a-z]+){{0,6}}? (?:not|never|cannot|can't|mustn't|n't)(?: be able to)? {_OVER}"
    r"(?: (?:each other|one another|each others?(?: ['’]?s)?|the other|them"
    r"|anything|data|of|the|what"
    r"|another|one|other|others|somebody|someone|else|else's|changes?|edits?|work|updates?"
    r"|wrote|has|have|written|changed))*",
    rf"(?:nobody|no one|no user|users?|people|one user|an edit|a change|an update|updates?|edits?)"
    rf"(?: [a-z]+){{0,2}}? (?:may |can |must |should |does |do |ever |not |never "
    rf"|cannot |accidentally "
    rf"|silently |n't )*{_OVER} (?:[a-z]+ ){{0,2}}?(?:other|others|else|else's"
    rf"|another|newer|concurrent)"
    r"(?: (?:['’]s|person's|user's|one's|people's))?(?: (?:changes?|edits?|work"
    r"|updates?|versions?))?",
    r"(?:detect|refuse|reject|handle)s? (?:conflicting|concurrent|stale)"
    r" (?:edits?|updates?|changes?|writes?)"
    rf"{_FOR}",
    r"stale (?:edits?|updates?|changes?|writes?|versions?) (?:are|must be|get|should be) "
    r"(?:refused|rejected|detected)(?: with (?:a )?412)?",
)
_VERSIONS = re.compile("|".join(rf"\b{one}" for one in _WAYS))
_HEADER = re.compile(r"e_?-?tag|if[_ -](?:none[_ -])?match")
_REQUIRED = re.compile(
    r"\bmust (?:\w+ ){0,3}(?:an? |the )?if-match|\brequir\w+ (?:an? |the )?if-match"
    r"|\bif-match\b(?: header)? (?:is |must be )?(?:required|mandatory|sent)|\b428\b"
    r"|\b(?:no|never|without|prevent\w*) (?:any )?lost updates?"
)


def claim_versions(claims: Claims) -> None:
    """Keep from the base reading what is said of concurrent changes."""
    for heard in hear_all(claims.sentences):
        for match in _VERSIONS.finditer(heard.line):
            first, last = heard.span(*match.span())
            claims.hide(heard.place, first, last)
            for at in range(first, last):
                # Who must send the header was read already; the header is no thing.
                named = claims.names.get((heard.place, at), [])
                named[:] = [one for one in named if not _HEADER.search(one)]


def read_versions(sketch: Sketch) -> None:
    """Rows with versions, by which changes go."""
    for heard, match in found(sketch, _VERSIONS):
        changed = {"update", "delete"}
        kept = [
            one
            for one in meant(sketch, heard, match)
            if "read" in one.actions and (changed & set(one.actions) or one.transitions)
        ]
        required = bool(_REQUIRED.search(heard.line))
        for one in kept:
            demanded = required or one.version_required
            sketch.put(msgspec.structs.replace(one, versioned=True, version_required=demanded))
        if kept:
            names = listing([spaced(one.plural) for one in kept])
            missing = ", without one 428" if required else ""
            about = f"{names} have an ETag; a change with an old If-Match is 412{missing}."
            tell(sketch, heard, match, about)
