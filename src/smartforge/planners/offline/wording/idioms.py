"""Sayings of several words that come to one verb, one relation or one kind of people."""

from smartforge.planners.offline.wording.change import Change, spelled

CHANGES: tuple[Change, ...] = (
    # `put themselves down for a court`
    spelled(
        r"\bput(?P<s>s?) (?:themselves|himself|herself|oneself|yourself|(?:your|their) names?)"
        r" down for\b",
        r"book\g<s>",
    ),
    spelled(
        r"\b(?:nobody|no one|no-one|nothing) can be (?:put down|booked|entered|signed up) for"
        r" (?:an?|the) (?P<what>[a-z]+) (?:while|when|if|that|which)"
        r" (?:it|that|they)?(?:'s| is| are)? ?(?:already )?"
        r"(?:taken|occupied|booked|full|reserved)\b",
        r"bookings of the same \g<what> must not overlap",
    ),
    # `delete accounts` after what people sign up with: the accounts are the users.
    spelled(
        r"(?P<can>\b(?:can|may) (?:[a-z]+ (?:or|and) )?(?:list|see|view|delete|remove|block|ban"
        r"|deactivate|manage)) (?:user )?accounts\b",
        r"\g<can> users",
    ),
    spelled(r"\b(?P<who>[a-z]+s) alone (?=(?:can|may|must) )", r"only \g<who> "),
    spelled(
        r"\b(?P<who>[a-z]+s) are the only ones (?:who|that|to) (?:can |may )?", r"only \g<who> can "
    ),
    spelled(
        r"\b(?P<any>everybody|everyone|anyone|anybody|whoever) (?:who is |who's |is )?"
        r"(?:registered|signed[- ]in|signed up|logged[- ]in)\b",
        "every logged in user",
    ),
    spelled(
        r"\bonly (?P<who>members|users|people) who are (?:logged|signed) in\b",
        "only logged in users",
    ),
    # `every proof may be commented on`
    spelled(
        r"\b(?P<one>(?:an?|every|each|the) [a-z]+|[a-z]+s) (?:can|may) be commented(?: on)?\b",
        r"\g<one> has comments",
    ),
    # `trips go to one cave, have a date`: what they belong to.
    spelled(
        r"(?P<at>^|[.;] )(?P<who>[a-z]+s) (?:go|lead|run|happen|take place|start|end|occur)"
        r" (?:to|in|at|on|through|from) (?P<one>(?:an?|one|exactly one) [a-z]+)"
        r"(?:,| and) (?=have )",
        r"\g<at>\g<who> belong to \g<one>. \g<who> ",
    ),
    # `tree.grove -> grove`
    spelled(
        r"^(?P<one>[a-z_]+)\.[a-z_]+ ?(?:->|→|=>|references|refers to|belongs to)"
        r" ?(?P<other>[a-z_]+)"
        r"(?: ?\([^()\n]*\))?(?=[.;,]|$)",
        r"A \g<one> belongs to a \g<other>",
    ),
    # `refuse things that aren't urls`
    spelled(
        r"\b(?:refuse|reject|decline)s? (?:things|anything|everything|input|values|texts?|strings?)"
        r" that (?:aren't|isn't|are not|is not) (?:an? )?(?P<what>[a-z]+)\b",
        r"invalid \g<what> must be rejected",
    ),
)
