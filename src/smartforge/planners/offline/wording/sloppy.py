"""Short and sloppy spellings."""

from smartforge.planners.offline.wording.change import Change, spelled

CHANGES: tuple[Change, ...] = (
    spelled(r"\byes or no\b", "yes/no"),
    spelled(r"\btrue or false\b", "true/false"),
    spelled(
        r"\b(?P<lat>lat(?:itude)?) ?/ ?(?P<lon>lon(?:gitude)?|lng|long)\b", r"\g<lat>, \g<lon>"
    ),
    spelled(r"\bto to\b", "to"),
    spelled(
        r"(?P<at>^|[.;,?!] )no (?:user )?accounts?(?: please| needed| at all)?"
        r"(?= ?(?:[.;,]|$))",
        r"\g<at>no login",
    ),
    spelled(r"\b(?:model|entity|resource) (?=[a-z]+ ?\([a-z])", ""),
    # The reason why nobody logs in is no wish that somebody should.
    spelled(
        r"\b(?P<no>no (?:login|log-in|auth|authentication)(?: needed| please)?)(?:,|;| -| –)?"
        r" (?:since |because |as )?(?:it's|it is|this is|that's) (?:only|just) (?:for )?(?:me|us"
        r"|myself)(?= ?(?:[.;,!]|$))",
        r"\g<no>",
    ),
    # `need an api: kite name size price` is for kites.
    spelled(
        r"\A(?P<ask>(?:[a-z]+ ){0,4}(?:api|backend|crud)) ?: (?=[a-z_]+(?: [a-z_]+){3,}\s*\Z)",
        r"\g<ask> for ",
    ),
    spelled(r"(?<![\w/])w/o(?= )", "without"),
    spelled(r"(?<![\w/])w/ ?(?=\w)", "with "),
    spelled(r"(?<=[a-z]) n (?=[a-z])", " and "),
    spelled(r"(?<=[a-z]) & (?=[a-z])", " and "),
    spelled(r"\b(?P<who>we|i|they)(?:'ve| have) got\b", r"\g<who> have"),
    spelled(r"(?<=[a-z]) w (?=[a-z])", " with "),
    spelled(r"(?<= )4 (?=(?:my|our|a|an|the|his|her) )", "for "),
    spelled(r" ?(?<!\w)(?:asap|pls|plz|thx|ty)(?!\w)", ""),
    spelled(r"\bur\b(?= [a-z])", "your"),
    spelled(r"\b[ui] wanna\b", "I want to"),
    spelled(r"\b(?:there is|there's|it is|it's|i am|i'm) (?:just|only) me,?(?: so)?\b", ""),
    spelled(r"\bcan(?:not| ?t) ever\b", "can never"),
    spelled(r"\b(?P<how>long|web|internet|target|shortened) address(?P<s>es)?\b", r"\g<how> url"),
    spelled(
        r"(?P<at>(?:^|[,.;] ))(?P<do>filter|sort)"
        r" (?=(?!by|on|for|them|it|the|and|in|out|using|with|list|lists|or)[a-z]+(?:[,.;]| and|$))",
        r"\g<at>\g<do> by ",
    ),
    # `market app -> stalls, products`: the arrow does the work of a colon.
    spelled(
        r"\A(?P<what>[^\n.:>]{0,60}\b(?:app|api|backend|service|site|system))"
        r" ?(?:->|=>|→) ?(?=[a-z])",
        r"\g<what>: ",
    ),
    # `handed to a clerk`: whose it is from then on.
    spelled(
        r"\b(?P<can>can|may|could) be (?:handed|passed|forwarded|allocated|delegated|routed|given)"
        r"(?: over| on)? to (?=(?:an?|one|some|some(?:one|body)|another) )",
        r"\g<can> be assigned to ",
    ),
)
