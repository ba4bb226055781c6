"""What the user is told about the resources and the references of a finished contract."""

from collections.abc import Iterator

from smartforge.contract import (
    Boolean,
    Choice,
    Code,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Json,
    Phone,
    Reference,
    References,
    Resource,
    Slug,
    Text,
    TextList,
    Time,
    Timestamp,
    Url,
    Uuid,
)
from smartforge.contract.names import quoted, spaced
from smartforge.planners.offline.draft import Draft, a, listing
from smartforge.planners.offline.sketch import Sketch

MAX_VALUES = 6


def understood(sketch: Sketch) -> Iterator[str]:
    """One sentence for every resource that was read, then one for every link between them."""
    contract = sketch.contract
    for thing, name in sketch.draft.called.items():
        resource = next((one for one in contract.resources if one.name == name), None)
        if resource is not None:
            yield _resource(sketch.draft, thing, resource, contract)
    for resource in contract.resources:
        for field in resource.fields:
            said = sketch.linked.get((resource.name, field.name))
            if said is not None and field.written != "never":
                yield _link(resource, field, said, contract)


def _resource(draft: Draft, name: str, resource: Resource, contract: Contract) -> str:
    thing = draft.things[name]
    told = listing([_field(one) for one in resource.fields if _is_own(one)])
    more = spaced(resource.plural)
    accounts = contract.accounts is not None and contract.accounts.resource == resource.name
    if thing.listed or thing.attributes or accounts or not told:
        with_fields = f" with {told}" if told else ""
        return f"{quoted(thing.said)} became the resource {more}{with_fields}."
    return f"No fields were named for {quoted(thing.said)}, so {more} have the usual ones: {told}."


def _is_own(field: Field) -> bool:
    """References are told apart, and what the server sets with that for which it does so."""
    return not isinstance(field.kind, Reference | References) and field.written != "never"


def _field(field: Field) -> str:
    unit = field.description.removesuffix(".") if field.description.startswith("In ") else ""
    about = f"{kind_in_words(field)}{unit.replace('In ', ' in ')}"
    return f"{spaced(field.name)} ({about}{'' if field.required else ', optional'})"


def kind_in_words(field: Field) -> str:
    """What values a field takes: `text`, `open or closed`, `whole number from 1 to 5`."""
    match field.kind:
        case Text():
            return "text"
        case Integer():
            return f"whole number from {field.kind.minimum} to {field.kind.maximum}"
        case Decimal():
            return f"number from {field.kind.minimum} to {field.kind.maximum}"
        case Boolean():
            return "true or false"
        case Choice():
            return " or ".join(field.kind.values[:MAX_VALUES])
        case TextList():
            return "list of texts"
        case Date():
            return "date"
        case Timestamp():
            return "date and time"
        case Email():
            return "e-mail address"
        case Time():
            return "time of day"
        case Phone():
            return "phone number"
        case Uuid():
            return "UUID"
        case Url():
            return "URL"
        case Json():
            return "JSON object"
        case Slug():
            return f"made from the {spaced(field.kind.source)}"
        case Code():
            return "made by the server"
        case Reference() | References():
            return "reference"


def _link(resource: Resource, field: Field, said: str, contract: Contract) -> str:
    """`"Each book belongs to an author": ...`, or `Assumed: ...` where nothing was said."""
    words = f"{quoted(said)}: " if said else "Assumed: "
    child, many = spaced(resource.name), spaced(resource.plural)
    kind = field.kind
    if isinstance(kind, References):
        others = spaced(contract.resource(kind.resource).plural)
        return f"{words}each {child} can be with many {others}, and the other way ({field.name})."
    if not isinstance(kind, Reference):
        return f"{words}{field.name}."
    parent = spaced(kind.resource)
    ends = {
        "cascade": f"deleting {a(parent)} deletes its {many}",
        "restrict": f"{a(parent)} with {many} cannot be deleted",
        "clear": f"it stays when the {parent} is deleted",
    }[kind.on_delete]
    verb = "belongs to" if field.required else "may belong to"
    return f"{words}each {child} {verb} {a(parent)} ({field.name}); {ends}."
