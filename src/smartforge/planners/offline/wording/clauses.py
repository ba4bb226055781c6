"""Clauses that hang on a noun, as sentences of their own: what it belongs to, what it lasts."""

import re

from smartforge.planners.offline.wording.change import Change, spelled


def _lasting(match: re.Match[str]) -> str:
    """`leases of a plot to a gardener from a start date to an end date`."""
    made = match["made"]
    parents = [one for one in (match["one"], match["two"]) if one]
    links = "".join(f". {made} belong to {one}" for one in parents)
    return f"{made}. {made} have a {match['first']} and a {match['last']}{links}"


_DOES = (
    r"(?:(?:can|may) )?(?:reserve|book|rent|borrow|order|buy|log|record|post|place|make|submit"
    r"|register|sign up|apply|own|have|has|join|attend|report|request|offer)s?"
)

CHANGES: tuple[Change, ...] = (
    # `repairs of a clock are done by a maker with a cost and a date`
    spelled(
        r"(?P<at>^|[.;:] )(?P<what>[a-z]+s) (?:of|on|for) (?P<one>(?:an?|one|each|every) [a-z]+)"
        r" are [a-z]+(?:ed|en|wn|ne|de|ght) by (?P<who>(?:an?|one) [a-z]+),?"
        r" (?:with|and have) (?P<fields>[^.;\n]+)",
        r"\g<at>\g<what> have \g<fields>. \g<what> belong to \g<one>. \g<what> belong to \g<who>",
    ),
    # `guests (name, phone) reserve a bed`: what they have, and then what they do.
    spelled(
        rf"(?P<who>\b[a-z]+(?: [a-z]+)?) \((?P<fields>[a-z][^()\n]*,[^()\n]*)\) (?P<does>{_DOES}) ",
        r"\g<who> have \g<fields>. \g<who> \g<does> ",
    ),
    # `streets (name, district) are public`: what they have, and then what is said of them.
    spelled(
        r"(?P<at>^|[.;,:] )(?P<who>[a-z]+(?: [a-z]+)?s) \((?P<fields>[a-z][^()\n]*,[^()\n]*)\)"
        r" (?=(?:can|may|must|should|are|belong|need) )",
        r"\g<at>\g<who> have \g<fields>. \g<who> ",
    ),
    # `tickets are issued for a spot with a plate`: what they belong to, and what they have.
    spelled(
        r"(?P<what>[a-z]+s) are (?:issued|created|made|recorded|logged|filed|added|opened|placed"
        r"|taken|kept|entered|registered) (?:for|on|to|of|per|in|at)"
        r" (?P<one>(?:an?|each|every|one) [a-z]+),? with (?P<fields>[^.;\n]+)",
        r"\g<what> belong to \g<one>. \g<what> have \g<fields>",
    ),
    spelled(
        r"(?<!list )(?<!show )(?<!filter )(?<!sort )(?<!find )(?<!search )(?<!get )(?<!group )"
        r"(?P<a>\b(?!results|lists|sorts|filters|totals|counts|shows|posts)[a-z]+s) by"
        r" (?P<who>(?!(?:dates|names|tags|users)\b)[a-z]+s)(?=[.,;])",
        r"\g<a>. \g<a> belong to \g<who>",
    ),
    spelled(
        r"(?P<a>[a-z]+s) (?:that|which) (?:show|hold|contain|feature|include)s? (?:many|several)"
        r" (?P<b>[a-z]+s)\b",
        r"\g<a>. \g<a> have many \g<b> and \g<b> have many \g<a>",
    ),
    # `kites in my shop: name, size`
    spelled(
        r"^(?P<what>[a-z]+s) (?:in|for|at|of) (?:my|our) [a-z]+ ?(?:-|–|:) ?(?=[a-z][^.\n]*,)",
        r"\g<what>: ",
    ),
    spelled(
        r"(?P<at>^|[.;] )(?P<one>[a-z]+s) and (?P<other>[a-z]+s) (?:can |both )?"
        r"(?=(?:log|sign) (?:in|up)\b)",
        r"\g<at>The roles are \g<one> and \g<other>. Users ",
    ),
    # `..., scouts sign up for events`: another sentence after the comma.
    spelled(
        r"(?<=[a-z]), (?P<who>[a-z]+s) (?=(?:can |may )?"
        r"(?:register|sign up|apply|vote) (?:for|on)\b)",
        r". \g<who> ",
    ),
    spelled(r"\bsign(?P<s>s?) up for (?=[a-z]+s\b|an? |the )", r"register\g<s> for "),
    spelled(
        r"(?P<all>\b(?P<who>[a-z]+s) (?:can |may )?(?P<do>register for|enroll? in|rate|review"
        r"|vote on|vote for|join|book|attend|apply for|bid on) [^.;\n]{2,60}?),? (?:but |and )?"
        r"(?:only |at most |just )?once (?:per|for each|for every|in each) (?P<what>[a-z]+)",
        r"\g<all>. \g<who> can \g<do> a \g<what> only once",
    ),
    spelled(
        r"(?P<at>^|[.;] )(?:the )?(?P<f>[a-z]+)s of (?P<of>[a-z]+)s"
        r" (?:are|must be|have to be) unique",
        r"\g<at>\g<of> \g<f>s are unique",
    ),
    spelled(
        r"(?P<at>^|[.;,] )the (?P<f>[a-z]+) of (?:the|an?|each|every) (?P<of>[a-z]+)"
        r" (?:is|must be|has to be) unique",
        r"\g<at>\g<of> \g<f>s are unique",
    ),
    # `wheels that belong to a cheese with a weight`: the weight is the wheel's.
    spelled(
        r"[.;]?,? (?:and )?(?P<who>[a-z]+s) (?:(?:that|which) )?(?:belong|belonging) to"
        r" (?P<one>(?:an?|one|the) [a-z]+),? (?:with|(?:and|that|which) have) ",
        r". \g<who> belong to \g<one>. \g<who> have ",
    ),
    spelled(
        r"(?P<made>[a-z]+s) (?:of|for) (?P<one>an? [a-z]+)"
        r"(?: (?:to|for|by|with) (?P<two>an? [a-z]+))?,? from an?"
        r" (?P<first>[a-z]+ (?:date|time|day)) (?:to|until) an?"
        r" (?P<last>[a-z]+ (?:date|time|day))(?=[.,;]|$)",
        _lasting,
    ),
    spelled(
        r"(?P<what>[a-z]+s) (?P<did>pawned|brought|sold|bought|lent|rented|owned|given|left|made"
        r"|written|placed|filed|reported|submitted|ordered) by (?P<who>[a-z]+)s(?=[.,;:]|$)",
        r"\g<what>. \g<what> belong to a \g<who>",
    ),
    spelled(
        r"(?P<at>^|[.;,] )(?:and )?(?P<what>[a-z]+s) (?:need|require)s? (?:a |an )?"
        r"(?:login|log-in|account) and (?=can )",
        r"\g<at>logged in users can create \g<what>. \g<what> ",
    ),
)
