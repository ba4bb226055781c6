"""Whether the data that was kept under one contract can be kept under the next."""

from collections.abc import Callable, Iterator
from decimal import Decimal as Exact

from smartforge.contract.fields import (
    Choice,
    Code,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Json,
    Kind,
    Reference,
    References,
    Slug,
    Text,
    TextList,
    Timestamp,
    Url,
)
from smartforge.contract.kinds import MAX_EMAIL_LENGTH, MAX_SLUG_LENGTH, MAX_URL_LENGTH
from smartforge.contract.names import spaced
from smartforge.contract.parts import renames
from smartforge.contract.resources import Contract, Resource

_GUESSED = 8  # characters; shorter codes, made for many rows at once, would meet


def problems(old: Contract, new: Contract) -> tuple[str, ...]:
    """Why rows that are there under `old` could not be rows under `new`, each with the cure.

    Both are sound. What is removed is lost as was asked for, and no problem (see `losses`); nor is
    what a migration can fill in. Rows that break a new unique rule are found when it runs.
    """
    return tuple(_problems(old, new))


def losses(old: Contract, new: Contract) -> tuple[str, ...]:
    """What data is gone under `new` because the part that held it is, each a sentence."""
    found: list[str] = []
    paired = {was.name: now for was, now in pairs(old, new)}
    for resource in old.resources:
        now = paired.get(resource.name)
        many = spaced(resource.plural)
        if now is None:
            found.append(f"all {many} are deleted")
            continue
        kept = {was.name for was, _ in field_pairs(resource, now, old, new)}
        gone = [spaced(one.name) for one in resource.fields if one.name not in kept]
        gone += [f"marks {spaced(one.name)}" for one in resource.marks if one not in now.marks]
        gone += ["files"] if resource.upload and not now.upload else []
        gone += ["history"] if resource.history and not now.history else []
        if gone:
            found.append(f"the {', '.join(gone)} of all {many} are deleted")
    if old.accounts and not new.accounts:
        found.append("the passwords of all accounts are deleted")
    return tuple(found)


def pairs(old: Contract, new: Contract) -> Iterator[tuple[Resource, Resource]]:
    """Each resource that is in both, as it was and as it is."""
    renamed, _ = renames(old, new)
    known = {one.name: one for one in new.resources}
    for resource in old.resources:
        now = known.get(renamed.get(resource.name, resource.name))
        if now is not None and (resource.name in renamed or not now.was):
            yield resource, now


def field_pairs(
    was: Resource, now: Resource, old: Contract, new: Contract
) -> Iterator[tuple[Field, Field]]:
    """Each field that is in both, as it was and as it is."""
    named = renames(old, new)[1].get(was.name, {})
    known = {one.name: one for one in now.fields}
    for field in was.fields:
        found = known.get(named.get(field.name, field.name))
        if found is not None:
            yield field, found


def _problems(old: Contract, new: Contract) -> Iterator[str]:
    plurals = {one.plural for one in old.resources}
    for was, now in pairs(old, new):
        if was.plural != now.plural and now.plural in plurals:
            yield (
                f"{spaced(was.plural)}: the name {spaced(now.plural)} is that of other rows still; "
                "rename those first"
            )
        yield from _of_resource(was, now, old, new)
    if old.accounts and new.accounts:
        renamed, _ = renames(old, new)
        before = old.accounts.resource
        if renamed.get(before, before) != new.accounts.resource:
            yield (
                f"accounts are {spaced(before)} rows, and cannot become "
                f"{spaced(new.accounts.resource)} rows; keep them where they are"
            )
        gone = [role for role in old.accounts.roles if role not in new.accounts.roles]
        if gone and new.accounts.roles:
            yield f"accounts may have the role {', '.join(gone)}; keep it among the roles"


def _of_resource(was: Resource, now: Resource, old: Contract, new: Contract) -> Iterator[str]:
    many = spaced(now.plural)
    known = {after.name: before for before, after in field_pairs(was, now, old, new)}
    renamed, _ = renames(old, new)
    for field in now.fields:
        here = f"{many}: {spaced(field.name)}"
        before = known.get(field.name)
        if before is None:
            if why := _unfilled(field):
                yield f"{here} {why}"
            continue
        why = _unfit(before.kind, field.kind, renamed)
        if not why and before.nullable and not field.nullable:
            why = _unfilled(field)
        if why:
            yield f"{here} {why}"
    if now.upload and not was.upload:
        yield f"{many}: rows that are there have no file; keep uploads in a resource of their own"


# ---- values for rows that are there -----------------------------------------------------------


def _unfilled(field: Field) -> str:
    """Why rows that hold nothing in this field cannot get a value; empty where they can."""
    kind = field.kind
    if field.nullable or isinstance(kind, References):
        return ""
    if isinstance(kind, Reference):
        target = spaced(kind.resource)
        return f"is required, and rows that are there belong to no {target}; make it optional"
    if isinstance(kind, Code):
        short = kind.length < _GUESSED
        return f"needs at least {_GUESSED} characters, to be made for many rows" if short else ""
    if isinstance(kind, Slug):
        return ""
    if field.unique:
        return "must be unique, and rows that are there would all hold the same; make it optional"
    return ""


# ---- kinds ------------------------------------------------------------------------------------


def _unfit(was: Kind, now: Kind, renamed: dict[str, str]) -> str:
    """Why a value of one kind may be none of the other, with the cure; empty where it always is."""
    if isinstance(was, Reference | References) and type(was) is type(now):
        target = renamed.get(was.resource, was.resource)
        if target != getattr(now, "resource", ""):
            return f"points to {spaced(target)} rows; add another field instead"
    elif type(was) is not type(now):
        longest = _longest(was)
        if isinstance(now, Text) and longest and now.min_length <= 1:
            short = longest > now.max_length
            return f"may hold {longest} characters; let it be as long" if short else ""
        if isinstance(was, Integer) and isinstance(now, Decimal):
            return _narrower_range(was.minimum, was.maximum, now)
        if isinstance(was, Date) and isinstance(now, Timestamp):
            return ""
        return (
            f"cannot be made {_a(now)} of what is {_a(was)}; add another field, and remove this "
            "one later"
        )
    judge = _NARROWER.get(type(was))
    if judge:
        return judge(was, now)
    return "" if was == now or isinstance(was, Reference) else "takes less than it holds; keep it"


def _a(kind: Kind) -> str:
    name = spaced(str(kind.__struct_config__.tag))
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _longest(kind: Kind) -> int:
    """The most characters that a value of a kind of text has; 0 where it is none."""
    match kind:
        case Text():
            return kind.max_length
        case Choice():
            return max(map(len, kind.values))
        case Email():
            return MAX_EMAIL_LENGTH
        case Url():
            return MAX_URL_LENGTH
        case Slug():
            return MAX_SLUG_LENGTH
        case Code():
            return kind.length
        case Integer():
            return max(len(str(kind.minimum)), len(str(kind.maximum)))
        case _:
            return 0


def _narrower_text(was: Text, now: Text) -> str:
    if now.max_length < was.max_length:
        return f"may hold {was.max_length} characters, more than {now.max_length}; keep that length"
    if now.min_length > was.min_length:
        return f"may hold {was.min_length} characters, less than {now.min_length}; keep that length"
    return ""


def _narrower_range(minimum: int | str, maximum: int | str, now: Integer | Decimal) -> str:
    if Exact(minimum) < Exact(now.minimum) or Exact(maximum) > Exact(now.maximum):
        return (
            f"may hold {minimum} to {maximum}, more than {now.minimum} to {now.maximum}; "
            "keep that range"
        )
    return ""


def _narrower_integer(was: Integer, now: Integer) -> str:
    return _narrower_range(was.minimum, was.maximum, now)


def _narrower_decimal(was: Decimal, now: Decimal) -> str:
    if now.places < was.places:
        return f"may hold {was.places} decimal places, more than {now.places}; keep them"
    return _narrower_range(was.minimum, was.maximum, now)


def _narrower_choice(was: Choice, now: Choice) -> str:
    gone = [value for value in was.values if value not in now.values]
    return f"may hold {', '.join(gone)}; keep that among the choices" if gone else ""


def _fewer(was: TextList | References, now: TextList | References) -> str:
    fewer = now.max_items < was.max_items
    return (
        f"may hold {was.max_items} entries, more than {now.max_items}; keep that" if fewer else ""
    )


def _fewer_bytes(was: Json, now: Json) -> str:
    fewer = now.max_bytes < was.max_bytes
    return f"may hold {was.max_bytes} bytes, more than {now.max_bytes}; keep that" if fewer else ""


def _any_slug(_was: Slug, _now: Slug) -> str:
    """Slugs stay what they were made of."""
    return ""


_NARROWER: dict[type, Callable[..., str]] = {
    Text: _narrower_text,
    Integer: _narrower_integer,
    Decimal: _narrower_decimal,
    Choice: _narrower_choice,
    TextList: _fewer,
    References: _fewer,
    Json: _fewer_bytes,
    Slug: _any_slug,
}
