"""From a contract to all files of a project: how the time grows with the number of resources.

Resources are linked in a chain and read by everybody, written by accounts; every one has fields
of eight kinds, filters, a search and a computed field. Medians of five after one warm-up, the
formatter's process included; CPU seconds are those of this process and of the formatter.
"""

import resource
import statistics
import time

from benchmarks.report import report, row
from smartforge.contract import (
    Access,
    Accounts,
    Aggregate,
    Boolean,
    Choice,
    Computed,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Permissions,
    Reference,
    Resource,
    Text,
    Url,
    validate,
)
from smartforge.targets.fastapi import FastAPITarget

SIZES = (5, 10, 20, 40)
RUNS = 5
USER = Access("user")
WRITTEN_BY_USERS = Permissions(create=USER, update=USER, delete=USER)


def main() -> None:
    target = FastAPITarget()
    target.render(_contract(2))
    rows: list[dict[str, object]] = []
    medians: dict[int, float] = {}
    for size in SIZES:
        contract = validate(_contract(size))
        runs = [_measure(target, contract) for _ in range(RUNS)]
        medians[size] = statistics.median(wall for wall, _ in runs)
        cpu = statistics.median(spent for _, spent in runs)
        rows.append(row(f"{size} resources", "s", medians[size]))
        rows.append(row(f"{size} resources, CPU", "s", cpu))
        rows.append(row(f"{size} resources, each", "ms", 1000 * medians[size] / size))
    rows.append(row("40 resources to 20", "ratio", medians[40] / medians[20]))
    settings = {"runs": RUNS, "warm-up": 1, "formatter": "included", "kinds of fields": 9}
    report("compile", settings, rows)


def _measure(target: FastAPITarget, contract: Contract) -> tuple[float, float]:
    """Seconds of wall clock and of CPU for one rendering."""
    began, spent = time.perf_counter(), _cpu()
    target.render(contract)
    return time.perf_counter() - began, _cpu() - spent


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def _contract(size: int) -> Contract:
    user = Resource(
        name="user",
        plural="users",
        fields=(Field("email", Email(), unique=True), Field("name", Text())),
        actions=("read", "update"),
        owner="id",
        access=Permissions(read=Access("owner"), update=Access("owner")),
    )
    chain = tuple(_link(number, size) for number in range(size - 1))
    return Contract("Chain of things", (user, *chain), accounts=Accounts())


def _link(number: int, size: int) -> Resource:
    name = f"thing{number}"
    fields = [
        Field("title", Text()),
        Field("code", Text(1, 50), unique=True),
        Field("price", Decimal("0.00", "99999.99")),
        Field("quantity", Integer(0, 100_000), required=False, default=0),
        Field("kind", Choice(("plain", "special", "rare")), required=False, default="plain"),
        Field("active", Boolean(), required=False, default=True),
        Field("made_on", Date(), required=False),
        Field("website", Url(), required=False),
    ]
    if number:
        fields.append(Field(f"thing{number - 1}_id", Reference(f"thing{number - 1}", "cascade")))
    followed = Aggregate("count", f"thing{number + 1}", f"{name}_id")
    return Resource(
        name=name,
        plural=f"{name}s",
        fields=tuple(fields),
        sortable=("id", "created_at", "title", "price"),
        filters=("kind", "active"),
        ranges=("price", "made_on"),
        searched=("title",),
        access=WRITTEN_BY_USERS,
        computed=(Computed("followers", followed),) if number < size - 2 else (),
    )
