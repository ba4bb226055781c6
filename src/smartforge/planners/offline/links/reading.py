"""The links of a contract: those that were said, then those that are usual."""

from collections.abc import Iterator

from smartforge.contract import Adjusts, Resource
from smartforge.contract.names import plural, snake, spaced
from smartforge.planners.offline.draft import Relation, a
from smartforge.planners.offline.links.about import beside
from smartforge.planners.offline.links.classes import class_links
from smartforge.planners.offline.links.deleting import read_deleting
from smartforge.planners.offline.links.link import Link, field_of, with_field
from smartforge.planners.offline.links.said import said_relations
from smartforge.planners.offline.parents import is_many, is_of, is_part, usual, usual_parents
from smartforge.planners.offline.sketch import Sketch


def link(sketch: Sketch) -> None:
    """Make the references of the contract, and tell the user about each."""
    links = _said(sketch)
    links += _beside(sketch, links)
    links += _usual(sketch, links)
    read_deleting(sketch, links)
    for one in links:
        one.nested = not one.shared and not _nested_already(links, one)
        one.part = is_part(one.child) and one.parent == _main_parent(links, one.child)
    _break_cycles(sketch, links)
    for one in links:
        resource = sketch.find(one.child)
        if resource is not None and not _is_moving(resource, one):
            named = _named(sketch, one.child)
            sketch.put(with_field(resource, field_of(one), list(_needless(one, named))))
            sketch.linked[one.child, one.field_name] = one.said


def _beside(sketch: Sketch, links: list[Link]) -> list[Link]:
    """Links between what only stands beside each other, where nothing says it better."""
    linked = {frozenset((one.child, one.parent)) for one in links}
    found: list[Link] = []
    for one in beside(sketch):
        if frozenset((one.child, one.parent)) not in linked:
            linked.add(frozenset((one.child, one.parent)))
            found.append(Link(one.child, one.parent, said=one.said))
    return found


def _is_moving(resource: Resource, one: Link) -> bool:
    """Whether rows change a number of what the link names, and so refer to it for good."""
    return any(isinstance(r, Adjusts) and r.reference == one.field_name for r in resource.rules)


def _said(sketch: Sketch) -> list[Link]:
    called = sketch.draft.called
    relations = [
        one for one in sketch.draft.relations if one.child in called and one.parent in called
    ]
    links: list[Link] = []
    for one in [*relations, *said_relations(sketch)]:
        made = _link(one, relations)
        made.child, made.parent = (
            called.get(made.child, made.child),
            called.get(made.parent, made.parent),
        )
        if not any(_same(made, other) for other in links):
            links.append(made)
    both = {frozenset((one.child, one.parent)) for one in links if one.shared}
    links = [one for one in links if one.shared or frozenset((one.child, one.parent)) not in both]
    named = {(one.child, one.parent) for one in links if one.name}
    return [one for one in links if one.name or one.shared or (one.child, one.parent) not in named]


def _link(one: Relation, relations: list[Relation]) -> Link:
    required = one.required is not False and one.child != one.parent
    if one.form == "shared":
        return Link(one.child, one.parent, one.field, shared=True, said=one.said)
    if one.form == "belongs":
        return Link(one.child, one.parent, one.field, required=required, said=one.said)
    both = any(
        other.form == "has" and (other.child, other.parent) == (one.parent, one.child)
        for other in relations
    )
    single = any(
        other.form == "belongs" and (other.child, other.parent) == (one.child, one.parent)
        for other in relations
    )
    many = is_many(one.parent, one.child)
    if is_many(one.child, one.parent) and both:
        return Link(one.child, one.parent, one.field, shared=True, said=one.said)
    if (both or many) and not single:
        return Link(one.parent, one.child, one.field, shared=True, said=one.said)
    named = not is_of(one.parent, "about") or one.parent in usual().parents
    for name, required_ in usual_parents(one.parent, (one.child,)) if named else ():
        return Link(one.parent, name, one.field, required=required_, said=one.said)
    return Link(one.child, one.parent, one.field, required=required, said=one.said)


def _same(one: Link, other: Link) -> bool:
    pair = {one.child, one.parent} == {other.child, other.parent}
    if one.shared and other.shared:
        return pair
    straight = (one.child, one.parent) == (other.child, other.parent)
    return straight and one.name == other.name


def _usual(sketch: Sketch, links: list[Link]) -> list[Link]:
    """The usual links between resources that nothing else links."""
    names = [one.name for one in sketch.contract.resources]
    linked = {frozenset((one.child, one.parent)) for one in links}
    found: list[Link] = []
    for resource in sketch.contract.resources:
        mine = {one.parent for one in links if one.child == resource.name}
        for parent, required in usual_parents(resource.name, names, mine):
            if frozenset((resource.name, parent)) not in linked:
                linked.add(frozenset((resource.name, parent)))
                found.append(Link(resource.name, parent, required=required))
    for child, parent, required in class_links(names, linked):
        found.append(Link(child, parent, required=required))
    return found


def _main_parent(links: list[Link], child: str) -> str:
    """That of which rows are parts, where they belong to several things."""
    parents = [one.parent for one in links if one.child == child and not one.shared]
    usually = [name for name, _ in usual_parents(child, parents)]
    return next(iter([*usually, *parents]), "")


def _nested_already(links: list[Link], link: Link) -> bool:
    """Whether these rows are listed under the same parent, or the parent is of the same kind."""
    if link.child == link.parent:
        return True
    for other in links:
        if other is link:
            return False
        if (other.child, other.parent) == (link.child, link.parent) and not other.shared:
            return True
    return False


def _break_cycles(sketch: Sketch, links: list[Link]) -> None:
    """Make the last link of every circle of required ones optional."""
    needs: dict[str, set[str]] = {}
    for one in links:
        if one.shared or not one.required:
            continue
        if one.child == one.parent or _reaches(needs, one.parent, one.child):
            one.required = False
            child, parent = spaced(one.child), spaced(one.parent)
            if one.child != one.parent:
                sketch.note(
                    f"{spaced(plural(one.child)).capitalize()} and {spaced(plural(one.parent))} "
                    f"would each need the other first, so {a(child)} may be without "
                    f"{a(parent)}."
                )
        else:
            needs.setdefault(one.child, set()).add(one.parent)


def _reaches(needs: dict[str, set[str]], start: str, goal: str) -> bool:
    seen: set[str] = set()
    open_ones = [start]
    while open_ones:
        at = open_ones.pop()
        if at == goal:
            return True
        if at not in seen:
            seen.add(at)
            open_ones += sorted(needs.get(at, ()))
    return False


def _named(sketch: Sketch, resource: str) -> frozenset[str]:
    """The fields of a resource that the prompt names itself."""
    things = sketch.draft.things.values()
    said = [one.attributes for one in things if snake(one.name) == resource]
    return frozenset(name for attributes in said for name in attributes)


def _needless(link: Link, named: frozenset[str]) -> Iterator[str]:
    """The texts that named what the reference names now; of people those alone in `named` stay."""
    name = link.name or link.parent
    yield from (name, link.parent, f"{name}_id", f"{name}_name")
    if link.shared:
        yield from (plural(name), plural(link.parent))
    texts = usual().instead.get(link.child, frozenset())
    last = link.parent.rpartition("_")[2]
    people = {one for one in texts if one.endswith("_name") or one == "borrower"}
    kept = named if link.said else frozenset[str]()
    yield from sorted({one for one in texts if one == last} | (people - kept))
