"""Recipes: one of a kind, names that are names, callers that there are."""

from collections.abc import Iterator

from smartforge.contract import reserved
from smartforge.contract.names import plural, quoted, squeezed
from smartforge.contract.resources import Contract
from smartforge.contract.soundness.places import name_problems


def recipe_problems(contract: Contract) -> Iterator[str]:
    kinds: dict[str, str] = {}
    taken = {squeezed(name) for one in contract.resources for name in (one.name, one.plural)}
    for recipe in contract.recipes:
        here = f"recipe {quoted(recipe.name)}"
        yield from name_problems(here, recipe.name)
        if recipe.name in reserved.PATHS or recipe.name in reserved.RESOURCES:
            yield f"{here}: the name is taken"
        if squeezed(recipe.name) in taken or squeezed(plural(recipe.name)) in taken:
            yield f"{here}: a resource has the same name"
        other = kinds.setdefault(recipe.recipe, recipe.name)
        if other != recipe.name:
            yield f"{here}: {quoted(other)} computes the same"
        yield from caller_problems(contract, here, recipe.access.who, recipe.access.roles)


def caller_problems(
    contract: Contract, here: str, who: str, roles: tuple[str, ...]
) -> Iterator[str]:
    """Whether there is anybody for whom what has no rows is meant."""
    accounts = contract.accounts
    if who == "owner":
        yield f"{here}: it has no rows, so nobody owns one"
    elif who in ("user", "role") and accounts is None:
        yield f"{here}: there are no accounts, so it cannot be for some of them"
    elif who == "role" and accounts is not None:
        for role in roles:
            if role not in accounts.roles:
                yield f"{here}: there is no role {quoted(role)}"
