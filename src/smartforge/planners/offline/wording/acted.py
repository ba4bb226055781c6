"""Ways between states that say who goes each of them: `draft -> submitted (author)`."""

import re

from smartforge.planners.offline.wording.change import Change, spelled


def _acted(match: re.Match[str]) -> str:
    """`draft -> submitted (author) -> paid (finance)` as the way, and then who moves it on."""
    states: list[str] = []
    said: list[str] = []
    for step in re.split(r"\s*(?:->|→|=>)\s*", match["way"]):
        state, _, who = step.partition("(")
        state = state.strip()
        who = re.sub(r"^(?:by|only)? ?(?:the |an? )?", "", who.rstrip(") ").lower())
        states.append(state)
        if who:
            said.append(f"{state.capitalize()} by only the {re.sub(' ?[,/] ?', ' or the ', who)}")
    return f". Status: {' -> '.join(states)}. {'. '.join(said)}"


_STEP = r"[a-z]+(?: [a-z]+){0,2}(?: ?\([a-z ,/]{2,40}\))?"

# Every state begins where no letter stands before it, and so many follow: it stays quick.
CHANGES: tuple[Change, ...] = (
    spelled(
        r"(?:[,:;.] ?)?(?:\b(?:with )?(?:a |the )?(?:status|state|workflow|flow|lifecycle)"
        r"(?: is| goes| flow)?:? )?"
        r"(?<![a-z>-] )(?<![a-z>-])(?P<way>[a-z]+(?: [a-z]+)?(?: ?\([a-z ,/]{2,40}\))?"
        rf"(?: ?(?:->|→|=>) ?{_STEP}){{1,12}})(?<=\))",
        _acted,
    ),
)
