"""How states follow each other and what excludes what."""

import re

from smartforge.planners.offline.verbs import states_of
from smartforge.planners.offline.wording.change import Change, spelled


def _sentence_of(match: re.Match[str]) -> str:
    return f"only {match['state']} {match['what']} can be"


def _dated(match: re.Match[str]) -> str:
    """`due date not before issue date` as a whole sentence."""
    no = " not" if match["no"].lower() in ("not", "never", "no") else ""
    return f"{match['at']}{match['late']} must{no} be {match['when']} {match['other']}"


def _no_less(match: re.Match[str]) -> str:
    how = match["how"].lower()
    most = how in ("at most", "<=") or re.search("great|high|large|later", how)
    than = "greater" if most else "less"
    return f"{match['late']} must not be {than} than {match['other']}"


_NO_TWO = (
    r"\b(?P<one>(?:an?|the|any|each|every|no|one|same) [a-z]+(?: [a-z]+)?)"
    r" (?:can(?:no| ?')t|can ?not|can never|may not|may never|must not|must never|should not|never"
    r"|can|may)"
    r" (?:ever |be |get |have |take |give |run |do |host |hold |use |attend |have been |appear"
    r" |work |fly |play |lead |teach |[a-z]+ed )?(?:in |on |at |by |for |into )?"
    r"(?:two|more than one|several|multiple|2) (?:different |separate )?(?P<what>[a-z]+?s)"
    r" (?:at (?:the same|a|one) (?:time|moment)|at once|simultaneously|concurrently|in parallel"
    r"|for the same (?:time|period|hours))\b"
)


def _apart(match: re.Match[str]) -> str:
    """`a glider cannot be in two flights at once`: flights of one glider exclude each other."""
    one = match["one"].split(" ", 1)[1]
    asked = match["one"].split()[0].lower() == "no"
    negative = re.search(r"n't|not\b|never", match.group())
    if not (asked or negative) or match["what"].lower() in ("times", "users", "people"):
        return match.group()
    what = match["what"].capitalize() if match["one"][0].isupper() else match["what"]
    return f"{what} of the same {one} must not overlap"


def _marked(match: re.Match[str]) -> str:
    """`reports may be bookmarked by users`: they do it."""
    verb = match["did"].lower()
    verb = "star" if verb.startswith("star") else verb
    return f"{match['who']} {match['can']} {verb} {match['what']}"


_STATE = r"(?:pending|open|new|draft|active|queued|in progress|[a-z]{2,}ed)"


def _decided(match: re.Match[str]) -> str:
    """`managers accept or reject a submitted offer`: the states, and who leads to them."""
    do, other, what = match["do"].lower(), match["not"].lower(), match["what"]
    states = " or ".join(states_of(verb)[0] for verb in (do, other) if states_of(verb))
    can = match["can"] or ""
    return (
        f"{what}s start as {match['state']}, then {states}. "
        f"{match['who']} {can}{do} or {other} {what}s"
    )


CHANGES: tuple[Change, ...] = (
    spelled(_NO_TWO, _apart),
    spelled(
        r"(?P<at>^|[.;,:] |[-*•] )(?P<late>(?:the )?[a-z]+ (?:date|time|day)) (?P<no>not|never|no"
        r"|must come|comes?|is|always) (?P<when>before|after|later than|earlier than) "
        r"(?P<other>(?:the )?[a-z]+ (?:date|time|day))\b",
        _dated,
    ),
    # `max price must be at least the min price`, `end date >= start date`
    spelled(
        r"(?P<late>\b(?:the )?[a-z]+[ -](?P<unit>[a-z]+))(?P<is> (?:must|has to|have to|should) be|"
        r" is| are| must)?"
        r" (?P<how>(?:at least|at most|no (?:less|lower|smaller|greater|higher|larger|earlier"
        r"|later) than)(?= (?:the|its)\b)|[<>]=) (?P<other>(?:the |its )?[a-z]+[ -](?P=unit)\b)",
        _no_less,
    ),
    # `an order delivered cannot be cancelled`, as in what was Spanish or French
    spelled(
        rf"\b(?:an?|the|any) (?P<what>[a-z]+) (?P<state>{_STATE}) (?P<no>cannot|can not"
        r"|can't|may not|must not) be (?=[a-z]+ed\b)",
        r"\g<state> \g<what>s \g<no> be ",
    ),
    # `pieces can be liked by any logged in user`
    spelled(
        r"(?P<what>\b(?:(?:an?|the|each|every) )?[a-z]+) (?P<can>can|may) be (?P<did>like|favorite"
        r"|favourite|bookmark|follow|upvote|starre|star)d?(?:ed)?"
        r"(?: (?:and|or) (?:un[a-z]+|downvoted))? by (?P<who>[a-z -]+?)(?=[.,;]|$)",
        _marked,
    ),
    spelled(
        r",? (?:and )?an? (?:status|state)(?: of)? ?:? ?(?=[a-z][a-z ]{0,30}(?:->|→))",
        ". ",
    ),
    spelled(r"(?<!no )\btwo (?P<what>[a-z]+) of the same", r"\g<what> of the same"),
    spelled(r"(?P<at>^|[.;] )(?:status|state)(?:es|s)?:? ?(?=[a-z][^\n.]*(?:->|→))", r"\g<at>"),
    spelled(
        r"(?P<at>^|[.;] )(?:status|state)(?:es|s)?: ?(?=[a-z][a-z ]*,)", r"\g<at>The status is "
    ),
    spelled(
        r"\b(?:each|every|an?|one|the same|no) (?P<one>[a-z]+) (?:can|may|must)"
        r" (?:only |just )?have (?:only |at most |just |more than )?(?:one|a single|1)"
        r" (?P<what>[a-z]+) at (?:a|one|the same|any|any one) time\b",
        r"\g<what>s of one \g<one> must not overlap",
    ),
    # `Minutes per topic and per month.`: a sum, where that is all of a sentence.
    spelled(
        r"(?P<at>[.;] )(?P<what>(?!total|sum|amount|spen|revenue|sales|turnover|income|earning"
        r"|count|number|stat|figure|average|breakdown|report|cost|expense|click|visit|view|download"
        r"|price|rate|fee|once|one|max)[a-z]{4,})"
        r" (?=per [a-z]+(?: and (?:per )?[a-z]+)?(?: please)?[ .!]*(?:$|\n|[.;] ))",
        r"\g<at>Total \g<what> ",
    ),
    spelled(
        r"(?P<at>^|[.;:] )(?:i|we) (?:need|want)(?: to (?:see|know))? (?:the )?"
        r"(?P<what>(?!total|average|sum|number|count|list|report)[a-z]+) (?=per )",
        r"\g<at>Total \g<what> ",
    ),
    spelled(
        r"\b(?P<who>(?:an? )?[a-z]+(?: [a-z]+)??) (?P<can>can |may |must )?"
        r"(?P<do>accept|approve|grant|confirm)s?"
        r" or (?P<not>reject|decline|deny|refuse)s? (?:an?|the|every|each)"
        r" (?P<state>submitted|pending|open|new|filed|requested|proposed) (?P<what>[a-z]+)\b",
        _decided,
    ),
    spelled(
        r",? (?:and )?(?P<do>like|favorite|favourite|bookmark|star)"
        r" and un(?:like|favorite|favourite|bookmark|star) (?P<what>[a-z]+)(?: of others)?",
        r". Users can \g<do> \g<what>",
    ),
    spelled(
        r",? and follow (?:each other|other users|one another)\b", ". Users can follow other users"
    ),
    spelled(
        r"\b(?P<do>book|reserve)(?P<s>s?) (?:an? |some |several |one or more )?"
        r"(?:seats?|spots?|places?) (?:on|in|for|at) (?=(?:an?|the|one|any) )",
        r"\g<do>\g<s> ",
    ),
    spelled(
        r"\b(?P<who>[a-z]+) (?P<can>can|may|must) (?P<do>(?!be\b|only\b)[a-z]+|only [a-z]+)"
        r" (?:only |at most |just )?once (?:per|for each|for every|on each|in each)"
        r" (?P<what>[a-z]+)\b",
        r"\g<who> \g<can> \g<do> a \g<what> only once",
    ),
    # `a student may apply only once for the same scholarship`
    spelled(
        r"\b(?P<who>[a-z]+) (?P<can>can|may|must) (?P<do>apply|register|sign up|enrol|enroll|vote)"
        r" (?:only |at most |just )?once (?P<to>for|to|in|on) (?:the same|an?|one|each|every)"
        r" (?P<what>[a-z]+)\b",
        r"\g<who> \g<can> \g<do> \g<to> a \g<what> only once",
    ),
    spelled(
        r"(?P<at>[,:]|\band) which (?P<what>[a-z]+)(?= ?(?:[,.;\n]| and|$))", r"\g<at> \g<what>"
    ),
    spelled(r"\beither (?=[a-z]+s or [a-z]+s\b)", ""),
    # `todos have a title and are done or not`
    spelled(
        r"\band are (?:either )?(?=(?P<state>[a-z]+) or (?:not|(?:un|in|non-?)(?P=state))\b)",
        "and is ",
    ),
    spelled(r"\bonly (?P<what>[a-z]+) (?:that|which) are (?P<state>[a-z]+) can be\b", _sentence_of),
    spelled(
        rf"(?P<at>^|[.;,] )(?:but )?(?:an?|any) (?P<state>{_STATE}(?: or {_STATE})?)"
        r" (?P<what>[a-z]+) (?:can|may) be (?=[a-z]+ed\b)",
        r"\g<at>only \g<state> \g<what>s can be ",
    ),
    spelled(r"\bset (?:it|them|their status|its status|the status) to\b", "mark them as"),
    spelled(r"\bthen (?:it's|it is|they're|they are|it becomes|becomes)\b", "then"),
    spelled(r"\b(?:is|are) (?:created|born|made) as\b", "starts as"),
    spelled(
        r"\b(?P<no>can't|cannot|can not|may not|must not|never) (?P<verb>[a-z]+)"
        r" (?P<often>twice|more than once|several times) (?P<place>in|for|to|on|at)"
        r" (?P<what>(?:the same|one|a|any) [a-z]+)\b",
        r"\g<no> \g<verb> \g<place> \g<what> twice",
    ),
)
