"""The ways between states that follow from who moves what on: `approve`, then `pay`, `cancel`."""

import itertools
import re

import msgspec

from smartforge.contract import Resource
from smartforge.contract.names import identifier
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.features.finding import main, mentions, subject
from smartforge.planners.offline.features.flow import Flow, flow_of, was_said
from smartforge.planners.offline.features.heard import hear
from smartforge.planners.offline.features.paths import state_like
from smartforge.planners.offline.sketch import Claims, Sketch
from smartforge.planners.offline.statements.duties import Duty, duty_words

# What a row is called before anybody has moved it on, whatever its first state is called.
_FIRST = word_set("pending open new draft submitted requested waiting undecided")
_UNDONE = re.compile(r"\b(?:not|n't|isn't|hasn't|haven't|wasn't|aren't|never|un)\b|\byet\b")
_CLOSING = word_set("close archive")
_GIVING_UP = word_set("cancel withdraw void revoke retract")
_FINAL = word_set(
    "cancelled canceled withdrawn rejected declined denied voided void revoked retracted closed"
    " archived"
)


def claim_duties(claims: Claims) -> None:
    """Keep from the base reading who moves what on; what is moved it reads as a thing."""
    for one in claims.prompt.duties:
        claims.hide(one.place, one.begin, one.end)


def read_duties(sketch: Sketch, flows: dict[str, Flow]) -> None:
    """States and the ways between them for every resource that somebody is said to move on."""
    found: dict[str, list[Duty]] = {}
    before: Resource | None = None
    for one in sketch.prompt.duties:
        named = sketch.find(one.noun) if one.noun else None
        resource = before = named or before or _moved(sketch, one)
        if resource is not None:
            found.setdefault(resource.name, []).append(one)
            sketch.take(one.place, one.begin, one.end)
    for name, told in found.items():
        if any(one.target for one in told):
            _lay(sketch, flows, sketch.contract.resource(name), told)


def _moved(sketch: Sketch, one: Duty) -> Resource | None:
    """What the words are about; if that is the accounts, what the sentences before are about."""
    accounts = sketch.contract.accounts
    heard = hear(one.place, sketch.sentences[one.place])
    begin = heard.starts[one.begin]
    named = subject(sketch, heard, begin, begin + 1)
    own = accounts.resource if accounts is not None else ""
    if named is not None and named.name != own:
        return named
    for place in range(one.place - 1, -1, -1):
        earlier = mentions(sketch, hear(place, sketch.sentences[place]))
        things = [each for _, each in earlier if each.name != own]
        if things:
            return things[0]
    return main(sketch)


class _Walk(msgspec.Struct):
    """Where rows are while the duties are walked through: at one of the states `at`."""

    flow: Flow
    at: list[str]
    told: set[str]

    def lead(self, sources: list[str], target: str) -> None:
        """Ways to `target`, unless the prompt itself said by which states it is reached."""
        if target not in self.told:
            for source in sources:
                self.flow.add(source, target)


def _lay(sketch: Sketch, flows: dict[str, Flow], resource: Resource, told: list[Duty]) -> None:
    flow = flow_of(sketch, flows, resource)
    if not flow.edges and not was_said(sketch, resource, flow.field):
        flow.values = [_first(sketch, told)]
        flow.begins = flow.values[0]
    walk = _Walk(flow, flow.values[:1], {target for _, target in flow.edges})
    moves = [one for one in told if one.target]
    later = [one for one in moves if _waits(one)]
    now = [one for one in moves if one not in later]
    for _, group in itertools.groupby(now, key=lambda one: (one.place, one.begin)):
        _step(walk, list(group))
    for one in sorted(later, key=lambda one: one.target.startswith("back")):
        _return(walk, one)


def _first(sketch: Sketch, told: list[Duty]) -> str:
    """What rows begin as: what a condition calls them, else a draft, or what was done last."""
    reached = {one.target for one in told}
    lows = {token.low for sentence in sketch.sentences for token in sentence.tokens}
    if lows & {"draft", "drafts", "drafted"}:
        return "draft"
    said = [word for one in told for word in (one.source, *one.rest.split()) if word]
    named = [word for word in said if word in _FIRST and word not in reached]
    making = " ".join(one.verb for one in told if not one.target)
    usual = "open" if making == "open" else "draft" if "published" in reached else "pending"
    return named[0] if named else usual


def _waits(one: Duty) -> bool:
    """Whether the ways to a state can be told only when all states are known."""
    bare = one.verb in _GIVING_UP or one.verb in _CLOSING or one.target.startswith("back")
    return bare or one.when in ("until", "till", "before", "unless")


def _step(walk: _Walk, group: list[Duty]) -> None:
    """What the same people do at one point: one after the other, or one of several."""
    before = list(walk.at)
    reached: list[str] = []
    for one in group:
        target = walk.flow.state(one.target)
        if walk.told and target == walk.flow.values[0]:
            continue  # applicants submit what begins as submitted: they make it
        walk.flow.names.setdefault(target, identifier(one.verb))
        ends = one.verb in duty_words().ending
        named = _named(walk, one, target)
        sources = before if one.either or ends or not reached else reached
        if not one.either and not ends and target not in reached:
            sources, before = (reached or before), (reached or before)
        walk.lead([state for state in named or sources if state != target], target)
        if not ends and target not in reached:
            reached = [*reached, target] if one.either else [target]
    walk.at = reached or before


def _named(walk: _Walk, one: Duty, target: str) -> list[str]:
    """The states that the words of a duty name, those that come before it alone."""
    said = [one.source, *re.split(r" (?:or|and) ", one.rest)]
    known = [state_like(word, walk.flow.values) for text in said for word in text.split()]
    if not any(known) and any(word in _FIRST for text in said for word in text.split()):
        known = [*walk.flow.values[:1]]
    return [state for state in dict.fromkeys(known) if state and state != target]


def _return(walk: _Walk, one: Duty) -> None:
    """Ways that leave the usual order: given up, closed, sent back."""
    flow = walk.flow
    if one.target.startswith("back"):
        first = flow.values[0]
        sent = one.verb == "send back"
        ends = [state for state in flow.values if state != first and not _is_open(flow, state)]
        for source in _decided_at(flow) if sent else ends:
            flow.add(source, first)
        flow.names[f"back to {first}"] = identifier(one.verb)
        return
    target = flow.state(one.target)
    flow.names.setdefault(target, identifier(one.verb))
    named = _named(walk, one, target)
    others = [state for state in flow.values if state != target and state not in _FINAL]
    if one.when in ("until", "till", "before", "unless") or _UNDONE.search(one.rest):
        named = flow.before(named[0]) if named else []
    if one.verb in _CLOSING:
        others = [state for state in flow.values if state not in (target, "cancelled", "withdrawn")]
    elif not named and any(_is_open(flow, state) for state in others):
        others = [state for state in others if _is_open(flow, state)]
    walk.lead(named or others, target)


def _is_open(flow: Flow, state: str) -> bool:
    return any(source == state for source, _ in flow.edges)


def _decided_at(flow: Flow) -> list[str]:
    """Where rows wait for a decision: what approved ones come from, else the last but one."""
    waiting = [source for source, target in flow.edges if target in ("approved", "accepted")]
    return [one for one in waiting if one != flow.values[0]] or flow.values[1:2]
