"""The states of one resource while they are being read, and the transitions that come of them."""

from collections.abc import Iterable, Sequence

import msgspec

from smartforge.contract import Access, Boolean, Choice, Field, Resource, Timestamp, Transition
from smartforge.contract.names import identifier, snake, spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.features.changes import having, without
from smartforge.planners.offline.features.finding import status_of
from smartforge.planners.offline.features.paths import state_like
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.verbs import verb_to

MAX_VALUES = 30


class Flow(msgspec.Struct):
    """`edges` lead from a state to another, in the order in which they were said.

    `names` are verbs that were said, by the state to which they lead; `whose` is who may use
    the transition to a state. `refused` edges are never made. `begins` is the first state where
    that is known.
    """

    resource: str
    field: str
    values: list[str]
    edges: dict[tuple[str, str], None] = msgspec.field(default_factory=dict[tuple[str, str], None])
    refused: set[tuple[str, str]] = msgspec.field(default_factory=set[tuple[str, str]])
    names: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    whose: dict[str, Access] = msgspec.field(default_factory=dict[str, Access])
    begins: str = ""

    def state(self, said: str) -> str:
        """The state that `said` means, new where none of the known does."""
        known = state_like(said, self.values)
        if not known and len(self.values) < MAX_VALUES:
            known = said.strip()
            self.values.append(known)
        return known

    def add(self, source: str, target: str) -> None:
        if source != target and (source, target) not in self.refused:
            self.edges[source, target] = None

    def refuse(self, source: str, target: str) -> None:
        self.refused.add((source, target))
        self.edges.pop((source, target), None)

    def before(self, state: str) -> list[str]:
        """The states from which ways lead to `state`."""
        found: list[str] = []
        waiting = [state]
        while waiting:
            one = waiting.pop()
            for source, target in self.edges:
                if target == one and source not in found and source != state:
                    found.append(source)
                    waiting.append(source)
        return [one for one in self.values if one in found]

    def after(self, state: str) -> list[str]:
        """`state` and the states to which ways lead from it."""
        found = [state]
        for _ in self.values:
            found += [target for source, target in self.edges if source in found]
        return [one for one in self.values if one in found]

    @property
    def open_states(self) -> list[str]:
        """The states from which a way leads on."""
        sources = {source for source, _ in self.edges}
        return [one for one in self.values if one in sources]


def flow_of(sketch: Sketch, flows: dict[str, Flow], resource: Resource) -> Flow:
    """The flow of `resource`, begun with the choice that tells its status, where there is one."""
    if resource.name not in flows:
        field = status_of(resource)
        name = field.name if field is not None else _free(resource)
        values = list(field.kind.values) if field and isinstance(field.kind, Choice) else []
        flows[resource.name] = _going_on(Flow(resource.name, name, values), resource)
    return flows[resource.name]


def _going_on(flow: Flow, resource: Resource) -> Flow:
    """With the transitions that are there already, as they are called and for whom they are."""
    for one in resource.transitions:
        if one.field != flow.field or not isinstance(one.target, str):
            continue
        target = one.target
        known = [each for each in flow.values if each != target]
        for source in [each for each in known if each in one.sources] if one.sources else known:
            flow.add(source, target)
            back = _is_back(flow, source, target)
            flow.names[f"back to {target}" if back else target] = one.name
        if one.access != resource.access.update:
            flow.whose[target] = one.access
    return flow


def _free(resource: Resource) -> str:
    return "status" if resource.name != "status" else "state"


def starts_anew(sketch: Sketch, flow: Flow, states: Sequence[str]) -> None:
    """Forget usual states where others are named."""
    said = was_said(sketch, sketch.contract.resource(flow.resource), flow.field)
    known = [one for one in states if state_like(one, flow.values)]
    if not flow.edges and not said and len(known) < len(states):
        flow.values = []


def build(sketch: Sketch, flow: Flow) -> str:
    """Put the status and its transitions into the contract; a sentence about them."""
    resource = _without_twins(sketch, sketch.contract.resource(flow.resource), flow)
    transitions = list(_transitions(resource, flow))
    special = any(flow.whose) or any(one.stamp for one in transitions)
    kind = Choice(tuple(flow.values))
    old = next((one for one in resource.fields if one.name == flow.field), None)
    default = old.default if old and old.default in flow.values else flow.values[0]
    default = flow.begins or default
    field = Field(flow.field, kind, False, default, written="never" if special else "update")
    resource = having(resource, field)
    for one in transitions:
        if one.stamp:
            resource = having(resource, Field(one.stamp, Timestamp(), False, written="never"))
    rest = tuple(one for one in resource.transitions if one.field != flow.field)
    sortable = tuple(dict.fromkeys((*resource.sortable, flow.field)))
    sketch.put(
        msgspec.structs.replace(resource, transitions=(*rest, *transitions), sortable=sortable)
    )
    verbs = listing([f"{spaced(one.name)} (to {one.target})" for one in transitions])
    more = spaced(resource.plural)
    return f"{more} begin {default}; their {spaced(flow.field)} changes by {verbs}"


def _without_twins(sketch: Sketch, resource: Resource, flow: Flow) -> Resource:
    """Without truth values that nobody named and that the status tells: `published`."""
    names = {snake(one) for one in flow.values}
    for field in resource.fields:
        twin = isinstance(field.kind, Boolean) and field.name.removeprefix("is_") in names
        if twin and not was_said(sketch, resource, field.name):
            resource = without(resource, field.name)
    return resource


def was_said(sketch: Sketch, resource: Resource, name: str) -> bool:
    """Whether the prompt named a field, and it is none of the usual ones."""
    for thing in sketch.draft.things.values():
        if snake(thing.name) == resource.name:
            return name in thing.attributes
    return False


def _transitions(resource: Resource, flow: Flow) -> Iterable[Transition]:
    taken = {"create", "update", "delete", "get", "list"}
    taken |= {one.name for one in resource.transitions if one.field != flow.field}
    for back in (False, True):
        for target in flow.values:
            sources = tuple(
                source
                for source in flow.values
                if (source, target) in flow.edges and _is_back(flow, source, target) == back
            )
            if not sources:
                continue
            name = flow.names.get(f"back to {target}" if back else target, "")
            name = identifier(name or verb_to(target, back))
            if name in taken:
                name = identifier(f"mark {target}" if not back else f"move back to {target}")
            taken.add(name)
            access = flow.whose.get(target, resource.access.update)
            stamp = "" if back else _stamp(resource, target)
            yield Transition(name, flow.field, target, sources, stamp, access)


def _stamp(resource: Resource, target: str) -> str:
    """The field that tells when a state was reached, where there is one."""
    name = f"{snake(target)}_at"
    kinds = [one.kind for one in resource.fields if one.name == name]
    return name if any(isinstance(one, Timestamp) for one in kinds) else ""


def _is_back(flow: Flow, source: str, target: str) -> bool:
    """Whether a way leads to a state that comes before."""
    first, last = flow.values.index(target), flow.values.index(source)
    return first < last and target in flow.before(source)
