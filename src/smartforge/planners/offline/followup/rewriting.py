"""Names through a whole contract: a field or a resource called otherwise, or gone, wherever it
is spoken of."""

from collections.abc import Callable
from typing import Any, cast

import msgspec

from smartforge.contract import Access, Contract, Field, Reference, References, Resource
from smartforge.contract.names import plural, snake
from smartforge.contract.reserved import word_set
from smartforge.contract.resources import Permissions

# What becomes of the name of a field; None where it is gone.
Naming = Callable[[str], str | None]

# Attributes of rules and operations that hold words and values, and no names of fields.
_VALUES = word_set("""
    name function period mark resource description target sources ended open taking types among
    access summary title content kind type having
    """)
# Those that hold the name of a resource.
_RESOURCES = ("resource", "having")


class Gone(Exception):
    """A rule that cannot be without what is gone."""


def same(name: str) -> str | None:
    """A naming that changes nothing."""
    return name


def with_fields_named(contract: Contract, home: str, naming: Naming) -> Contract:
    """`contract` with the fields of the resource `home` named anew wherever they are spoken of.

    Their own names in `home` are left; what speaks of a field that is gone goes with it.
    """
    resources = tuple(_resource(contract, one, home, naming) for one in contract.resources)
    accounts = contract.accounts
    if accounts is not None and accounts.resource == home:
        login = tuple(name for one in accounts.login if (name := naming(one)))
        tenant = (naming(accounts.tenant) or "") if accounts.tenant else ""
        accounts = msgspec.structs.replace(accounts, login=login, tenant=tenant)
    return msgspec.structs.replace(contract, resources=resources, accounts=accounts)


def _resource(contract: Contract, one: Resource, home: str, naming: Naming) -> Resource:
    changed: dict[str, Any] = {}
    own = naming if one.name == home else same
    for name in one.__struct_fields__:
        value = getattr(one, name)
        if name in ("name", "plural", "description", "actions", "was"):
            continue
        if name == "fields":
            changed[name] = tuple(_with_source(field, own) for field in one.fields)
        elif isinstance(value, tuple):
            entries = cast(tuple[Any, ...], value)
            changed[name] = tuple(
                made for each in entries if (made := _entry(contract, one, each, home, naming))
            )
        elif isinstance(value, str) and value:
            changed[name] = own(value) or ("id" if name == "sorted_by" else "")
        elif isinstance(value, msgspec.Struct) and not isinstance(value, Permissions):
            changed[name] = _entry(contract, one, value, home, naming)
    return msgspec.structs.replace(one, **changed)


def _with_source(field: Field, own: Naming) -> Field:
    source = getattr(field.kind, "source", None)
    if not isinstance(source, str) or own(source) is None:
        return field
    return msgspec.structs.replace(
        field, kind=msgspec.structs.replace(field.kind, source=own(source))
    )


def _entry(contract: Contract, one: Resource, value: Any, home: str, naming: Naming) -> Any:
    """An entry of a list of a resource, named anew; None where it is gone."""
    own = naming if one.name == home else same
    if isinstance(value, str):
        return own(value)
    try:
        return _struct(contract, one, value, home, naming)
    except Gone:
        return None


def _struct(
    contract: Contract, one: Resource, value: msgspec.Struct, home: str, naming: Naming
) -> msgspec.Struct:
    own = naming if one.name == home else same
    foreign = _foreign(one, value)
    there = naming if foreign == home else same
    changed: dict[str, Any] = {}
    for name in value.__struct_fields__:
        inner = getattr(value, name)
        if name in _VALUES or isinstance(inner, Access):
            continue
        if isinstance(inner, msgspec.Struct):
            changed[name] = _struct(contract, one, inner, home, naming)
            continue
        names = there if foreign and name in ("field", "by") else own
        if isinstance(inner, str) and "." in inner:
            changed[name] = _along(contract, one, inner, home, naming)
        elif isinstance(inner, str) and inner:
            changed[name] = _kept(names, inner)
        elif isinstance(inner, tuple):
            entries = cast(tuple[Any, ...], inner)
            changed[name] = tuple(
                _along(contract, one, each, home, naming)
                if "." in str(each)
                else _kept(names, each)
                if isinstance(each, str)
                else each
                for each in entries
            )
    return msgspec.structs.replace(value, **changed)


def _along(contract: Contract, one: Resource, path: str, home: str, naming: Naming) -> str:
    """`product_id.category` named anew, each part in the resource that the one before leads to."""
    made: list[str] = []
    here: Resource | None = one
    for part in path.split("."):
        made.append(_kept(naming if here and here.name == home else same, part))
        fields = here.fields if here else ()
        kind = next((field.kind for field in fields if field.name == part), None)
        known = {each.name: each for each in contract.resources}
        here = known.get(kind.resource) if isinstance(kind, Reference) else None
    return ".".join(made)


def _kept(naming: Naming, name: str) -> str:
    made = naming(name)
    if made is None:
        raise Gone
    return made


def _foreign(one: Resource, value: msgspec.Struct) -> str:
    """The other resource whose field an entry names; empty where it names its own alone."""
    resource = getattr(value, "resource", None)
    if isinstance(resource, str):
        return resource
    reference = getattr(value, "reference", None)
    for field in one.fields:
        if field.name == reference and isinstance(field.kind, Reference):
            return field.kind.resource
    return ""


# ---- fields ----------------------------------------------------------------------------------


def with_field(contract: Contract, home: str, field: Field) -> Contract:
    """With `field` in place of the one of its name, or as the last of the resource `home`."""
    resource = contract.resource(home)
    names = [one.name for one in resource.fields]
    fields = tuple(field if one.name == field.name else one for one in resource.fields)
    if field.name not in names:
        fields = (*fields, field)
    return with_resource(contract, msgspec.structs.replace(resource, fields=fields))


def with_resource(contract: Contract, resource: Resource) -> Contract:
    """With `resource` in place of the one of its name, or as the last one."""
    known = contract.resources
    made = tuple(resource if one.name == resource.name else one for one in known)
    if all(one.name != resource.name for one in known):
        made = (*made, resource)
    return msgspec.structs.replace(contract, resources=made)


def renamed_field(contract: Contract, home: str, old: str, new: str, base: Contract) -> Contract:
    """With the field `old` of `home` called `new`, everywhere. `was` is its name in `base`."""

    def naming(name: str) -> str:
        sign = "-" if name.startswith("-") else ""
        return f"{sign}{new}" if name.removeprefix("-") == old else name

    made = with_fields_named(contract, home, naming)
    resource = made.resource(home)
    fields = tuple(
        msgspec.structs.replace(one, name=new, was=_was(one.was, old, new, base, resource))
        if one.name == old
        else one
        for one in resource.fields
    )
    return with_resource(made, msgspec.structs.replace(resource, fields=fields))


def _was(was: str, old: str, new: str, base: Contract, resource: Resource) -> str:
    """The name of a field in the base; empty where it was not there or has it still."""
    origin = resource.was or resource.name
    known = [one for one in base.resources if one.name == origin]
    first = was or (old if known and any(one.name == old for one in known[0].fields) else "")
    return "" if first == new else first


def without_field(contract: Contract, home: str, name: str) -> Contract:
    """Without the field `name` of `home`, and without all that speaks of it."""
    made = with_fields_named(
        contract, home, lambda one: None if one.removeprefix("-") == name else one
    )
    resource = made.resource(home)
    fields = tuple(one for one in resource.fields if one.name != name)
    made = with_resource(made, msgspec.structs.replace(resource, fields=fields))
    return _without_orphans(contract, made)


def _without_orphans(before: Contract, after: Contract) -> Contract:
    """`after` without what speaks of figures that `before` had, and without operations that need
    rows of which none can be there."""
    known = {one.name: one for one in after.resources}
    for one in before.resources:
        if one.name in known:
            there = {each.name for each in known[one.name].computed}
            for figure in one.computed:
                if figure.name not in there:
                    after = without_figure(after, one.name, figure.name)
    resources = tuple(
        msgspec.structs.replace(
            one,
            transitions=tuple(
                each for each in one.transitions if _can_have(after, one.name, each.having)
            ),
        )
        for one in after.resources
    )
    return msgspec.structs.replace(after, resources=resources)


def without_figure(contract: Contract, home: str, name: str) -> Contract:
    """Without the computed field `name` of `home`, and without all that speaks of it."""
    resource = contract.resource(home)
    computed = tuple(one for one in resource.computed if one.name != name)
    made = with_resource(contract, msgspec.structs.replace(resource, computed=computed))
    named = with_fields_named(
        made, home, lambda one: None if one.removeprefix("-") == name else one
    )
    return _without_orphans(made, named)


def _can_have(contract: Contract, home: str, having: str) -> bool:
    pointing = {one.name for one, _ in contract.pointing_at(home)}
    return not having or having in pointing


# ---- resources -------------------------------------------------------------------------------


def renamed_resource(contract: Contract, old: str, new: str, base: Contract) -> Contract:
    """With the resource `old` called `new`: its paths, the references to it, what counts it."""
    resource = contract.resource(old)
    before = resource.plural
    more = plural(new)
    for child, field in contract.pointing_at(old):
        called = _called_anew(field.name, old, new)
        if called != field.name and all(one.name != called for one in child.fields):
            contract = renamed_field(contract, child.name, field.name, called, base)
    there = any(one.name == old for one in base.resources)
    was = resource.was or (old if there else "")
    resources = tuple(_pointing_anew(one, old, new, before, more) for one in contract.resources)
    contract = msgspec.structs.replace(contract, resources=resources)
    made = tuple(
        msgspec.structs.replace(one, name=new, plural=more, was="" if was == new else was)
        if one.name == old
        else one
        for one in contract.resources
    )
    accounts = contract.accounts
    if accounts is not None and accounts.resource == old:
        accounts = msgspec.structs.replace(accounts, resource=new)
    return msgspec.structs.replace(contract, resources=made, accounts=accounts)


def _called_anew(name: str, old: str, new: str) -> str:
    """`author_id` as `writer_id`, `author_ids` as `writer_ids`; other names stay."""
    for ending in ("", "_id", "_ids"):
        if name == f"{old}{ending}":
            return f"{new}{ending}"
    return name


def _pointing_anew(one: Resource, old: str, new: str, before: str, more: str) -> Resource:
    """A resource whose references, figures and operations name the resource `old` as `new`."""
    fields = tuple(
        msgspec.structs.replace(field, kind=msgspec.structs.replace(field.kind, resource=new))
        if isinstance(field.kind, Reference | References) and field.kind.resource == old
        else field
        for field in one.fields
    )
    changed: dict[str, Any] = {"fields": fields}
    for name in one.__struct_fields__:
        value = getattr(one, name)
        if name == "fields" or not isinstance(value, tuple):
            continue
        entries = cast(tuple[Any, ...], value)
        changed[name] = tuple(
            _of_new(each, old, new, before, more) if isinstance(each, msgspec.Struct) else each
            for each in entries
        )
    renames = {
        old_one.name: new_one.name
        for old_one, new_one in zip(one.computed, changed["computed"], strict=True)
    }
    for name in ("sortable", "filters", "ranges"):
        changed[name] = tuple(renames.get(each, each) for each in changed[name])
    return msgspec.structs.replace(one, **changed)


def _of_new(value: msgspec.Struct, old: str, new: str, before: str, more: str) -> msgspec.Struct:
    changed: dict[str, Any] = {}
    for name in value.__struct_fields__:
        inner = getattr(value, name)
        if name in _RESOURCES and inner == old:
            changed[name] = new
        elif name == "name" and isinstance(inner, str):
            changed[name] = _with_word(inner, old, new, before, more)
        elif isinstance(inner, msgspec.Struct) and not isinstance(inner, Access):
            changed[name] = _of_new(inner, old, new, before, more)
    return msgspec.structs.replace(value, **changed) if changed else value


def _with_word(name: str, old: str, new: str, before: str, more: str) -> str:
    """`review_count` as `comment_count`, `by_author` as `by_writer`."""
    parts = f"_{name}_"
    for word, other in ((before, more), (old, new)):
        parts = parts.replace(f"_{word}_", f"_{other}_")
    return snake(parts.strip("_")) or name


def without_resource(contract: Contract, name: str) -> Contract:
    """Without the resource `name`, the references to it, and what is worked out of its rows."""
    for child, field in contract.pointing_at(name):
        if child.name != name:
            contract = without_field(contract, child.name, field.name)
    kept = tuple(
        msgspec.structs.replace(
            one,
            computed=tuple(
                each for each in one.computed if getattr(each.formula, "resource", "") != name
            ),
        )
        for one in contract.resources
        if one.name != name
    )
    return _without_orphans(contract, msgspec.structs.replace(contract, resources=kept))
