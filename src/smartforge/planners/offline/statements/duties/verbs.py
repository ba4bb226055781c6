"""The forms of the verbs by which rows are made or moved on, and where each leads."""

import functools
from collections.abc import Mapping

from smartforge.planners.offline.statements.duties.words import MARKS, duty_words
from smartforge.planners.offline.verbs import known_verbs, states_of, verbs


@functools.cache
def forms() -> Mapping[str, str]:
    """Verbs by the forms in which people do them now: `approve`, `approves`."""
    data = duty_words()
    known = {verb for verb in known_verbs() if " " not in verb} | data.making | {*data.states}
    found: dict[str, str] = {}
    for verb in sorted(known):
        soft = verb.endswith("y") and verb[-2] not in "aeo"
        hissing = verb.endswith(("sh", "ch", "ss", "x", "o"))
        third = f"{verb[:-1]}ies" if soft else f"{verb}es" if hissing else f"{verb}s"
        found[verb] = found[third] = verb
    return found


@functools.cache
def participles() -> Mapping[str, str]:
    """Verbs by what is done then: `approved`, `paid`."""
    data = duty_words()
    found = {state: verb for verb, state in data.states.items()}
    found |= {state: verb for state, verb in verbs().states.items() if " " not in verb + state}
    for verb in data.making:
        found[f"{verb.removesuffix('e')}ed"] = verb
    return found | {"written": "write", "made": "make"}


def leads_to(low: str) -> tuple[str, str]:
    """The verb of a form and the state to which it leads (empty: it makes rows)."""
    verb = forms().get(low, "")
    return (verb, _state(verb)) if verb else ("mark", "") if low in MARKS else ("", "")


def _state(verb: str) -> str:
    if verb in duty_words().making:
        return ""
    if verb == "reopen":
        return "back"
    own = duty_words().states.get(verb)
    if own:
        return own
    states = states_of(verb)
    back = verbs().undo.get(verb)
    return states[0] if states else f"back {back}" if back else ""
