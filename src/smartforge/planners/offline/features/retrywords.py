"""How people say that a request may come twice: the words for it, as patterns and lists."""

import re

from smartforge.contract.reserved import word_set

_KEY = r"(?:idempoten(?:cy|ce|t)[ _-]?(?:keys?|tokens?|ids?|headers?)|idempoten(?:cy|ce))"
_RETRY = (
    r"(?:(?:network |client )?retr(?:y|ies|ied|ying)|re-?sen[dt]\w*|re-?submi(?:t|ssion)\w*"
    r"|repeated requests?|repeating (?:a|the) request)"
)
_FEW = r"(?: (?![.;])[^ ]+)"
_NOT = (
    r"(?:not|never|no|cannot|can't|mustn't|won't|without|don't|doesn't|shouldn't|wouldn't|avoid\w*"
    r"|prevent\w*|against|stop|n't)(?! more than)"
)
_TWICE = (
    r"(?:twice|double|two|a second|another|duplicates?|duplicated|more than one|more than once"
    r"|two times|several|multiple)"
)
_ONCE = r"(?:only|just|exactly|at most|no more than|not more than) (?:one|once|a single)"
_MAKE = (
    r"(?:creat|mak|made|add|insert|produc|charg|book|stor|sav|result|lead|plac|process|regist"
    r"|end up)\w*"
)
_MADE_ONCE = (
    rf"(?:{_MAKE}{_FEW}{{0,3}}? {_ONCE}\b|{_ONCE}(?: [a-z_-]+){{0,2}}? (?:is|are|be|gets?) {_MAKE})"
)
_ANY_SAME = r"(?:the |an? )?(?:exact(?:ly)? )?(?:the )?(?:same|identical)"
_SAME = (
    rf"(?:{_ANY_SAME} (?:post )?(?:request|call|payload|body|message|form|thing|post)"
    r"|(?:the |an? )(?:[a-z_-]+ ){0,2}?(?:request|call|payload|form))"
)
_SEND = (
    r"(?:sends?|sending|sent|posts?|posting|posted|submit\w*|repeat\w*|issu(?:es?|ed|ing)|fir\w+)"
)
_AGAIN = (
    r"(?:twice|again|two times|a second time|multiple times|several times|more than once"
    r"|repeatedly|two or more times)"
)
_DOUBLED = (
    r"(?:(?:duplicate|duplicated|double|repeated|accidental|accidentally repeated)"
    r"(?: form| http| post)? (?:submissions?|submits?|requests?|charges?|charging|clicks?"
    r"|clicking|billing|posting)|double-(?:submi\w+|charg\w+|click\w*|post\w*|spend\w*))"
)
_HARMLESS = (
    r"(?:(?:are|is|must be|should be|get|gets|be|being) (?:safely )?(?:ignored|prevented|avoided"
    r"|harmless|safe|handled|caught|recognis?ed|recogniz?ed|detected|de-?duplicated)"
    rf"|(?:must|may|should|can|do|does|will|have|has)?(?: ?{_NOT}){_FEW}{{0,4}}"
    rf"(?: {_TWICE}| effect)?)"
)
# What may not be at all is no request that is sent again.
_ALLOWED = r"(?! (?:be )?(?:allowed|possible|permitted|accepted|ok|okay|supported))"
# What asks for keys by itself.
CUES = re.compile(
    "|".join(
        rf"\b{one}"
        for one in (
            rf"{_KEY}(?![a-z])",
            r"idempotent(?:ly|es?)?\b",
            rf"safe(?:ly)? (?:to )?(?:be )?{_RETRY}",
            rf"{_RETRY}(?:{_FEW}{{0,3}}) (?:safe|safely)\b",
            r"retry-? ?safe(?:ty)?\b",
            rf"{_RETRY}\b{_FEW}{{0,12}}? {_NOT}{_FEW}{{0,6}}? {_TWICE}\b",
            rf"{_RETRY}\b{_FEW}{{0,10}}? {_MADE_ONCE}",
            rf"{_SEND} {_ANY_SAME} [a-z_-]+ {_AGAIN}{_FEW}{{0,3}}? {_MADE_ONCE}",
            rf"{_SEND} {_ANY_SAME} [a-z_-]+ {_AGAIN}{_FEW}{{0,3}}? {_NOT} {_MAKE} {_TWICE}",
            rf"{_NOT}(?: [a-z]+){{0,2}}? (?:duplicates?|double){_FEW}{{0,6}}? {_RETRY}",
            rf"{_SAME}(?: is| are| being)? {_SEND} {_AGAIN}{_FEW}{{0,6}}? (?:{_NOT}|{_ONCE})\b"
            rf"{_ALLOWED}(?:{_FEW}{{0,3}}? {_TWICE}\b)?",
            rf"{_SEND} {_SAME} {_AGAIN}{_FEW}{{0,6}}? (?:{_NOT}|{_ONCE})\b"
            rf"{_ALLOWED}(?:{_FEW}{{0,3}}? {_TWICE}\b)?",
            rf"(?:{_NOT}|ignore\w*|handl\w+|guard|protect\w*)(?: [a-z]+){{0,3}}? {_DOUBLED}\b",
            rf"{_DOUBLED}\b(?: (?:of|for|on) [a-z_]+)? {_HARMLESS}\b",
            rf"(?:{_NOT}|nobody|no one)(?: [a-z]+){{0,3}}? (?:be |is |are )?charg(?:e|ed|es|ing)"
            r"(?: [a-z]+){0,6}? (?:twice|two times|double)\b",
            r"(?:process|execut|charg|deliver|handl|perform|appl|creat)\w* exactly[ -]once\b",
            r"exactly-once\b",
            rf"{_SEND}{_FEW}{{0,5}}? with the same (?:idempotency[ -])?key\b{_FEW}{{0,4}}? "
            r"(?:same|first|original|stored|cached|previous|existing|only)\b",
        )
    )
)
_WITHOUT = (
    rf"\bwithout (?:an? |the |such an? |this |that )?(?:{_KEY}|key|header|it|one)\b{_FEW}{{0,5}}? "
    r"(?:refused|rejected|denied|400|fails?|error|refuse|reject|invalid)"
)
# What more is said of keys, where they were asked for.
DETAILS = re.compile(
    r"\bsame (?:idempotency[ -]?)?keys?\b[^.;]*"
    r"|\b(?:the |a )?(?:stored|original|first|cached|previous|earlier|same) "
    r"(?:answer|response|result|reply)\b[^.;,]*"
    r"|\breplay(?:s|ed|ing)?\b[^.;,]*|\bkeys? (?:expires?|are kept|is kept|live|last)\b[^.;,]*"
    rf"|{_WITHOUT}[^.;,]*"
)
REQUIRED = re.compile(
    r"\b(?:must|has to|have to|shall)(?: always)? (?:also )?(?:send|include|carry|provide|pass|have"
    rf"|contain|supply|set|come with|be sent with|name)\b{_FEW}{{0,4}}? {_KEY}"
    rf"|\b(?:requir\w+|mandat\w+)(?: (?:an?|the|every|each|all|post|unique|valid))* {_KEY}"
    rf"|\bneeds? an? (?:[a-z]+ )?{_KEY}"
    rf"|\b{_KEY}(?: header)?(?: is| are| must be| be)? (?:required|mandatory|obligatory|compulsory)"
    rf"|\b{_KEY}(?: header)? (?:must|has to|have to|needs to) (?:always )?be (?:sent|there|given)"
    rf"|{_WITHOUT}"
)
OPTIONAL = re.compile(
    r"\b(?:optional|optionally|not (?:be )?required|may (?:send|carry|include))\b"
)
# What is idempotent anyway, or by what it says itself.
ELSEWHERE = re.compile(
    r"\b(?:delet|remov|updat|patch|lik(?:e|es|ing)\b|follow|star(?:s|ring|red)?\b|bookmark|unfollow"
    r"|favou?rit|join|webhook|event id|vot(?:e|es|ing)\b|mark|put\b|events?\b)"
)
MAKING = re.compile(r"\b(?:creat|post\b|posts\b|plac|submit|pay|charg|book|order|mak(?:e|ing)|add)")
KEPT = re.compile(r"\b(?:24 hours?|24 ?h|(?:a|one|1) day)\b")
HOURS = re.compile(r"\b(?:\d+|a|an|one|two|three) (?:minutes?|hours?|days?|weeks?|months?)\b")
# Who sends is not what is sent.
PEOPLE = word_set("client clients caller callers user users consumer consumers customer customers")
SUFFERING = word_set("is are be get gets never must should may can")
CHARGED = word_set("charge charged charges charging bill billed billing")
# Words around a cue that say no more than it does.
AROUND = word_set(
    """
    a an the all each every any our their its optional required unique valid mandatory new own
    client-supplied client-generated client clients caller callers post request requests endpoint
    endpoints operation operations method methods call calls header headers key keys http api
    accept accepts accepting take takes taking support supports supporting honour honours honor
    honors respect respects use uses using require requires requiring need needs needing must should
    shall can could may might will would have has be is are being make makes making made add adding
    send sends sent sending include includes carry carries provide pass come comes with via by
    through in on for of to when we want i please it they this that do does and also always without
    rejected refused denied 400 after timeout timeouts network failure failures error errors
    creating create creation created safe safely support supported handle handles implement ensure
    enable allow via per as using retry retries retrying retried retryable way manner treated rest
    client's write writes writing process processed handled get gets
    """
)
# What begins a clause that says why.
REASONS = word_set("so because since which whereby")
AIMS = word_set("avoid prevent make guard protect ensure stop keep survive")
