"""What changed from one contract to another, made on a third: everything else of it stays."""

from typing import Any, cast

import msgspec

from smartforge.contract import Contract


def merged(base: Contract, before: Contract, after: Contract) -> Contract:
    """`base` with what is different in `after` from `before`, and nothing else different.

    Lists are compared by the names of their entries, entries without a name as a whole; what is
    new comes last.
    """
    return cast(Contract, _value(base, before, after))


def _value(base: Any, before: Any, after: Any) -> Any:
    if before == after:
        return base
    if isinstance(after, tuple):
        return _entries(
            cast(tuple[Any, ...], base), cast(tuple[Any, ...], before), cast(tuple[Any, ...], after)
        )
    whole = not isinstance(after, msgspec.Struct) or type(base) is not type(after)
    if whole or type(before) is not type(after) or after.__struct_config__.tag is not None:
        return after
    changed = {
        name: _value(getattr(base, name), getattr(before, name), getattr(after, name))
        for name in after.__struct_fields__
    }
    return msgspec.structs.replace(base, **changed)


def _entries(
    base: tuple[Any, ...], before: tuple[Any, ...], after: tuple[Any, ...]
) -> tuple[Any, ...]:
    if not _are_told(base, before, after):
        return after
    old = {_key(one): one for one in before}
    new = {_key(one): one for one in after}
    kept = [
        _value(one, old[_key(one)], new[_key(one)]) if _key(one) in old else one
        for one in base
        if _key(one) in new or _key(one) not in old
    ]
    there = {_key(one) for one in kept}
    kept += [one for key, one in new.items() if key not in old and key not in there]
    return tuple(
        new[_key(one)]
        if _key(one) in new and _key(one) not in old and one != new[_key(one)]
        else one
        for one in kept
    )


def _are_told(*lists: tuple[Any, ...]) -> bool:
    """Whether entries can be told from each other: what holds JSON of its own cannot."""
    try:
        hash(tuple(_key(one) for entries in lists for one in entries))
    except TypeError:
        return False
    return True


def _key(one: Any) -> Any:
    """By what an entry of a list is told from the others."""
    return getattr(one, "name", one)
