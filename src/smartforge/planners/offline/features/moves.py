"""Verbs that people do to things: `archive them`, `approve or reject requests`, `mark as"
" done`."""

import functools
import re
from collections.abc import Iterator, Sequence

import msgspec

from smartforge.contract import (
    Access,
    Boolean,
    Choice,
    Field,
    Resource,
    Text,
    Transition,
)
from smartforge.contract.names import identifier, singular, snake, spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.features.changes import having
from smartforge.planners.offline.features.finding import find_resource, mentions, status_of, subject
from smartforge.planners.offline.features.flow import (
    Flow,
    flow_of,
    was_said,
)
from smartforge.planners.offline.features.heard import Heard, clause, hear_all, take
from smartforge.planners.offline.features.paths import is_state, state_like
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.statements.vocabulary import actions_of, people
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.verbs import known_verbs, states_of, stem, verbs
from smartforge.planners.offline.vocabulary import words

# Verbs by which a truth value comes up where no field tells of it yet.
_MAKING = word_set(
    """
    publish archive close complete finish pin lock ban block suspend activate pause hide verify flag
    feature resolve enable accept star
    """
)
_ENDED = word_set(
    """
    completed complete done closed delivered cancelled canceled rejected refunded archived returned
    resolved finished expired denied declined sold lost won fulfilled
    """
)
_FROM_ENDED = word_set("reopen restore archive refund return undo")
_AFTER = word_set("them it these those one her him")
_LINKING = word_set("or and / , &")
_PAST_LAST = word_set("own all any every each new pending open existing")
_OWNERS = word_set("author owner creator reporter organizer organiser host seller")

# What is done to a thing, where only its state is said: `bookings can be cancelled`.
TOLD = word_set(
    "cancelled canceled approved rejected refunded returned confirmed declined reopened"
)
CAN_BE = re.compile(
    r"\b(?:can|may|could)(?: only| also| still| always| then)* be (?P<state>[a-z]+)"
    r"(?P<more>(?: (?:,|or|and|/|, and|, or) (?:not )?[a-z]+ed(?= |\Z))*)"
)
_UNTIL = re.compile(
    r" (?:until|till|before|unless|only|if|when|while|once|after|as long as|within)\b[^,]*"
)
_MODAL = word_set("to can may and or , / should must could then also only : ; let lets")
_DOUBTFUL = word_set("feature star complete finish flag lock pin block hide close")


class Move(msgspec.Struct, frozen=True):
    """Somebody does `verb` to `resource`; the tokens that say so."""

    verb: str
    resource: Resource
    first: int
    last: int


@functools.cache
def _forms() -> dict[str, str]:
    """The forms of the verbs that change a state: `approve`, `approves`, `approving`."""
    found: dict[str, str] = {}
    for verb in sorted(known_verbs()):
        head, _, last = verb.partition(" ")
        if head in ("mark", "make", "open"):
            continue
        tail = f" {last}" if last else ""
        bare = head.removesuffix("e")
        third = f"{head[:-1]}ies" if head.endswith("y") and head[-2] not in "aeo" else f"{head}s"
        if head.endswith(("sh", "ch", "ss")):
            third = f"{head}es"
        for form in (head, third, f"{bare}ing", f"{head}ing"):
            found.setdefault(form + tail, verb)
    return found


def moves(sketch: Sketch, heard: Heard) -> Iterator[Move]:
    """What is done to which resource in a sentence, in its order."""
    named = dict(mentions(sketch, heard))
    lows = [token.low for token in heard.tokens]
    waiting: list[tuple[str, int]] = []
    at = 0
    while at < len(lows):
        verb, width = _verb_at(heard.tokens, at)
        if not verb and waiting and actions_of(lows[at]):
            width = 1  # hide or delete comments
        elif not verb:
            if lows[at] not in _LINKING:
                waiting = []
            at += 1
            continue
        waiting += [(verb, at)] if verb else []
        end = at + width
        object_at = _object_at(lows, end, named)
        if object_at is not None:
            resource = named.get(object_at) or _meant(sketch, heard, at)
            if resource is not None:
                for one, first in waiting:
                    yield Move(one, resource, first, object_at + 1)
            waiting = []
        elif end < len(lows) and lows[end] not in _LINKING:
            waiting = []
        at = end


def _verb_at(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    lows = [token.low for token in tokens[at : at + 3]]
    if tokens[at].literal:
        return "", 0
    if at and tokens[at - 1].low in words().determiners | {"of", "in", "on", "with", "by", "from"}:
        return "", 0
    for width in (2, 1):
        verb = _forms().get(" ".join(lows[:width])) if len(lows) >= width else None
        if verb is not None:
            return verb, width
    return "", 0


def _object_at(lows: Sequence[str], at: int, named: dict[int, Resource]) -> int | None:
    """Where the object of a verb stands: a resource or a pronoun, after small words."""
    for place in range(at, min(at + 4, len(lows))):
        if place in named or lows[place] in _AFTER:
            return place
        if lows[place] not in words().determiners | _PAST_LAST | words().adjectives:
            return None
    return None


def _meant(sketch: Sketch, heard: Heard, at: int) -> Resource | None:
    begin = heard.starts[at]
    return subject(sketch, heard, begin, begin + 1)


_MARK = re.compile(
    r"\b(?:mark|marks|marking|marked|set|flag|toggle)(?: (?P<what>(?!as\b)[a-z_'-]+(?:"
    r" (?!as\b)[a-z_'-]+){0,3}))?"
    r" (?:as )(?P<state>(?:in )?[a-z]+)(?: (?:or|and|/) (?P<other>(?:not |in )?[a-z]+))?"
)


def read_moves(sketch: Sketch, flows: dict[str, Flow]) -> None:
    """Transitions by verbs; a status or a truth value for them where there is none."""
    told = {(one.place, at) for one in sketch.prompt.duties for at in range(one.begin, one.end)}
    for heard in hear_all(sketch.sentences):
        said = [one for one in moves(sketch, heard) if (heard.place, one.first) not in told]
        for move in said:
            resource = sketch.contract.resource(move.resource.name)
            begin = heard.starts[move.first]
            bare = not _is_done(heard.tokens, move)
            whose = _whose(sketch, heard, resource, begin)
            if _make(sketch, flows, resource, move.verb, whose, bare):
                sketch.take(heard.place, move.first, move.last)
        for match in CAN_BE.finditer(heard.line):
            _read_passive(sketch, flows, heard, match)
        for match in _MARK.finditer(heard.line):
            if (heard.place, heard.span(*match.span())[0]) in told:
                continue
            resource = find_resource(sketch, match["what"] or "") or subject(
                sketch, heard, *match.span()
            )
            if resource is None:
                continue
            whose = _whose(sketch, heard, resource, match.start())
            states = [one for one in (match["state"], match["other"]) if one]
            done = [_marked(sketch, flows, resource, one, whose) for one in states]
            if not any(done):
                done = [_set(sketch, flows, resource, states, whose)]
            if any(done):
                take(sketch, heard, *match.span())


def _is_done(tokens: Sequence[Token], move: Move) -> bool:
    """Whether a verb stands after those who do it, or begins the sentence: it may be a noun."""
    if not move.first:
        return move.verb not in _DOUBTFUL
    before = tokens[move.first - 1]
    by_role = before.word and singular(before.low) in people().ranks
    return before.low in _MODAL or (by_role and move.verb not in _DOUBTFUL)


def passive_states(match: re.Match[str]) -> list[str]:
    """The states of `can be confirmed, cancelled or completed`, where it says what is done."""
    rest = [one for one in re.findall(r"[a-z]+", match["more"]) if one not in ("or", "and", "not")]
    states = [match["state"], *rest]
    known = [one for one in states if one in verbs().states]
    doing = match["state"] in TOLD or (len(known) > 1 and len(known) == len(states))
    return known if doing and "not " not in match["more"] else []


def _read_passive(
    sketch: Sketch, flows: dict[str, Flow], heard: Heard, match: re.Match[str]
) -> None:
    """`can be cancelled`: transitions to the states that are named."""
    resource = subject(sketch, heard, *match.span())
    states = passive_states(match)
    if resource is None or not states:
        return
    flow = flow_of(sketch, flows, resource)
    if not flow.edges and not was_said(sketch, resource, flow.field):
        first = "pending" if {"approved", "confirmed", "accepted"} & set(states) else "active"
        first = "booked" if first == "active" and _is_booked(resource) else first
        flow.values = flow.values if set(states) <= set(flow.values) else [first]
    whose = _whose(sketch, heard, resource, match.start())
    for state in states:
        verb = verbs().states[state]
        if state in ("resumed", "restored", "reopened", "unblocked"):
            before = {"resumed": "paused", "unblocked": "blocked"}.get(state, "")
            for source in [one for one in flow.values[1:] if not before or one == before]:
                flow.add(source, flow.values[0])
            flow.names[f"back to {flow.values[0]}"] = verb
        else:
            _lead(flow, flow.state(state), verb, whose)
    take(sketch, heard, *match.span())
    condition = _UNTIL.match(heard.line, match.end())
    at = heard.span(match.end(), match.end() + 1)[0]
    if condition and not sketch.is_taken(heard.place, at):
        sketch.note(
            f"{heard.quote(match.start(), condition.end())}: the operation is there, its"
            f" condition "
            "is not kept."
        )
        take(sketch, heard, *condition.span())


def _marked(
    sketch: Sketch, flows: dict[str, Flow], resource: Resource, state: str, whose: Access | None
) -> bool:
    """`mark as done`: the transition to a state that a field has."""
    resource = sketch.contract.resource(resource.name)
    truth = _truth(resource, [state.removeprefix("not ")])
    if truth is not None:
        verb = next(iter(_verbs_of(state)), f"mark_{state}")
        _switch(sketch, resource, identifier(verb), truth, not state.startswith("not "), whose)
        return True
    return any(_make(sketch, flows, resource, verb, whose) for verb in _verbs_of(state))


def _set(
    sketch: Sketch,
    flows: dict[str, Flow],
    resource: Resource,
    states: Sequence[str],
    whose: Access | None,
) -> bool:
    """`mark them as dispensed`: a state that nothing else told of, or several after the first."""
    resource = sketch.contract.resource(resource.name)
    if "deleted" in states or not all(is_state(one) for one in states):
        return False
    if len(states) == 1 and resource.name not in flows and status_of(resource) is None:
        field = Field(identifier(states[0]), Boolean(), False, False)
        sketch.put(having(resource, field))
        verb = stem(states[0]) or f"mark {states[0]}"
        _switch(sketch, sketch.contract.resource(resource.name), verb, field, True, whose)
        return True
    flow = flow_of(sketch, flows, resource)
    flow.values = flow.values or ["open"]
    for one in states:
        target = flow.state(one)
        for source in flow.values:
            if source != target and flow.values.index(source) < flow.values.index(target):
                flow.add(source, target)
        if whose is not None:
            flow.whose[target] = whose
    return True


def _verbs_of(state: str) -> list[str]:
    verb = verbs().states.get(state)
    return [] if verb is None else [verb]


def _make(
    sketch: Sketch,
    flows: dict[str, Flow],
    resource: Resource,
    verb: str,
    whose: Access | None,
    bare: bool = False,
) -> bool:
    """Let `verb` move a field of `resource`; False where nothing can be moved by it.

    A `bare` verb may be an adjective or a noun (`feature requests`), so nothing new comes of it.
    """
    verb = verbs().like.get(verb, verb)
    bare = bare or (verb == "accept" and not _refuses(sketch))
    states = states_of(verb)
    truth = _truth(resource, states)
    undone = verbs().undo.get(verb, "")
    undoes = _truth(resource, states_of(undone)) if undone else None
    known = _state_in(sketch, flows, resource, states)
    if known:
        flow = flow_of(sketch, flows, resource)
        _lead(flow, known, verb, whose)
    elif truth is not None:
        _switch(sketch, resource, verb, truth, True, whose)
    elif undoes is not None:
        _switch(sketch, resource, verb, undoes, False, whose)
    elif verb == "reopen" and (resource.name in flows or status_of(resource)):
        flow = flow_of(sketch, flows, resource)
        for state in flow.values[1:]:
            if state in _ENDED:
                flow.add(state, flow.values[0])
    else:
        return not bare and _begin(sketch, flows, resource, verb, whose)
    return True


def _begin(
    sketch: Sketch, flows: dict[str, Flow], resource: Resource, verb: str, whose: Access | None
) -> bool:
    """Give `resource` the state that `verb` leads to, where it has none yet."""
    states = states_of(verb)
    if verb in _MAKING and _plain_status(resource) is not None:
        flow = flow_of(sketch, flows, resource)
        flow.field = _plain_status(resource) or flow.field
        flow.values = flow.values or [{"publish": "draft", "close": "open"}.get(verb, "active")]
        _lead(flow, flow.state(states[0]), verb, whose)
    elif verb in verbs().decisions and status_of(resource) is None:
        flow = flow_of(sketch, flows, resource)
        first = verbs().first
        flow.values = flow.values or [first]
        target = flow.state(states[0])
        _lead(flow, target, verb, whose)
    elif verb in ("cancel", "check in", "check out") and status_of(resource) is None:
        flow = flow_of(sketch, flows, resource)
        flow.values = flow.values or ["booked" if _is_booked(resource) else "active"]
        _lead(flow, flow.state(states[0]), verb, whose)
    elif verb in ("cancel", *verbs().decisions) and status_of(resource) is not None:
        flow = flow_of(sketch, flows, resource)
        _lead(flow, flow.state(states[0]), verb, whose)
    elif verb in _MAKING:
        field = Field(identifier(states[0]), Boolean(), False, False)
        resource = having(resource, field)
        sketch.put(resource)
        _switch(sketch, resource, verb, field, True, whose)
    else:
        return False
    return True


def _plain_status(resource: Resource) -> str | None:
    """The status that is a text as yet, since its values were not named."""
    for field in resource.fields:
        if field.name in ("status", "state") and isinstance(field.kind, Text):
            return field.name
    return None


def _refuses(sketch: Sketch) -> bool:
    """Whether something can be refused too: else to accept is to take (`accept events`)."""
    said = {token.low for sentence in sketch.sentences for token in sentence.tokens}
    return any(one.startswith(("reject", "declin", "refus")) for one in said)


def _is_booked(resource: Resource) -> bool:
    return resource.name.rpartition("_")[2] in (
        "booking",
        "reservation",
        "appointment",
        "rental",
        "session",
        "class",
        "seat",
    )


def _state_in(
    sketch: Sketch, flows: dict[str, Flow], resource: Resource, states: Sequence[str]
) -> str:
    """The value of the status that is one of `states`; empty where there is none."""
    field, flow = status_of(resource), flows.get(resource.name)
    values: Sequence[str] = flow.values if flow else ()
    if flow is None and field is not None and isinstance(field.kind, Choice):
        values = field.kind.values
    return next((one for one in values if one.lower().replace("_", " ") in states), "")


def _truth(resource: Resource, states: Sequence[str]) -> Field | None:
    names = {snake(one) for one in states}
    for field in resource.fields:
        if isinstance(field.kind, Boolean) and field.name.removeprefix("is_") in names:
            return field
    return None


def _lead(flow: Flow, target: str, verb: str, whose: Access | None) -> None:
    """Ways to `target`, where none was said: from what comes before it and is not at an end."""
    if whose is not None:
        flow.whose[target] = whose
    flow.names.setdefault(target, verb)
    if any(one == target for _, one in flow.edges):
        return
    at = flow.values.index(target)
    before = flow.values[:at] if at else flow.values[1:]
    if verb in verbs().decisions:
        undecided = [one for one in before if state_like(one, _decided()) == ""]
        before = undecided[-1:] or before[:1]
    elif verb not in _FROM_ENDED:
        before = [one for one in before if one.lower() not in _ENDED] or before[:1]
    for source in before:
        flow.add(source, target)


@functools.cache
def _decided() -> tuple[str, ...]:
    return tuple(state for verb in sorted(verbs().decisions) for state in states_of(verb))


def _switch(
    sketch: Sketch, resource: Resource, verb: str, field: Field, target: bool, whose: Access | None
) -> None:
    name = identifier(verb)
    if any(one.name == name for one in resource.transitions):
        return
    access = whose or resource.access.update
    written = "update" if whose is None else "never"
    field = msgspec.structs.replace(field, required=False, default=False, written=written)
    resource = having(resource, field)
    move = Transition(name, field.name, target, (), "", access)
    sketch.put(msgspec.structs.replace(resource, transitions=(*resource.transitions, move)))
    sketch.note(
        f"{spaced(resource.plural)} have the operation {spaced(name)}, "
        f"which sets {spaced(field.name)} to {str(target).lower()}."
    )


def _whose(sketch: Sketch, heard: Heard, resource: Resource, at: int) -> Access | None:
    """Who is said to do it: `only managers can approve`, `the author can publish`."""
    begin, _ = clause(heard, at, at)
    first, last = heard.span(begin, max(begin + 1, at))
    lows = [singular(token.low) for token in heard.tokens[first:last]]
    accounts = sketch.contract.accounts
    roles = tuple(one for one in (accounts.roles if accounts else ()) if one in lows)
    if roles:
        return Access("role", roles)
    if resource.owner and _OWNERS & set(lows):
        return Access("owner", resource.access.update.roles)
    return None
