"""States and what changes them: `open -> closed`, `can be cancelled before shipping`,"
" `archive`."""

import itertools
import re
from collections.abc import Iterator

import msgspec

from smartforge.contract import Choice, Field, Resource, Text
from smartforge.contract.names import spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.features.changes import having, sortable
from smartforge.planners.offline.features.finding import (
    fields_of,
    find_resource,
    status_of,
    subject,
)
from smartforge.planners.offline.features.flow import Flow, build, flow_of, starts_anew
from smartforge.planners.offline.features.heard import found, hear_all, take, tell
from smartforge.planners.offline.features.moves import (
    CAN_BE,
    TOLD,
    passive_states,
)
from smartforge.planners.offline.features.paths import clean, is_state, paths, state_like
from smartforge.planners.offline.sketch import Claims, Sketch
from smartforge.planners.offline.verbs import verbs

MAX_WORDS = 3

_NOT = (
    r"(?:can't|cannot|can not|can never|never|may not|must not|mustn't|should not|shouldn't"
    r"|not allowed to|no|not|impossible to|don't)"
)
_JUMP = re.compile(
    rf"\b{_NOT}(?: [a-z_]+){{0,2}}? (?:jump|jumps|go|goes|skip|move|change|switch|transition|come"
    r"|going|jumping|skipping|return|get)(?: (?:straight|directly|back|right))*"
    r"(?: from (?P<a>[a-z_ ]+?))?(?: (?:straight|directly|back|right))* (?:in)?to"
    r" (?P<b>[a-z_]+(?: [a-z]+)?)"
)
_STATED = r"[a-z]+(?:ed|id|wn|nt|pt|ld|ne|en|de)"
_CAN_BE = re.compile(
    rf"\b(?:can|may|could|should|must)(?: only| also| still| always| then)* be"
    rf" (?P<state>{_STATED})"
    rf"(?: (?:or|and|/) (?P<other>{_STATED}))?(?P<again> again)?"
    r"(?: (?:only )?(?P<when>before|until|till|unless|while|when|if|once|after|from|as long as|at"
    r" any)"
    r" (?P<rest>[a-z_' ]+))?"
)
_NO_MORE = re.compile(
    rf"\b(?:can't|cannot|can not|can no longer|may not|must not|not) be (?P<state>{_STATED})"
    r"(?: any ?more| anymore)? (?:once|after|when|if|while) (?P<rest>[a-z_' ]+)"
    rf"|\b(?P<source>{_STATED}) (?P<thing>[a-z_]+) (?:can't|cannot|can not|can never|can no"
    rf" longer|may not"
    rf"|must not) be (?P<done>{_STATED})"
)
_ONLY = re.compile(
    rf"\bonly (?P<sources>[a-z]+(?: (?:or|and) [a-z]+)?) (?P<thing>[a-z_]+) (?:can|may|could) be"
    rf" (?P<state>{_STATED})"
)
_LISTED = re.compile(
    r"(?:(?:\A|, )[a-z ]{2,30} : |\bstatus(?:es)?(?: is| are| can be| one of| :| being)?(?:"
    r" either)? )"
    r"(?P<values>[a-z][a-z_ -]*(?: (?:,|/|or|and) [a-z][a-z_ -]*){1,12})\Z"
)
_NAMED = re.compile(
    r"\b(?P<long>(?:[a-z_]+ )?(?P<last>status|state|stage|phase))(?: is| are| can be| :)* \Z"
)
_STEPWISE = re.compile(
    r"\b(?:(?:one|a single) (?:step|stage|state|status) at a time|step-by-step|step by step"
    r"|(?:only |strictly |exactly )?in (?:exactly )?(?:this|that|the given|the listed) order"
    r"|(?:only|always) forwards?|never (?:go |goes |move |moves )?(?:back|backwards))\b"
)
_EMPTY = re.compile(
    r"\b(?:it|they|is|are|was|were|has|have|been|being|still|not yet|yet|a|an|the|its|their|in"
    r"|status|state|order|item|gets?|the moment|already)\b"
)

# States that come up in a sentence of their own, after the way that things usually go.
_LATER = word_set(
    """
    cancelled canceled rejected refunded returned archived closed paused approved published voided
    declined completed suspended expired withdrawn postponed resolved accepted
    """
)


def claim_states(claims: Claims) -> None:
    """Keep from the base reading what says how states follow each other, arrows aside."""
    lines = hear_all(claims.sentences)
    ways = any(list(paths(heard.line)) for heard in lines)
    for heard in lines:
        for pattern in (_JUMP, _NO_MORE, _ONLY):
            for match in pattern.finditer(heard.line):
                if pattern is not _JUMP or match["a"]:
                    claims.hide(heard.place, *heard.span(*match.span()))
        for match in _CAN_BE.finditer(heard.line):
            named = CAN_BE.match(heard.line, match.start())
            if named and len(passive_states(named)) > 1:
                claims.hide(heard.place, *heard.span(*named.span()))
            must = match.group().startswith(("should", "must"))
            if must:
                continue
            if match["when"] or match["state"] in TOLD or (ways and match["state"] in _LATER):
                claims.hide(heard.place, *heard.span(*match.span()))
        for at, token in enumerate(heard.tokens):
            if token.low in verbs().undo and not token.literal:
                first = at - (at > 0 and heard.tokens[at - 1].low in ("and", "or", "/"))
                claims.hide(heard.place, first, at + 1)
        for begin, end, _ in _listed(heard.line):
            claims.hide(heard.place, *heard.span(begin, end))
        for _, begin, end in paths(heard.line):
            if "->" not in heard.line[begin:end]:
                claims.hide(heard.place, *heard.span(begin, end))


def _listed(line: str) -> Iterator[tuple[int, int, list[str]]]:
    """`orders: pending, preparing, ready`, `status planned, shipped`: states and nothing else."""
    for match in _LISTED.finditer(line):
        parts = re.split(r",|/|\bor\b|\band\b", match["values"])
        values = ["" if len(one.split()) > MAX_WORDS else clean(one) for one in parts]
        if any(one.split() and not value for one, value in zip(parts, values, strict=True)):
            continue
        known = [one for one in values if one and is_state(one)]
        if len(known) > 1 and len(known) == len([one for one in values if one]):
            yield match.start("values"), match.end(), list(dict.fromkeys(known))


def read_flows(sketch: Sketch) -> dict[str, Flow]:
    """The flows of all resources, from paths and from what may and may not follow."""
    flows: dict[str, Flow] = {}
    told = {(one.place, at) for one in sketch.prompt.duties for at in range(one.begin, one.end)}
    for heard in hear_all(sketch.sentences):
        for path, begin, end in paths(heard.line):
            if all((heard.place, at) in told for at in range(*heard.span(begin, end))):
                continue
            resource = subject(sketch, heard, begin, end)
            if resource is None:
                continue
            flow = flow_of(sketch, flows, resource)
            starts_anew(sketch, flow, path.states)
            named = {state: flow.state(_typed(sketch, state)) for state in path.states}
            for source, target in path.edges():
                flow.add(named[source], named[target])
            take(sketch, heard, begin, end)
    for heard in hear_all(sketch.sentences):
        for begin, end, values in _listed(heard.line):
            resource = subject(sketch, heard, begin, end)
            if resource is not None and resource.name not in flows:
                flow = flow_of(sketch, flows, resource)
                flow.field = _named_before(resource, heard.line[:begin]) or flow.field
                flow.values = [_typed(sketch, one) for one in values]
                sketch.take(heard.place, *heard.span(begin, end))
    _read_order(sketch, flows)
    _read_conditions(sketch, flows)
    _read_refusals(sketch, flows)
    return flows


def _named_before(resource: Resource, line: str) -> str:
    """`payment status: open, paid`: the field of that name, which was taken for a text."""
    match = _NAMED.search(line)
    texts = [one.name for one in fields_of(resource, Text)]
    names = (match["long"].replace(" ", "_"), match["last"]) if match else ()
    return next((one for one in names if one in texts), "")


def _typed(sketch: Sketch, state: str) -> str:
    """`in_progress` where it was typed so, and with blanks where those were only quoted."""
    if "_" not in state:
        return state
    typed = {token.low for sentence in sketch.sentences for token in sentence.tokens}
    return " ".join(word if word in typed else word.replace("_", " ") for word in state.split(" "))


def _read_order(sketch: Sketch, flows: dict[str, Flow]) -> None:
    """`one step at a time`: listed states follow each other as they are listed."""
    for heard, match in found(sketch, _STEPWISE):
        resource = subject(sketch, heard, *match.span())
        if resource is None or not _has_states(flows, resource):
            continue
        flow = flow_of(sketch, flows, resource)
        if not flow.edges:
            for source, target in itertools.pairwise(list(flow.values)):
                flow.add(source, target)
        sketch.take(heard.place)


def _read_conditions(sketch: Sketch, flows: dict[str, Flow]) -> None:
    for heard, match in found(sketch, _CAN_BE):
        resource = subject(sketch, heard, *match.span())
        if resource is None or not _has_states(flows, resource):
            continue
        flow = flow_of(sketch, flows, resource)
        for said in (match["state"], match["other"]):
            target = _target(flow, said or "", bool(match["again"]))
            if not target:
                continue
            for source in _sources(flow, target, match["when"] or "", match["rest"] or ""):
                flow.add(source, target)
            take(sketch, heard, *match.span())
    for heard, match in found(sketch, _ONLY):
        ones = match["thing"] in ("ones", "one")
        resource = subject(sketch, heard, *match.span()) if ones else None
        resource = resource or find_resource(sketch, match["thing"])
        target = _done(match["state"])
        if resource is None or not target:
            continue
        flow = flow_of(sketch, flows, resource)
        sources = [flow.state(one) for one in re.split(r" (?:or|and) ", match["sources"])]
        target = flow.state(target)
        for source in list(flow.values):
            if source in sources:
                flow.add(source, target)
            else:
                flow.refuse(source, target)
        take(sketch, heard, *match.span())


def _has_states(flows: dict[str, Flow], resource: Resource) -> bool:
    return resource.name in flows or status_of(resource) is not None


def _target(flow: Flow, said: str, again: bool) -> str:
    """The state that `can be reopened` leads to; empty where it is none."""
    if not said:
        return ""
    if said == "reopened" or (again and said == "opened"):
        return flow.values[0] if flow.values else ""
    known = state_like(said, flow.values)
    if known:
        return known
    return flow.state(said) if said in _LATER and flow.edges else ""


def _done(said: str) -> str:
    return said if is_state(said) else ""


def _sources(flow: Flow, target: str, when: str, rest: str) -> list[str]:
    """From which states a way leads to `target`: those before or in what `rest` names."""
    bare = " ".join(_EMPTY.sub(" ", rest).split())
    known = [state_like(one, flow.values) for one in re.split(r" (?:or|and) ", bare)]
    named = [one for one in known if one and one != target]
    if not named or when == "at any":
        return [one for one in flow.open_states if one != target] or flow.values[:1]
    if when in ("before", "until", "till", "unless"):
        return [one for one in flow.before(named[0]) if one != target]
    if when in ("once", "after"):
        return [one for one in flow.after(named[0]) if one != target]
    return named


def _read_refusals(sketch: Sketch, flows: dict[str, Flow]) -> None:
    for heard, match in found(sketch, _JUMP):
        resource = subject(sketch, heard, *match.span())
        if resource is None or not _has_states(flows, resource):
            continue
        flow = flow_of(sketch, flows, resource)
        target = state_like(clean(match["b"]), flow.values)
        source = state_like(clean(match["a"] or ""), flow.values) if match["a"] else ""
        if not target:
            continue
        if not flow.edges:
            for one in flow.values:
                for other in flow.values:
                    flow.add(one, other)
        for one in [source] if source else flow.after(target)[1:]:
            flow.refuse(one, target)
        tell(sketch, heard, match, "that change is refused (409).")
    for heard, match in found(sketch, _NO_MORE):
        named = find_resource(sketch, match["thing"] or "") if match["thing"] else None
        resource = named or subject(sketch, heard, *match.span())
        if resource is None or not _has_states(flows, resource):
            continue
        flow = flow_of(sketch, flows, resource)
        target = state_like(match["state"] or match["done"] or "", flow.values)
        said = " ".join(_EMPTY.sub(" ", match["rest"] or match["source"] or "").split())
        since = state_like(said, flow.values)
        if not target or not since:
            continue
        if not any(one == target for _, one in flow.edges):
            for one in flow.open_states or flow.values:
                flow.add(one, target)
        for one in flow.after(since) if match["rest"] else [since]:
            flow.refuse(one, target)
        tell(sketch, heard, match, "that change is refused (409).")


def settle_flows(sketch: Sketch, flows: dict[str, Flow]) -> None:
    """Make the transitions; the user is told of them in a sentence for each resource."""
    for flow in flows.values():
        if flow.edges and len(flow.values) > 1:
            sketch.note(f"The states of {build(sketch, flow)}.")
        elif len(flow.values) > 1:
            _put_status(sketch, flow)


def _put_status(sketch: Sketch, flow: Flow) -> None:
    """A status without ways that were said: any value may follow any other."""
    resource = sketch.contract.resource(flow.resource)
    known = status_of(resource)
    if (
        known is not None
        and isinstance(known.kind, Choice)
        and known.kind.values == tuple(flow.values)
    ):
        return
    first = flow.values[0]
    field = Field(flow.field, Choice(tuple(flow.values)), required=False, default=first)
    sketch.put(sortable(having(resource, field), flow.field))
    sketch.note(f"The {spaced(flow.field)} of {spaced(resource.plural)} begins as {first}.")


def settle_defaults(sketch: Sketch) -> None:
    """Let a status begin with its first value where nothing else was said."""
    for resource in sketch.contract.resources:
        field = status_of(resource)
        if field is None or not field.required or not isinstance(field.kind, Choice):
            continue
        eased = msgspec.structs.replace(field, required=False, default=field.kind.values[0])
        fields = tuple(eased if one is field else one for one in resource.fields)
        sketch.put(msgspec.structs.replace(resource, fields=fields))
        first = field.kind.values[0]
        sketch.note(f"The {spaced(field.name)} of {spaced(resource.plural)} begins as {first}.")
