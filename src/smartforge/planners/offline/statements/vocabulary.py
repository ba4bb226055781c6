"""The words for people and what they may do, read once from people.toml."""

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources

import msgspec

from smartforge.contract import Action
from smartforge.planners.offline.verbs import known_verbs

_ENDINGS = ("ing", "ed", "es", "s")


class People(msgspec.Struct, frozen=True):
    """What each list is for is said in people.toml. `ranks` tells places, the least first."""

    anyone: frozenset[str]
    user: frozenset[str]
    nobody: frozenset[str]
    logged: frozenset[str]
    unlogged: frozenset[str]
    owners: frozenset[str]
    participants: frozenset[str]
    making: frozenset[str]
    always: frozenset[str]
    ranks: Mapping[str, int]
    verbs: Mapping[str, str]
    joins: Mapping[str, str]
    tenants: frozenset[str]
    tenant_signs: frozenset[str]
    personal: frozenset[str]
    authored: frozenset[str]
    transactional: frozenset[str]
    occasions: frozenset[str]
    reactions: frozenset[str]


@functools.cache
def people() -> People:
    """The word lists."""
    room = resources.files(__name__.rpartition(".")[0])
    data = tomllib.loads(room.joinpath("people.toml").read_text(encoding="utf-8"))
    lists = {key: frozenset(text.split()) for key, text in data.items() if isinstance(text, str)}
    return People(
        anyone=lists["anyone"],
        user=lists["user"],
        nobody=lists["nobody"],
        logged=lists["logged"],
        unlogged=lists["unlogged"],
        owners=lists["owners"],
        participants=lists["participants"],
        making=lists["making"],
        always=lists["always"],
        ranks={word: at for at, word in enumerate(data["ranks"].split())},
        verbs={
            form: action
            for action, text in data["verbs"].items()
            for word in text.split()
            for form in _forms(word)
        },
        joins={form: noun for word, noun in data["joins"].items() for form in _forms(word)},
        tenants=frozenset(data["tenants"]["nouns"].split()),
        tenant_signs=frozenset(data["tenants"]["signs"].split()),
        personal=frozenset(data["things"]["personal"].split()),
        authored=frozenset(data["things"]["authored"].split()),
        reactions=frozenset(data["things"]["reactions"].split()),
        transactional=frozenset(data["things"]["transactional"].split()),
        occasions=frozenset(data["occasions"]["nouns"].split()),
    )


def actions_of(verb: str) -> frozenset[Action]:
    """What a verb in any of its forms allows; empty where it is none of these."""
    match people().verbs.get(verb):
        case "list":
            return frozenset(("list", "read"))
        case "create":
            return frozenset(("create",))
        case "update":
            return frozenset(("update",))
        case "delete":
            return frozenset(("delete",))
        case "manage":
            return frozenset(("list", "create", "read", "update", "delete"))
        case _:
            return frozenset()


@functools.cache
def _acts() -> Mapping[str, str]:
    """The verbs that change a state, by their forms."""
    return {
        form: verb
        for verb in sorted(known_verbs())
        if " " not in verb
        for form in _forms(verb)
        if not form.endswith("ing")
    }


def act_of(verb: str) -> str:
    """`approve` of `approves` or `approved`: what changes a state; empty for other words."""
    return _acts().get(verb, "")


def _forms(verb: str) -> set[str]:
    """`delete deletes deleted deleting`: the regular forms, and `wrote`, `written`."""
    irregular = {
        "write": ("wrote", "written"),
        "see": ("seen",),
        "make": ("made",),
        "send": ("sent",),
        "leave": ("left",),
        "put": ("putting",),
        "get": ("getting",),
    }
    stem = verb[:-1] if verb.endswith("e") else verb
    soft = f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeo" else f"{verb}s"
    past = f"{verb[:-1]}ied" if verb.endswith("y") and verb[-2] not in "aeo" else f"{stem}ed"
    doubled = (f"{verb}{verb[-1]}ed", f"{verb}{verb[-1]}ing") if verb[-2:] in ("it", "ol") else ()
    return {verb, soft, past, f"{stem}ing", f"{verb}es", *doubled, *irregular.get(verb, ())}
