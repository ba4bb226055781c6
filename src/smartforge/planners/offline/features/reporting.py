"""Which rows a report is about, where what it groups by lies, and what it sums up."""

import re
from collections.abc import Iterator

from smartforge.contract import (
    Boolean,
    Choice,
    Computed,
    Contract,
    Decimal,
    Field,
    Integer,
    Product,
    Reference,
    Resource,
)
from smartforge.contract.names import plural, singular, snake
from smartforge.planners.offline.features.finding import (
    MOMENTS,
    NUMBERS,
    fields_of,
    find_field,
    is_label,
)

MONEY = (
    "amount",
    "total",
    "price",
    "cost",
    "value",
    "hours",
    "duration",
    "distance",
    "quantity",
    "minutes",
    "fee",
    "sum",
)
EARNED = frozenset(
    ("revenue", "revenues", "sales", "turnover", "income", "earnings", "spent", "spend", "spending")
)
_QUANTITIES = ("quantity", "qty", "units", "nights", "hours", "days", "count")
_PRICES = ("price", "rate", "cost", "fee")
_USUAL = ("date", "paid_at", "issued_on", "sold_at", "sold_on", "spent_on", "paid_on", "ordered_at")
# Dates that tell when something is to happen or ends, and not when it happened.
_AHEAD = ("due", "end", "return", "expir", "birth", "deadline", "valid")

Step = tuple[str, Resource]


def group_path(contract: Contract, resource: Resource, said: str) -> str:
    """The path from a row of `resource` to what `said` names: its own field, the row that it
    belongs to, or a field of that; empty where there is none.
    """
    own = find_field(resource, said)
    if own is not None and _groups(own):
        return own.name
    name = singular(snake(said))
    for path, one in reached(contract, resource):
        if one.name == name or one.plural == name:
            return path
        known = {name, plural(name), f"{one.name}_{name}"}
        head = name.removeprefix(f"{one.name}_")
        for field in one.fields:
            if _groups(field) and field.name in (*known, head, f"{head}_id"):
                return f"{path}.{field.name}"
    return ""


def reached(contract: Contract, resource: Resource) -> Iterator[Step]:
    """The rows that one of `resource` belongs to, at most two references away, nearest first."""
    near = list(_parents(contract, resource))
    yield from near
    for path, one in near:
        for further, other in _parents(contract, one):
            yield f"{path}.{further}", other


def _parents(contract: Contract, resource: Resource) -> Iterator[Step]:
    for field in resource.fields:
        if isinstance(field.kind, Reference) and field.name != resource.tenant:
            yield field.name, contract.resource(field.kind.resource)


def _groups(field: Field) -> bool:
    return isinstance(field.kind, Choice | Boolean | Reference) or is_label(field)


def moment_path(contract: Contract, resource: Resource) -> str:
    """The date by which rows are put into periods."""
    own = _moment(resource)
    if own:
        return own
    for path, one in reached(contract, resource):
        found = _moment(one) if "." not in path and is_line(resource) else ""
        if found:
            return f"{path}.{found}"
    return "created_at"


def _moment(resource: Resource) -> str:
    dates = [one.name for one in fields_of(resource, *MOMENTS)]
    usual = [one for one in dates if one in _USUAL]
    lone = dates if len(dates) == 1 and not dates[0].startswith(_AHEAD) else []
    return next(iter([*usual, *lone]), "")


def status_path(contract: Contract, resource: Resource, said: str) -> tuple[str, tuple[str, ...]]:
    """The choice of the rows, or of what they belong to, that has values among the words `said`;
    and these values."""
    words = frozenset(re.findall(r"[a-z_]+", said))
    for path, one in (("", resource), *reached(contract, resource)):
        for field in one.fields:
            if isinstance(field.kind, Choice):
                among = tuple(value for value in field.kind.values if snake(value) in words)
                if among and len(among) < len(field.kind.values):
                    return f"{path}.{field.name}".lstrip("."), among
    return "", ()


# ---- numbers ----------------------------------------------------------------------------------


def summed(resource: Resource, figure: str = "", *, always: bool = False) -> str:
    """The number of `resource` that `figure` means; `always`: any amount of money will do."""
    numbers: list[Field] = fields_of(resource, *NUMBERS)
    names = [one.name for one in numbers]
    said = find_field(resource, figure) if figure else None
    if said is not None and said.name in names:
        return said.name
    for wanted in MONEY:
        for name in names:
            if name == wanted or name.endswith(f"_{wanted}"):
                return name
    money = [one.name for one in numbers if isinstance(one.kind, Decimal)]
    return next(iter(money), "") if always else ""


def factors(resource: Resource) -> tuple[str, str] | None:
    """How many and at what price, where rows of `resource` say both."""
    numbers = [one.name for one in fields_of(resource, Integer, Decimal)]
    many = next((one for one in numbers if _ends(one, _QUANTITIES)), "")
    price = next((one for one in numbers if _ends(one, _PRICES) and one != many), "")
    for one in () if many and price else numbers:
        paid, _, each = one.partition("_per_")  # jars at a price per jar
        if _ends(paid, _PRICES) and plural(each) in numbers:
            many, price = plural(each), one
    return (many, price) if many and price else None


def is_line(resource: Resource) -> bool:
    """Whether rows are so many of something at a price, and belong to something."""
    return factors(resource) is not None and bool(fields_of(resource, Reference))


def product_of(resource: Resource) -> tuple[Computed, ...]:
    """The computed product of quantity and price; where there is none, the one to add, else ()."""
    for one in resource.computed:
        if isinstance(one.formula, Product):
            return (one,)
    found = factors(resource)
    taken = {one.name for one in (*resource.fields, *resource.computed)}
    name = next((one for one in ("line_total", "subtotal") if one not in taken), "")
    return (Computed(name, Product(found)),) if found and name else ()


def _ends(name: str, words: tuple[str, ...]) -> bool:
    return any(name == word or name.endswith(f"_{word}") for word in words)
