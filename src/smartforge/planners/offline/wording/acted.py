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


CHANGES: tuple[Change, ...] = (
    spelled(
        r"(?P<at>(?:[,:;.]? ?\b(?:with )?(?:a |the )?(?:status|state|workflow|flow|lifecycle)(?: is"
        r"| goes| flow)?:?|:|;|,|\.)?) *(?P<way>[a-z]+(?: [a-z]+)?(?: ?\([a-z ,/]+\))?"
        r"(?: ?(?:->|→|=>) ?[a-z]+(?: [a-z]+){0,2} ?(?:\([a-z ,/]+\))?)+)(?<=\))",
        _acted,
    ),
)
