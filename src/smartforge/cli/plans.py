"""Shows a plan on the terminal in short, and asks whether it is to be made."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.text import Text

from smartforge.cli.questions import MOST_CHARACTERS, next_line
from smartforge.cli.streams import plain
from smartforge.contract import Contract, Resource
from smartforge.contract.fields import Choice, Field, Reference, References
from smartforge.contract.names import spaced
from smartforge.contract.operations import operations
from smartforge.events import APPROVE, REJECT

HOW = "y, n, or what is to be otherwise: "
YES, NO = ("y", "yes", APPROVE.casefold()), ("n", "no", REJECT.casefold())


async def approve(console: Console, contract: Contract, question: str) -> str:
    """What the user says to the plan: `Approve`, `Reject`, or what is to be otherwise.

    Where the input ends, nobody is there to approve it. Cancellable at any time.
    """
    for line in lines_of(contract):
        console.print(Text(plain(line)), soft_wrap=True)
    while True:
        console.print(Text(plain(f"? {question}"), style="bold"), soft_wrap=True)
        console.print(Text(HOW, style="dim"), end="")
        line = await next_line()
        if not line:
            console.print()
            return REJECT
        if words := meant(line):
            return words


def meant(line: str) -> str:
    """The choice that a short word stands for, else the words themselves; empty for none."""
    words = line.strip()[:MOST_CHARACTERS]
    if words.casefold() in YES:
        return APPROVE
    return REJECT if words.casefold() in NO else words


def lines_of(contract: Contract) -> list[str]:
    """Each resource with its fields and rules, and the operations below."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in operations(contract):
        if one.role != "health":
            found[one.resource].append(f"{one.method} {one.path}")
    told: list[str] = []
    if contract.accounts:
        told += ["  accounts", *_addresses(found.pop("", []))]
    for resource in contract.resources:
        told += [f"  {spaced(resource.name)}: {_fields(resource)}"]
        told += [f"    rule: {_rule(rule)}" for rule in resource.rules]
        told += _addresses(found.pop(resource.name, []))
    return told + [line for rest in found.values() for line in _addresses(rest)]


def _addresses(found: Sequence[str]) -> list[str]:
    return [f"    {', '.join(found)}"] if found else []


def _fields(resource: Resource) -> str:
    return ", ".join(_field(one) for one in resource.fields)


def _field(field: Field) -> str:
    match field.kind:
        case Choice(values=values):
            kind = f"one of {'/'.join(values)}"
        case Reference(resource=name) | References(resource=name):
            kind = f"of {spaced(name)}"
        case kind:
            kind = str(kind.__struct_config__.tag).replace("_", " ")
    marks = "".join((", unique" if field.unique else "", "" if field.required else ", optional"))
    return f"{spaced(field.name)} ({kind}{marks})"


def _rule(rule: msgspec.Struct) -> str:
    said = {name: value for name, value in msgspec.structs.asdict(rule).items() if value}
    name = str(rule.__struct_config__.tag).replace("_", " ")
    return f"{name} {', '.join(f'{key} {_value(value)}' for key, value in said.items())}".strip()


def _value(value: object) -> str:
    return "/".join(map(str, value)) if isinstance(value, tuple | list) else str(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
