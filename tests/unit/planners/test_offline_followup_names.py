"""Names through all that a contract can hold: called otherwise, or gone, nothing is left behind."""

import re

import msgspec
import pytest

from smartforge.contract import (
    Access,
    Accounts,
    Adjusts,
    Aggregate,
    AtMost,
    Boolean,
    Choice,
    Code,
    Computed,
    Contract,
    Different,
    Email,
    Field,
    Integer,
    Mark,
    Marked,
    NoOverlap,
    OneOpen,
    Ordered,
    Paging,
    Permissions,
    Product,
    Redirect,
    Reference,
    Report,
    Resource,
    Slug,
    Text,
    Timestamp,
    Transition,
    UniqueTogether,
    Url,
    validate,
)
from smartforge.planners.offline.followup.kinds.removing import check_field, check_resource
from smartforge.planners.offline.followup.rewriting import (
    renamed_field,
    renamed_resource,
    without_field,
    without_resource,
)
from smartforge.planners.offline.followup.state import Impossible

_OWN = Access("owner", ("boss",))

TEAM = Resource(
    "team",
    "teams",
    (
        Field("label", Text()),
        Field("budget", Integer(0, 1000)),
        Field("city", Text(), required=False),
    ),
    computed=(
        Computed("spent", Aggregate("sum", "entry", "team_id", "cost")),
        Computed("entry_count", Aggregate("count", "entry", "team_id")),
    ),
    sortable=("id", "created_at", "label"),
    sorted_by="-label",
    searched=("label", "city"),
)
USER = Resource(
    "user",
    "users",
    (Field("email", Email(), unique=True), Field("nick", Text())),
    actions=("read", "update", "delete"),
    access=Permissions(read=Access("owner"), update=Access("owner"), delete=Access("owner")),
    owner="id",
)
ENTRY = Resource(
    "entry",
    "entries",
    (
        Field("topic", Text()),
        Field("link", Slug("topic"), written="never"),
        Field("short", Code(8), written="never"),
        Field("target", Url()),
        Field("hits", Integer(0), required=False, default=0, written="never"),
        Field("cost", Integer(1, 100)),
        Field("factor", Integer(1, 9)),
        Field("stage", Choice(("new", "open", "done")), False, "new", written="never"),
        Field("ready", Boolean(), required=False, default=False),
        Field("done_at", Timestamp(), required=False, written="never"),
        Field("begin", Timestamp()),
        Field("finish", Timestamp()),
        Field("team_id", Reference("team", "cascade")),
        Field("rival_id", Reference("team", "cascade", nested=False)),
        Field("user_id", Reference("user", "cascade"), written="never"),
    ),
    owner="user_id",
    filters=("stage", "team_id"),
    ranges=("begin", "cost"),
    searched=("topic",),
    sortable=("id", "created_at", "begin", "cost"),
    sorted_by="-begin",
    access=Permissions(create=Access("user"), update=_OWN, delete=_OWN),
    computed=(
        Computed("score", Product(("cost", "factor"))),
        Computed("like_count", Marked("like")),
    ),
    marks=(Mark("like"),),
    rules=(
        UniqueTogether(("topic", "team_id")),
        Ordered("begin", "finish"),
        Different("team_id", "rival_id"),
        NoOverlap("begin", "finish", ("team_id",), "stage", ("done",)),
        OneOpen(("user_id",), "stage", ("open",)),
        AtMost(3, ("user_id", "team_id"), "stage", ("open",), "day"),
    ),
    transitions=(
        Transition("close", "stage", "done", ("open",), "done_at", _OWN, ("ready",), having="note"),
    ),
    reports=(
        Report("by_team", "team_id", "", "score", Access(), ("stage",), "stage", ("done",), 3),
        Report("by_city", "team_id.city", field="cost"),
    ),
    redirect=Redirect("short", "target", "hits"),
    self_url="url",
    paging=Paging(10, 50, True),
)
NOTE = Resource(
    "note",
    "notes",
    (
        Field("text", Text()),
        Field("entry_id", Reference("entry", "cascade")),
        Field("amount", Integer(1, 100)),
        Field("team_id", Reference("team", "cascade")),
    ),
    actions=("list", "create", "read"),
    rules=(Adjusts("team_id", "amount", "budget"),),
)
RICH = Contract(
    "Rich", (TEAM, USER, ENTRY, NOTE), accounts=Accounts("user", roles=("member", "boss"))
)

FIELDS = [
    (one.name, field.name) for one in RICH.resources for field in one.fields if one.name != "user"
]
RESOURCES = [one.name for one in RICH.resources]


def left(contract: Contract, name: str) -> bool:
    """Whether a name stands anywhere but in what says what something was called."""

    emptied = re.sub(rb'"was":"[^"]*"', b"", msgspec.json.encode(contract))
    return name in emptied.decode()


@pytest.mark.parametrize(("home", "name"), FIELDS)
def test_a_renamed_field_leaves_its_name_nowhere(home: str, name: str) -> None:
    once = renamed_field(RICH, home, name, "qqq", RICH)
    assert validate(once) is once
    twice = renamed_field(once, home, "qqq", "zzz", RICH)
    assert not left(twice, "qqq")
    assert renamed_field(twice, home, "zzz", name, RICH) == RICH


@pytest.mark.parametrize(("home", "name"), FIELDS)
def test_nothing_speaks_of_a_field_that_is_gone(home: str, name: str) -> None:
    named = renamed_field(RICH, home, name, "qqq", RICH)
    try:
        check_field(named, named.resource(home), named.resource(home).field("qqq"))
    except Impossible:
        return
    gone = without_field(named, home, "qqq")
    assert not left(gone, "qqq")
    assert validate(gone) is gone


@pytest.mark.parametrize("name", RESOURCES)
def test_a_renamed_resource_leaves_its_name_nowhere(name: str) -> None:
    once = renamed_resource(RICH, name, "qqq", RICH)
    assert validate(once) is once
    assert not left(renamed_resource(once, "qqq", "zzz", RICH), "qqq")


@pytest.mark.parametrize("name", RESOURCES)
def test_nothing_speaks_of_a_resource_that_is_gone(name: str) -> None:
    named = renamed_resource(RICH, name, "qqq", RICH)
    try:
        check_resource(named, named.resource("qqq"))
    except Impossible:
        return
    gone = without_resource(named, "qqq")
    assert not left(gone, "qqq")
    assert validate(gone) is gone
