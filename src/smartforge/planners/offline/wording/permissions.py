"""Who may do what, in the forms of the statements."""

import re

from smartforge.contract.names import plural
from smartforge.planners.offline.wording.change import Change, spelled


def _excepted(match: re.Match[str]) -> str:
    """`members can edit pages except guests` as two sentences, who may and who may not."""
    more = f". {match['not']} " if match["tail"] else ""
    who, can, do = match["who"], match["can"], match["do"]
    return f"{who} {can} {do}. {match['not']} cannot {do}{more}"


def _not_but(match: re.Match[str]) -> str:
    """`ushers may edit films but not delete them` as two sentences."""
    who = match["who"]
    return f"{who} {match['can']} {match['do']}. {who} cannot {match['more']}"


_DECIDES = (
    r"(?:approv|reject|accept|declin|confirm|review|sign|pay|den|verif|audit|releas|clos"
    r"|reimburs|authori[sz])"
)


def _story(match: re.Match[str]) -> str:
    """`as a coach I want to see my own bouts`: what coaches can do."""
    who, rest = plural(match["who"].lower()), match["rest"]
    own = re.sub(r"\b(?:my|our)\b", "their", re.sub(r"\bI\b", "they", rest))
    return f"{match['at']}{who.capitalize()} can {own}"


def _refused(match: re.Match[str]) -> str:
    """`visitors cannot change anything`: who is logged in can, unless visitors are a role."""
    if re.search(r"\broles?\b[^.\n]*\b(?:guest|visitor)", match.string, re.IGNORECASE):
        return match.group()
    return f"{match['at']}Only logged in users can {match['do']}"


CHANGES: tuple[Change, ...] = (
    # `as a coach I want to record bouts so that I can see who is improving`
    spelled(
        r"(?P<at>^[ \t]*(?:[-*•] |\d+[.)] )?|[.;] )as an? (?P<who>[a-z]+(?: [a-z]+)?),? (?:i|we)"
        r" (?:want|need|would like|wish|should be able|can|may|'d like)(?: to)?(?: be able to)? "
        r"(?P<rest>[^.;\n]+?)(?:,? so(?: that)? [^.;\n]*)?(?=[.;\n]|$)",
        _story,
    ),
    # `guides (login) create and cancel trips`
    spelled(
        r"(?P<who>\b[a-z]+s) \((?:with )?(?:login|log-in|logged in|after login|login (?:needed"
        r"|required))\) (?=(?:create|add|edit|change|update|delete|remove|cancel|enter|publish"
        r"|post)\b)",
        r"only \g<who> can ",
    ),
    # `cache owners may edit or remove their caches, nobody else`
    spelled(
        r"(?P<at>^|[.;,] )(?P<one>[a-z]+) owners? (?:can|may) (?P<do>[a-z]+(?: (?:or|and) [a-z]+)?)"
        r" (?:their|his|her)(?: own)? (?P<many>[a-z]+s)(?:, (?:and )?nobody else)?(?=[.;,\n]|$)",
        r"\g<at>only the owner of a \g<one> can \g<do> it",
    ),
    # `curators (login) maintain everything`: what they may, in so many words.
    spelled(
        r"(?P<who>\b[a-z]+s) \((?:with )?(?:login|log-in|logged in|after login|login (?:needed"
        r"|required))\) (?=(?:can|may) )",
        r"logged in \g<who> ",
    ),
    spelled(
        r"(?P<who>(?<!-)\b(?!(?:who|that|which|it|always|this|does)\b)[a-z]+s)"
        r"(?: \((?:with )?(?:login|log-in|logged in|after login|login (?:needed|required))\))?"
        r" (?P<do>maintain|manage|administer|edit|change|handle|run)"
        r" (?:everything|all of it|all of them|the rest)(?=[.,;\n]|$)",
        r"\g<who> can \g<do> everything",
    ),
    # `anyone can listen and browse`
    spelled(
        r"\b(?P<who>anyone|anybody|everyone|everybody) (?P<can>can|may) (?:listen|watch|look"
        r"|hear|play"
        r"|explore)(?: to| at)?(?: them| it)?(?:,| and| or) (?=(?:browse|read|see|view|list"
        r"|search)\b)",
        r"\g<who> \g<can> ",
    ),
    spelled(
        r"\b(?:nobody|no one|no-one|no (?:user|person|member|employee|manager|reviewer"
        r"|approver)s?)"
        r" (?:can |may |should |must |could |is allowed to |is permitted to |ever )*"
        rf"(?P<do>{_DECIDES}(?:e|y)?)(?:s|ies)? (?:their|his|her|his or her|one's|its) own\b",
        r"users cannot \g<do> their own",
    ),
    spelled(
        rf"\b(?P<do>{_DECIDES}(?:e|y)?)(?P<s>s|ies)?(?P<what>(?: [a-z]+){{0,4}}?),?"
        r" (?:but|though|and|however)?,? ?(?:not|never|except(?: for)?|other than) (?:for )?"
        r"(?:their|his|her|his or her|your) own(?: ones?| [a-z]+s\b)?",
        r"\g<do>\g<s>\g<what>. Users cannot \g<do> their own\g<what>",
    ),
    spelled(r"(?P<at>^|[.;,] )all (?=(?:may|can) )", r"\g<at>everyone "),
    # The verb at the end, as in what was German.
    spelled(
        r"\b(?P<can>can|may|must) (?P<what>(?!not\b|only\b|be\b)[^\W\d_]+)"
        r" (?P<do>(?:read|delete|create|edit|change|see|add)(?: (?:or|and) (?:read|delete|create"
        r"|edit|change|see|add))?)(?=[,.;]|$)",
        r"\g<can> \g<do> \g<what>",
    ),
    spelled(
        r"\b(?P<who>[a-z]+s) (?P<how>(?:register and )?(?:log in|sign in|sign up)|register)"
        r"(?:,| and|, and)(?: they)?(?: can)?"
        r" (?P<do>book|reserve|order|buy|rent|borrow|post|write|create|upload|submit|report|log"
        r"|record|add)(?= )",
        r"\g<who> \g<how>. \g<who> \g<do>",
    ),
    spelled(
        r"\b(?P<who>[a-z]+s) can only (?P<look>view|read|see|list|browse) (?P<what>[a-z ]+?)"
        r" and (?P<do>[a-z]+) (?=their own )",
        r"\g<who> can only \g<look> \g<what>. \g<who> can \g<do> ",
    ),
    spelled(
        r"\b(?P<who>[a-z]+s) (?P<what>[^.;\n]*?),? and (?:are|is) the only ones?"
        r" (?:who|that|to|allowed to)(?: can| may)? ",
        r"\g<who> \g<what>. Only \g<who> can ",
    ),
    spelled(
        r"\b(?P<s>see|view|access|read)s? nothing (?:but|except|other than) their own\b",
        r"can only \g<s> their own",
    ),
    spelled(
        r"(?P<at>^|[.;] )(?:everybody|everyone|every account|each account) has"
        r" (?=(?:an? )(?!account|login|token|role|right|limit|chance|share)[a-z]+)",
        r"\g<at>each user has ",
    ),
    # `Members register. They reserve a desk`: who they are.
    spelled(
        r"(?P<at>^|[.;] )(?P<who>[a-z]+s) (?P<how>(?:can |may |must )?"
        r"(?:register|sign up|log in|sign in)\b[^.;\n]*)[.;] They (?=(?:can |may )?"
        r"(?:reserve|book|rent|borrow|order|buy|post|write|create|upload|submit|apply|join|rate|review|vote)\b)",
        r"\g<at>\g<who> \g<how>. \g<who> ",
    ),
    # `huts are visible without login`
    spelled(
        r"\b(?P<is>is|are) (?:visible|readable|viewable|accessible|browsable|open|available|free)"
        r"(?: (?:to|for) (?:everyone|everybody|anyone|anybody|all|the public|visitors|guests))?,?"
        r" (?:even )?without (?:any |a |an )?(?:login|log-in|logging in|account|registration"
        r"|signing in|registering|token|being logged in)\b",
        r"\g<is> public",
    ),
    spelled(
        r"\b(?P<is>is|are) (?:visible|readable|viewable|accessible|browsable) (?:to|for)"
        r" (?:everyone|everybody|anyone|anybody|all|the public|visitors)\b",
        r"\g<is> public",
    ),
    spelled(r"\b(?:may|can|could) (?:have a )?look (?:at|through) ", "can view "),
    spelled(r"\b(?:may|can|could) (?:have a )?look around\b", "can browse"),
    spelled(r"\b(?:are|is)(?: not|n't) (?:allowed|permitted) to\b", "cannot"),
    spelled(r"\b(?:are|is) (?:allowed|permitted|entitled|able) to\b", "can"),
    spelled(r"\bha(?:ve|s) (?:the )?(?:permission|right|rights) to\b", "can"),
    spelled(r"\b(?:have|has|get|gets|with) (?:only )?read(?:-only)? access to\b", "can read"),
    spelled(
        r",? (?:even )?without (?:logging in|having an account|an account|a login|login"
        r"|being logged in|signing in|registering),? (?=(?:can|may|to) )",
        " ",
    ),
    spelled(
        r"\b[a-z]+s (?:need|require) no (?:account|login|log-in|registration) to (?P<do>[a-z]+)",
        r"anyone can \g<do>",
    ),
    spelled(
        r"\bno (?:account|login|log-in|registration) (?:is )?(?:needed|required|necessary)"
        r" to (?P<do>[a-z]+)",
        r"anyone can \g<do>",
    ),
    spelled(
        r"(?P<who>\b[^.,;:\n]{3,60}?) (?P<can>can|may) (?P<do>[^.,;:\n]{3,80}?),?"
        r" (?:except(?: for)?|but not) (?P<not>[a-z]+s)\b(?P<tail>, who)?",
        _excepted,
    ),
    spelled(
        r"(?P<who>\b[a-z]+s) (?P<can>can|may) (?P<do>[^.;:\n]{3,80}?),?"
        r" (?:but|and|yet) (?:they )?(?:not|can't|cannot|can not|may not|never|must not)"
        r" (?P<more>(?!be )[a-z]+ [^.;\n]+)",
        _not_but,
    ),
    spelled(
        r"(?P<at>^|[.;] )(?:a )?(?:visitors?|guests?|strangers|anonymous users) (?:cannot|can't"
        r"|can not|may not|must not) (?P<do>(?:change|create|add|edit|delete|modify) [^.;,\n]+)"
        r"(?=[.;\n]|$)",
        _refused,
    ),
)
