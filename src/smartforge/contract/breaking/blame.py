"""Which part of a contract is to blame for what breaks in a document."""

from collections.abc import Iterable, Iterator

from smartforge.contract.breaking.documents import Finding
from smartforge.contract.names import singular
from smartforge.contract.operations import Operation, operations
from smartforge.contract.parts import Change, renames
from smartforge.contract.resources import Contract, Resource


def blamed(
    found: Iterable[Finding], changes: tuple[Change, ...], old: Contract, new: Contract
) -> Iterator[tuple[str, str]]:
    """The path of a changed part (as `changes` has it) and the reason, for each finding.

    The nearest part that did change: the property itself, what the operation was made from, the
    resource as a whole; where none of them did, anything that changed in the resource, or at all.
    """
    known = {one.id: one for one in operations(old)}
    changed = {one.was or one.part: one.part for one in changes}
    back = {new: old for old, new in renames(old, new)[0].items()}
    for path in list(changed):
        # Parts in a renamed resource are listed under its new name.
        pieces = path.split("/", 2)
        if len(pieces) == 3 and pieces[0] == "resources":
            changed.setdefault(
                "/".join([pieces[0], back.get(pieces[1], pieces[1]), pieces[2]]), changed[path]
            )
    for one in found:
        yield _nearest(one, known[one.operation], changed, old), one.reason


def _nearest(finding: Finding, operation: Operation, changed: dict[str, str], old: Contract) -> str:
    near = list(_candidates(finding, operation, old))
    for path in near:
        if path in changed:
            return changed[path]
    for path in near:
        for other in changed:
            if other.startswith(f"{path}/"):
                return changed[other]
    return next(iter(changed.values()), "")


def _candidates(finding: Finding, operation: Operation, old: Contract) -> Iterator[str]:
    """Paths in the old contract that may be the cause, the most likely first."""
    accounts = old.accounts.resource if old.accounts else ""
    shown = operation.subject if operation.role == "nested" else operation.resource
    shown = shown or (accounts if operation.role != "health" else "")
    home = f"resources/{shown}"
    resource = next((one for one in old.resources if one.name == shown), None)
    for name in reversed(finding.names):
        if finding.place == "parameter" and resource:
            yield from (f"{home}/{one}" for one in _of_parameter(resource, name))
        yield from (f"{home}/{section}/{name}" for section in ("fields", "computed"))
        if name in ("password", "role") or not operation.resource:
            yield "accounts"
        if name in ("file", "filename", "content_type", "size"):
            yield f"{home}/upload"
    yield from _of_operation(finding, operation, home)
    yield home
    if operation.resource and operation.resource != shown:
        yield f"resources/{operation.resource}"
    yield "accounts"


def _of_parameter(resource: Resource, name: str) -> Iterator[str]:
    ends = ("_min", "_max", "_from", "_to")
    stem = next((name.removesuffix(end) for end in ends if name.endswith(end)), name)
    yield from (f"filters/{one}" for one in resource.filters if name in (one, singular(one)))
    yield f"ranges/{stem}"
    yield from (f"fields/{one.name}" for one in resource.fields if name in (stem, one.name))
    yield f"fields/{stem}"
    if name == "q":
        yield from (f"searched/{one}" for one in resource.searched)
    if name == "sort":
        yield "sortable"


def _of_operation(finding: Finding, operation: Operation, home: str) -> Iterator[str]:
    """The part that the operation, or what is said about it, was made from."""
    match operation.role:
        case "list" | "create" | "read" | "update" | "delete":
            if finding.place in ("access", "refusal"):
                yield f"{home}/access/{operation.role}"
            if finding.place in ("refusal", "status"):
                yield f"{home}/rules"
                yield f"{home}/transitions"
        case "nested":
            yield f"{home}/fields/{operation.via}"
            yield f"{home}/access/list"
        case "transition":
            yield f"{home}/transitions/{operation.subject}"
        case "mark" | "unmark":
            yield f"{home}/marks/{operation.subject}"
        case "restore":
            yield home
        case "report":
            yield f"{home}/reports/{operation.subject}"
        case "content":
            yield f"{home}/access/read"
            yield f"{home}/upload"
        case "redirect":
            yield f"{home}/redirect"
        case "recipe":
            yield f"recipes/{operation.subject}"
        case "custom":
            yield f"customs/{operation.subject}"
        case _:
            yield "accounts"
